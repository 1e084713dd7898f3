package job

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
)

// exec changes the store past the runner.
func (b *bench) exec(statement string) {
	b.Helper()
	db := b.storeFile()
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) storeFile() *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite3", b.path("home/linefeed.db"))
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// lockStore locks the store as another program does, until the func that it
// returns is called.
func (b *bench) lockStore() (free func()) {
	b.Helper()
	db := b.storeFile()
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		b.Fatal(err)
	}
	return func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}
}

// soon fails unless f returns long before the store's lock would be given up.
func (b *bench) soon(what string, most time.Duration, f func() error) {
	b.Helper()
	ended := make(chan error, 1)
	go func() { ended <- f() }()
	select {
	case err := <-ended:
		if err != nil {
			b.Errorf("%s: %v", what, err)
		}
	case <-time.After(most):
		b.Fatalf("%s waits for the store", what)
	}
}

// kept is the state of a job in the store's file.
func (b *bench) kept(id string) (state string) {
	b.Helper()
	db := b.storeFile()
	defer db.Close()
	if err := db.QueryRow("SELECT state FROM jobs WHERE id = ?", id).Scan(&state); err != nil && !errors.Is(err, sql.ErrNoRows) {
		b.Fatal(err)
	}
	return state
}

func (b *bench) long(table string) Job {
	b.Helper()
	file := b.path("long.csv")
	if _, err := os.Stat(file); err != nil {
		b.file("long.csv", rows(300_000, 0))
	}
	return b.start(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: table, Create: true, Columns: idAndName()}})
}

// With the store locked by another program, nobody waits for it but the job's
// own end, and that not for long. What came meanwhile is kept once it is free.
func TestStoreLockedByAnother(t *testing.T) {
	b := newBench(t)
	j, queued := b.long("t"), b.long("u")
	b.until(j.ID, state(Running))
	if err := b.runner.Pause(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	free := b.lockStore()
	const most = 2 * time.Second
	b.soon("resume", most, func() error { return b.runner.Resume(b.Context(), j.ID) })
	b.until(j.ID, state(Running))
	b.soon("pause", most, func() error { return b.runner.Pause(b.Context(), j.ID) })
	b.until(j.ID, state(Paused))
	b.soon("a snapshot", most, func() error {
		s, err := b.runner.Snapshot(t.Context(), j.ID)
		if s.Job.State != Paused {
			return fmt.Errorf("the state is %s: %w", s.Job.State, err)
		}
		return err
	})
	b.soon("the list", most, func() error {
		jobs, err := b.runner.Jobs(t.Context())
		if len(jobs) != 2 || jobs[1].State != Paused {
			return fmt.Errorf("%+v: %w", jobs, err)
		}
		return err
	})
	b.soon("asking whether something runs", most, func() error {
		if n := b.runner.Active(); n != 2 {
			return fmt.Errorf("%d run", n)
		}
		return nil
	})
	b.soon("cancelling what waits", most, func() error { return b.runner.Cancel(b.Context(), queued.ID, KeepRows) })
	b.soon("cancel", most, func() error { return b.runner.Cancel(b.Context(), j.ID, KeepRows) })
	for _, id := range []string{j.ID, queued.ID} {
		b.soon("the end", 3*keepWait, func() error {
			s, err := b.runner.Wait(t.Context(), id)
			if s.State != Cancelled || !errors.Is(err, errCancelled) || !slices.ContainsFunc(s.Warnings, isNotKept) {
				return fmt.Errorf("%+v, %w", s, err)
			}
			return nil
		})
	}
	if got, err := b.runner.Job(t.Context(), j.ID); err != nil || got.State != Cancelled || got.Summary == nil {
		t.Errorf("the job that could not be kept is %+v, %v", got, err)
	}
	free()
	b.runner.Close()
	for _, id := range []string{j.ID, queued.ID} {
		if got := b.kept(id); got != string(Cancelled) {
			t.Errorf("job %s is kept as %q", id, got)
		}
	}
}

func isNotKept(w load.Warning) bool { return w.Code == WarnNotKept }

// A runner is closed though the store is locked.
func TestCloseWithLockedStore(t *testing.T) {
	b := newBench(t)
	j, _ := b.long("t"), b.long("u")
	b.until(j.ID, state(Running))
	free := b.lockStore()
	defer free()
	starting := make(chan error, 1)
	kept := &awaited{Context: t.Context(), used: make(chan struct{})}
	go func() {
		_, err := b.runner.Start(kept, Request{File: "in.csv"})
		starting <- err
	}()
	<-kept.used // it waits for the store from now on
	b.soon("close", 3*keepWait, func() error { b.runner.Close(); return nil })
	if err := <-starting; !errors.Is(err, ErrClosed) {
		t.Errorf("what was being started: %v", err)
	}
}

// An awaited context tells when somebody first waits for its end as well.
type awaited struct {
	context.Context
	once sync.Once
	used chan struct{}
}

func (a *awaited) Done() <-chan struct{} {
	a.once.Do(func() { close(a.used) })
	return a.Context.Done()
}

// A job that is started while the runner closes is not left behind as one that
// waits for its turn.
func TestStartWhileClosing(t *testing.T) {
	b := newBench(t)
	var ids []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			j, err := b.runner.Start(t.Context(), Request{File: "none.csv", Target: "none.db"})
			if err != nil {
				if !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
				return
			}
			ids = append(ids, j.ID)
		}
	}()
	for e := range b.events.Events(t.Context()) {
		if e.Kind == event.KindState && bytes.Contains(e.Data, []byte(`"failed"`)) {
			break
		}
	}
	b.runner.Close()
	<-done
	db := b.storeFile()
	defer db.Close()
	var all, active int
	if err := db.QueryRow("SELECT count(*), sum(state IN ('queued', 'running', 'paused')) FROM jobs").Scan(&all, &active); err != nil {
		t.Fatal(err)
	}
	if all != len(ids) || active != 0 {
		t.Errorf("%d jobs are kept, %d of them have not ended; %d were started", all, active, len(ids))
	}
}

