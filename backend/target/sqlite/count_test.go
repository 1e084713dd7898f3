package sqlite_test

import (
	"linefeed/backend/load"

	"fmt"
	"strings"
	"testing"

	"linefeed/backend/target/sqlite"
)

// Rows are counted, whatever their rowids and the names of the columns.
func TestRowsAreCounted(t *testing.T) {
	f := newFile(t)
	for _, s := range []string{
		"CREATE TABLE high (id INTEGER PRIMARY KEY); INSERT INTO high VALUES (1700000000456), (7)",
		"CREATE TABLE low (id INTEGER PRIMARY KEY); INSERT INTO low VALUES (-5)",
		"CREATE TABLE holes (a); INSERT INTO holes VALUES (1), (2), (3), (4); DELETE FROM holes WHERE a IN (2, 3)",
		"CREATE TABLE none (a)",
		"CREATE TABLE shadow (rowid, _rowid_, oid); INSERT INTO shadow VALUES ('x', 99, 99), (NULL, 99, 99)",
		`CREATE TABLE "without ""rowid""" (a PRIMARY KEY) WITHOUT ROWID; INSERT INTO "without ""rowid""" VALUES (100), (200), (300)`,
	} {
		f.Exec(t, s)
	}
	db, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list := func() string {
		tables, err := db.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, table := range tables {
			all = append(all, fmt.Sprint(table.Name, " ", table.Rows))
		}
		return strings.Join(all, ", ")
	}
	if got, want := list(), `high 2, holes 2, low 1, none 0, shadow 2, without "rowid" 3`; got != want {
		t.Errorf("tables: %s, want %s", got, want)
	}
	// Without time to count, the tables are listed without their counts.
	defer sqlite.SetCountTable(0)()
	if got, want := list(), `high -1, holes -1, low -1, none -1, shadow -1, without "rowid" -1`; got != want {
		t.Errorf("tables: %s, want %s", got, want)
	}
}

// Counting a large table stops after a while.
func TestCountingIsBrokenOff(t *testing.T) {
	defer sqlite.SetCountTable(1)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a); INSERT INTO t WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n")
	f.Exec(t, "CREATE TABLE u (a)")
	db, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables, err := db.Tables(t.Context())
	if err != nil || len(tables) != 2 || tables[0].Rows != -1 {
		t.Errorf("tables: %v, %v, want both, and no count", tables, err)
	}
	// The connection can still be used.
	if _, err := db.Columns(t.Context(), load.TableName{Name: "t"}); err != nil {
		t.Error(err)
	}
}
