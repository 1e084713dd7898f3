package job

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// half imports a file, cancels that in the middle, and returns the job, of which a part
// is in the table.
func (b *bench) half(file string) Job {
	b.Helper()
	return b.halfOf(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
}

func (b *bench) halfOf(req Request) Job {
	b.Helper()
	j := b.start(req)
	b.until(j.ID, func(e *event.Event) bool { return e.Kind == event.KindReject })
	if err := b.runner.Pause(b.Context(), j.ID); err != nil { // which commits
		b.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	if err := b.runner.Cancel(b.Context(), j.ID, KeepRows); err != nil {
		b.Fatal(err)
	}
	s, err := b.runner.Wait(b.Context(), j.ID)
	if !errors.Is(err, errCancelled) || s.Inserted == 0 || s.Read >= halfRows {
		b.Fatalf("%+v, %v", s, err)
	}
	j, err = b.runner.Job(b.Context(), j.ID)
	if err != nil || !j.Resumable {
		b.Fatalf("%+v, %v", j, err)
	}
	return j
}

const halfRows = 600_000

// takeUp goes on with a job to its end.
func (b *bench) takeUp(id string, how TakeUp) (Summary, error) {
	b.Helper()
	if _, err := b.runner.TakeUp(b.Context(), id, how); err != nil {
		b.Fatal(err)
	}
	return b.runner.Wait(b.Context(), id)
}

// all checks that every record of a file of halfRows is in the table or told, once.
func (b *bench) all(s Summary, err error) {
	b.Helper()
	if err != nil || s.State != Done || s.Read != halfRows || s.Rejected != halfRows/100 || !s.Balanced {
		b.Errorf("%+v, %v", s, err)
	}
	if n := b.count(b.path("out.db"), "t"); int64(n) != s.Inserted {
		b.Errorf("%d rows, %d told", n, s.Inserted)
	}
	if n := b.stored(s.Job); n != s.Rejected {
		b.Errorf("%d rejects are stored, %d told", n, s.Rejected)
	}
	if n := b.count(b.path("out.db"), "linefeed_marks"); n != -1 {
		b.Errorf("%d marks are left", n)
	}
}

func TestTakeUp(t *testing.T) {
	b := newBench(t)
	j := b.half(b.file("in.csv", rows(halfRows, 100)))
	if n := b.count(b.path("out.db"), "linefeed_marks"); n != 1 {
		t.Errorf("%d marks, want 1", n)
	}
	if s := j.Summary; s.BytesTotal <= s.Bytes {
		t.Errorf("%d of %d bytes were read", s.Bytes, s.BytesTotal)
	}
	b.all(b.takeUp(j.ID, TakeUp{}))
	if _, err := b.runner.TakeUp(t.Context(), j.ID, TakeUp{}); !errors.Is(err, ErrNotActive) {
		t.Errorf("a job that is done is taken up: %v", err)
	}
	if j, err := b.runner.Job(t.Context(), j.ID); err != nil || j.Resumable {
		t.Errorf("%+v, %v", j, err)
	}
}

// Of a job that failed before anything was committed nothing is left, and it begins
// anew.
func TestTakeUpOfNothing(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(halfRows, 100))
	j := b.start(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName(), MaxRejects: "10"}})
	if s, err := b.runner.Wait(t.Context(), j.ID); err == nil || s.Inserted != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	if n := b.count(b.path("out.db"), "linefeed_marks"); n != -1 {
		t.Errorf("%d marks", n)
	}
	before := b.stored(j.ID)
	if s, err := b.takeUp(j.ID, TakeUp{}); err == nil || s.Inserted != 0 || b.stored(j.ID) != before {
		t.Errorf("%+v, %v; %d rejects, %d before", s, err, b.stored(j.ID), before)
	}
}

// A job that was stopped when it had only rejected records begins anew.
func TestTakeUpOfRejectsAlone(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(halfRows, 1))
	j := b.start(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	b.until(j.ID, func(e *event.Event) bool { return e.Kind == event.KindReject })
	if err := b.runner.Pause(t.Context(), j.ID); err != nil { // which commits
		t.Fatal(err)
	}
	b.until(j.ID, state(Paused))
	if err := b.runner.Cancel(t.Context(), j.ID, KeepRows); err != nil {
		t.Fatal(err)
	}
	if s, err := b.runner.Wait(t.Context(), j.ID); !errors.Is(err, errCancelled) || s.Inserted != 0 || s.Rejected == 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	if s, err := b.takeUp(j.ID, TakeUp{}); err != nil || s.Rejected != halfRows || b.stored(j.ID) != halfRows {
		t.Errorf("%+v, %v; %d rejects", s, err, b.stored(j.ID))
	}
}

