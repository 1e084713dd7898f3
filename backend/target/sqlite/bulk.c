#include "bulk.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes of a message are kept: a trigger's may be of any length. */
#define LF_MAX_MESSAGE 1000

enum { KIND_NULL, KIND_INT, KIND_FLOAT, KIND_TEXT, KIND_BLOB };

struct lf_loader {
  sqlite3 *db;
  int wait;   /* for a lock, in milliseconds */
  int locked; /* a lock was waited for in vain */
  uintptr_t waiting; /* what linefeedWaiting is told */
  atomic_int cancelled;

  int cols;
  int guard; /* undo what a refused row left behind */
  int skip;  /* rows whose key is there are left */
  sqlite3_stmt *many, *one, *rowid, *savepoint, *rollback, *release;

  /* The batch of the running call, and the rows the virtual table shows. */
  const lf_cell *cells;
  const unsigned char *arena;
  int32_t row, end;
  int conflict; /* the row's key was there */

  char *messages;
  uint32_t used, size;
  char error[512];
};

/* ---- the function that tells a connection's address ---- */

static void address(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  sqlite3_result_int64(ctx, (sqlite3_int64)(uintptr_t)sqlite3_context_db_handle(ctx));
}

static int entry(sqlite3 *db, char **err, const void *api) {
  (void)err, (void)api;
  return sqlite3_create_function_v2(db, "linefeed_connection", 0,
      SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, address, NULL, NULL, NULL);
}

int lf_install(void) { return sqlite3_auto_extension((void (*)(void))entry); }

/* ---- the virtual table: the rows of the running call ---- */

typedef struct lf_table {
  sqlite3_vtab base;
  lf_loader *loader;
} lf_table;

typedef struct lf_cursor {
  sqlite3_vtab_cursor base;
  lf_loader *loader;
} lf_cursor;

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **err) {
  (void)argc, (void)argv, (void)err;
  lf_loader *l = aux;
  sqlite3_str *s = sqlite3_str_new(db);
  sqlite3_str_appendall(s, "CREATE TABLE x(");
  for (int i = 0; i < l->cols; i++) sqlite3_str_appendf(s, i ? ",c%d" : "c%d", i);
  sqlite3_str_appendall(s, ")");
  char *sql = sqlite3_str_finish(s);
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = sqlite3_declare_vtab(db, sql);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) return rc;
  lf_table *t = sqlite3_malloc(sizeof *t);
  if (t == NULL) return SQLITE_NOMEM;
  memset(t, 0, sizeof *t);
  t->loader = l;
  *out = &t->base;
  return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int table_disconnect(sqlite3_vtab *t) {
  sqlite3_free(t);
  return SQLITE_OK;
}

static int table_best_index(sqlite3_vtab *t, sqlite3_index_info *info) {
  (void)t;
  info->estimatedCost = 1e6;
  info->estimatedRows = 1000000;
  return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out) {
  lf_cursor *c = sqlite3_malloc(sizeof *c);
  if (c == NULL) return SQLITE_NOMEM;
  memset(c, 0, sizeof *c);
  c->loader = ((lf_table *)t)->loader;
  *out = &c->base;
  return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *c) {
  sqlite3_free(c);
  return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *c, int num, const char *str, int argc,
                         sqlite3_value **argv) {
  (void)c, (void)num, (void)str, (void)argc, (void)argv;
  return SQLITE_OK;
}

/* stop says whether rows can go on. A full cache that can't be spilled because
** of another program's lock is no error to SQLite: it lets memory grow, and
** waits for the lock once more with every page. */
static int stop(const lf_loader *l) {
  if (atomic_load_explicit(&l->cancelled, memory_order_relaxed)) return SQLITE_INTERRUPT;
  return l->locked ? SQLITE_BUSY : SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *c) {
  lf_loader *l = ((lf_cursor *)c)->loader;
  l->row++;
  return stop(l);
}

static int cursor_eof(sqlite3_vtab_cursor *c) {
  lf_loader *l = ((lf_cursor *)c)->loader;
  return l->row >= l->end;
}

static double as_double(uint64_t bits) {
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}

/* An empty text in an empty arena still needs an address: NULL would be NULL. */
static const char *text_of(const lf_loader *l, const lf_cell *c) {
  return c->len == 0 ? "" : (const char *)l->arena + c->bits;
}

