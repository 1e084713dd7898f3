package sqlite_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/targettest"
)

// lock takes the file's lock as another program would, until unlock.
func lock(t *testing.T, f file, how string) (unlock func()) {
	t.Helper()
	conn, err := f.independent(t).Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(context.Background(), "BEGIN "+how); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		conn.Close()
	}
}

func TestLockedForGood(t *testing.T) {
	defer sqlite.SetLockWait(50 * time.Millisecond)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")

	unlock := lock(t, f, "IMMEDIATE")
	_, err := w.Write(t.Context(), targettest.Batch(row{1}))
	wantError(t, err, f.path, "locked by another program")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	tg, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	l := createPlan()
	l.Plan.Table = "u"
	_, err = tg.Begin(t.Context(), l)
	wantError(t, err, f.path, "locked by another program")
	unlock()

	unlock = lock(t, f, "EXCLUSIVE")
	defer unlock()
	_, err = f.Open(t.Context())
	wantError(t, err, f.path, "locked by another program")
}

// A program that reads holds up the commit; the rows are then undone.
func TestLockedAtTheCommit(t *testing.T) {
	defer sqlite.SetLockWait(50 * time.Millisecond)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	reader, err := f.independent(t).Query("SELECT 1 FROM t, (VALUES (1), (2)) UNION ALL VALUES (1), (2)")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if !reader.Next() {
		t.Fatal("nothing to read")
	}
	if _, err := w.Write(t.Context(), targettest.Batch(row{1})); err != nil {
		t.Fatal(err)
	}
	wantError(t, w.Commit(t.Context()), "locked by another program")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	reader.Close()
	if got := f.Query(t, "SELECT count(*) FROM t")[0][0]; got != "0" {
		t.Errorf("%s rows, want 0", got)
	}
}

// A cache that can't be spilled does not grow for ever.
func TestLockedInTheMiddle(t *testing.T) {
	defer sqlite.SetLockWait(50 * time.Millisecond)()
	for _, trigger := range []string{"", "CREATE TRIGGER x AFTER INSERT ON t WHEN new.a < 0 BEGIN SELECT 1; END"} {
		f := newFile(t)
		f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); "+trigger)
		w := begin(t, f, load.Plan{Table: "t"}, "a", "b")
		if _, err := w.Write(t.Context(), rowsFrom(0, 1)); err != nil {
			t.Fatal(err)
		}
		reader, err := f.independent(t).Query("SELECT 1 FROM sqlite_schema UNION ALL VALUES (1), (2)")
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		if !reader.Next() {
			t.Fatal("nothing to read")
		}
		_, err = w.Write(t.Context(), rowsFrom(1, 300000))
		wantError(t, err, "locked by another program")
	}
}

func TestLockedForAWhile(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	unlock := lock(t, f, "IMMEDIATE")
	done := make(chan error)
	go func() {
		_, err := w.Write(t.Context(), targettest.Batch(row{1}))
		done <- err
	}()
	unlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestCancelledWhileLocked(t *testing.T) {
	defer sqlite.SetLockWait(time.Hour)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	unlock := lock(t, f, "EXCLUSIVE")
	defer unlock()
	for name, do := range map[string]func(ctx context.Context) error{
		"open":  func(ctx context.Context) error { _, err := f.Open(ctx); return err },
		"write": func(ctx context.Context) error { _, err := w.Write(ctx, targettest.Batch(row{1})); return err },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- do(ctx) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
	}
}

func TestWaitingIsTold(t *testing.T) {
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	db, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	waiting := db.(interface{ Waiting() bool }).Waiting
	w, err := db.Begin(t.Context(), load.Layout{Plan: load.Plan{Table: "t"}, Columns: []load.Column{{Name: "a", Type: load.Integer}}, Index: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	unlock := lock(t, f, "IMMEDIATE")
	if waiting() {
		t.Error("waiting is told before anything waits")
	}
	done := make(chan error)
	go func() {
		_, err := w.Write(t.Context(), targettest.Batch(row{1}))
		done <- err
	}()
	for !waiting() {
		runtime.Gosched()
	}
	unlock()
	if err := <-done; err != nil || waiting() {
		t.Errorf("waiting is %v after a write that ended with %v", waiting(), err)
	}
}
