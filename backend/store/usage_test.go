package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What a setting, or forgetting, is said to remove is what it removes.
func TestGoing(t *testing.T) {
	s := open(t, t.TempDir())
	s.stopTidying() // by itself, with settings as they were a moment ago
	set := func(name, value string) {
		t.Helper()
		if _, err := s.SetSetting(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{KeepJobs, KeepRejects} {
		set(name, "forever")
	}
	set(KeepSize, "unlimited")
	for _, j := range []struct {
		id, state     string
		days, rejects int
	}{
		{"old", "done", 400, 1000}, {"long", "running", 400, 10}, {"cut", "interrupted", 200, 1000},
		{"clean", "done", 100, 0}, {"big", "done", 20, 2500}, {"large", "done", 10, 2500}, {"new", "done", 1, 2500},
	} {
		keepJob(t, s, j.id, j.state, j.days, j.rejects)
	}
	usage := func() Usage {
		t.Helper()
		u, err := s.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if u := usage(); u.Jobs != 7 || u.Rejects != 9510 || u.Size < 9_000_000 || len(u.Damaged) != 0 || filepath.Base(u.Path) != fileName {
		t.Errorf("at first: %+v", u)
	}
	removes := func(name string, say func() (Going, error), do func(), jobs, rejects int64) {
		t.Helper()
		g, err := say()
		before := usage()
		do()
		after := usage()
		if err != nil || g.Jobs != jobs || g.Rejects != rejects || before.Jobs-after.Jobs != jobs || before.Rejects-after.Rejects != rejects {
			t.Errorf("%s: said is %+v, %v; there were %+v, and are %+v", name, g, err, before, after)
		}
		if freed := before.Size - after.Size; g.Bytes < freed*8/10 || g.Bytes > freed*12/10+10_000 {
			t.Errorf("%s: said are %d bytes, freed %d", name, g.Bytes, freed)
		}
	}
	change := func(name, value string, jobs, rejects int64) {
		t.Helper()
		removes(name+" "+value, func() (Going, error) { return s.Going(t.Context(), name, value) }, func() { set(name, value) }, jobs, rejects)
	}
	change(KeepUndo, "1d", 0, 0)
	change(KeepJobs, "default", 1, 1000)
	change(KeepSize, "5MB", 0, 5000)
	change(KeepRejects, "30d", 0, 1000)
	now := time.Now()
	removes("all that ended", func() (Going, error) { return s.GoingBefore(t.Context(), now) }, func() {
		ids, err := s.EndedBefore(t.Context(), now)
		for _, id := range ids {
			err = errors.Join(err, s.Forget(t.Context(), id))
		}
		if err := errors.Join(err, s.Tidy(t.Context())); err != nil {
			t.Fatal(err)
		}
	}, 5, 2500)

	if _, err := s.Going(t.Context(), KeepJobs, "soon"); !errors.Is(err, ErrBadSetting) {
		t.Errorf("%v", err)
	}
	if _, err := s.Going(t.Context(), "x", "1d"); !errors.Is(err, ErrNoSetting) {
		t.Errorf("%v", err)
	}
}

// A store that was set aside is listed until it is removed, with its notice.
func TestRemoveDamaged(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, fileName)
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, home)
	u, err := s.Usage(t.Context())
	if err != nil || len(u.Damaged) != 1 || u.Damaged[0].Size < 1200 {
		t.Fatalf("%+v, %v", u, err)
	}
	d := u.Damaged[0]
	if at, err := time.Parse(time.RFC3339, d.Time); err != nil || time.Since(at) > time.Hour {
		t.Errorf("set aside at %s, %v", d.Time, err)
	}
	if err := s.RemoveDamaged(t.Context(), path); err != nil { // which is none
		t.Fatal(err)
	}
	if notices, err := s.Notices(t.Context()); err != nil || len(notices) != 1 {
		t.Errorf("%+v, %v", notices, err)
	}
	if err := s.RemoveDamaged(t.Context(), d.Path); err != nil {
		t.Fatal(err)
	}
	if u, err = s.Usage(t.Context()); err != nil || len(u.Damaged) != 0 {
		t.Errorf("%+v, %v", u, err)
	}
	if notices, err := s.Notices(t.Context()); err != nil || len(notices) != 0 {
		t.Errorf("%+v, %v", notices, err)
	}
	if names := aside(t, home); len(names) != 0 {
		t.Errorf("left are %v", names)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the store itself: %v", err)
	}
}