// A store that takes no more at the end costs the job neither its state nor its
// summary; what can't be kept is told, and kept when there is room again.
func TestStoreFullAtTheEnd(t *testing.T) {
	b := newBench(t)
	b.exec("CREATE TRIGGER fills BEFORE UPDATE ON jobs WHEN NEW.finished <> '' BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END")
	j := b.start(Request{File: b.file("in.csv", rows(10, 0)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}})
	s, err := b.runner.Wait(t.Context(), j.ID)
	if s.State != Done || s.Inserted != 10 || !errors.Is(err, ErrNotKept) || !slices.ContainsFunc(s.Warnings, isNotKept) {
		t.Errorf("%+v, %v", s, err)
	}
	if e := b.until(j.ID, state(Done)); !bytes.Contains(e.Data, []byte(WarnNotKept)) {
		t.Errorf("the last event is %s", e.Data)
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || jobs[0].State != Done || jobs[0].Summary.Inserted != 10 {
		t.Errorf("%+v, %v", jobs, err)
	}
	b.exec("DROP TRIGGER fills")
	b.runner.Close()
	kept, err := b.runner.Job(t.Context(), j.ID)
	if err != nil || b.kept(j.ID) != string(Done) || kept.Summary.Inserted != 10 || slices.ContainsFunc(kept.Summary.Warnings, isNotKept) {
		t.Errorf("kept in the end: %+v, %v", kept, err)
	}
}

// Where only a short summary can be kept, that is.
func TestStoreAlmostFullAtTheEnd(t *testing.T) {
	b := newBench(t)
	b.exec("CREATE TRIGGER fills BEFORE UPDATE ON jobs WHEN NEW.summary <> '' BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END")
	s, err := b.run(Request{File: b.file("in.csv", rows(10, 0)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true}})
	if s.State != Done || !errors.Is(err, ErrNotKept) {
		t.Errorf("%+v, %v", s, err)
	}
	if got := b.kept(s.Job); got != string(Done) {
		t.Errorf("it is kept as %s", got)
	}
}

// How a job ends that was stopped, and could not keep what it had written.
func TestStoppedWithLoss(t *testing.T) {
	full := errors.New("the disk is full")
	for _, tt := range []struct {
		name       string
		cause, err error
		read       int64
		state      State
		tells      string // in the summary's error; "" for none
	}{
		{"cancelled", errCancelled, errCancelled, 10, Cancelled, ""},
		{"closed", ErrClosed, ErrClosed, 10, Interrupted, ""},
		{"before the first record", errCancelled, full, 0, Cancelled, ""},
		{"its commit fails", errCancelled, &load.UndoneError{Rows: 9, Cause: errCancelled, Err: full}, 10, Failed, "cancelled: 9 rows"},
		{"its commit fails as the program ends", ErrClosed, &load.UndoneError{Rows: 9, Cause: ErrClosed, Err: full}, 10, Failed, "the disk is full"},
		{"the answer to its commit did not come", errCancelled, &load.UndoneError{Rows: 9, Unknown: true, Err: load.Lost(context.Canceled)}, 10, Failed, "9 rows may be"},
		{"the connection was lost", errCancelled, &load.UndoneError{Rows: 9, Cause: errCancelled, Err: load.Lost(full)}, 10, Cancelled, "the disk is full"},
		{"it is broken off", errCancelled, &load.UndoneError{Rows: 9, Cause: errCancelled, Err: context.Canceled}, 10, Cancelled, "9 rows"},
		{"it had failed", errCancelled, full, 10, Failed, "the disk is full"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &active{}
			a.ctx, a.cancel = context.WithCancelCause(t.Context())
			a.cancel(tt.cause)
			s, err := Summary{}, tt.err
			s.Read = tt.read
			a.conclude(&s, &err)
			if s.State != tt.state || (s.Error == "") != (tt.tells == "") || !strings.Contains(s.Error, tt.tells) {
				t.Errorf("%s, %q", s.State, s.Error)
			}
			if (s.State != Failed) != errors.Is(err, tt.cause) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// A cancel while a job is paused ends it with what it has written, and what was
// told last is so.
func TestCancelWhilePaused(t *testing.T) {
	b := newBench(t)
	b.file("long.csv", rows(1_500_000, 0)) // it is still running when its progress is told
	j := b.long("t")
	b.until(j.ID, func(e *event.Event) bool {
		var p load.Progress
		return e.Kind == event.KindProgress && json.Unmarshal(e.Data, &p) == nil && p.Read > 0
	})
	if err := b.runner.Pause(b.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	if err := b.runner.Resume(b.Context(), j.ID); !errors.Is(err, ErrNotActive) {
		t.Errorf("a job that is coming to its end can be resumed: %v", err)
	}
	last := b.until(j.ID, func(e *event.Event) bool {
		if e.Kind == event.KindState && bytes.Contains(e.Data, []byte(`"state":"running"`)) {
			t.Errorf("a cancelled job runs: %s", e.Data)
		}
		return state(Cancelled)(e)
	})
	var told struct{ Summary Summary }
	if err := json.Unmarshal(last.Data, &told); err != nil || int64(b.count(b.path("out.db"), "t")) != told.Summary.Inserted || told.Summary.RolledBack != 0 {
		t.Errorf("%d rows, told %s, %v", b.count(b.path("out.db"), "t"), last.Data, err)
	}
}

// No password of a target is kept, told or logged, whether the import fails or
// not; and the job uses the target as it was given.
func TestNoPasswordIsKept(t *testing.T) {
	const secret = "s3cret-passw0rd"
	b := newBench(t)
	file := b.file("in.csv", rows(10, 0))
	for i, target := range []string{
		"postgres://ann:" + secret + "@db.example/shop", "mysql://db/shop?password=" + secret,
		b.path("out.db") + "?password=" + secret, b.path("none/out.db") + "?password=" + secret,
	} {
		j := b.start(Request{File: file, Target: target, Plan: load.Plan{Table: "t", Create: true}})
		s, err := b.runner.Wait(t.Context(), j.ID)
		if good := i == 2; (err == nil) != good {
			t.Errorf("%s: %v", target, err)
		}
		kept, _ := b.runner.Job(t.Context(), j.ID)
		list, _ := b.runner.Jobs(t.Context())
		shot, _ := b.runner.Snapshot(t.Context(), j.ID)
		told, err2 := json.Marshal([]any{j, s, kept, list, shot, fmt.Sprint(err)})
		if err2 != nil || bytes.Contains(told, []byte(secret)) || !bytes.Contains(told, []byte("***")) {
			t.Errorf("told: %s, %v", told, err2)
		}
		b.until(j.ID, func(e *event.Event) bool {
			if bytes.Contains(e.Data, []byte(secret)) {
				t.Errorf("told: %s", e.Data)
			}
			return bytes.Contains(e.Data, []byte(`"balanced"`))
		})
	}
	if _, err := os.Stat(b.path("out.db") + "?password=" + secret); err != nil {
		t.Errorf("the target that was given: %v", err)
	}
	files, err := filepath.Glob(b.path("home/*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if content, err := os.ReadFile(f); err == nil && bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s has the password", f)
		}
	}
}

// What older versions kept is told without its passwords, and a row that is
// damaged costs the list no other.
func TestDamagedJobs(t *testing.T) {
	b := newBench(t)
	var ids []string
	for range 4 {
		s, err := b.run(Request{File: b.file("in.csv", rows(10, 1)), Target: b.path("out.db"), Plan: load.Plan{Table: "t", Columns: idAndName(), Create: len(ids) == 0}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.Job)
	}
	b.exec("UPDATE jobs SET request = '{\"file\":' WHERE id = '" + ids[1] + "'")
	b.exec("UPDATE jobs SET summary = 'x' WHERE id = '" + ids[2] + "'")
	b.exec("UPDATE jobs SET request = '{\"target\":\"postgres://ann:s3cret@db/shop\"}' WHERE id = '" + ids[3] + "'")
	jobs, err := b.runner.Jobs(t.Context())
	if err != nil || len(jobs) != 4 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	slices.Reverse(jobs)
	for i, j := range jobs {
		if damaged := i == 1 || i == 2; (j.Problem != "") != damaged || j.ID != ids[i] || j.State != Done {
			t.Errorf("%+v", j)
		}
	}
	if jobs[1].Request.File == "" || jobs[1].Summary == nil || jobs[2].Request.Target == "" || jobs[3].Request.Target != "postgres://ann:***@db/shop" {
		t.Errorf("%+v", jobs)
	}
	var out bytes.Buffer
	if err := b.runner.WriteReport(t.Context(), ids[1], false, &out, nil); err != nil || strings.Count(out.String(), "\n") != 11 {
		t.Errorf("the rejects of a damaged job: %q, %v", out.String(), err)
	}
}
