package job

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A file without records is no error: an export of a day on which nothing
// happened. The table is made, or left, and the summary says so.
func TestNoRecords(t *testing.T) {
	const header = "sku,name,price\n"
	tests := []struct {
		name  string
		file  string
		setup string
		plan  load.Plan
		rows  int // afterwards; -1 for no table
		says  string
	}{
		{"a header, to be made", header, "", load.Plan{Create: true}, 0, "no records after the header of 3 fields"},
		{"a header with no line end", "sku,name", "", load.Plan{Create: true}, 0, "no records after the header of 2 fields"},
		{"a header, all or nothing", header, "", load.Plan{Create: true, Atomic: true, MaxRejects: "0%"}, 0, "made, with nothing in it"},
		{"a header, with a key", header, "", load.Plan{Create: true, Key: []string{"sku"}, OnConflict: load.ConflictUpdate}, 0, "made, with nothing in it"},
		{"a header below lines", "Report of today\n\n" + header, "", load.Plan{Create: true}, 0, "no records after the header"},
		{"a header and blank lines", header + "\n\n\n", "", load.Plan{Create: true}, 0, "no records after the header"},
		{"a header, the table is there", header, "CREATE TABLE t (sku, name, price); INSERT INTO t VALUES (1, 2, 3)", load.Plan{}, 1, `"t" is left as it is`},
		{"blank lines, to be made", "\n\n  \n", "", load.Plan{Create: true}, -1, "nothing but blank lines"},
		{"blank lines, the table is there", "\n\n", "CREATE TABLE t (sku NOT NULL)", load.Plan{Strict: true}, 0, "nothing but blank lines"},
		{"blank lines of Windows", "\r\n\r\n", "CREATE TABLE t (sku)", load.Plan{}, 0, "nothing but blank lines"},
		{"blanks and no line end", "  ", "CREATE TABLE t (sku)", load.Plan{}, 0, "nothing but blank lines"},
		{"blank lines after a byte order mark", "\ufeff\n", "CREATE TABLE t (sku)", load.Plan{}, 0, "nothing but blank lines"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			db := b.path(fmt.Sprintf("%d.db", i))
			if tt.setup != "" {
				b.execute(db, tt.setup)
			}
			tt.plan.Table = "t"
			req := Request{File: b.file("in.csv", tt.file), Target: db, Plan: tt.plan}
			for _, check := range []bool{true, false} {
				req.Check = check
				s, err := b.run(req)
				if err != nil || s.State != Done || s.Read != 0 || !s.Balanced {
					t.Fatalf("check %v: %+v, %v", check, s, err)
				}
				if n := len(s.Warnings); n > 0 && slices.IndexFunc(s.Warnings, noneOf) != n-1 {
					t.Errorf("check %v: told more than once: %+v", check, s.Warnings)
				}
				told := slices.ContainsFunc(s.Warnings, func(w load.Warning) bool {
					return w.Code == WarnNoRecords && (check || strings.Contains(w.Message+": "+w.Hint, tt.says))
				})
				if !told {
					t.Errorf("check %v: warnings %+v, want %q", check, s.Warnings, tt.says)
				}
			}
			if n := b.count(db, "t"); n != tt.rows {
				t.Errorf("%d rows, want %d", n, tt.rows)
			}
		})
	}
	b := newBench(t)
	if _, err := b.run(Request{File: b.file("in.csv", "\n\n"), Target: b.path("none.db"), Plan: load.Plan{Table: "t"}}); err == nil {
		t.Error("blank lines for a table that is not there")
	}
	req := Request{File: b.file("in.csv", "\n\n"), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}}
	b.execute(req.Target, "CREATE TABLE t (sku)")
	if _, err := b.run(req); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("blank lines, and a table to be made that is there: %v", err)
	}
}

func noneOf(w load.Warning) bool { return w.Code == WarnNoRecords }
