package job

import (
	"database/sql"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// committed starts an import that has committed some rows, and is paused.
func (b *bench) committed(p load.Plan) Job {
	b.Helper()
	file := b.path("long.csv")
	if _, err := os.Stat(file); err != nil {
		b.file("long.csv", rows(3_000_000, 0))
	}
	p.Table = "t"
	before := max(0, b.count(b.path("out.db"), "t"))
	if p.Create {
		p.Columns = idAndName()
	}
	j := b.start(Request{File: file, Target: b.path("out.db"), Plan: p})
	b.until(j.ID, state(Running))
	if err := b.runner.Pause(b.Context(), j.ID); err != nil {
		b.Fatal(err)
	}
	for b.count(b.path("out.db"), "t") <= before {
		if err := b.runner.Resume(b.Context(), j.ID); err != nil {
			b.Fatal(err)
		}
		if err := b.runner.Pause(b.Context(), j.ID); err != nil {
			b.Fatal(err)
		}
	}
	return j
}

// execIn runs statements in a database of the bench, as another program does.
func (b *bench) execIn(name, statements string) {
	b.Helper()
	db, err := sql.Open("sqlite3", b.path(name))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		b.Fatal(err)
	}
}

func warned(s Summary, code string) bool {
	return slices.ContainsFunc(s.Warnings, func(w load.Warning) bool { return w.Code == code })
}

// The table that an import has made goes with its rows; then it begins anew.
func TestTakeBackTable(t *testing.T) {
	b := newBench(t)
	j := b.committed(load.Plan{Create: true})
	other := b.beside()
	if can, err := other.runner.TakingBack(t.Context(), j.ID); err != nil || !can.Possible || can.MessageID != "takes_back_table" {
		t.Errorf("%+v, %v", can, err)
	}
	if err := other.runner.Cancel(t.Context(), j.ID, TakeBackRows); err != nil {
		t.Fatal(err)
	}
	s, err := b.runner.Wait(t.Context(), j.ID)
	if s.State != Cancelled || !errors.Is(err, errCancelled) || s.Inserted != 0 || s.RolledBack == 0 || !s.Balanced || s.Created || len(s.Warnings) > 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if n := b.count(b.path("out.db"), "t"); n != -1 {
		t.Errorf("%d rows are left", n)
	}
	if info, err := os.Stat(b.path("out.db")); err != nil || info.Size() > 1<<16 {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
	b.file("long.csv", rows(1000, 0))
	if _, err := b.runner.TakeUp(t.Context(), j.ID, TakeUp{}); err != nil {
		t.Fatal(err)
	}
	if s, err := b.runner.Wait(t.Context(), j.ID); err != nil || s.Inserted != 1000 || b.count(b.path("out.db"), "t") != 1000 {
		t.Errorf("taken up: %+v, %v", s, err)
	}
}

// A table that something else has changed stays, and that is told.
func TestTakeBackChangedTable(t *testing.T) {
	b := newBench(t)
	j := b.committed(load.Plan{Create: true})
	b.execIn("out.db", "INSERT INTO t VALUES (-1, 'mine')")
	if err := b.runner.Cancel(t.Context(), j.ID, TakeBackRows); err != nil {
		t.Fatal(err)
	}
	s, _ := b.runner.Wait(t.Context(), j.ID)
	if s.State != Cancelled || s.Inserted == 0 || !warned(s, WarnNotTakenBack) || int64(b.count(b.path("out.db"), "t")) != s.Inserted+1 {
		t.Errorf("%+v", s)
	}
}

// Rows in a table that was there before stay, unless what undoes them is kept: that is
// said before anything is cancelled.
func TestTakeBackFromExistingTable(t *testing.T) {
	b := newBench(t)
	b.execIn("out.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (-1, 'mine')")
	j := b.committed(load.Plan{})
	err := b.runner.Cancel(t.Context(), j.ID, TakeBackRows)
	if !errors.Is(err, ErrNotTakenBack) || !strings.Contains(err.Error(), "there may be others") {
		t.Errorf("%v", err)
	}
	if got, err := b.runner.Job(t.Context(), j.ID); err != nil || got.State != Paused {
		t.Errorf("it is %s, %v", got.State, err)
	}
	if err := b.runner.Cancel(t.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	kept, _ := b.runner.Wait(t.Context(), j.ID)
	if kept.Inserted == 0 || int64(b.count(b.path("out.db"), "t")) != kept.Inserted+1 {
		t.Errorf("%+v", kept)
	}
	b.execIn("out.db", "DELETE FROM t WHERE id % 2 = 0 AND id > 0")
	left := b.count(b.path("out.db"), "t")
	j = b.committed(load.Plan{Undo: true, OnConflict: load.ConflictUpdate})
	if err := b.runner.Cancel(t.Context(), j.ID, TakeBackRows); err != nil {
		t.Fatal(err)
	}
	if s, _ := b.runner.Wait(t.Context(), j.ID); s.Inserted+s.Updated != 0 || s.RolledBack == 0 || !s.Balanced || b.count(b.path("out.db"), "t") != left {
		t.Errorf("%+v", s)
	}
}

// What is committed by nobody needs no taking back.
func TestTakeBackNothing(t *testing.T) {
	b := newBench(t)
	b.file("long.csv", rows(1_000_000, 0))
	j := b.start(Request{File: b.path("long.csv"), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Atomic: true, Columns: idAndName()}})
	b.until(j.ID, state(Running))
	queued := b.start(Request{File: b.path("long.csv"), Target: b.path("out.db"), Plan: load.Plan{Table: "t"}})
	for _, id := range []string{queued.ID, j.ID} {
		if err := b.runner.Cancel(t.Context(), id, TakeBackRows); err != nil {
			t.Fatal(err)
		}
		if s, err := b.runner.Wait(t.Context(), id); s.State != Cancelled || s.Inserted != 0 || !errors.Is(err, errCancelled) {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if n := b.count(b.path("out.db"), "t"); n != -1 {
		t.Errorf("%d rows are left", n)
	}
	if _, err := ParseRows("some"); err == nil {
		t.Error("there are no other rows")
	}
}
