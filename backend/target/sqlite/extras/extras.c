#include "extras.h"

/* Where the driver was built with one of them, its own is kept. */
static int extras(sqlite3 *db, char **err, const void *api) {
  (void)err, (void)api;
  int rc = SQLITE_OK;
  if (!sqlite3_compileoption_used("ENABLE_MATH_FUNCTIONS")) rc = lf_math_functions(db);
  if (rc == SQLITE_OK && !sqlite3_compileoption_used("ENABLE_FTS5")) rc = lf_fts5(db);
  return rc;
}

int lf_extras(void) { return sqlite3_auto_extension((void (*)(void))extras); }
