/*
** Writing the rows of a batch, by one statement or one at a time.
*/
#include "loader.h"

#include <stdlib.h>

/* The most bytes kept of a message: a trigger's may be of any length. */
#define LF_MAX_MESSAGE 1000

/* Whether a result code is the fault of the row, not of the database.
** SQLITE_ERROR comes from a function in a check, a generated column or a
** trigger. */
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
  if (out->refused > 0 && len > 0 && r[-1].len == len &&
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
    if (len > 0) memcpy(l->messages + l->used, text, len);
    r->message = l->used;
    l->used += len;
  }
  r->len = len;
  out->refused++;
  return SQLITE_OK;
}

/* Whether the last inserted row is in the table: after a failed statement this
** tells whether the rows before the failing one were kept or undone. */
static int last_stayed(lf_loader *l, int *stayed) {
  sqlite3_bind_int64(l->rowid, 1, sqlite3_last_insert_rowid(l->db));
  int rc = sqlite3_step(l->rowid);
  *stayed = rc == SQLITE_ROW;
  sqlite3_reset(l->rowid);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Whether a statement with OR FAIL that ended with rc kept the rows before the
** refused one, and counted them. After any other error they may be undone. */
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
** refusals allow. If SQLite undid good rows, it stops with *undone set and l->row
** at the first of them, for write_each to write. */
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
      lf_fail(l, rc);
      sqlite3_reset(l->many);
      return rc;
    }
    int filled = refuse(l, rc, sqlite3_errmsg(l->db), refusals, out);
    sqlite3_reset(l->many);
    if (filled != SQLITE_OK) return filled;
    if (!keeps_rows(rc) && looked > 0) {
      int stayed;
      rc = last_stayed(l, &stayed);
      if (rc != SQLITE_OK) return lf_fail(l, rc);
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

/* bind binds the values of the row. Some statements have parameters for the
** first columns only. */
static int bind(lf_loader *l, sqlite3_stmt *s) {
  const lf_cell *cells = &l->cells[(size_t)l->row * l->cols];
  int params = sqlite3_bind_parameter_count(s);
  for (int i = 0; i < l->cols && i < params; i++) {
    const lf_cell *c = &cells[i];
    int rc;
    switch (c->kind) {
      case KIND_INT: rc = sqlite3_bind_int64(s, i + 1, (sqlite3_int64)c->bits); break;
      case KIND_FLOAT: rc = sqlite3_bind_double(s, i + 1, lf_double(c)); break;
      case KIND_TEXT:
        rc = sqlite3_bind_text64(s, i + 1, lf_text(l, c), c->len, SQLITE_STATIC, SQLITE_UTF8);
        break;
      case KIND_BLOB:
        rc = sqlite3_bind_blob64(s, i + 1, lf_text(l, c), c->len, SQLITE_STATIC);
        break;
      default: rc = sqlite3_bind_null(s, i + 1);
    }
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}

/* Whether a deferred foreign key is violated. SQLite reports it at the commit,
** when it is too late to tell which row caused it. */
static int dangling(lf_loader *l) {
  int now = 0, high = 0;
  sqlite3_db_status(l->db, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &high, 0);
  return now != 0;
}

/* Whether the orphan statement selects something for the row. */
static int orphaned(lf_loader *l, int *is) {
  *is = 0;
  if (l->orphan == NULL) return SQLITE_OK;
  int rc = bind(l, l->orphan);
  if (rc == SQLITE_OK) rc = sqlite3_step(l->orphan);
  *is = rc == SQLITE_ROW;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) lf_fail(l, rc);
  sqlite3_reset(l->orphan);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Runs the statement that comes before each row. */
static int before(lf_loader *l) {
  if (l->before == NULL) return SQLITE_OK;
  int rc = bind(l, l->before);
  if (rc == SQLITE_OK) rc = sqlite3_step(l->before);
  if (rc == SQLITE_DONE) rc = SQLITE_OK;
  if (rc != SQLITE_OK) lf_fail(l, rc);
  sqlite3_reset(l->before);
  return rc;
}

static int run(sqlite3_stmt *s) {
  sqlite3_step(s);
  return sqlite3_reset(s);
}

/* What put did with a row. */
enum { IGNORED, STORED, REFUSED };

/* put runs a statement that inserts or updates the row. A row that the database
** refuses is reported and leaves nothing behind. */
static int put(lf_loader *l, sqlite3_stmt *s, lf_refusal *refusals, lf_outcome *out, int *became) {
  l->conflict = 0;
  int rc = bind(l, s);
  if (rc == SQLITE_OK) rc = sqlite3_step(s);
  if (rc == SQLITE_DONE) {
    *became = sqlite3_changes64(l->db) > 0 ? STORED : IGNORED;
    sqlite3_reset(s);
    int orphan;
    if ((rc = orphaned(l, &orphan)) != SQLITE_OK) return rc;
    if (!orphan && (!l->guard || !dangling(l))) return SQLITE_OK;
    rc = refuse(l, SQLITE_CONSTRAINT_FOREIGNKEY, "", refusals, out);
  } else {
    if (!blames_row(rc) || sqlite3_get_autocommit(l->db)) {
      lf_fail(l, rc);
      sqlite3_reset(s);
      return rc;
    }
    rc = refuse(l, rc, sqlite3_errmsg(l->db), refusals, out);
    sqlite3_reset(s);
  }
  *became = REFUSED;
  if (rc == SQLITE_OK && l->guard) {
    rc = run(l->rollback);
    if (rc != SQLITE_OK) lf_fail(l, rc);
  }
  return rc;
}

/* find looks up whether the row's key is in the table. */
static int find(lf_loader *l, int *there) {
  int rc = bind(l, l->find);
  if (rc == SQLITE_OK) rc = sqlite3_step(l->find);
  *there = rc == SQLITE_ROW;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) lf_fail(l, rc);
  sqlite3_reset(l->find);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* write_row inserts the row, or updates or keeps the existing row with its key. A
** row that can't be inserted may still have a key that exists. */
static int write_row(lf_loader *l, lf_refusal *refusals, lf_outcome *out) {
  int there = 0, became, rc;
  if (l->first && (rc = find(l, &there)) != SQLITE_OK) return rc;
  if (!there) {
    if ((rc = put(l, l->one, refusals, out, &became)) != SQLITE_OK) return rc;
    if (became == STORED) {
      if (l->conflict) out->updated++;
      else out->inserted++;
      return SQLITE_OK;
    }
    if (became == IGNORED) {
      if (!l->skip) return refuse(l, 0, "", refusals, out);
      out->skipped++;
      return SQLITE_OK;
    }
    if (l->find == NULL || l->first) return SQLITE_OK;
    if ((rc = find(l, &there)) != SQLITE_OK || !there) return rc;
    out->refused--;
  }
  if (l->change == NULL) {
    out->skipped++;
    return SQLITE_OK;
  }
  if ((rc = put(l, l->change, refusals, out, &became)) != SQLITE_OK) return rc;
  if (became == IGNORED) return refuse(l, 0, "", refusals, out);
  if (became == STORED) out->updated++;
  return SQLITE_OK;
}

/* write_each writes rows [l->row, l->end) one at a time. */
static int write_each(lf_loader *l, lf_refusal *refusals, int32_t capacity, lf_outcome *out) {
  for (; l->row < l->end && out->refused < capacity; l->row++) {
    int rc = lf_stop(l);
    if (rc != SQLITE_OK) return lf_fail(l, rc);
    if ((rc = before(l)) != SQLITE_OK) return rc;
    if (l->guard && (rc = run(l->savepoint)) != SQLITE_OK) return lf_fail(l, rc);
    if ((rc = write_row(l, refusals, out)) != SQLITE_OK) return rc;
    if (l->guard && (rc = run(l->release)) != SQLITE_OK) return lf_fail(l, rc);
  }
  return SQLITE_OK;
}

/* clear unbinds the batch's values. */
static void clear(sqlite3_stmt *s) {
  if (s != NULL) sqlite3_clear_bindings(s);
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
  l->noting = l->noted != NULL;
  int rc = SQLITE_OK, each = l->many == NULL;
  if (!each) rc = write_many(l, refusals, capacity, out, &each);
  if (each && rc == SQLITE_OK) {
    rc = write_each(l, refusals, capacity, out);
    clear(l->one);
    clear(l->find);
    clear(l->change);
    clear(l->before);
    clear(l->orphan);
  }
  l->noting = 0;
  if (rc == SQLITE_OK && l->noted != NULL) rc = lf_keep_noted(l);
  out->next = l->row;
  /* The batch belongs to the caller again. */
  l->cells = NULL;
  l->arena = NULL;
  l->row = l->end = 0;
  return rc;
}
