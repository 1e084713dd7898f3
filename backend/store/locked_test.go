package store

import (
	"context"
	"errors"
	"testing"
	"time"
)

// lock locks the store as another program does, until free is called.
func lock(t *testing.T, home string) (free func()) {
	t.Helper()
	other := open(t, home)
	conn, err := other.writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Writing waits for the lock of another program, but no longer than its
// context lasts.
func TestLockedStore(t *testing.T) {
	home := t.TempDir()
	s := open(t, home)
	addJob(t, s, "a")
	free := lock(t, home)

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.UpdateJob(ctx, Job{ID: "a", State: "paused"}) }()
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	case <-time.After(busyTimeout / 3):
		t.Fatal("it waits on though nobody waits for it")
	}
	if jobs, err := s.Jobs(t.Context(), 10); err != nil || len(jobs) != 1 || jobs[0].State != "running" {
		t.Errorf("reading while it is locked: %+v, %v", jobs, err)
	}

	go func() { ended <- s.UpdateJob(t.Context(), Job{ID: "a", State: "paused"}) }()
	free()
	if err := <-ended; err != nil {
		t.Errorf("once it is free: %v", err)
	}
}
