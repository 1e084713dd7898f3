/*
** The SQL function of the store that counts equal texts.
*/
#ifndef LINEFEED_TALLY_H
#define LINEFEED_TALLY_H

struct sqlite3;

/* lf_add_tally gives a connection the SQL aggregate linefeed_tally(id, text, ...):
** a blob of two 64-bit numbers, in the machine's order, for each combination of
** texts: the id of the first row with them, and the number of such rows. */
int lf_add_tally(struct sqlite3 *db);

#endif
