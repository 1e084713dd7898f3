package job

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// execute changes a database past the program.
func (b *bench) execute(db, text string) {
	b.Helper()
	c, err := sql.Open("sqlite3", db)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Exec(text); err != nil {
		b.Fatal(err)
	}
}

// Whatever keeps an import from being started is known before it: it is told
// by settling, and fails a check as it fails the import.
func TestKnownBefore(t *testing.T) {
	const people = "CREATE TABLE t (id INTEGER, name TEXT)"
	keyed := "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)"
	tests := []struct {
		name  string
		setup string
		plan  load.Plan
		says  string
	}{
		{"update and no key", people, load.Plan{OnConflict: load.ConflictUpdate}, "no primary key to update by"},
		{"skip and no key", people, load.Plan{OnConflict: load.ConflictSkip}, "no primary key to skip by"},
		{"replace by what is not unique", people, load.Plan{OnConflict: load.ConflictReplace, Key: []string{"name"}}, "nothing makes name unique"},
		{"the key is not mapped", keyed, load.Plan{OnConflict: load.ConflictUpdate, Map: map[string]string{"id": ""}}, `key column "id" is not mapped`},
		{"a view", people + "; CREATE VIEW v AS SELECT * FROM t", load.Plan{Table: "v"}, "is a view"},
		{"a virtual table", "CREATE VIRTUAL TABLE t USING rtree(id, a, b)", load.Plan{}, "virtual table"},
		{"a table of SQLite's", "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name)", load.Plan{Table: "sqlite_sequence"}, "belongs to SQLite"},
		{"to make a table that is there", people, load.Plan{Create: true}, "exists already"},
		{"to make a table of the name of a view", people + "; CREATE VIEW v AS SELECT * FROM t", load.Plan{Table: "v", Create: true}, "is a view"},
		{"to make a table of the name of an index", people + "; CREATE INDEX x ON t (id)", load.Plan{Table: "x", Create: true}, "name of an index"},
		{"to make a table of SQLite's", people, load.Plan{Table: "sqlite_mine", Create: true}, "reserved"},
		{"to make columns of the same name", people, load.Plan{Table: "u", Create: true, Map: map[string]string{"id": "a", "name": "A"}}, "duplicate column name"},
		{"update and no key in a table to be made", people, load.Plan{Table: "u", Create: true, OnConflict: load.ConflictUpdate}, "no primary key to update by"},
		{"a column that needs a value", "CREATE TABLE t (id INTEGER, name TEXT, born TEXT NOT NULL)", load.Plan{}, `"born" needs a value`},
		{"a generated column", "CREATE TABLE t (id INTEGER, name TEXT, twice AS (id * 2))", load.Plan{Map: map[string]string{"name": "twice"}}, "generated"},
		{"a foreign key to no table", "CREATE TABLE t (id INTEGER, name TEXT REFERENCES gone (x))", load.Plan{}, "does not exist"},
		{"a format of a number for a date", "CREATE TABLE t (id INTEGER, name DATE)", load.Plan{Formats: map[string]string{"name": "1.234,56"}}, `column "name"`},
		{"a limit that is none", people, load.Plan{MaxRejects: "some"}, "limit of rejects"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			req := Request{File: b.file("in.csv", "id,name\n1,a\n2,b\n"), Target: b.path(fmt.Sprintf("%d.db", i)), Plan: tt.plan}
			if req.Plan.Table == "" {
				req.Plan.Table = "t"
			}
			b.execute(req.Target, tt.setup)
			s, err := Settle(t.Context(), req)
			if err != nil || len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Error(), tt.says) {
				t.Errorf("settled: %v, %v; want a problem that says %q", s.Problems, err, tt.says)
			}
			for _, check := range []bool{true, false} {
				req.Check = check
				_, err := b.run(req)
				var p load.Problem
				if !errors.As(err, &p) || !strings.Contains(p.Error(), tt.says) {
					t.Errorf("check %v: %v; want a problem that says %q", check, err, tt.says)
				}
			}
		})
	}
}

