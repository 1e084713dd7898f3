package job

import (
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/store"
)

// A job of a set that can't go on any more is left as it is.
func TestTakeUpSetLeavesOut(t *testing.T) {
	b := newBench(t)
	set := b.runSet(SetRequest{
		Files:  []string{b.path("1.csv"), b.path("2.csv")},
		Import: Request{Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}},
	})
	b.exec("UPDATE jobs SET forgot = '2026-01-02T03:04:05.678Z' WHERE id = '" + set.Jobs[0].ID + "'")
	b.file("2.csv", "id\n2\n")
	set, err := b.runner.TakeUpSet(t.Context(), set.ID, TakeUp{})
	if err != nil {
		t.Fatal(err)
	}
	b.want(b.endOf(set), SetFiles{Done: 1, Failed: 1}, load.Counts{Read: 1, Inserted: 1})
}

// No job of a set that is paused begins, also not one that is in the queue.
func TestPausedSetBeginsNothing(t *testing.T) {
	b := newBench(t)
	if _, err := b.runner.store.SetSetting(t.Context(), store.ImportsAtOnce, "1"); err != nil {
		t.Fatal(err)
	}
	end := b.process("gone")
	b.exec("INSERT INTO jobs (number, id, owner, state, file, request, created) VALUES (1, 'g', 'gone', 'running', '/a/b.csv', '{}', '')")
	b.exec("INSERT INTO turns (job, path) VALUES (1, '" + b.path("x.db") + "')")
	first := b.into("x.db", "t")
	b.until(first.ID, waits(Job{ID: "g"})) // it runs
	set := b.startSet(SetRequest{Files: []string{b.path("long.csv")}, Import: Request{Target: b.path("y.db"), Plan: load.Plan{Table: "t", Create: true}}})
	if err := b.runner.Pause(t.Context(), set.ID); err != nil {
		t.Fatal(err)
	}
	last := b.into("z.db", "t")
	end()
	b.until(last.ID, state(Done))
	if j := b.job(set.Jobs[0].ID); j.State != Queued {
		t.Errorf("it is %s", j.State)
	}
	if err := b.runner.Resume(t.Context(), set.ID); err != nil {
		t.Fatal(err)
	}
	b.want(b.endOf(set), SetFiles{Done: 1}, load.Counts{Read: 300_000, Inserted: 300_000})
}
