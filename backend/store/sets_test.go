package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

func addSet(t *testing.T, s *Store, id string, jobs ...string) {
	t.Helper()
	var all []Job
	for _, j := range jobs {
		all = append(all, Job{ID: j, State: "queued", File: j + ".csv", Request: "{}", Created: today})
	}
	if err := s.AddSet(t.Context(), Set{ID: id, Request: `{"n":1}`, Created: today}, all); err != nil {
		t.Fatal(err)
	}
}

func statesOf(t *testing.T, s *Store, set string) string {
	t.Helper()
	jobs, err := s.SetJobs(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, j := range jobs {
		text += fmt.Sprintf("%s/%s:%s ", j.Set, j.ID, j.State)
	}
	return text
}

func TestSets(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "alone")
	addSet(t, s, "one", "b", "a")
	addSet(t, s, "two", "c")
	if got, err := s.Set(t.Context(), "one"); err != nil || got != (Set{"one", `{"n":1}`, today}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Set(t.Context(), "three"); !errors.Is(err, ErrNoSet) {
		t.Errorf("a set that is not there: %v", err)
	}
	if all, err := s.Sets(t.Context(), 10); err != nil || len(all) != 2 || all[0].ID != "two" {
		t.Errorf("%+v, %v", all, err)
	}
	if got := statesOf(t, s, "one"); got != "one/b:queued one/a:queued " {
		t.Error(got)
	}
	if j, err := s.Job(t.Context(), "alone"); err != nil || j.Set != "" {
		t.Errorf("%+v, %v", j, err)
	}
	// A set of whose jobs one can't be stored is not stored at all.
	if err := s.AddSet(t.Context(), Set{ID: "four"}, []Job{{ID: "d"}, {ID: "a"}}); err == nil {
		t.Error("a job was stored twice")
	}
	if _, err := s.Job(t.Context(), "d"); !errors.Is(err, ErrNoJob) {
		t.Errorf("a part of a set is there: %v", err)
	}
}

func TestTakeUpSet(t *testing.T) {
	home := t.TempDir()
	s := open(t, home)
	addSet(t, s, "set", "a", "b", "c", "d")
	all := []string{"b", "c", "d"}
	if err := s.TakeUpSet(t.Context(), "set", all); !errors.Is(err, ErrTaken) {
		t.Errorf("a set that is under way was taken up: %v", err)
	}
	for id, state := range map[string]string{"a": "done", "b": "failed", "c": "interrupted", "d": "cancelled"} {
		if err := s.UpdateJob(t.Context(), Job{ID: id, State: state, Finished: today, Summary: "{}"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.TakeUpSet(t.Context(), "set", []string{"a", "b"}); !errors.Is(err, ErrTaken) {
		t.Errorf("a job that is done was taken up: %v", err)
	}
	if err := s.TakeUpSet(t.Context(), "set", all[:2]); err != nil {
		t.Error(err)
	}
	if got := statesOf(t, s, "set"); got != "set/a:done set/b:queued set/c:queued set/d:cancelled " {
		t.Error(got)
	}
	// Of two processes one gets it.
	other := open(t, home)
	if err := other.TakeUpSet(t.Context(), "set", all[2:]); !errors.Is(err, ErrTaken) {
		t.Errorf("it was taken up twice: %v", err)
	}
}

// A job of a set whose file came as a stream tells that it can't be read again.
func TestSetOfAReceivedFile(t *testing.T) {
	s := open(t, t.TempDir())
	received := Job{ID: "a", State: "failed", File: filepath.Join(s.SpoolDir(), "1", "upload.csv"), Request: "{}", Created: today}
	if err := s.AddSet(t.Context(), Set{ID: "set", Created: today}, []Job{received}); err != nil {
		t.Fatal(err)
	}
	if jobs, err := s.SetJobs(t.Context(), "set"); err != nil || len(jobs) != 1 || !jobs[0].FileLost {
		t.Errorf("%+v, %v", jobs, err)
	}
}

// A set goes with the last of its jobs.
func TestForgetSet(t *testing.T) {
	s := open(t, t.TempDir())
	addSet(t, s, "set", "a", "b")
	for i, id := range []string{"a", "b"} {
		if _, err := s.Set(t.Context(), "set"); err != nil {
			t.Errorf("after %d of its jobs: %v", i, err)
		}
		if err := s.UpdateJob(t.Context(), Job{ID: id, State: "done", Finished: today}); err != nil {
			t.Fatal(err)
		}
		if err := s.Forget(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Set(t.Context(), "set"); !errors.Is(err, ErrNoSet) {
		t.Errorf("a set without jobs is there: %v", err)
	}
}