/* The values are not copied: the batch outlives the statement's run. */
static int cursor_column(sqlite3_vtab_cursor *cur, sqlite3_context *ctx, int i) {
  lf_loader *l = ((lf_cursor *)cur)->loader;
  const lf_cell *c = &l->cells[(size_t)l->row * l->cols + i];
  switch (c->kind) {
    case KIND_INT: sqlite3_result_int64(ctx, (sqlite3_int64)c->bits); break;
    case KIND_FLOAT: sqlite3_result_double(ctx, as_double(c->bits)); break;
    case KIND_TEXT:
      sqlite3_result_text64(ctx, text_of(l, c), c->len, SQLITE_STATIC, SQLITE_UTF8);
      break;
    case KIND_BLOB: sqlite3_result_blob64(ctx, text_of(l, c), c->len, SQLITE_STATIC); break;
    default: sqlite3_result_null(ctx);
  }
  return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *rowid) {
  *rowid = ((lf_cursor *)c)->loader->row;
  return SQLITE_OK;
}

/* With no xCreate the table exists in every connection that has the module,
** and in no database file. */
static const sqlite3_module batch_module = {
  .iVersion = 0,
  .xConnect = table_connect,
  .xBestIndex = table_best_index,
  .xDisconnect = table_disconnect,
  .xOpen = cursor_open,
  .xClose = cursor_close,
  .xFilter = cursor_filter,
  .xNext = cursor_next,
  .xEof = cursor_eof,
  .xColumn = cursor_column,
  .xRowid = cursor_rowid,
};

/* ---- the loader ---- */

/* linefeed_conflict(x) is evaluated where a row's key is there already: it
** notes that, and returns x, which says whether the row is to be changed. */
static void conflict(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  ((lf_loader *)sqlite3_user_data(ctx))->conflict = 1;
  sqlite3_result_value(ctx, argv[0]);
}

static int busy(void *arg, int tries) {
  lf_loader *l = arg;
  const int step = 10;
  if (tries >= l->wait / step) l->locked = 1;
  if (l->locked || atomic_load(&l->cancelled)) return 0;
  linefeedWaiting(l->waiting);
  sqlite3_sleep(step);
  return 1;
}

lf_loader *lf_open(uintptr_t db, int wait, uintptr_t waiting) {
  lf_loader *l = calloc(1, sizeof *l);
  if (l == NULL) return NULL;
  l->db = (sqlite3 *)db;
  l->wait = wait;
  l->waiting = waiting;
  sqlite3_busy_handler(l->db, busy, l);
  sqlite3_extended_result_codes(l->db, 1);
  int rc = sqlite3_create_function_v2(l->db, "linefeed_conflict", 1,
      SQLITE_UTF8 | SQLITE_DIRECTONLY, l, conflict, NULL, NULL, NULL);
  if (rc != SQLITE_OK) {
    free(l);
    return NULL;
  }
  return l;
}

void lf_free(lf_loader *l) {
  free(l->messages);
  free(l);
}

static int fail(lf_loader *l, int rc) {
  sqlite3_snprintf(sizeof l->error, l->error, "%s",
                   sqlite3_extended_errcode(l->db) == rc ? sqlite3_errmsg(l->db) : sqlite3_errstr(rc));
  return rc;
}

static int prepare(lf_loader *l, const char *sql, sqlite3_stmt **out) {
  return sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

int lf_prepare(lf_loader *l, int cols, const char *many, const char *one,
               const char *rowid, int guard, int skip) {
  l->cols = cols;
  l->guard = guard;
  l->skip = skip;
  int rc = prepare(l, one, &l->one);
  if (rc == SQLITE_OK && many != NULL) {
    rc = sqlite3_create_module_v2(l->db, "linefeed_batch", &batch_module, l, NULL);
    if (rc == SQLITE_OK) rc = prepare(l, many, &l->many);
    if (rc == SQLITE_OK) rc = prepare(l, rowid, &l->rowid);
  }
  if (rc == SQLITE_OK && guard) {
    rc = prepare(l, "SAVEPOINT linefeed_row", &l->savepoint);
    if (rc == SQLITE_OK) rc = prepare(l, "ROLLBACK TO linefeed_row", &l->rollback);
    if (rc == SQLITE_OK) rc = prepare(l, "RELEASE linefeed_row", &l->release);
  }
  if (rc != SQLITE_OK) {
    fail(l, rc);
    lf_finalize(l);
  }
  return rc;
}

void lf_finalize(lf_loader *l) {
  sqlite3_stmt **all[] = {&l->many, &l->one, &l->rowid, &l->savepoint, &l->rollback, &l->release};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    sqlite3_finalize(*all[i]);
    *all[i] = NULL;
  }
}

