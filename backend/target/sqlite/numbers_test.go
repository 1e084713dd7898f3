package sqlite_test

import (
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target/targettest"
)

// Rows whose key is there use up no number of an AUTOINCREMENT column, whatever
// the rule for them; new ones use one each.
func TestRowsThatAreThereUseNoNumbers(t *testing.T) {
	for _, rule := range []load.Conflict{load.ConflictSkip, load.ConflictUpdate, load.ConflictReplace} {
		f := newFile(t)
		f.Exec(t, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, sku TEXT UNIQUE, n INTEGER); INSERT INTO t (sku, n) VALUES ('a', 1), ('b', 1)")
		w := begin(t, f, load.Plan{Table: "t", OnConflict: rule, Key: []string{"sku"}}, "sku", "n")
		for range 3 {
			res, err := w.Write(t.Context(), targettest.Batch(row{"a", 2}, row{"b", 2}))
			if err != nil || res.Inserted != 0 || res.Updated+res.Skipped != 2 || len(res.Refused) != 0 {
				t.Fatalf("%s: %+v, %v", rule, res, err)
			}
		}
		if res, err := w.Write(t.Context(), targettest.Batch(row{"c", 3})); err != nil || res.Inserted != 1 {
			t.Fatalf("%s: %+v, %v", rule, res, err)
		}
		if err := w.Commit(t.Context(), load.Mark{}); err != nil {
			t.Fatal(err)
		}
		if got := f.Query(t, "SELECT group_concat(id || sku, ' '), (SELECT seq FROM sqlite_sequence) FROM (SELECT * FROM t ORDER BY id)")[0]; got[0] != "1a 2b 3c" || got[1] != "3" {
			t.Errorf("%s: the rows are %s, and the last number is %s", rule, got[0], got[1])
		}
	}
}
