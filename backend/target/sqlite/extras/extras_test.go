package extras_test

import (
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"linefeed/backend/target/sqlite/extras"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	if err := extras.Install(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// The version of fts5.c must be that of the linked library.
func TestFullTextSearchIsOfTheLibrary(t *testing.T) {
	var own, library string
	if err := open(t).QueryRow("SELECT fts5_source_id(), sqlite_source_id()").Scan(&own, &library); err != nil {
		t.Fatal(err)
	}
	if own != "fts5: "+library {
		t.Errorf("fts5.c is of %q, the library of %q: run go generate", own, library)
	}
}

func TestFullTextSearch(t *testing.T) {
	db := open(t)
	for _, s := range []string{
		"CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)",
		"CREATE VIRTUAL TABLE found USING fts5 (body, content = notes, content_rowid = id, tokenize = 'porter unicode61')",
		"CREATE TRIGGER x AFTER INSERT ON notes BEGIN INSERT INTO found (rowid, body) VALUES (new.id, new.body); END",
		"INSERT INTO notes (body) VALUES ('runners ran'), ('a walk in the park'), ('Running again')",
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	var got string
	err := db.QueryRow("SELECT highlight(found, 0, '[', ']') FROM found WHERE found MATCH 'run' ORDER BY bm25(found)").Scan(&got)
	if err != nil || got != "[Running] again" {
		t.Errorf("found %q, %v", got, err)
	}
}

// As documented at https://www.sqlite.org/lang_mathfunc.html.
func TestMathFunctions(t *testing.T) {
	db := open(t)
	for expression, want := range map[string]any{
		"ceil(1.2)": 2.0, "ceiling(-1.2)": -1.0, "floor(1.8)": 1.0, "trunc(-1.8)": -1.0, "ceil(7)": int64(7), "floor('7.5')": 7.0,
		"ln(exp(2))": 2.0, "log(1000)": math.Log10(1000), "log10(100)": 2.0, "log2(8)": 3.0, "log(2, 64)": 6.0, "log(0)": nil, "ln(-1)": nil, "log(1, 2)": nil,
		"sqrt(2)": math.Sqrt2, "pow(2, 10)": 1024.0, "power(2, 0.5)": math.Sqrt2, "mod(10, 3)": 1.0, "mod(10.5, -4)": 2.5, "pi()": math.Pi,
		"acos(1)": 0.0, "asin(1)": math.Pi / 2, "atan(1)": math.Pi / 4, "atan2(1, -1)": 3 * math.Pi / 4, "cos(0)": 1.0, "sin(0)": 0.0, "tan(0)": 0.0,
		"cosh(0)": 1.0, "sinh(0)": 0.0, "tanh(0)": 0.0, "acosh(1)": 0.0, "asinh(0)": 0.0, "atanh(0)": 0.0,
		"radians(180)": math.Pi, "degrees(pi())": 180.0,
		"sqrt(NULL)": nil, "sqrt('x')": nil, "sqrt(x'30')": nil, "pow(2, 'x')": nil, "ceil('x')": nil, "sqrt(-1)": nil,
	} {
		var got any
		if err := db.QueryRow("SELECT " + expression).Scan(&got); err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		near := false
		if a, ok := got.(float64); ok {
			b, ok := want.(float64)
			near = ok && math.Abs(a-b) < 1e-12
		}
		if !near && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v (%T), want %v", expression, got, got, want)
		}
	}
}

// They are allowed where SQLite requires deterministic functions.
func TestMathFunctionsInTheSchema(t *testing.T) {
	db := open(t)
	for _, s := range []string{
		"PRAGMA trusted_schema = OFF",
		"CREATE TABLE t (a REAL CHECK (sqrt(a) < 10), b AS (pow(a, 2)) STORED)",
		"CREATE INDEX i ON t (floor(a))",
		"INSERT INTO t VALUES (9)",
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if _, err := db.Exec("INSERT INTO t VALUES (101)"); err == nil || !strings.Contains(err.Error(), "CHECK") {
		t.Errorf("insert: %v, want the check to refuse it", err)
	}
}
