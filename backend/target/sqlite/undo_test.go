package sqlite_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// undone loads rows into a table of items, has somebody else do something, undoes the
// load, and returns what that did.
func undone(t *testing.T, f file, p load.Plan, columns []string, others string, rows ...[]any) load.Undoing {
	t.Helper()
	defer sqlite.SetTurn(0)()
	db, err := target.Open(t.Context(), f.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p.Table, p.Undo = "items", true
	l := load.Layout{Plan: p}
	for _, name := range columns {
		l.Columns = append(l.Columns, load.Column{Name: name})
	}
	into, err := db.Prepare(t.Context(), "job", l)
	if err != nil {
		t.Fatal(err)
	}
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if res, err := w.Write(t.Context(), targettest.Batch(row)); err != nil || len(res.Refused) > 0 {
			t.Fatalf("write %v: %+v, %v", row, res, err)
		}
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if others != "" {
		f.exec(t, others)
	}
	undoer := db.(load.Undoer)
	would, err := undoer.Undo(t.Context(), "job", load.TableName{Name: "items"}, true)
	if err != nil {
		t.Fatal(err)
	}
	did, err := undoer.Undo(t.Context(), "job", load.TableName{Name: "items"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(would) != fmt.Sprint(did) {
		t.Errorf("undoing would be %+v, and was %+v", would, did)
	}
	f.check(t)
	return did
}

// contents returns the rows of a table, with the types of their values.
func contents(t *testing.T, f file, columns ...string) string {
	t.Helper()
	var list []string
	for _, c := range columns {
		list = append(list, fmt.Sprintf("typeof(%[1]s), quote(%[1]s)", c))
	}
	return fmt.Sprint(f.Query(t, "SELECT "+strings.Join(list, ", ")+" FROM items ORDER BY 1, 2"))
}

// Every kind of value comes back as it was, and each kind of table can be undone.
func TestUndoKinds(t *testing.T) {
	for name, table := range map[string]string{
		"rowid":         "CREATE TABLE items (code TEXT PRIMARY KEY, a, b REAL, c NUMERIC, d INTEGER)",
		"alias":         "CREATE TABLE items (id INTEGER PRIMARY KEY, code TEXT UNIQUE, a, b REAL, c NUMERIC, d INTEGER)",
		"counted":       "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT UNIQUE, a, b REAL, c NUMERIC, d INTEGER)",
		"without rowid": "CREATE TABLE items (code TEXT COLLATE NOCASE, a, b REAL, c NUMERIC, d INTEGER, PRIMARY KEY (code)) WITHOUT ROWID",
		"strict":        "CREATE TABLE items (code TEXT PRIMARY KEY, a ANY, b REAL, c ANY, d INTEGER) STRICT",
		"hidden rowid":  "CREATE TABLE items (code TEXT PRIMARY KEY, a, b REAL, c NUMERIC, d INTEGER, rowid, _rowid_)",
		"generated":     "CREATE TABLE items (code TEXT PRIMARY KEY, a, b REAL, c NUMERIC, d INTEGER, e AS (a || 'x') STORED, f AS (d + 1))",
		"replace":       "CREATE TABLE items (code TEXT PRIMARY KEY ON CONFLICT REPLACE, a UNIQUE ON CONFLICT REPLACE, b REAL, c NUMERIC, d INTEGER)",
		"trigger": `CREATE TABLE items (code TEXT PRIMARY KEY, a, b REAL, c NUMERIC, d INTEGER);
			CREATE TRIGGER first AFTER INSERT ON items BEGIN UPDATE items SET c = 'inserted' WHERE code = new.code; END;
			CREATE TRIGGER then_ AFTER UPDATE OF a ON items WHEN new.a <> 'put back' BEGIN UPDATE items SET d = 77 WHERE code = new.code; END`,
	} {
		for _, rule := range []load.Conflict{load.ConflictUpdate, load.ConflictReplace, load.ConflictSkip} {
			t.Run(name+" "+string(rule), func(t *testing.T) {
				f := newFile(t)
				f.exec(t, table)
				f.exec(t, `INSERT INTO items (code, a, b, c, d) VALUES ('a', x'00ff', -0.0, 'text', NULL), ('b', CAST(x'ff00fe' AS TEXT), 1e300, 7, -9223372036854775808),
					('c', '', 0.1, NULL, 9007199254740993), ('d', x'', -1.5, 'é', 0)`)
				columns := []string{"code", "a", "b", "c", "d"}
				before := contents(t, f, columns...)
				did := undone(t, f, load.Plan{OnConflict: rule, Key: []string{"code"}}, columns, "",
					[]any{"a", "one", math.Copysign(0, -1), "1.5", 1}, []any{"b", []byte{1, 0}, 2.5, "2", 2}, []any{"e", "three", 0.0, "x", 3},
					[]any{"d", nil, nil, nil, nil}, []any{"e", "again", math.Copysign(0, -1), "0.30", 4}, []any{"a", "two", 1.0, "7", 5})
				want := load.Undoing{Removed: 1, Restored: 3}
				if rule == load.ConflictSkip {
					want.Restored = 0
				}
				did.Warnings = nil
				if fmt.Sprint(did) != fmt.Sprint(want) {
					t.Errorf("undoing was %+v, want %+v", did, want)
				}
				if name == "trigger" && rule != load.ConflictSkip { // it changes rows that are put back
					return
				}
				if after := contents(t, f, columns...); after != before {
					t.Errorf("the table is\n%s, was\n%s", after, before)
				}
			})
		}
	}
}

// A load may give a row another key, and the undoing gives it back.
func TestUndoMovedKey(t *testing.T) {
	for _, table := range []string{
		"CREATE TABLE items (id INTEGER PRIMARY KEY, code TEXT UNIQUE)",
		"CREATE TABLE items (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE) WITHOUT ROWID",
	} {
		f := newFile(t)
		f.exec(t, table)
		f.exec(t, "INSERT INTO items VALUES (1, 'a'), (2, 'b'), (3, 'c')")
		did := undone(t, f, load.Plan{OnConflict: load.ConflictReplace, Key: []string{"code"}}, []string{"id", "code"}, "DELETE FROM items WHERE code = 'c'",
			[]any{10, "a"}, []any{11, "a"}, []any{1, "d"}, []any{10, "b"}, []any{30, "c"})
		if want := (load.Undoing{Removed: 1, Restored: 2, Gone: 1}); fmt.Sprint(did) != fmt.Sprint(want) {
			t.Errorf("undoing was %+v, want %+v", did, want)
		}
		if got := contents(t, f, "id", "code"); got != "[[integer 1 text 'a'] [integer 2 text 'b']]" {
			t.Errorf("the table is %s", got)
		}
	}
}

// A table whose columns have changed since is left alone.
func TestUndoOtherColumns(t *testing.T) {
	f := newFile(t)
	f.exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY)")
	db, err := target.Open(t.Context(), f.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	into, err := db.Prepare(t.Context(), "job", load.Layout{Plan: load.Plan{Table: "items", Undo: true}, Columns: []load.Column{{Name: "id"}}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), targettest.Batch([]any{1})); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.exec(t, "ALTER TABLE items ADD COLUMN name TEXT")
	for _, try := range []bool{true, false} {
		if _, err := db.(load.Undoer).Undo(t.Context(), "job", load.TableName{Name: "items"}, try); err == nil || !strings.Contains(err.Error(), "have changed since") {
			t.Errorf("undo: %v", err)
		}
	}
}

// A table whose rows can't be told apart is refused before the start.
func TestUndoWithoutKey(t *testing.T) {
	f := newFile(t)
	f.exec(t, "CREATE TABLE items (rowid, _rowid_, oid, a)")
	db, err := target.Open(t.Context(), f.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	problems, _, err := db.Check(t.Context(), load.Layout{Plan: load.Plan{Table: "items", Undo: true}, Columns: []load.Column{{Name: "a"}}})
	if err != nil || len(problems) != 1 || problems[0].MessageID != "undo_no_key" {
		t.Errorf("problems: %+v, %v", problems, err)
	}
}
