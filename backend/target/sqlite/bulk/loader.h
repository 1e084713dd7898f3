/*
** What the C files of the bulk path share.
*/
#ifndef LINEFEED_LOADER_H
#define LINEFEED_LOADER_H

#include <stdatomic.h>
#include <string.h>
#include "bulk.h"

/* The kinds of cells, as load.CellKind has them. */
enum { KIND_NULL, KIND_INT, KIND_FLOAT, KIND_TEXT, KIND_BLOB };

struct lf_loader {
  sqlite3 *db;
  int wait;          /* for a lock, in milliseconds */
  int locked;        /* a lock was waited for in vain */
  uintptr_t waiting; /* what linefeedWaiting is told */
  atomic_int cancelled;

  int cols;
  int guard; /* undo what a refused row left behind */
  int skip;  /* one leaves out rows whose key is there */
  int first; /* the key is looked for before one runs */
  unsigned char *decimals; /* by column: its texts are decimals that become numbers */
  sqlite3_stmt *many, *rowid, *one, *find, *change, *savepoint, *rollback, *release;

  /* The batch of the running call, and the rows the virtual table shows. */
  const lf_cell *cells;
  const unsigned char *arena;
  int32_t row, end;
  int conflict; /* the row's key was there */

  char *messages;
  uint32_t used, size;
  char error[512];
};

/* The virtual table of the batch. Its client data is the loader. */
extern const sqlite3_module lf_batch_module;

/* lf_stop says whether rows can go on. A full cache that can't be spilled
** because of another program's lock is no error to SQLite: it lets memory
** grow, and waits for the lock once more with every page. */
static inline int lf_stop(const lf_loader *l) {
  if (atomic_load_explicit(&l->cancelled, memory_order_relaxed)) return SQLITE_INTERRUPT;
  return l->locked ? SQLITE_BUSY : SQLITE_OK;
}

/* lf_fail keeps why rc came, for lf_error, and returns rc. */
int lf_fail(lf_loader *l, int rc);

static inline double lf_double(const lf_cell *c) {
  double d;
  memcpy(&d, &c->bits, sizeof d);
  return d;
}

/* An empty text in an empty arena still needs an address: NULL would be NULL. */
static inline const char *lf_text(const lf_loader *l, const lf_cell *c) {
  return c->len == 0 ? "" : (const char *)l->arena + c->bits;
}

#endif
