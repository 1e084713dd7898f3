/*
** The SQL functions of the store: one that finds a text in others, and that of
** tally.h.
*/
#ifndef LINEFEED_FIND_H
#define LINEFEED_FIND_H

/* lf_install_find gives every connection opened from now on the SQL function
** linefeed_holds(pattern, text, ...): whether one of the texts contains the
** pattern, which findPattern in find.go makes; and linefeed_tally. */
int lf_install_find(void);

#endif
