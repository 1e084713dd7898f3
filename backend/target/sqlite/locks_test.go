package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/sqlite"
	"linefeed/backend/target/sqlite/sqlitefile"
	"linefeed/backend/target/targettest"
)

// lock locks the file as another program would, until unlock.
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
	_, err = targettest.Begin(t.Context(), tg, l)
	wantError(t, err, f.path, "locked by another program")
	unlock()

	unlock = lock(t, f, "EXCLUSIVE")
	defer unlock()
	_, err = f.Open(t.Context())
	wantError(t, err, f.path, "locked by another program")
}

// A reader in another program blocks the commit; the rows are then undone.
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
	wantError(t, w.Commit(t.Context(), load.Mark{}), "locked by another program")
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	reader.Close()
	if got := f.Query(t, "SELECT count(*) FROM t")[0][0]; got != "0" {
		t.Errorf("%s rows, want 0", got)
	}
}

// A cache that can't be spilled does not grow without bound.
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
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
}

// A program that waits for the lock gets it between two commits of a load, with
// any journal mode, even though it retries only every 100 ms.
func TestOthersGetTheirTurn(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		f := newFile(t)
		f.Exec(t, "PRAGMA journal_mode = "+mode+"; CREATE TABLE t (a INTEGER PRIMARY KEY); CREATE TABLE other (a)")
		w := begin(t, f, load.Plan{Table: "t"}, "a")
		if _, err := w.Write(t.Context(), targettest.Batch(row{-1})); err != nil {
			t.Fatal(err)
		}
		other, err := sql.Open("sqlite3", "file:"+f.path+"?_busy_timeout=60000")
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		done := make(chan error, 1)
		go func() {
			_, err := other.Exec("INSERT INTO other VALUES (1)")
			done <- err
		}()
		// Each turn is long enough for one retry, and the first may come before
		// the other program starts to wait.
		const most = 10
		commits := 0
		for waiting := true; waiting; {
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("%s: the other program: %v", mode, err)
				}
				waiting = false
			default:
				if commits == most {
					t.Fatalf("%s: the other program did not get the lock in %d turns", mode, most)
				}
				if err := w.Commit(t.Context(), load.Mark{}); err != nil {
					t.Fatal(err)
				}
				commits++
				for i := range 100 {
					if _, err := w.Write(t.Context(), targettest.Batch(row{1000*commits + i})); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// A file that the load itself created has no other users to yield to.
func TestNoTurnInANewFile(t *testing.T) {
	defer sqlite.SetTurn(time.Hour)()
	f := newFile(t)
	db, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := targettest.Begin(t.Context(), db, createPlan())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := w.Write(t.Context(), targettest.Batch(row{i})); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(t.Context(), load.Mark{}); err != nil {
			t.Fatal(err)
		}
	}
}

// A cancel ends the wait during others' turn.
func TestCancelledInTheTurn(t *testing.T) {
	defer sqlite.SetTurn(time.Hour)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	w := begin(t, f, load.Plan{Table: "t"}, "a")
	if _, err := w.Write(t.Context(), targettest.Batch(row{1})); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := w.Write(ctx, targettest.Batch(row{2}))
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v, want %v", err, context.Canceled)
	}
}

// The target's URL sets the time to wait for locks.
func TestWaitIsSet(t *testing.T) {
	defer sqlite.SetLockWait(time.Hour)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	defer lock(t, f, "EXCLUSIVE")()
	for _, wait := range []string{"0s", "20ms"} {
		_, err := target.Open(t.Context(), "sqlite:"+f.path+"?wait="+wait)
		wantError(t, err, f.path, "locked by another program")
		if !errors.Is(err, sqlitefile.ErrLocked) {
			t.Errorf("open: %v, want %v", err, sqlitefile.ErrLocked)
		}
	}
}

// An interrupted commit says that the rows are lost, and why.
func TestCommitCancelledWhileLocked(t *testing.T) {
	defer sqlite.SetLockWait(time.Hour)()
	f := newFile(t)
	f.Exec(t, "CREATE TABLE t (a INTEGER PRIMARY KEY)")
	db, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := targettest.Begin(t.Context(), db, load.Layout{Plan: load.Plan{Table: "t"}, Columns: []load.Column{{Name: "a"}}, Index: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), targettest.Batch(row{1})); err != nil {
		t.Fatal(err)
	}
	reader, err := f.independent(t).Query("SELECT 1 FROM t, (VALUES (1), (2)) UNION ALL VALUES (1), (2)")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if !reader.Next() {
		t.Fatal("nothing to read")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Commit(ctx, load.Mark{}) }()
	for !db.Waiting() {
		runtime.Gosched()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v, want %v", err, context.Canceled)
	} else {
		wantError(t, err, "can't be kept")
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
	w, err := targettest.Begin(t.Context(), db, load.Layout{Plan: load.Plan{Table: "t"}, Columns: []load.Column{{Name: "a", Type: load.Integer}}, Index: []int{0}})
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