// A job goes on with the file that it began with alone, unless it is told to.
func TestTakeUpOfAChangedFile(t *testing.T) {
	good := rows(halfRows, 100)
	swapped := strings.Replace(good, `7,"name, 7"`, `7,"name, 8"`, 1)
	for _, c := range []struct {
		name, content, want string
		rows                int
	}{
		{"shorter", good[:len(good)-10], "is not as it was", 0},
		{"other", swapped, "does not begin with what was loaded", halfRows},
		{"fewer fields", "id\n" + strings.Repeat("1\n", 10), "does not begin with what was loaded", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			file := b.file("in.csv", good)
			j := b.half(file)
			was := b.count(b.path("out.db"), "t")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := b.takeUp(j.ID, TakeUp{}); err == nil || !strings.Contains(err.Error(), c.want) || s.State != Failed || int(s.Inserted) != was {
				t.Errorf("%+v, %v", s, err)
			}
			if n := b.count(b.path("out.db"), "t"); n != was {
				t.Errorf("%d rows, %d before", n, was)
			}
			if c.rows == 0 {
				return
			}
			s, err := b.takeUp(j.ID, TakeUp{Changed: true})
			if err != nil || s.State != Done || int(s.Read) != c.rows || int(s.Inserted) != b.count(b.path("out.db"), "t") {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

// Where the marks are gone, what is in the table can't be known.
func TestTakeUpWithoutMarks(t *testing.T) {
	b := newBench(t)
	j := b.half(b.file("in.csv", rows(halfRows, 100)))
	db, err := sql.Open("sqlite3", b.path("out.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("DROP TABLE linefeed_marks"); err != nil {
		t.Fatal(err)
	}
	if s, err := b.takeUp(j.ID, TakeUp{}); err == nil || !strings.Contains(err.Error(), "the database knows nothing of it") || s.State != Failed {
		t.Errorf("%+v, %v", s, err)
	}
}

// A job that was killed after its last commit has only to be told to be done, even if
// its file and its database are gone.
func TestTakeUpOfACompleteJob(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(halfRows, 100))
	j := b.start(Request{File: file, Target: b.path("out.db"), Plan: load.Plan{Table: "t", Create: true, Columns: idAndName()}})
	want, err := b.runner.Wait(t.Context(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.storeFile().Exec("UPDATE jobs SET state = 'interrupted', summary = '' WHERE id = ?", j.ID); err != nil {
		t.Fatal(err)
	}
	if j, err := b.runner.Job(t.Context(), j.ID); err != nil || j.Summary == nil || j.Summary.Counts != want.Counts {
		t.Errorf("before: %+v, %v", j, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	b.all(b.takeUp(j.ID, TakeUp{}))
}

// A job that is left is cancelled, tells how far it came, and can still go on.
func TestLeave(t *testing.T) {
	b := newBench(t)
	j := b.half(b.file("in.csv", rows(halfRows, 100)))
	if _, err := b.storeFile().Exec("UPDATE jobs SET state = 'interrupted', summary = '' WHERE id = ?", j.ID); err != nil { // as one that was killed
		t.Fatal(err)
	}
	killed, err := b.runner.Job(t.Context(), j.ID)
	if err != nil || killed.State != Interrupted || killed.Summary == nil || killed.Summary.BytesTotal != j.Summary.BytesTotal {
		t.Errorf("%+v, %v", killed, err)
	}
	for range 2 {
		if err := b.runner.Leave(t.Context(), j.ID); err != nil {
			t.Error(err)
		}
		left, err := b.runner.Job(t.Context(), j.ID)
		if err != nil || left.State != Cancelled || !left.Resumable || left.Summary == nil || left.Summary.Counts != killed.Summary.Counts {
			t.Errorf("%+v, %v", left, err)
		}
	}
	b.all(b.takeUp(j.ID, TakeUp{}))
	if err := b.runner.Leave(t.Context(), j.ID); err != nil {
		t.Error(err)
	}
	if j, err := b.runner.Job(t.Context(), j.ID); err != nil || j.State != Done {
		t.Errorf("%+v, %v", j, err)
	}
	if err := b.runner.Leave(t.Context(), "none"); !errors.Is(err, ErrNoJob) {
		t.Errorf("none: %v", err)
	}
}

// A check is not taken up, and no job twice at the same time.
func TestTakeUpRefused(t *testing.T) {
	b := newBench(t)
	file := b.file("in.csv", rows(10, 0))
	check := b.start(Request{File: file, Check: true, Plan: load.Plan{Create: true, MaxRejects: "nonsense"}})
	if _, err := b.runner.Wait(t.Context(), check.ID); err == nil {
		t.Fatal("it is done")
	}
	if _, err := b.runner.TakeUp(t.Context(), check.ID, TakeUp{}); err == nil || !strings.Contains(err.Error(), "run the check again") {
		t.Errorf("a check: %v", err)
	}
	other, err := store.Open(t.Context(), b.path("home"), b.path("home/run"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.AddJob(t.Context(), store.Job{ID: "theirs", State: "running", File: file, Request: "{}"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.TakeUp(t.Context(), "theirs", TakeUp{}); err == nil || !strings.Contains(err.Error(), "is under way") {
		t.Errorf("one that another process runs: %v", err)
	}
	if _, err := b.runner.TakeUp(t.Context(), "none", TakeUp{}); !errors.Is(err, ErrNoJob) {
		t.Errorf("none: %v", err)
	}
}
