/*
** Opening, preparing and freeing a loader.
*/
#include "loader.h"

#include <stdlib.h>

/* linefeed_connection() returns the address of its connection, which the driver
** does not expose. */
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

/* linefeed_conflict() is evaluated when a row's key is in the table: it records
** that and returns true, so that the row is updated. */
static void conflict(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  ((lf_loader *)sqlite3_user_data(ctx))->conflict = 1;
  sqlite3_result_int(ctx, 1);
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
  int rc = sqlite3_create_function_v2(l->db, "linefeed_conflict", 0,
      SQLITE_UTF8 | SQLITE_DIRECTONLY, l, conflict, NULL, NULL, NULL);
  if (rc == SQLITE_OK) rc = lf_add_hash(l->db);
  if (rc != SQLITE_OK) {
    free(l);
    return NULL;
  }
  return l;
}

void lf_free(lf_loader *l) {
  free(l->decimals);
  free(l->messages);
  free(l->runs);
  free(l);
}

int lf_fail(lf_loader *l, int rc) {
  sqlite3_snprintf(sizeof l->error, l->error, "%s",
                   sqlite3_extended_errcode(l->db) == rc ? sqlite3_errmsg(l->db) : sqlite3_errstr(rc));
  return rc;
}

/* prepare prepares a statement, if there is one and nothing failed before. */
static int prepare(lf_loader *l, int rc, const char *sql, sqlite3_stmt **out) {
  if (rc != SQLITE_OK || sql == NULL) return rc;
  return sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

int lf_prepare(lf_loader *l, const lf_statements *s, const unsigned char *decimals) {
  free(l->decimals);
  l->decimals = malloc(s->cols);
  if (l->decimals == NULL) return lf_fail(l, SQLITE_NOMEM);
  memcpy(l->decimals, decimals, s->cols);
  l->cols = s->cols;
  l->guard = s->guard;
  l->skip = s->skip;
  l->first = s->first;
  int rc = SQLITE_OK;
  if (s->many != NULL) rc = sqlite3_create_module_v2(l->db, LF_BATCH, &lf_batch_module, l, NULL);
  rc = prepare(l, rc, s->many, &l->many);
  rc = prepare(l, rc, s->rowid, &l->rowid);
  rc = prepare(l, rc, s->one, &l->one);
  rc = prepare(l, rc, s->find, &l->find);
  rc = prepare(l, rc, s->change, &l->change);
  rc = prepare(l, rc, s->before, &l->before);
  rc = prepare(l, rc, s->orphan, &l->orphan);
  rc = prepare(l, rc, s->noted, &l->noted);
  lf_note(l, l->noted != NULL);
  if (s->guard) {
    rc = prepare(l, rc, "SAVEPOINT linefeed_row", &l->savepoint);
    rc = prepare(l, rc, "ROLLBACK TO linefeed_row", &l->rollback);
    rc = prepare(l, rc, "RELEASE linefeed_row", &l->release);
  }
  if (rc != SQLITE_OK) {
    lf_fail(l, rc);
    lf_finalize(l);
  }
  return rc;
}

void lf_finalize(lf_loader *l) {
  sqlite3_stmt **all[] = {&l->many, &l->rowid, &l->one, &l->find, &l->change, &l->before,
                          &l->orphan, &l->noted, &l->savepoint, &l->rollback, &l->release};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    sqlite3_finalize(*all[i]);
    *all[i] = NULL;
  }
  lf_note(l, 0);
}

const char *lf_messages(lf_loader *l) { return l->messages; }
const char *lf_error(lf_loader *l) { return l->error; }
int lf_autocommit(lf_loader *l) { return sqlite3_get_autocommit(l->db); }
int lf_readonly(lf_loader *l) { return sqlite3_db_readonly(l->db, "main") == 1; }

int lf_moved(lf_loader *l) {
  int moved = 0;
  sqlite3_file_control(l->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved;
}

void lf_cancel(lf_loader *l) {
  atomic_store(&l->cancelled, 1);
  sqlite3_interrupt(l->db);
}

void lf_resume(lf_loader *l) {
  l->locked = 0;
  atomic_store(&l->cancelled, 0);
}
