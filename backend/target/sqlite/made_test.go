package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/load"
)

func TestTypeNames(t *testing.T) {
	for _, declared := range []string{"TEXT", "int", "VARCHAR(20)", "VARCHAR (20)", "DECIMAL(10,2)", "NUMERIC( 10 , 2 )", "DOUBLE PRECISION", "UNSIGNED BIG INT",
		"TIMESTAMP WITH TIME ZONE", "timestamp without time zone", "NATIVE CHARACTER(70)", "DECIMAL TEXT(30,5)", "my_type2"} {
		if !isTypeName(declared) {
			t.Errorf("%q is refused", declared)
		}
	}
	for _, declared := range []string{
		"TEXT); DROP TABLE precious; CREATE TABLE z (b", "TEXT;", "TEXT -- x", "TEXT /* x */", "TEXT/**/", "'TEXT'", `"TEXT"`, "[TEXT]", "`TEXT`", "TEXT\x00", "TEXT\n", "TE\tXT", " TEXT", "TEXT ",
		"TEXT NOT NULL", "TEXT DEFAULT 1", "TEXT CHECK (1)", "TEXT CHECK(1)", "TEXT UNIQUE", "INTEGER PRIMARY KEY", "TEXT COLLATE NOCASE", "TEXT REFERENCES precious", "TEXT REFERENCES precious(1)",
		"INT GENERATED ALWAYS AS (1)", "INT AS (1)", "TEXT CONSTRAINT x", "AUTOINCREMENT", "VARCHAR(20", "VARCHAR 20)", "VARCHAR((20))", "VARCHAR(20) x", "VARCHAR(-1)", "VARCHAR(1,2,3)", "VARCHAR(x)", "(20)",
		"1TEXT", "TEXT,b", "TÉXT", strings.Repeat("A", 101), "VARCHAR(1234567890)",
	} {
		if isTypeName(declared) {
			t.Errorf("%q is taken", declared)
		}
	}
}

func TestClosedExpressions(t *testing.T) {
	for _, expression := range []string{"", "price >= 0", "length(currency) = 3", "a IN (1, 2) AND (b OR (c))", "a <> ')'", "a <> 'it''s; -- '", `"a)" = 1`, "[a)] = `;`", "a - -1"} {
		if !isClosed(expression) {
			t.Errorf("%q is refused", expression)
		}
	}
	for _, expression := range []string{")", "1) , (2", "1); DROP TABLE precious; CREATE TABLE z (b CHECK (1", "1 -- ", "1 /* ", "/* 1 */", "'", `"`, "[", "`", "(", "1;", "1\x00", "a = 'x'')"} {
		if isClosed(expression) {
			t.Errorf("%q is taken", expression)
		}
	}
}

// newSchema creates a database with a table that must not change.
func newSchema(t testing.TB) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("PRAGMA synchronous = OFF; CREATE TABLE precious (a); INSERT INTO precious VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	return pool
}

// tryToMake creates a table as a load would, and undoes that. Whatever the layout
// says, nothing but that table may be created.
func tryToMake(t testing.TB, pool *sql.DB, l load.Layout) (made bool) {
	t.Helper()
	statement, err := createTable(l)
	if err != nil {
		var p load.Problem
		if !errors.As(err, &p) || p.Hint == "" {
			t.Errorf("%+v: %v, want a problem that says what to do", l, err)
		}
		return false
	}
	exec := func(statement string) error { _, err := pool.Exec(statement); return err }
	if err := exec("BEGIN"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := exec("ROLLBACK"); err != nil {
			t.Errorf("%s\nended the transaction: %v", statement, err)
		}
	}()
	made = exec(statement) == nil // names may clash, and the like
	rows, err := pool.Query("SELECT type, name, (SELECT count(*) FROM precious) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex%'")
	if err != nil {
		t.Fatalf("%s\nleft the database as: %v", statement, err)
	}
	defer rows.Close()
	want := map[string]bool{"table precious": true}
	if made {
		want["table "+l.Plan.Table] = true
	}
	for rows.Next() {
		var kind, name string
		var kept int
		if err := rows.Scan(&kind, &name, &kept); err != nil {
			t.Fatal(err)
		}
		if !want[kind+" "+name] || kept != 1 {
			t.Fatalf("%s\nmade the %s %q, and left %d rows", statement, kind, name, kept)
		}
		delete(want, kind+" "+name)
	}
	if err := rows.Err(); err != nil || len(want) > 0 {
		t.Fatalf("%s\ndid away with %v (%v)", statement, want, err)
	}
	if made {
		var names string
		if err := pool.QueryRow("SELECT group_concat(name, char(1)) FROM pragma_table_xinfo(?)", l.Plan.Table).Scan(&names); err != nil {
			t.Fatal(err)
		}
		if wanted := l.Make[0].Name + "\x01" + l.Make[1].Name; names != wanted {
			t.Fatalf("%s\nhas the columns %q, want %q", statement, names, wanted)
		}
	}
	return made
}

