/*
** Declarations shared by the C files of the bulk path.
*/
#ifndef LINEFEED_LOADER_H
#define LINEFEED_LOADER_H

#include <stdatomic.h>
#include <string.h>
#include "bulk.h"

/* The kinds of cells, as in load.CellKind. */
enum { KIND_NULL, KIND_INT, KIND_FLOAT, KIND_TEXT, KIND_BLOB };

/* Rows of rising rowids without a gap. */
typedef struct lf_run {
  sqlite3_int64 first, last;
} lf_run;

struct lf_loader {
  sqlite3 *db;
  int wait;          /* for a lock, at most, in milliseconds */
  int locked;        /* waiting for a lock timed out */
  uintptr_t waiting; /* the argument of linefeedWaiting */
  atomic_int cancelled;

  int cols;
  int guard; /* undo what a refused row left behind */
  int skip;  /* one skips rows whose key exists */
  int first; /* look up the key before one runs */
  unsigned char *decimals; /* by column: its texts are decimals that become numbers */
  sqlite3_stmt *many, *rowid, *one, *find, *change, *before, *orphan, *noted, *savepoint, *rollback, *release;

  /* The batch of the current call, and the rows that the virtual table has. */
  const lf_cell *cells;
  const unsigned char *arena;
  int32_t row, end;
  int conflict; /* the row's key was in the table */

  /* The rows that the current call has inserted, if noted is to be told of them. */
  int noting;
  lf_run *runs;
  int32_t run_count, run_room;
  int run_lost; /* memory ran out */

  char *messages;
  uint32_t used, size;
  char error[512];
};

/* The virtual table of the batch. Its client data is the loader. */
extern const sqlite3_module lf_batch_module;

/* lf_stop returns SQLITE_OK while rows may be written. A full cache that can't
** be spilled because of another program's lock is not an error to SQLite: memory
** grows, and every page waits for the lock again. */
static inline int lf_stop(const lf_loader *l) {
  if (atomic_load_explicit(&l->cancelled, memory_order_relaxed)) return SQLITE_INTERRUPT;
  return l->locked ? SQLITE_BUSY : SQLITE_OK;
}

/* lf_fail keeps the message of rc for lf_error, and returns rc. */
int lf_fail(lf_loader *l, int rc);

/* lf_note begins, or ends, to note rows while l->noting is set; lf_keep_noted has the
** statement noted write down those that the table has. */
void lf_note(lf_loader *l, int on);
int lf_keep_noted(lf_loader *l);

/* lf_add_hash gives a connection the SQL function linefeed_hash. */
int lf_add_hash(sqlite3 *db);

static inline double lf_double(const lf_cell *c) {
  double d;
  memcpy(&d, &c->bits, sizeof d);
  return d;
}

/* An empty text needs an address even in an empty arena: SQLite takes a null
** pointer for NULL. */
static inline const char *lf_text(const lf_loader *l, const lf_cell *c) {
  return c->len == 0 ? "" : (const char *)l->arena + c->bits;
}

#endif
