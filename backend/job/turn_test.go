package job

import (
	"bytes"
	"os"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// waits is an event that says that a job waits for another one.
func waits(first Job) func(*event.Event) bool {
	return func(e *event.Event) bool {
		return e.Kind == event.KindProgress && bytes.Contains(e.Data, []byte(`"phase":"waiting"`)) &&
			bytes.Contains(e.Data, []byte(`"waiting":{"job":"`+first.ID+`"`))
	}
}

// Imports of several processes into the same SQLite file take turns, by whatever name,
// and one that waits says for which; it can be cancelled.
func TestTurns(t *testing.T) {
	b := newBench(t)
	other, third := b.beside(), b.beside()
	// Each of its batches takes a while.
	b.execute(b.path("x.db"), `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);
		CREATE TRIGGER slow BEFORE INSERT ON t WHEN NEW.id % 5000 = 0
		BEGIN SELECT max(x) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000) SELECT x FROM c); END`)
	x := b.start(Request{File: b.longFile(), Target: b.path("x.db"), Plan: load.Plan{Table: "t"}})
	b.until(x.ID, func(e *event.Event) bool { return bytes.Contains(e.Data, []byte(`"phase":"writing"`)) }) // it has its turn
	if err := b.runner.Pause(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	b.until(x.ID, state(Paused))
	if err := os.Symlink(b.path("x.db"), b.path("link.db")); err != nil {
		t.Fatal(err)
	}
	y := other.into("link.db", "u")
	other.until(y.ID, waits(x))
	z := third.into("x.db", "v")
	third.until(z.ID, waits(x)) // the first of those before it
	elsewhere := other.into("y.db", "t")
	other.until(elsewhere.ID, state(Done))
	if err := b.runner.Resume(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	b.wantBefore(b.states(x), "a done")
	other.wantBefore(other.states(y), "a done")
	third.wantBefore(third.states(z), "a done")
	for _, table := range []string{"t", "u", "v"} {
		if n := b.count(b.path("x.db"), table); n != 300_000 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

// One that waits for its turn can be cancelled, and a process that is gone holds up
// nobody.
func TestTurnOfTheGone(t *testing.T) {
	b := newBench(t)
	end := b.process("gone")
	b.exec("INSERT INTO jobs (number, id, owner, state, file, request, created) VALUES (1, 'g', 'gone', 'running', '/a/b.csv', '{}', '')")
	b.exec("INSERT INTO turns (job, path) VALUES (1, '" + b.path("x.db") + "')")
	cancelled, waiting := b.into("x.db", "t"), b.into("x.db", "u")
	b.until(cancelled.ID, waits(Job{ID: "g"}))
	if err := b.runner.Cancel(t.Context(), cancelled.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	b.until(cancelled.ID, state(Cancelled))
	b.until(waiting.ID, waits(Job{ID: "g"}))
	end()
	b.until(waiting.ID, state(Done))
	if j, err := b.runner.Job(t.Context(), "g"); err != nil || j.State != Interrupted {
		t.Errorf("%+v, %v", j, err)
	}
	// A check has no turn.
	if s, err := b.run(Request{File: b.path("long.csv"), Target: b.path("x.db"), Check: true, Plan: load.Plan{Table: "u", OnConflict: load.ConflictSkip}}); err != nil || s.State != Done {
		t.Errorf("%+v, %v", s, err)
	}
}
