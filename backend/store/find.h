/*
** The SQL function of the store that finds a text in others.
*/
#ifndef LINEFEED_FIND_H
#define LINEFEED_FIND_H

/* lf_install_find makes every connection opened from now on know
** linefeed_holds(pattern, text, ...): whether one of the texts holds the
** pattern, which is that of find.go. */
int lf_install_find(void);

#endif
