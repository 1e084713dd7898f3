package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"linefeed/backend/job"
)

// While nobody may import, files stay in the folder, which is told once; they are loaded as
// soon as somebody may.
func TestNobodyMayImport(t *testing.T) {
	b := newBench(t)
	var closed atomic.Bool
	closed.Store(true)
	asked := make(chan struct{}, 1)
	b.runner.Allow = func(context.Context, bool) (string, error) {
		select {
		case asked <- struct{}{}:
		default:
		}
		if closed.Load() {
			return "", fmt.Errorf("nobody is signed in: %w", job.ErrNotAllowed)
		}
		return "ada", nil
	}
	path := b.put("a.csv", "id,n\na,1\n")
	opt := b.options()
	told := make(chan error, 100)
	opt.OnFolder = func(err error) { told <- err }
	b.start(opt)
	if err := <-told; err != nil {
		t.Fatal(err)
	}
	if err := <-told; !errors.Is(err, job.ErrNotAllowed) {
		t.Fatalf("told is %v", err)
	}
	for range 3 { // it is tried again
		select {
		case <-asked:
		case o := <-b.outcomes:
			t.Fatalf("loaded is %+v", o)
		case err := <-told:
			t.Fatalf("told again is %v", err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file: %v", err)
	}
	closed.Store(false)
	if o := <-b.outcomes; o.Summary == nil || o.Summary.Inserted != 1 {
		t.Errorf("loaded is %+v", o)
	}
	if err := <-told; err != nil {
		t.Errorf("told at last is %v", err)
	}
}

// Who loads what is there once is told that nobody may, and the files stay.
func TestNobodyMayImportOnce(t *testing.T) {
	b := newBench(t)
	b.runner.Allow = func(context.Context, bool) (string, error) { return "", job.ErrNotAllowed }
	opt := b.options()
	opt.Once = true
	if err := Run(t.Context(), b.runner, opt); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	path := b.put("a.csv", "id,n\na,1\n")
	if err := Run(t.Context(), b.runner, opt); !errors.Is(err, job.ErrNotAllowed) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file: %v", err)
	}
}
