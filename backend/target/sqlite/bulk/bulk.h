/*
** The bulk path into SQLite: a batch crosses from Go to C once, and is
** inserted there. See bulk.go for the contract.
*/
#ifndef LINEFEED_BULK_H
#define LINEFEED_BULK_H

#include <stdint.h>
#include "sqlite3.h"

/* One value. The layout is that of load.Cell. */
typedef struct lf_cell {
  uint64_t bits;
  uint32_t len;
  uint8_t kind;
} lf_cell;

/* One row that the database did not take. */
typedef struct lf_refusal {
  int32_t row;
  int32_t code;      /* SQLite's extended result code; 0: a trigger left it out */
  uint32_t message;  /* where its text starts in the loader's messages */
  uint32_t len;
} lf_refusal;

/* What lf_write did. */
typedef struct lf_outcome {
  int64_t inserted, updated, skipped;
  int32_t refused;   /* how many entries of refusals are filled */
  int32_t next;      /* the first row that was not looked at */
} lf_outcome;

typedef struct lf_loader lf_loader;

/* lf_install makes every connection opened from now on know the function that
** lf_open's argument comes from. It may be called more than once. */
int lf_install(void);

/* lf_open returns the loader of the connection whose address is db, or NULL
** when memory is short. The connection waits that many milliseconds for locks
** from then on, telling linefeedWaiting each time it looks again, and must be
** closed before lf_free. */
lf_loader *lf_open(uintptr_t db, int wait, uintptr_t waiting);
void linefeedWaiting(uintptr_t waiting); /* in bulk.go */
void lf_free(lf_loader *l);

/* The name of the virtual table over a batch. No table of a user can have it:
** SQLite keeps names that begin so for itself. */
#define LF_BATCH "sqlite_linefeed_batch"

/* The statements of one load, as bulk.Statements has them; those that may be
** missing are NULL then. */
typedef struct lf_statements {
  int cols;
  const char *many, *rowid, *one, *find, *change;
  int guard, skip, first;
} lf_statements;

/* lf_prepare readies the statements of one load. decimals says for each column
** whether its texts are decimals, -?digits[.digits], that the column's affinity
** makes numbers of. On an error nothing stays prepared. */
int lf_prepare(lf_loader *l, const lf_statements *s, const unsigned char *decimals);
void lf_finalize(lf_loader *l);

/* lf_write writes rows [first, end) of the batch until all are looked at
** or capacity refusals are full. An error other than SQLITE_OK means that the
** load can't go on; lf_error says why. */
int lf_write(lf_loader *l, const lf_cell *cells, const unsigned char *arena,
             int32_t first, int32_t end, lf_refusal *refusals, int32_t capacity,
             lf_outcome *out);

const char *lf_messages(lf_loader *l);
const char *lf_error(lf_loader *l);
int lf_autocommit(lf_loader *l);
int lf_readonly(lf_loader *l);

/* lf_moved says whether the file was removed, or another put in its place. */
int lf_moved(lf_loader *l);

/* lf_cancel stops what the loader is doing, from any thread, until lf_resume,
** which also ends the giving up on locks that one wait in vain begins. */
void lf_cancel(lf_loader *l);
void lf_resume(lf_loader *l);

#endif
