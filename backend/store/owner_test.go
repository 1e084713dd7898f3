package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// useOften opens the store, runs a job, and closes it again, as many times as told,
// like command lines started one after the other.
func useOften(home string, times int) error {
	ctx := context.Background()
	for i := range times {
		s, err := Open(ctx, home, filepath.Join(home, "run"))
		if err != nil {
			return fmt.Errorf("open: %w", err)
		}
		j := Job{ID: fmt.Sprint(s.owner.id, i), State: "running", File: "f", Request: "{}"}
		if err := s.AddJob(ctx, j); err != nil {
			return err
		}
		if kept, err := s.Job(ctx, j.ID); err != nil || kept.State != "running" {
			return fmt.Errorf("a running job is %q, %w", kept.State, err)
		}
		j.State = "done"
		if err := s.UpdateJob(ctx, j); err != nil {
			return err
		}
		if i%5 == 4 { // as when it is killed: the system frees the lock, and the file stays
			j.ID, j.State = j.ID+"left", "running"
			if err := s.AddJob(ctx, j); err != nil {
				return err
			}
			if err := errors.Join(s.owner.lock.Release(), os.WriteFile(s.owner.lock.Path(), nil, 0o600)); err != nil {
				return err
			}
		}
		if err := s.Close(); err != nil {
			return fmt.Errorf("close: %w", err)
		}
	}
	return nil
}

// Processes that start and end at the same time don't interfere with each other's
// locks, and leave none behind.
func TestManyProcesses(t *testing.T) {
	home := t.TempDir()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "STORE_TEST_USE="+home)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	s := open(t, home)
	jobs, err := s.Jobs(t.Context(), 1000)
	if err != nil || len(jobs) != 8*25*6/5 {
		t.Errorf("%d jobs, %v", len(jobs), err)
	}
	for _, j := range jobs {
		want := "done"
		if strings.HasSuffix(j.ID, "left") {
			want = "interrupted"
		}
		if j.State != want {
			t.Errorf("job %s is %s, want %s", j.ID, j.State, want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(home, fileName+".owner-*")); err != nil || len(left) != 1 {
		t.Errorf("there are the locks %v, want that of this process alone: %v", left, err)
	}
}

// A closed store leaves nothing of its process behind.
func TestCloseLeavesNothing(t *testing.T) {
	home := t.TempDir()
	s, err := Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	addJob(t, s, "a") // which reserves some room
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{home, filepath.Join(home, "run")} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != fileName && e.Name() != "run" {
				t.Errorf("%s is left in %s", e.Name(), dir)
			}
		}
	}
}

// A job whose process is killed while this one runs is interrupted as soon as somebody
// looks, and one of a process that lives is not.
func TestOrphansAreNoticed(t *testing.T) {
	home := t.TempDir()
	s, other := open(t, home), open(t, home)
	for id, owner := range map[string]*Store{"mine": s, "theirs": other, "theirs too": other} {
		addJob(t, owner, id)
	}
	states := func() string {
		t.Helper()
		jobs, err := s.Jobs(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, j := range jobs {
			all[j.ID] = j.State
		}
		page, _, err := s.FindJobs(t.Context(), JobQuery{Limit: 10, Bytes: 1 << 20})
		if err != nil || len(page) != len(jobs) {
			t.Fatalf("%d jobs, %v, want %d", len(page), err, len(jobs))
		}
		for _, j := range page {
			if j.State != all[j.ID] {
				t.Errorf("job %s is %s and %s", j.ID, j.State, all[j.ID])
			}
		}
		return fmt.Sprint(all)
	}
	if got, want := states(), "map[mine:running theirs:running theirs too:running]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// As when it is killed: the system frees the lock, and the file stays.
	if err := errors.Join(other.owner.lock.Release(), os.WriteFile(other.owner.lock.Path(), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if j, err := s.Job(t.Context(), "theirs"); err != nil || j.State != "interrupted" {
		t.Errorf("%+v, %v", j, err)
	}
	if got, want := states(), "map[mine:running theirs:interrupted theirs too:interrupted]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if err := s.TakeUp(t.Context(), "theirs too"); err != nil { // it is stored
		t.Error(err)
	}
}
