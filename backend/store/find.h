/*
** The SQL function of the store that finds a text in others.
*/
#ifndef LINEFEED_FIND_H
#define LINEFEED_FIND_H

/* lf_install_find gives every connection opened from now on the SQL function
** linefeed_holds(pattern, text, ...): whether one of the texts contains the
** pattern, which findPattern in find.go makes. */
int lf_install_find(void);

#endif