// SQLite takes 2,000 columns in a table, and says so before anything is read.
func TestTooManyColumns(t *testing.T) {
	b := newBench(t)
	var head, row strings.Builder
	for i := range 2001 {
		fmt.Fprintf(&head, "c%d,", i)
		fmt.Fprintf(&row, "%d,", i)
	}
	text := strings.TrimSuffix(head.String(), ",") + "\n" + strings.TrimSuffix(row.String(), ",") + "\n"
	req := Request{File: b.file("in.csv", text), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}}
	s, err := Settle(t.Context(), req)
	if err != nil || len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Error(), "2,001 columns, and SQLite takes 2,000") {
		t.Errorf("%v, %v", s.Problems, err)
	}
}

// A field that goes to no column is told by settling, before the first record
// is loaded, and at the end; a strict plan refuses it.
func TestUnmapped(t *testing.T) {
	b := newBench(t)
	req := Request{File: b.file("in.csv", "id,name,size\n1,a,7\n"), Target: b.path("out.db"), Plan: load.Plan{Table: "t"}}
	b.execute(req.Target, "CREATE TABLE t (id INTEGER, name TEXT)")
	want := func(w load.Warning) bool {
		return w.Code == WarnUnmapped && w.Field == "size" && w.Hint == "map it to a column, or leave it out" &&
			w.Message == `the field "size" goes to no column and is not loaded` &&
			len(w.Settings) == 2 && w.Settings[0].Name == "map" && *w.Settings[0].Value == "FIELD=COLUMN" && *w.Settings[1].Value == "FIELD="
	}
	s, err := Settle(t.Context(), req)
	if err != nil || len(s.Problems) > 0 || len(s.Warnings) != 1 || !want(s.Warnings[0]) {
		t.Fatalf("%+v, %v", s, err)
	}
	j := b.start(req)
	b.until(j.ID, func(e *event.Event) bool {
		return bytes.Contains(e.Data, []byte(`"warnings":[{"code":"unmapped_field"`))
	})
	sum, err := b.runner.Wait(t.Context(), j.ID)
	if err != nil || sum.Inserted != 1 || !slices.ContainsFunc(sum.Warnings, want) {
		t.Errorf("%+v, %v", sum, err)
	}
	req.Plan.Map = map[string]string{"size": ""}
	if s, err := Settle(t.Context(), req); err != nil || len(s.Warnings) > 0 {
		t.Errorf("left out: %v, %v", s.Warnings, err)
	}
	req.Plan.Map, req.Plan.Strict = nil, true
	if s, err := Settle(t.Context(), req); err != nil || len(s.Problems) != 1 || len(s.Warnings) > 0 {
		t.Errorf("strict: %v, %v, %v", s.Problems, s.Warnings, err)
	}
}

// A check goes into the statement that makes the table, so a request has none
// but those of a preset.
func TestForeignChecks(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", "id,price\n1,2\n")
	for _, tt := range []struct {
		column load.Column
		says   string
	}{
		{load.Column{Name: "price", Check: "price >= 0"}, ""}, // as the preset has it
		{load.Column{Name: "price", Check: "price >= 1"}, `a check is given for the column "price"`},
		{load.Column{Name: "id", Check: "price >= 0"}, `a check is given for the column "id"`},
		{load.Column{Name: "id", Check: "1); DROP TABLE precious; CREATE TABLE z (b"}, `a check is given for the column "id"`},
	} {
		req := Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: []load.Column{tt.column}}}
		req.Plan.Columns[0].Type = load.Integer
		s, err := Settle(t.Context(), req)
		if err != nil || (len(s.Problems) > 0) != (tt.says != "") || tt.says != "" && !strings.Contains(s.Problems[0].Error(), tt.says) {
			t.Errorf("%s: %v, %v", tt.column.Check, s.Problems, err)
		}
	}
}

// A format does nothing to a column of texts, and that is told.
func TestUnusedFormat(t *testing.T) {
	b := newBench(t)
	req := Request{File: b.file("in.csv", "id,day\n1,31.12.2031\n"), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Formats: map[string]string{"day": "DD.MM.YYYY"}}}
	b.execute(req.Target, "CREATE TABLE t (id INTEGER, day TEXT)")
	s, err := Settle(t.Context(), req)
	if err != nil || len(s.Problems) > 0 || len(s.Warnings) != 1 || s.Warnings[0].Code != WarnUnusedFormat || s.Warnings[0].Column != "day" {
		t.Errorf("%v, %v, %v", s.Problems, s.Warnings, err)
	}
}