/* Whether a result code blames the row, and not the database. A plain error
** comes from a function in a check, a generated column or a trigger. */
static int blames_row(int rc) {
  switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR: return 1;
  }
  return 0;
}

static int refuse(lf_loader *l, int rc, const char *text, lf_refusal *refusals, lf_outcome *out) {
  lf_refusal *r = &refusals[out->refused];
  uint32_t len = (uint32_t)strnlen(text, LF_MAX_MESSAGE);
  if (len == LF_MAX_MESSAGE) {
    while (len > 0 && (text[len] & 0xc0) == 0x80) len--;
  }
  r->row = l->row;
  r->code = rc;
  if (out->refused > 0 && r[-1].len == len &&
      memcmp(l->messages + r[-1].message, text, len) == 0) {
    r->message = r[-1].message;
  } else {
    if (l->size - l->used < len) {
      uint32_t size = 2 * l->size + len + 1024;
      char *grown = realloc(l->messages, size);
      if (grown == NULL) return SQLITE_NOMEM;
      l->messages = grown;
      l->size = size;
    }
    memcpy(l->messages + l->used, text, len);
    r->message = l->used;
    l->used += len;
  }
  r->len = len;
  out->refused++;
  return SQLITE_OK;
}

/* Whether the row inserted last is there. After a statement that failed it
** says whether the rows before the failing one stayed or were undone. */
static int last_stayed(lf_loader *l, int *stayed) {
  sqlite3_bind_int64(l->rowid, 1, sqlite3_last_insert_rowid(l->db));
  int rc = sqlite3_step(l->rowid);
  *stayed = rc == SQLITE_ROW;
  sqlite3_reset(l->rowid);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Whether a statement with OR FAIL that ended so kept the rows before the
** refused one, and counted them. Any other error may have undone them. */
static int keeps_rows(int rc) {
  switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_NOTNULL:
    case SQLITE_CONSTRAINT_CHECK: return 1;
  }
  return 0;
}

static int miscounted(lf_loader *l, int64_t stored, int64_t looked) {
  sqlite3_snprintf(sizeof l->error, l->error, "SQLite counts %lld rows stored of %lld",
                   (long long)stored, (long long)looked);
  return SQLITE_INTERNAL;
}

/* write_many inserts rows [l->row, l->end) with as few statements as the
** refusals allow. Where SQLite undid rows that were good, it stops with
** *undone set and l->row at the first of them: they are for write_each. */
static int write_many(lf_loader *l, lf_refusal *refusals, int32_t capacity, lf_outcome *out,
                      int *undone) {
  while (l->row < l->end && out->refused < capacity) {
    int32_t first = l->row;
    int rc = sqlite3_step(l->many);
    int64_t stored = sqlite3_changes64(l->db);
    int64_t looked = l->row - first;
    if (rc == SQLITE_DONE) {
      sqlite3_reset(l->many);
      if (looked != l->end - first || stored != looked) return miscounted(l, stored, looked);
      out->inserted += stored;
      return SQLITE_OK;
    }
    if (!blames_row(rc) || sqlite3_get_autocommit(l->db)) {
      fail(l, rc);
      sqlite3_reset(l->many);
      return rc;
    }
    int filled = refuse(l, rc, sqlite3_errmsg(l->db), refusals, out);
    sqlite3_reset(l->many);
    if (filled != SQLITE_OK) return filled;
    if (!keeps_rows(rc) && looked > 0) {
      int stayed;
      rc = last_stayed(l, &stayed);
      if (rc != SQLITE_OK) return fail(l, rc);
      if (!stayed) {
        out->refused--;
        l->row = first;
        *undone = 1;
        return SQLITE_OK;
      }
    } else if (stored != looked) {
      return miscounted(l, stored, looked);
    }
    out->inserted += looked;
    l->row++;
  }
  return SQLITE_OK;
}

