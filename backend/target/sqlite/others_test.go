package sqlite_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// Two programs may create the same file at the same time. The one that gives up
// does not remove what the other has written.
func TestFileOfTwo(t *testing.T) {
	f := newFile(t)
	first, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w, err := targettest.Begin(t.Context(), first, createPlan())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.Exec(t, "CREATE TABLE other (a); INSERT INTO other VALUES (1)")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got := f.Query(t, "SELECT count(*) FROM other")[0][0]; got != "1" {
		t.Errorf("%s rows of another program, want 1", got)
	}
}

// A load that finds the file created in the meantime waits for its lock. If the
// file is removed again, the load reports that instead of writing to a file
// without a name.
func TestFileMadeByAnother(t *testing.T) {
	defer sqlite.SetLockWait(50 * time.Millisecond)()
	f := newFile(t)
	first, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if _, err := targettest.Begin(t.Context(), first, createPlan()); err != nil {
		t.Fatal(err)
	}
	other := createPlan()
	other.Plan.Table = "other"
	_, err = targettest.Begin(t.Context(), second, other)
	wantError(t, err, "locked by another program")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" { // which does not remove open files
		return
	}
	missing(t, f.path)
	_, err = targettest.Begin(t.Context(), second, other)
	wantError(t, err, f.path, "removed")
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	missing(t, f.path)
}

func TestFileRemovedDuringTheLoad(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	if _, err := w.Write(t.Context(), targettest.Batch(row{1})); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(f.path); err != nil {
		if runtime.GOOS == "windows" { // an open file can't be removed
			return
		}
		t.Fatal(err)
	}
	wantError(t, w.Commit(t.Context(), load.Mark{}), f.path, "removed")
}
