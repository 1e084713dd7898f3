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
	if left, err := filepath.Glob(filepath.Join(home, "run", "owner-*")); err != nil || len(left) != 1 {
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
