package sqlite_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/targettest"
)

// wantError checks that err holds all the texts.
func wantError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that holds %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %q, want one that holds %q", err, text)
		}
	}
}

func createPlan() load.Layout {
	make := []load.Column{{Name: "a", Type: load.Integer, PrimaryKey: true}}
	return load.Layout{Plan: load.Plan{Table: "t", Create: true}, Columns: make, Make: make}
}

func missing(t *testing.T, path string) {
	t.Helper()
	for _, name := range []string{path, path + "-journal", path + "-wal"} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there (%v), want it gone", filepath.Base(name), err)
		}
	}
}

func TestOpenNotADatabase(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.csv")
	content := bytes.Repeat([]byte("a,b,c\n"), 1000)
	if err := os.WriteFile(text, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url  string
		want []string
	}{
		{text, []string{text, "not an SQLite database"}},
		{folder, []string{folder, "is a folder"}},
		{filepath.Join(folder, "no", "x.db"), []string{"no such file or directory"}},
		{filepath.Join(text, "x.db"), []string{"not a directory"}},
		{"", []string{"give the path"}},
		{":memory:", []string{"give the path"}},
		{"oracle://me:secret@host/db", []string{"oracle://", "sqlite:PATH"}},
	} {
		tg, err := target.Open(t.Context(), c.url)
		wantError(t, err, c.want...)
		if tg != nil {
			t.Errorf("open %q: a target beside the error", c.url)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	if got, err := os.ReadFile(text); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func TestNothingIsMadeByLooking(t *testing.T) {
	f := newFile(t)
	tg, err := target.Open(t.Context(), "sqlite:"+f.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tg.Columns(t.Context(), load.TableName{Name: "t"}); !errors.Is(err, load.ErrNoTable) {
		t.Errorf("columns: %v, want %v", err, load.ErrNoTable)
	}
	if _, err := targettest.Begin(t.Context(), tg, load.Layout{Plan: load.Plan{Table: "t"}}); !errors.Is(err, load.ErrNoTable) {
		t.Errorf("begin: %v, want %v", err, load.ErrNoTable)
	}
	missing(t, f.path)
	if err := tg.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFileOfNothingIsRemoved(t *testing.T) {
	f := newFile(t)
	tg, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w, err := targettest.Begin(t.Context(), tg, createPlan())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), targettest.Batch(row{1})); err != nil {
		t.Fatal(err)
	}
	if err := tg.Close(); err != nil { // the writer too
		t.Fatal(err)
	}
	missing(t, f.path)
}

func TestFileOfAnotherIsKept(t *testing.T) {
	for _, content := range []string{"", "CREATE TABLE other (a)"} {
		f := newFile(t)
		if err := os.WriteFile(f.path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if content != "" {
			f.Exec(t, content)
		}
		before, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		tg, err := f.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w, err := targettest.Begin(t.Context(), tg, createPlan())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(t.Context(), targettest.Batch(row{1}, row{2})); err != nil {
			t.Fatal(err)
		}
		if err := tg.Close(); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			t.Error("a load that was given up changed the file")
		}
	}
}

func TestPathsWithSigns(t *testing.T) {
	for _, name := range []string{"a b.db", "100%.db", "what?.db", "a#b.db", "ü&=.db", "mode=ro.db"} {
		f := file{filepath.Join(t.TempDir(), name)}
		tg, err := f.Open(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w, err := targettest.Begin(t.Context(), tg, createPlan())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := w.Commit(t.Context(), load.Mark{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := tg.Close(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := os.Stat(f.path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A user's database keeps its settings.
func TestSettingsAreKept(t *testing.T) {
	for _, mode := range []string{"wal", "delete"} {
		f := newFile(t)
		f.Exec(t, "PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL; PRAGMA journal_mode = "+mode+"; CREATE TABLE t (a); PRAGMA user_version = 7")
		w := begin(t, f, load.Plan{Table: "t"}, "a")
		if _, err := w.Write(t.Context(), targettest.Batch(row{1}, row{2})); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(t.Context(), load.Mark{}); err != nil {
			t.Fatal(err)
		}
		for pragma, want := range map[string]string{"journal_mode": mode, "page_size": "1024", "auto_vacuum": "1", "user_version": "7"} {
			if got := f.Query(t, "PRAGMA "+pragma)[0][0]; got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
		if got := f.Query(t, "SELECT count(*) FROM t")[0][0]; got != "2" {
			t.Errorf("%s rows, want 2", got)
		}
	}
}

func TestUnsuitableTables(t *testing.T) {
	f := newFile(t)
	for _, s := range []string{
		"CREATE TABLE t (a, b AS (a + 1), c REFERENCES missing)",
		"CREATE VIEW v AS SELECT a FROM t",
		"CREATE VIRTUAL TABLE r USING rtree (id, x0, x1)",
		"CREATE TABLE s (a REFERENCES t (a))",
	} {
		f.Exec(t, s)
	}
	for _, c := range []struct {
		table, column string
		want          []string
	}{
		{"v", "a", []string{`"v" is a view`, "choose the table"}},
		{"r", "id", []string{`"r" is a virtual table`}},
		{"sqlite_schema", "sql", []string{"belongs to SQLite"}},
		{"t", "b", []string{`"b" is generated`, "leave it out"}},
		{"t", "c", []string{"missing", "foreign key"}},
		{"s", "a", []string{"foreign key"}},
		{"T", "z", []string{`"t" has no column "z"`}},
	} {
		_, err := tryBegin(t, f, load.Plan{Table: c.table}, c.column)
		wantError(t, err, c.want...)
	}
	tg, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	if _, err := tg.Columns(t.Context(), load.TableName{Name: "v"}); err == nil {
		t.Error("columns of a view")
	}
	tables, err := tg.Tables(t.Context())
	if err != nil || len(tables) != 2 {
		t.Errorf("tables: %v, %v, want s and t", tables, err)
	}
}

func TestTriggerThatRollsBack(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	f.Exec(t, "CREATE TRIGGER x BEFORE INSERT ON t WHEN new.a = 13 BEGIN SELECT RAISE(ROLLBACK, 'no luck'); END")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	if _, err := w.Write(t.Context(), targettest.Batch(row{1}, row{2})); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), targettest.Batch(row{3})); err != nil {
		t.Fatal(err)
	}
	_, err := w.Write(t.Context(), targettest.Batch(row{4}, row{13}, row{5}))
	wantError(t, err, "no luck", "RAISE(ROLLBACK)", "since its last commit")
	if err := w.Commit(t.Context(), load.Mark{}); err == nil {
		t.Error("commit after a failed write succeeded")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if got := f.Query(t, "SELECT group_concat(a) FROM t")[0][0]; got != "1,2" {
		t.Errorf("rows %s, want those of the last commit, 1,2", got)
	}
}

func TestSchemaChangedByAnother(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	f.Exec(t, "INSERT INTO t VALUES (7)") // rows may come
	if _, err := w.Write(t.Context(), targettest.Batch(row{1})); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
	f.Exec(t, "CREATE TRIGGER x BEFORE INSERT ON t BEGIN SELECT RAISE(IGNORE); END")
	_, err := w.Write(t.Context(), targettest.Batch(row{2}))
	wantError(t, err, "changed the tables", "resume the import")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if got := f.Query(t, "SELECT group_concat(a) FROM t")[0][0]; got != "1,7" {
		t.Errorf("rows %s, want 1,7", got)
	}
}
