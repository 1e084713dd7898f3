package job

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// into starts an import that takes a while, into a database of the bench.
func (b *bench) into(db, table string) Job {
	b.Helper()
	return b.start(Request{File: b.longFile(), Target: b.path(db), Plan: load.Plan{Table: table, Create: true, Columns: idAndName()}})
}

// longFile returns a file of 300,000 records.
func (b *bench) longFile() string {
	b.Helper()
	file := b.path("long.csv")
	if _, err := os.Stat(file); err != nil {
		b.file("long.csv", rows(300_000, 0))
	}
	return file
}

// states reads the events until all jobs have ended, and returns which job came to
// which state.
func (b *bench) states(jobs ...Job) (all []string) {
	b.Helper()
	names, left := map[string]string{}, len(jobs)
	for i, j := range jobs {
		names[j.ID] = string(rune('a' + i))
	}
	for e := range b.events.Events(b.Context()) {
		if e.Kind != event.KindState || names[e.Job] == "" {
			continue
		}
		_, state, _ := strings.Cut(string(e.Data), `"state":"`)
		state, _, _ = strings.Cut(state, `"`)
		if s := names[e.Job] + " " + state; !slices.Contains(all, s) || state == string(Running) {
			all = append(all, s)
		}
		if strings.Contains(string(e.Data), `"balanced"`) {
			if left--; left == 0 {
				return all
			}
		}
	}
	b.Fatal("the events ended")
	return nil
}

// wantBefore fails unless the states are there, each before the next.
func (b *bench) wantBefore(all []string, order ...string) {
	b.Helper()
	last := -1
	for _, s := range order {
		i := slices.Index(all, s)
		if i <= last {
			b.Errorf("%q is not in its place: %q", order, all)
			return
		}
		last = i
	}
}

// Imports into different databases run side by side, as many as are set. Those into the
// same one take turns, by whatever name it has.
func TestSideBySide(t *testing.T) {
	b := newBench(t)
	if err := os.Symlink(b.dir, b.path("link")); err != nil {
		t.Fatal(err)
	}
	x := b.into("x.db", "t")
	again := b.into("link/x.db", "u")
	y := b.into("y.db", "t")
	z := b.into("z.db", "t")
	all := b.states(x, again, y, z)
	b.wantBefore(all, "a running", "c running", "a done", "b running", "b done")
	running := 0
	for _, s := range all {
		switch {
		case strings.HasSuffix(s, string(Running)):
			if running++; running > 2 {
				t.Errorf("%d run side by side: %q", running, all)
			}
		case strings.HasSuffix(s, string(Done)):
			running--
		}
	}
	for _, db := range []string{"x.db", "y.db", "z.db"} {
		if n := b.count(b.path(db), "t"); n != 300_000 {
			t.Errorf("%s has %d rows", db, n)
		}
	}
}

// The number of imports that run side by side follows the setting.
func TestOneAtOnce(t *testing.T) {
	b := newBench(t)
	if _, err := b.runner.store.SetSetting(t.Context(), store.ImportsAtOnce, "1"); err != nil {
		t.Fatal(err)
	}
	all := b.states(b.into("x.db", "t"), b.into("y.db", "t"))
	b.wantBefore(all, "a running", "a done", "b running", "b done")
}

// A paused import lets others begin, but none into its database.
func TestPausedLetsOthersBegin(t *testing.T) {
	b := newBench(t)
	if _, err := b.runner.store.SetSetting(t.Context(), store.ImportsAtOnce, "1"); err != nil {
		t.Fatal(err)
	}
	x := b.into("x.db", "t")
	b.until(x.ID, state(Running))
	if err := b.runner.Pause(b.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	same, other := b.into("x.db", "u"), b.into("y.db", "t")
	b.until(other.ID, state(Done))
	if j, err := b.runner.Job(t.Context(), same.ID); err != nil || j.State != Queued {
		t.Errorf("while the one before it is paused it is %s, %v", j.State, err)
	}
	if err := b.runner.Resume(b.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	b.wantBefore(b.states(x, same), "a done", "b running", "b done")
}

// Which requests are for the same database.
func TestPlace(t *testing.T) {
	b := newBench(t)
	if err := os.Symlink(b.dir, b.path("link")); err != nil {
		t.Fatal(err)
	}
	b.file("there.db", "")
	if err := os.Symlink(b.path("there.db"), b.path("other name.db")); err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		b.path("new.db"):                       filepath.Join(dir, "new.db"),
		b.path("link/new.db"):                  filepath.Join(dir, "new.db"),
		"sqlite:" + b.path("new.db?wait=5s"):   filepath.Join(dir, "new.db"),
		b.path("link/there.db"):                filepath.Join(dir, "there.db"),
		b.path("other name.db"):                filepath.Join(dir, "there.db"),
		"postgres://ann@db.example/shop":       "postgres://ann@db.example/shop",
		"":                                     "",
		fmt.Sprint(b.path("none"), "/none.db"): b.path("none/none.db"),
	} {
		if got := b.runner.place(t.Context(), Request{Target: target}); got != want {
			t.Errorf("%q is %q, want %q", target, got, want)
		}
	}
}