func layoutToMake(table, first, second, declared, check string) load.Layout {
	return load.Layout{
		Plan: load.Plan{Table: table, Create: true},
		Make: []load.Column{{Name: first, Declared: declared, Nullable: true}, {Name: second, Type: load.Integer, Check: check}},
	}
}

// Tables made of fragments that mean something in SQL.
func TestNothingButTheTableIsMade(t *testing.T) {
	pool := newSchema(t)
	pieces := []string{"a", "b ", "TEXT", "INT ", "(", ")", "(1)", "(1,2)", ";", ",", "--", "/*", "*/", "'", `"`, "`", "[", "]", "\n", " ", "\x00", "\xff", "é",
		"DROP TABLE precious", "CREATE TABLE z (b", " CHECK", " DEFAULT ", "REFERENCES precious", "COLLATE ", "PRIMARY KEY", " AS (1)", "NOT NULL", "DELETE FROM precious", "ATTACH 'x' AS y", "COMMIT", "1", "=", "."}
	rng := rand.New(rand.NewPCG(3, 8))
	text := func(most int) string {
		var b strings.Builder
		for range rng.IntN(most) + 1 {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		return b.String()
	}
	made := 0
	for i := range 4000 {
		l := layoutToMake("t", "a", "b", "", "")
		// One text at a time is hostile, or all of them.
		for k, odd := range []*string{&l.Plan.Table, &l.Make[0].Name, &l.Make[1].Name, &l.Make[0].Declared, &l.Make[1].Check} {
			if i%6 == k || i%6 == 5 {
				*odd = text(4)
			}
		}
		if tryToMake(t, pool, l) {
			made++
		}
	}
	if made < 500 {
		t.Errorf("only %d tables were made: the test says little", made)
	}
}

func FuzzNothingButTheTableIsMade(f *testing.F) {
	pool := newSchema(f)
	f.Add("t", "a", "b", "TEXT); DROP TABLE precious; CREATE TABLE z (b", "")
	f.Add("t", "a", "b", "", "1); DROP TABLE precious; CREATE TABLE z (b CHECK (1")
	f.Add(`t" (a); DROP TABLE precious; --`, `a"); DROP TABLE precious; --`, "b\x00", "VARCHAR(20)", "b > ')'")
	f.Add("sqlite_x", "", " ", "int", "b")
	f.Fuzz(func(t *testing.T, table, first, second, declared, check string) {
		if strings.EqualFold(table, "precious") {
			return
		}
		tryToMake(t, pool, layoutToMake(table, first, second, declared, check))
	})
}

func TestTooManyColumns(t *testing.T) {
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := load.Layout{Plan: load.Plan{Table: "t", Create: true}}
	for i := range 2001 {
		l.Make = append(l.Make, load.Column{Name: fmt.Sprintf("c%d", i), Type: load.Text})
	}
	l.Columns = l.Make[:1]
	problems, _, err := d.Check(t.Context(), l)
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0].Error(), "2,001 columns, and SQLite takes 2,000") || problems[0].Hint == "" {
		t.Errorf("problems: %v, %v, want the limit and what to do", problems, err)
	}
}

// A name with a NUL, at which SQLite would end it, is refused for existing tables
// too, not only for new ones.
func TestTableNameWithNUL(t *testing.T) {
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"\x00", "t\x00x"} {
		var p load.Problem
		if _, err := d.Columns(t.Context(), load.TableName{Name: name}); !errors.As(err, &p) || !strings.Contains(p.Message, "contains a NUL") || p.Hint == "" {
			t.Errorf("%q: %v", name, err)
		}
	}
}
