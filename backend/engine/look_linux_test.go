package engine_test

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"testing"

	"golang.org/x/sys/unix"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

// lease keeps everybody from opening a file, for up to 45 s. It returns what is
// told when somebody waits for it.
func lease(t *testing.T, path string) <-chan os.Signal {
	t.Helper()
	holder, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	waits := make(chan os.Signal, 1)
	signal.Notify(waits, unix.SIGIO)
	t.Cleanup(func() { signal.Stop(waits); _ = holder.Close() })
	if _, err := unix.FcntlInt(holder.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Fatal(err)
	}
	return waits
}

// Looking at another file ends the look that is under way.
func TestLook(t *testing.T) {
	dir := newHome(t)
	e, _ := opened(t, engine.OpenWindow)
	slow, fast := write(t, dir, "slow.csv", "a\n1\n"), write(t, dir, "fast.csv", "b\n1\n")
	waits := lease(t, slow)
	earlier := make(chan error)
	go func() {
		_, err := e.Look(t.Context(), job.Request{File: slow})
		earlier <- err
	}()
	<-waits
	for range 2 {
		if p, err := e.Look(t.Context(), job.Request{File: fast}); err != nil || len(p.Fields) != 1 || p.Fields[0] != "b" {
			t.Errorf("the latest look: %+v, %v", p, err)
		}
	}
	if err := <-earlier; !errors.Is(err, context.Canceled) {
		t.Errorf("the earlier look: %v", err)
	}
}
