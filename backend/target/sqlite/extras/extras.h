/*
** What SQLite has and the driver leaves out.
*/
#ifndef LINEFEED_EXTRAS_H
#define LINEFEED_EXTRAS_H

#include "../bulk/sqlite3.h"

int lf_math_functions(sqlite3 *db); /* in math.c */
int lf_fts5(sqlite3 *db);           /* in fts5.c */

/* lf_extras adds both to every connection opened from now on. */
int lf_extras(void);

#endif