static int bind(lf_loader *l, const lf_cell *cells) {
  for (int i = 0; i < l->cols; i++) {
    const lf_cell *c = &cells[i];
    int rc;
    switch (c->kind) {
      case KIND_INT: rc = sqlite3_bind_int64(l->one, i + 1, (sqlite3_int64)c->bits); break;
      case KIND_FLOAT: rc = sqlite3_bind_double(l->one, i + 1, as_double(c->bits)); break;
      case KIND_TEXT:
        rc = sqlite3_bind_text64(l->one, i + 1, text_of(l, c), c->len, SQLITE_STATIC, SQLITE_UTF8);
        break;
      case KIND_BLOB:
        rc = sqlite3_bind_blob64(l->one, i + 1, text_of(l, c), c->len, SQLITE_STATIC);
        break;
      default: rc = sqlite3_bind_null(l->one, i + 1);
    }
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

/* Whether a deferred foreign key is violated. SQLite tells at the commit, when
** it is too late to say which row it was. */
static int dangling(lf_loader *l) {
  int now = 0, high = 0;
  sqlite3_db_status(l->db, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &high, 0);
  return now != 0;
}

static int run(sqlite3_stmt *s) {
  sqlite3_step(s);
  return sqlite3_reset(s);
}

/* write_each inserts rows [l->row, l->end) one statement a row. */
static int write_each(lf_loader *l, lf_refusal *refusals, int32_t capacity, lf_outcome *out) {
  for (; l->row < l->end && out->refused < capacity; l->row++) {
    int rc = stop(l);
    if (rc != SQLITE_OK) return fail(l, rc);
    if (l->guard && (rc = run(l->savepoint)) != SQLITE_OK) return fail(l, rc);
    l->conflict = 0;
    rc = bind(l, &l->cells[(size_t)l->row * l->cols]);
    if (rc == SQLITE_OK) rc = sqlite3_step(l->one);
    if (rc == SQLITE_DONE) {
      int64_t stored = sqlite3_changes64(l->db);
      sqlite3_reset(l->one);
      if (l->guard && dangling(l)) {
        rc = refuse(l, SQLITE_CONSTRAINT_FOREIGNKEY, "", refusals, out);
        if (rc != SQLITE_OK) return rc;
        if ((rc = run(l->rollback)) != SQLITE_OK) return fail(l, rc);
      } else if (stored > 0) {
        if (l->conflict) out->updated++;
        else out->inserted++;
      } else if (l->conflict || (l->skip && !l->guard)) {
        out->skipped++;
      } else {
        rc = refuse(l, 0, "", refusals, out);
        if (rc != SQLITE_OK) return rc;
      }
    } else {
      if (!blames_row(rc) || sqlite3_get_autocommit(l->db)) {
        fail(l, rc);
        sqlite3_reset(l->one);
        return rc;
      }
      rc = refuse(l, rc, sqlite3_errmsg(l->db), refusals, out);
      sqlite3_reset(l->one);
      if (rc != SQLITE_OK) return rc;
      if (l->guard && (rc = run(l->rollback)) != SQLITE_OK) return fail(l, rc);
    }
    if (l->guard && (rc = run(l->release)) != SQLITE_OK) return fail(l, rc);
  }
  return SQLITE_OK;
}

int lf_write(lf_loader *l, const lf_cell *cells, const unsigned char *arena,
             int32_t first, int32_t end, lf_refusal *refusals, int32_t capacity,
             lf_outcome *out) {
  memset(out, 0, sizeof *out);
  l->used = 0;
  l->error[0] = 0;
  l->cells = cells;
  l->arena = arena;
  l->row = first;
  l->end = end;
  int rc = SQLITE_OK, each = l->many == NULL;
  if (!each) rc = write_many(l, refusals, capacity, out, &each);
  if (each && rc == SQLITE_OK) {
    rc = write_each(l, refusals, capacity, out);
    sqlite3_clear_bindings(l->one);
  }
  out->next = l->row;
  /* The batch is the caller's again. */
  l->cells = NULL;
  l->arena = NULL;
  l->row = l->end = 0;
  return rc;
}

const char *lf_messages(lf_loader *l) { return l->messages; }
const char *lf_error(lf_loader *l) { return l->error; }
int lf_autocommit(lf_loader *l) { return sqlite3_get_autocommit(l->db); }
int lf_readonly(lf_loader *l) { return sqlite3_db_readonly(l->db, "main") == 1; }

void lf_cancel(lf_loader *l) {
  atomic_store(&l->cancelled, 1);
  sqlite3_interrupt(l->db);
}

void lf_resume(lf_loader *l) {
  l->locked = 0;
  atomic_store(&l->cancelled, 0);
}
