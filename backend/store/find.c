/*
** Finding a text in others, ignoring case in any alphabet: SQLite's own functions
** ignore it in ASCII only. This is C because a search calls it for every reject,
** and calling Go from SQLite takes longer than the comparison.
*/
#include "find.h"
#include "tally.h"

#include <string.h>

#include "../target/sqlite/bulk/sqlite3.h"

/* begins returns whether a text begins with the pattern. For each character, the
** pattern has the number of its variants, and each variant after its length. */
static int begins(const unsigned char *text, const unsigned char *text_end,
                  const unsigned char *pattern, const unsigned char *pattern_end) {
  while (pattern < pattern_end) {
    int found = 0;
    for (int variants = *pattern++; variants > 0; variants--) {
      int len = *pattern++;
      if (!found && text_end - text >= len && *text == *pattern && memcmp(text, pattern, len) == 0) found = len;
      pattern += len;
    }
    if (!found) return 0;
    text += found;
  }
  return 1;
}

static void holds(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  const unsigned char *pattern = sqlite3_value_blob(argv[0]);
  const unsigned char *pattern_end = pattern + sqlite3_value_bytes(argv[0]);
  for (int i = 1; i < argc; i++) {
    const unsigned char *text = sqlite3_value_text(argv[i]);
    const unsigned char *end = text + sqlite3_value_bytes(argv[i]);
    /* UTF-8 is self-synchronizing: no match begins within a character. */
    for (; text < end; text++) {
      if (begins(text, end, pattern, pattern_end)) {
        sqlite3_result_int(ctx, 1);
        return;
      }
    }
  }
  sqlite3_result_int(ctx, 0);
}

static int entry(sqlite3 *db, char **err, const void *api) {
  (void)err, (void)api;
  int rc = sqlite3_create_function_v2(db, "linefeed_holds", -1,
      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, holds, NULL, NULL, NULL);
  return rc ? rc : lf_add_tally(db);
}

int lf_install_find(void) { return sqlite3_auto_extension((void (*)(void))entry); }
