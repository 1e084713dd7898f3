package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"linefeed/backend/target"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// A file is the database file of a test.
type file struct{ path string }

func (f file) Open(ctx context.Context) (target.Target, error) { return target.Open(ctx, f.path) }

// independent opens the file on a connection of its own.
func (f file) independent(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+f.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func (f file) Exec(t *testing.T, statement string) { f.exec(t, statement) }

func (f file) exec(t testing.TB, statement string) {
	t.Helper()
	db := f.independent(t)
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (f file) Query(t *testing.T, query string) [][]string {
	t.Helper()
	db := f.independent(t)
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			switch v := v.(type) {
			case nil:
				texts[i] = "NULL"
			case time.Time: // which the driver returns for columns declared as such
				texts[i] = v.Format("2006-01-02 15:04:05.999999999")
			case []byte:
				texts[i] = string(v)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		all = append(all, texts)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

func (file) Dialect() targettest.Dialect {
	return targettest.Dialect{Counted: "INTEGER PRIMARY KEY", Deferred: "DEFERRABLE INITIALLY DEFERRED", OwnTables: "SELECT name FROM sqlite_schema WHERE name LIKE 'linefeed%'"}
}

// check runs SQLite's integrity check.
func (f file) check(t *testing.T) {
	t.Helper()
	if got := f.Query(t, "PRAGMA integrity_check"); len(got) != 1 || got[0][0] != "ok" {
		t.Errorf("integrity check: %v", got)
	}
}

func newFile(t *testing.T) file { return file{filepath.Join(t.TempDir(), "test.db")} }

func TestConformance(t *testing.T) {
	defer sqlite.SetTurn(0)() // nobody else writes
	targettest.Run(t, func(t *testing.T) targettest.Database {
		f := newFile(t)
		t.Cleanup(func() { f.check(t) })
		return f
	})
}
