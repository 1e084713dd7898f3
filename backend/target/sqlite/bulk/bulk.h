/*
** The bulk path into SQLite: a batch crosses from Go to C once and is inserted
** there. See bulk.go for the contract.
*/
#ifndef LINEFEED_BULK_H
#define LINEFEED_BULK_H

#include <stdint.h>
#include "sqlite3.h"

/* One value, laid out as load.Cell is. */
typedef struct lf_cell {
  uint64_t bits;
  uint32_t len;
  uint8_t kind;
} lf_cell;

/* One row that the database refused. */
typedef struct lf_refusal {
  int32_t row;
  int32_t code;      /* SQLite's extended result code; 0: a trigger ignored it */
  uint32_t message;  /* the offset of its text in the loader's messages */
  uint32_t len;
} lf_refusal;

/* What lf_write did. */
typedef struct lf_outcome {
  int64_t inserted, updated, skipped;
  int32_t refused;   /* the number of refusals filled in */
  int32_t next;      /* the first row that was not processed */
} lf_outcome;

typedef struct lf_loader lf_loader;

/* lf_install gives every connection opened from now on the SQL function that
** lf_open's argument comes from. It may be called more than once. */
int lf_install(void);

/* lf_open returns the loader of the connection at address db, or NULL when out
** of memory. From then on the connection waits up to wait milliseconds for
** locks, and calls linefeedWaiting before each retry. It must be closed before
** lf_free. */
lf_loader *lf_open(uintptr_t db, int wait, uintptr_t waiting);
void linefeedWaiting(uintptr_t waiting); /* in bulk.go */
void lf_free(lf_loader *l);

/* The name of the virtual table over a batch. No user's table can have it:
** SQLite reserves names with this prefix. */
#define LF_BATCH "sqlite_linefeed_batch"

/* The statements of one load, as in bulk.Statements, with NULL for "". */
typedef struct lf_statements {
  int cols;
  const char *many, *rowid, *one, *find, *change, *before, *orphan, *noted;
  int guard, skip, first;
} lf_statements;

/* lf_prepare prepares the statements of one load. decimals says for each column
** whether its texts are decimals, -?digits[.digits], that the column's affinity
** turns into numbers. After an error nothing is left prepared. */
int lf_prepare(lf_loader *l, const lf_statements *s, const unsigned char *decimals);
void lf_finalize(lf_loader *l);

/* lf_write writes rows [first, end) of the batch until all are processed or
** refusals, of the given capacity, is full. Any result but SQLITE_OK means that
** the load can't go on; lf_error says why. */
int lf_write(lf_loader *l, const lf_cell *cells, const unsigned char *arena,
             int32_t first, int32_t end, lf_refusal *refusals, int32_t capacity,
             lf_outcome *out);

const char *lf_messages(lf_loader *l);
const char *lf_error(lf_loader *l);
int lf_autocommit(lf_loader *l);
int lf_readonly(lf_loader *l);

/* lf_moved returns whether the file was removed or replaced by another. */
int lf_moved(lf_loader *l);

/* lf_cancel interrupts the loader, from any thread, until lf_resume. lf_resume
** also lets it wait for locks again after one wait timed out. */
void lf_cancel(lf_loader *l);
void lf_resume(lf_loader *l);

#endif
