package job

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

// The rule that all columns are text is of no use where the table has its types.
func TestUnusedTypesAreTold(t *testing.T) {
	for _, tt := range []struct {
		about string
		plan  load.Plan
		pre   string
		told  string
	}{
		{"a table that is there", load.Plan{Table: "t", Types: "text"}, "", `the table "t" exists`},
		{"a preset", load.Plan{Types: "text"}, "articles", `the preset "articles" makes the table`},
		{"a new table", load.Plan{Table: "new", Create: true, Types: "text"}, "", ""},
		{"types as they are", load.Plan{Table: "t", Types: "infer"}, "", ""},
	} {
		b := newBench(t)
		db := b.path("out.db")
		b.execute(db, "CREATE TABLE t (sku TEXT, price DECIMAL(10,2))")
		s, err := Settle(t.Context(), Request{File: b.file("in.csv", "sku,price\na,1.5\n"), Target: db, Preset: tt.pre, Plan: tt.plan})
		if err != nil {
			t.Fatalf("%s: %v", tt.about, err)
		}
		told := ""
		for _, w := range s.Warnings {
			if w.Code == WarnUnusedTypes {
				told += w.Message
			}
		}
		if !strings.Contains(told, tt.told) || (told == "") != (tt.told == "") {
			t.Errorf("%s: %q, want %q", tt.about, told, tt.told)
		}
	}
}

// One value that can't be read does not hide how the others are written, of
// however few: it alone is rejected.
func TestOddValuesHideNoFormat(t *testing.T) {
	for _, tt := range []struct{ typ, value, kept string }{
		{"DECIMAL(10,2)", "1.234,50", "1234.5"}, {"INTEGER", "1.234.000", "1234000"}, {"REAL", "12,5 %", "0.125"},
		{"DATE", "31.12.2026", "2026-12-31"}, {"DATETIME", "12/31/2026 10:00", "2026-12-31 10:00:00"},
	} {
		b := newBench(t)
		file, db := b.file("in.csv", "v;n\nx;0\n"+strings.Repeat(tt.value+";1\n", 64)), b.path("out.db")
		b.execute(db, "CREATE TABLE t (v "+tt.typ+", n INTEGER)")
		s, err := b.run(Request{File: file, Target: db, Plan: load.Plan{Table: "t"}})
		if err != nil || s.Rejected != 1 || s.Inserted != 64 {
			t.Errorf("%s: %+v, %v", tt.typ, s, err)
		}
		if kept := b.query(db, "SELECT DISTINCT v || '' FROM t"); kept != tt.kept {
			t.Errorf("%s: %s became %s", tt.typ, tt.value, kept)
		}
	}
}
