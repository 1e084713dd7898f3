/*
** The virtual table over a batch: the rows that the current call of lf_write is
** to write, read in place.
*/
#include "loader.h"

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

static int cursor_next(sqlite3_vtab_cursor *c) {
  lf_loader *l = ((lf_cursor *)c)->loader;
  l->row++;
  return lf_stop(l);
}

static int cursor_eof(sqlite3_vtab_cursor *c) {
  lf_loader *l = ((lf_cursor *)c)->loader;
  return l->row >= l->end;
}

/* Passes a decimal as the number that SQLite would make of its text. With so few
** digits both the mantissa and the power of ten are exact, so the quotient is the
** nearest double. SQLite, which must handle any text, takes several times as
** long. Returns 0 if the conversion is left to SQLite. */
static int decimal(sqlite3_context *ctx, const char *s, uint32_t len) {
  static const double ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
                               1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  uint32_t i = 0, point = 0;
  int64_t n = 0;
  int minus = len > 0 && s[0] == '-';
  if (minus) i++;
  if (len - i > 16) return 0;
  for (uint32_t first = i; i < len; i++) {
    if (s[i] >= '0' && s[i] <= '9') n = 10 * n + (s[i] - '0');
    else if (s[i] == '.' && point == 0 && i > first) point = i;
    else return 0;
  }
  if (len == 0 || (point > 0 && point == len - 1) || n >= 1000000000000000) return 0;
  if (minus) n = -n;
  if (point == 0) sqlite3_result_int64(ctx, n);
  else sqlite3_result_double(ctx, (double)n / ten[len - 1 - point]);
  return 1;
}

/* Values are not copied: the batch outlives the statement's run. */
static int cursor_column(sqlite3_vtab_cursor *cur, sqlite3_context *ctx, int i) {
  lf_loader *l = ((lf_cursor *)cur)->loader;
  const lf_cell *c = &l->cells[(size_t)l->row * l->cols + i];
  switch (c->kind) {
    case KIND_INT: sqlite3_result_int64(ctx, (sqlite3_int64)c->bits); break;
    case KIND_FLOAT: sqlite3_result_double(ctx, lf_double(c)); break;
    case KIND_TEXT:
      if (l->decimals[i] && decimal(ctx, lf_text(l, c), c->len)) break;
      sqlite3_result_text64(ctx, lf_text(l, c), c->len, SQLITE_STATIC, SQLITE_UTF8);
      break;
    case KIND_BLOB: sqlite3_result_blob64(ctx, lf_text(l, c), c->len, SQLITE_STATIC); break;
    default: sqlite3_result_null(ctx);
  }
  return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *rowid) {
  *rowid = ((lf_cursor *)c)->loader->row;
  return SQLITE_OK;
}

/* Without xCreate the table exists in every connection that has the module, and
** in no database file. */
const sqlite3_module lf_batch_module = {
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
