/*
** Counting texts: GROUP BY sorts all rows, which takes several times as long as
** reading them. This is C because it is called for every reject.
*/
#include "tally.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../target/sqlite/bulk/sqlite3.h"

/* An entry is what is known about equal rows. */
typedef struct {
  sqlite3_int64 id, count; /* of the first of them; 0 for an empty place */
  uint64_t hash;
  size_t at, len; /* of their texts */
} entry;

typedef struct {
  entry *entries; /* places of a hash table, a power of two of them */
  size_t places, used;
  char *texts;
  size_t len, room;
  int failed;
} tally;

/* A key is made of texts, each with its length in front: ("a", "bc") is not
** ("ab", "c"). */
static int add_text(tally *t, const void *text, size_t len) {
  size_t need = t->len + sizeof len + len;
  if (need > t->room) {
    size_t room = need * 2 + 4096;
    char *texts = realloc(t->texts, room);
    if (!texts) return 0;
    t->texts = texts, t->room = room;
  }
  memcpy(t->texts + t->len, &len, sizeof len);
  memcpy(t->texts + t->len + sizeof len, text ? text : "", len);
  t->len = need;
  return 1;
}

static uint64_t hash_of(const char *s, size_t len) {
  uint64_t h = 1469598103934665603u ^ len;
  for (; len >= 8; s += 8, len -= 8) {
    uint64_t w;
    memcpy(&w, s, 8);
    h = (h ^ w) * 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
  }
  for (; len > 0; s++, len--) h = (h ^ (unsigned char)*s) * 1099511628211u;
  h ^= h >> 32;
  h *= 0x9E3779B97F4A7C15u;
  return h ^ h >> 29;
}

static int grow(tally *t) {
  size_t places = t->places ? 2 * t->places : 1024;
  entry *entries = calloc(places, sizeof *entries);
  if (!entries) return 0;
  for (size_t i = 0; i < t->places; i++) {
    if (!t->entries[i].count) continue;
    size_t at = t->entries[i].hash & (places - 1);
    while (entries[at].count) at = (at + 1) & (places - 1);
    entries[at] = t->entries[i];
  }
  free(t->entries);
  t->entries = entries, t->places = places;
  return 1;
}

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  tally *t = sqlite3_aggregate_context(ctx, sizeof *t);
  if (!t || t->failed) return;
  size_t from = t->len;
  t->failed = t->places < 2 * (t->used + 1) && !grow(t);
  for (int i = 1; i < argc && !t->failed; i++) {
    const void *text = sqlite3_value_text(argv[i]);
    t->failed = !add_text(t, text, sqlite3_value_bytes(argv[i]));
  }
  if (t->failed) return;
  size_t len = t->len - from;
  uint64_t hash = hash_of(t->texts + from, len);
  size_t at = hash & (t->places - 1);
  for (; t->entries[at].count; at = (at + 1) & (t->places - 1)) {
    entry *e = &t->entries[at];
    if (e->hash == hash && e->len == len && memcmp(t->texts + e->at, t->texts + from, len) == 0) {
      e->count++;
      t->len = from;
      return;
    }
  }
  t->entries[at] = (entry){sqlite3_value_int64(argv[0]), 1, hash, from, len};
  t->used++;
}

static void final(sqlite3_context *ctx) {
  tally *t = sqlite3_aggregate_context(ctx, 0);
  if (!t) {
    sqlite3_result_zeroblob(ctx, 0);
    return;
  }
  sqlite3_int64 *out = t->failed ? NULL : sqlite3_malloc64(t->used * 2 * sizeof *out + 1);
  if (out) {
    size_t n = 0;
    for (size_t i = 0; i < t->places; i++) {
      if (!t->entries[i].count) continue;
      out[n++] = t->entries[i].id;
      out[n++] = t->entries[i].count;
    }
    sqlite3_result_blob64(ctx, out, n * sizeof *out, sqlite3_free);
  } else {
    sqlite3_result_error_nomem(ctx);
  }
  free(t->entries);
  free(t->texts);
  t->entries = NULL, t->texts = NULL;
}

int lf_add_tally(struct sqlite3 *db) {
  return sqlite3_create_function_v2(db, "linefeed_tally", -1,
      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, NULL, step, final, NULL);
}
