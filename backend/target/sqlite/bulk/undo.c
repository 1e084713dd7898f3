/*
** What is noted of the rows of a load so that it can be undone: which rows it
** inserted, and a hash of what a row holds.
*/
#include "loader.h"

#include <stdlib.h>

/* FNV-1a of 64 bits. Hashes are kept in the databases of users: they never change. */
static uint64_t add(uint64_t h, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * UINT64_C(0x100000001b3);
  return h;
}

/* Adds a number, the lowest byte first, after the kind of its value. */
static uint64_t add_number(uint64_t h, unsigned char kind, uint64_t n) {
  unsigned char bytes[9] = {kind};
  for (int i = 1; i < 9; i++, n >>= 8) bytes[i] = (unsigned char)n;
  return add(h, bytes, sizeof bytes);
}

/* linefeed_hash(value, …) returns a hash of values and of their types. */
static void hash(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (int i = 0; i < argc; i++) {
    int kind = sqlite3_value_type(argv[i]);
    switch (kind) {
      case SQLITE_INTEGER: h = add_number(h, 'i', (uint64_t)sqlite3_value_int64(argv[i])); break;
      case SQLITE_FLOAT: {
        double d = sqlite3_value_double(argv[i]) + 0.0; /* -0.0 is stored as 0.0 */
        uint64_t bits;
        memcpy(&bits, &d, sizeof bits);
        h = add_number(h, 'f', bits);
        break;
      }
      case SQLITE_TEXT:
      case SQLITE_BLOB: {
        const void *bytes = kind == SQLITE_TEXT ? (const void *)sqlite3_value_text(argv[i])
                                                : sqlite3_value_blob(argv[i]);
        int n = sqlite3_value_bytes(argv[i]);
        if (bytes == NULL && n > 0) {
          sqlite3_result_error_nomem(ctx);
          return;
        }
        h = add_number(h, kind == SQLITE_TEXT ? 't' : 'b', (uint64_t)n);
        if (n > 0) h = add(h, bytes, (size_t)n);
        break;
      }
      default: h = add(h, "n", 1);
    }
  }
  sqlite3_result_int64(ctx, (sqlite3_int64)h);
}

int lf_add_hash(sqlite3 *db) {
  return sqlite3_create_function_v2(db, "linefeed_hash", -1,
      SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, hash, NULL, NULL, NULL);
}

/* Notes the rowid of a row that was inserted. Numbers that follow each other are
** one run. */
static void inserted(void *arg, int op, const char *db, const char *table, sqlite3_int64 rowid) {
  (void)db, (void)table;
  lf_loader *l = arg;
  if (op != SQLITE_INSERT || !l->noting) return;
  if (l->run_count > 0) {
    lf_run *last = &l->runs[l->run_count - 1];
    if (last->last < INT64_MAX && last->last + 1 == rowid) {
      last->last = rowid;
      return;
    }
  }
  if (l->run_count == l->run_room) {
    int32_t room = 2 * l->run_room + 64;
    lf_run *grown = realloc(l->runs, (size_t)room * sizeof *grown);
    if (grown == NULL) {
      l->run_lost = 1;
      return;
    }
    l->runs = grown;
    l->run_room = room;
  }
  l->runs[l->run_count++] = (lf_run){rowid, rowid};
}

void lf_note(lf_loader *l, int on) {
  l->run_count = 0;
  l->run_lost = 0;
  sqlite3_update_hook(l->db, on ? inserted : NULL, l);
}

int lf_keep_noted(lf_loader *l) {
  int rc = l->run_lost ? SQLITE_NOMEM : SQLITE_OK;
  for (int32_t i = 0; i < l->run_count && rc == SQLITE_OK; i++) {
    sqlite3_bind_int64(l->noted, 1, l->runs[i].first);
    sqlite3_bind_int64(l->noted, 2, l->runs[i].last);
    rc = sqlite3_step(l->noted);
    if (rc == SQLITE_DONE) rc = SQLITE_OK;
    else lf_fail(l, rc);
    sqlite3_reset(l->noted);
  }
  l->run_count = 0;
  l->run_lost = 0;
  return rc;
}
