package job

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/event"
	"linefeed/backend/load"
)

// The program's own store is neither loaded into, read nor saved over, by
// whatever name.
func TestOwnStoreIsRefused(t *testing.T) {
	b := newBench(t)
	file, own := b.file("in.csv", rows(10, 0)), b.path("home/linefeed.db")
	link := b.path("link.db")
	if err := os.Symlink(own, link); err != nil {
		t.Fatal(err)
	}
	before := b.count(own, "jobs")
	plan := load.Plan{Table: "jobs"}
	for _, target := range []string{own, "sqlite:" + own, link, own + "-wal", own + "-journal", own + "-shm"} {
		for _, create := range []bool{false, true} {
			plan.Create = create
			req := Request{File: file, Target: target, Plan: plan}
			if _, err := Settle(t.Context(), req); err == nil || !strings.Contains(err.Error(), "keeps its own jobs") {
				t.Errorf("settle for %s: %v", target, err)
			}
			if s, err := b.run(req); err == nil || s.State != Failed || !strings.Contains(s.Error, "keeps its own jobs") {
				t.Errorf("an import into %s: %+v, %v", target, s, err)
			}
			before++
		}
	}
	req := Request{File: own, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}}
	if _, err := Look(t.Context(), req); err == nil || !strings.Contains(err.Error(), "keeps its own jobs") {
		t.Errorf("a preview of it: %v", err)
	}
	if _, err := b.run(req); err == nil || !strings.Contains(err.Error(), "keeps its own jobs") {
		t.Errorf("an import of it: %v", err)
	}
	if err := SaveAs(link, func(io.Writer) error { return nil }); err == nil || !strings.Contains(err.Error(), "keeps its own jobs") {
		t.Errorf("saving a file there: %v", err)
	}
	if after := b.count(own, "jobs"); after != before+1 {
		t.Errorf("there are %d jobs, want %d", after, before+1)
	}
}

// A file that is written over while it is imported fails the import, though it
// has the same length: what was committed before is told, the rest is undone.
func TestFileChangedInPlace(t *testing.T) {
	b := newBench(t)
	content := rows(300_000, 0)
	file := b.file("in.csv", content)
	for _, atomic := range []bool{false, true} {
		db := b.path(map[bool]string{false: "kept.db", true: "atomic.db"}[atomic])
		free := b.lockTarget(db)
		j := b.start(Request{File: file, Target: db, Plan: load.Plan{Table: "t", Atomic: atomic}})
		b.until(j.ID, waiting)
		if err := b.runner.Pause(b.Context(), j.ID); err != nil {
			t.Fatal(err)
		}
		free()
		b.until(j.ID, func(e *event.Event) bool { // it stands still after the first batch
			var p load.Progress
			return e.Kind == event.KindProgress && json.Unmarshal(e.Data, &p) == nil && p.Read > 0 && p.RecordsPerSecond == 0
		})
		over, err := os.OpenFile(file, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Hour)
		_, err = over.WriteString(strings.ReplaceAll(content, "name", "NAME"))                 // never shorter in between
		if err := errors.Join(err, over.Close(), os.Chtimes(file, later, later)); err != nil { // clocks of file systems are coarse
			t.Fatal(err)
		}
		if err := b.runner.Resume(b.Context(), j.ID); err != nil {
			t.Fatal(err)
		}
		s, err := b.runner.Wait(t.Context(), j.ID)
		var e *csvfile.Error
		if !errors.As(err, &e) || e.Kind != csvfile.KindChanged || s.State != Failed || !strings.Contains(s.Error, "changed while it was being read") {
			t.Errorf("%+v, %v", s, err)
		}
		if n := b.count(db, "t"); int64(n) != s.Inserted || s.Inserted+s.RolledBack != s.Read || atomic != (n == 0) {
			t.Errorf("atomic %v: %d rows, %+v", atomic, n, s)
		}
		b.file("in.csv", content)
	}
}

// A file in whose place another is put is imported to its end, with a warning.
func TestFileReplaced(t *testing.T) {
	b := newBench(t)
	j := b.long("t")
	b.until(j.ID, state(Running))
	if err := b.runner.Pause(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, func(e *event.Event) bool {
		return e.Kind == event.KindProgress && !bytes.Contains(e.Data, []byte(`"phase":"opening"`))
	})
	if err := os.Rename(b.file("new.csv", rows(300_000, 0)), j.Request.File); err != nil {
		t.Fatal(err)
	}
	if err := b.runner.Resume(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	s, err := b.runner.Wait(t.Context(), j.ID)
	if err != nil || s.Inserted != 300_000 || !slices.ContainsFunc(s.Warnings, func(w load.Warning) bool { return w.Code == csvfile.WarnReplaced }) {
		t.Errorf("%+v, %v", s, err)
	}
}
