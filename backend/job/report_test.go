package job

import (
	"bytes"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// Of a record that is too large only a part is kept. It is left out of the
// file of rejects, where it would run into the record behind it and pass for a
// whole one.
func TestTooLargeRejectIsLeftOut(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", "id,name\n1,a\n2,"+strings.Repeat("x", 3<<20)+"\n3\n4,b\n5\n")
	plan := load.Plan{Table: "t", Create: true, Columns: idAndName()}
	s, err := b.run(Request{File: file, Target: b.path("out.db"), Plan: plan, Limits: Limits{MaxRecord: 1 << 20}})
	if err != nil || s.Rejected != 3 || s.Inserted != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	var out bytes.Buffer
	if err := b.runner.WriteRejects(t.Context(), s.Job, &out); err != nil {
		t.Fatal(err)
	}
	if want := "id,name\n3\n5\n"; out.String() != want {
		t.Errorf("rejects %.40q, want %q", out.String(), want)
	}
}
