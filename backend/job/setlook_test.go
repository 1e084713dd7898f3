package job

import (
	"errors"
	"fmt"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// Before a set is started it is known of each file whether it can be read, which table it
// goes into, and whether its fields are those of the first.
func TestLookAtSet(t *testing.T) {
	b := newBench(t)
	req := SetRequest{
		Files: []string{
			b.file("0.csv", ""), b.file("1.csv", "id,name\n1,a\n"), b.file("2.csv", "Name,ID\nb,2\n"),
			b.file("3.csv", "id,cost\n3,1.5\n"), b.path("4.csv"),
		},
		Import: Request{Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}},
	}
	list, err := b.runner.LookAtSet(t.Context(), req)
	if err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	for i, f := range list {
		if f.File != req.Files[i] || f.Table != "t" || (f.Error != "") != (i == 0 || i == 4) || (f.Differs != nil) != (i == 3) {
			t.Errorf("%+v", f)
		}
	}
	if d := list[3].Differs; list[3].Size != 14 || d.Message != "3.csv has other fields than 1.csv: it lacks name, and has cost besides" {
		t.Errorf("%+v: %s", list[3], d.Message)
	}
	req.Import.Plan.Table = "in_{name}"
	if list, err = b.runner.LookAtSet(t.Context(), req); err != nil || list[3].Differs != nil || list[3].Table != "in_3" {
		t.Errorf("%+v, %v", list, err)
	}
	s, err := b.runner.SettleSet(t.Context(), req, req.Files[3])
	if err != nil || len(s.Problems) > 0 || !s.Create || len(s.Columns) != 2 || s.Columns[1].Name != "cost" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := b.runner.SettleSet(t.Context(), req, b.path("5.csv")); err == nil {
		t.Error("a file that is not of the set was settled")
	}
	req.Files = append(req.Files, b.path("3.tsv"))
	if _, err := b.runner.LookAtSet(t.Context(), req); err == nil {
		t.Error("two files have one table of their own")
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) != 0 {
		t.Errorf("something was begun: %v, %v", jobs, err)
	}
}

// Where the columns for the fields of one file are given, fields that only others have get
// columns besides.
func TestSetOfMixedHeadersWithColumns(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	columns := []load.Column{{Name: "no", Type: load.Text, Nullable: true}, {Name: "name", Type: load.Integer, Nullable: true}}
	for table, infer := range map[string][]string{"inferred": {"no", "name"}, "given": nil} {
		set := b.runSet(SetRequest{
			Files: []string{b.file("1.csv", "id,name,note\n1,a,x\n"), b.file("2.csv", "id,cost,note\n2,1.5,y\n")},
			Import: Request{
				Target: db, Infer: infer,
				Plan: load.Plan{Table: table, Create: true, Columns: columns, Map: map[string]string{"id": "no", "name": "name", "note": ""}},
			},
			MixedHeaders: true,
		})
		want, q := load.Counts{Read: 2, Inserted: 2}, "1|a| 2||1.5"
		if infer == nil { // the types are those that are given
			want, q = load.Counts{Read: 2, Inserted: 1, Rejected: 1}, "2||1.5"
		}
		b.want(set, SetFiles{Done: 2}, want)
		all := "SELECT group_concat(no || '|' || ifnull(name, '') || '|' || ifnull(cost, ''), ' ') FROM (SELECT * FROM " + table + " ORDER BY no)"
		if got := b.query(db, all); got != q {
			t.Errorf("%s: %s, want %s", table, got, q)
		}
	}
}

// An interrupted set that is left is offered no more, and one that is forgotten is gone
// with its jobs.
func TestLeaveAndForgetSet(t *testing.T) {
	b := newBench(t)
	db := b.path("out.db")
	req := SetRequest{Import: Request{Target: db, Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}}}
	for i := range 2 {
		req.Files = append(req.Files, b.file(fmt.Sprintf("%d.csv", i), renumbered(rows(100_000, 1000), i*1_000_000)))
	}
	set := b.startSet(req)
	b.until(set.Jobs[0].ID, func(e *event.Event) bool { return e.Kind == event.KindProgress })
	if err := b.runner.Forget(t.Context(), set.ID); !errors.Is(err, ErrActive) {
		t.Errorf("a set that runs was forgotten: %v", err)
	}
	b.runner.Close()
	b.runner = NewRunner(b.runner.store, b.hub, URLs{})
	if err := b.runner.Leave(t.Context(), set.ID); err != nil {
		t.Fatal(err)
	}
	set, err := b.runner.Set(t.Context(), set.ID)
	if err != nil || set.State != Cancelled || !set.Resumable || set.First != req.Files[0] {
		t.Fatalf("%+v, %v", set, err)
	}
	if err := b.runner.Leave(t.Context(), "set-none"); !errors.Is(err, ErrNoSet) {
		t.Errorf("a set that is not there was left: %v", err)
	}
	if set, err = b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{}); err != nil {
		t.Fatal(err)
	}
	if set = b.endOf(set); set.State != Done || set.OpenRejects == nil || *set.OpenRejects != 200 {
		t.Errorf("%+v", set)
	}
	if err := b.runner.Forget(t.Context(), set.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.Set(t.Context(), set.ID); !errors.Is(err, ErrNoSet) {
		t.Errorf("the set is there: %v", err)
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) != 0 {
		t.Errorf("its jobs are there: %v, %v", jobs, err)
	}
	if err := b.runner.Forget(t.Context(), set.ID); !errors.Is(err, ErrNoSet) {
		t.Errorf("a set that is not there was forgotten: %v", err)
	}
}
