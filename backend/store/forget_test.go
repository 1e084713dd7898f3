package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keepJob stores a job of some days ago in a state, with n rejects of about 1 KB.
func keepJob(t *testing.T, s *Store, id, state string, days, n int) {
	t.Helper()
	at := time.Now().AddDate(0, 0, -days).UTC().Format(TimeFormat)
	if err := s.AddJob(t.Context(), Job{ID: id, State: "running", File: id, Request: "{}", Created: at}); err != nil {
		t.Fatal(err)
	}
	log, err := s.RejectLog(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for ; n > 0; n -= 1000 {
		all := rejects(min(n, 1000))
		for i := range all {
			all[i].Raw = make([]byte, 1000)
		}
		if err := log.Add(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	if state != "running" {
		if err := s.UpdateJob(t.Context(), Job{ID: id, State: state, Finished: at}); err != nil {
			t.Fatal(err)
		}
	}
}

// left tells which jobs are kept, and how many of their rejects.
func left(t *testing.T, s *Store) string {
	t.Helper()
	jobs, err := s.Jobs(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, j := range jobs {
		page, err := s.Rejects(t.Context(), RejectQuery{Job: j.ID})
		if err != nil || (page.Forgotten == "") != (j.Forgot == "") {
			t.Errorf("job %s: %+v, %v", j.ID, page, err)
		}
		said := fmt.Sprint(j.ID, ":", page.Total)
		if page.Forgotten != "" {
			said += "!"
		}
		all = append(all, said)
	}
	return strings.Join(all, " ")
}

// storedRejects returns the number of rows of rejects, of jobs that are there or not.
func storedRejects(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM rejects").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A job is forgotten with all that is kept of it, and its space is free.
func TestForget(t *testing.T) {
	home := t.TempDir()
	s := open(t, home)
	for _, id := range []string{"a", "b", "c"} {
		keepJob(t, s, id, "done", 0, 3000)
	}
	keepJob(t, s, "d", "running", 0, 10)
	size := func() int64 {
		t.Helper()
		if _, err := s.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(home, fileName))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	if err := s.Forget(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Job(t.Context(), "b"); !errors.Is(err, ErrNoJob) {
		t.Errorf("%v", err)
	}
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := left(t, s); got != "d:10 c:3000 a:3000" {
		t.Errorf("left are %s", got)
	}
	if n := storedRejects(t, s); n != 6010 {
		t.Errorf("%d rejects are stored", n)
	}
	if counts, err := s.RejectCounts(t.Context(), "a"); err != nil || len(counts) != 2 || counts[0].Count != 1500 {
		t.Errorf("the counts of another: %v, %v", counts, err)
	}
	if after := size(); after > before*3/4 {
		t.Errorf("the file had %d bytes and has %d", before, after)
	}
	if err := s.Forget(t.Context(), "b"); !errors.Is(err, ErrNoJob) {
		t.Errorf("forgotten twice: %v", err)
	}
	if err := s.Forget(t.Context(), "d"); !errors.Is(err, ErrActive) || !strings.Contains(err.Error(), "cancel it first") {
		t.Errorf("one that runs: %v", err)
	}
	if err := open(t, home).Forget(t.Context(), "d"); !errors.Is(err, ErrActive) {
		t.Errorf("one that runs in another process: %v", err)
	}
	if err := s.owner.lock.Release(); err != nil { // as when the process is killed
		t.Fatal(err)
	}
	if err := s.Forget(t.Context(), "d"); err != nil {
		t.Errorf("one whose process was killed: %v", err)
	}
}

// What was done about the rejects of a job goes with it, but not while a retry runs.
// The rejects of a retry stay as long as those that they are the reasons of.
func TestForgetMended(t *testing.T) {
	s := open(t, t.TempDir())
	s.stopTidying() // by itself, with settings as they were a moment ago
	newJob(t, s, "a", faulty(100, 1))
	newJob(t, s, "other", faulty(10, 1))
	for _, of := range []string{"a", "other"} {
		if _, err := s.CloseRejects(t.Context(), Mend{Of: of, How: "{}", Selection: Selection{IDs: []int64{1, 2, 3}}}, false); err != nil {
			t.Fatal(err)
		}
	}
	begin(t, s, Mend{Job: "r"})
	logTo(t, s, "r", faulty(5, 10))
	end := func(id string, days int) {
		t.Helper()
		at := time.Now().AddDate(0, 0, -days).UTC().Format(TimeFormat)
		if err := s.UpdateJob(t.Context(), Job{ID: id, State: "done", Finished: at}); err != nil {
			t.Fatal(err)
		}
	}
	end("a", 50)
	if _, err := s.SetSetting(t.Context(), KeepRejects, "1d"); err != nil {
		t.Fatal(err)
	}
	tidied := func(want string) {
		t.Helper()
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := left(t, s); got != want {
			t.Errorf("left are %s, want %s", got, want)
		}
	}
	tidied("r:5 other:10 a:100")
	if err := s.Forget(t.Context(), "a"); !errors.Is(err, ErrActive) || !strings.Contains(err.Error(), "by job r") {
		t.Errorf("while a retry runs: %v", err)
	}
	if _, err := s.SetSetting(t.Context(), KeepRejects, "forever"); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), "r", 100); err != nil {
		t.Fatal(err)
	}
	end("r", 40)
	tidied("r:5 other:10 a:100")
	if _, err := s.SetSetting(t.Context(), KeepRejects, "45d"); err != nil {
		t.Fatal(err)
	}
	tidied("r:5 other:10 a:0!")
	if _, err := s.SetSetting(t.Context(), KeepRejects, "30d"); err != nil {
		t.Fatal(err)
	}
	tidied("r:0! other:10 a:0!")
	for _, id := range []string{"a", "r"} {
		if err := s.Forget(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	tidied("other:10")
	for table, want := range map[string]int{"mends": 1, "mend_items": 3, "reject_states": 3, "reject_counts": 2, "rejects": 10, "forgotten": 0, "jobs": 1} {
		var n int
		if err := s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil || n != want {
			t.Errorf("%d rows in %s, %v, want %d", n, table, err, want)
		}
	}
}

// What is kept follows from the settings. What runs stays. Rejects of the last days, and
// of what can be resumed, stay whatever their size.
func TestTidy(t *testing.T) {
	s := open(t, t.TempDir())
	s.stopTidying() // by itself, with settings as they were a moment ago
	set := func(name, value string) {
		t.Helper()
		if _, err := s.SetSetting(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	tidied := func(want string, rows int) {
		t.Helper()
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := left(t, s); got != want {
			t.Errorf("left are %s, want %s", got, want)
		}
		if got := storedRejects(t, s); got != rows {
			t.Errorf("%d rejects are stored, want %d", got, rows)
		}
	}
	for _, name := range []string{KeepJobs, KeepRejects} {
		set(name, "forever")
	}
	set(KeepSize, "unlimited")
	for _, j := range []struct {
		id, state     string
		days, rejects int
	}{
		{"lost", "interrupted", 800, 10}, {"old", "done", 400, 10}, {"long", "running", 400, 10}, {"cut", "interrupted", 200, 10},
		{"clean", "done", 100, 0}, {"mid", "failed", 100, 10}, {"stuck", "failed", 30, 100}, {"big", "done", 20, 2500}, {"large", "done", 10, 2500}, {"new", "done", 1, 2500},
	} {
		keepJob(t, s, j.id, j.state, j.days, j.rejects)
	}
	tidied("new:2500 large:2500 big:2500 stuck:100 mid:10 clean:0 cut:10 long:10 old:10 lost:10", 7650)
	set(KeepJobs, "1y")
	tidied("new:2500 large:2500 big:2500 stuck:100 mid:10 clean:0 cut:10 long:10", 7630)
	set(KeepRejects, "90d")
	tidied("new:2500 large:2500 big:2500 stuck:100 mid:0! clean:0 cut:0! long:10", 7610)
	set(KeepSize, "8MB")
	tidied("new:2500 large:2500 big:0! stuck:100 mid:0! clean:0 cut:0! long:10", 5110)
	set(KeepSize, "1MB")
	tidied("new:2500 large:0! big:0! stuck:100 mid:0! clean:0 cut:0! long:10", 2610)

	for _, err := range s.AllRejects(t.Context(), "big") {
		if !errors.Is(err, ErrForgotten) || !strings.Contains(err.Error(), KeepRejects) {
			t.Errorf("%v", err)
		}
	}
	if _, _, err := s.RejectBytes(t.Context(), "big", 1, 10); !errors.Is(err, ErrForgotten) {
		t.Errorf("%v", err)
	}
	if counts, err := s.RejectCounts(t.Context(), "big"); err != nil || len(counts) != 2 {
		t.Errorf("the counts are gone: %v, %v", counts, err)
	}
}

// The end of a job, and opening the store, have what is old forgotten in the
// background; a process that ends before it is done leaves the rest to the next.
func TestTidyInTheBackground(t *testing.T) {
	home := t.TempDir()
	s, err := Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetSetting(t.Context(), KeepJobs, "forever"); err != nil {
		t.Fatal(err)
	}
	keepJob(t, s, "old", "done", 400, 500)
	await := func(s *Store, rows int) {
		t.Helper()
		for tick, begun := time.Tick(time.Millisecond), time.Now(); storedRejects(t, s) != rows; <-tick {
			if time.Since(begun) > time.Minute {
				t.Fatalf("%d rejects are stored, want %d", storedRejects(t, s), rows)
			}
		}
	}
	if _, err := s.SetSetting(t.Context(), KeepRejects, "1y"); err != nil {
		t.Fatal(err)
	}
	await(s, 0)
	if err := s.exec(t.Context(), "DELETE FROM settings WHERE name = ?", KeepRejects); err != nil {
		t.Fatal(err)
	}
	keepJob(t, s, "older", "done", 500, 500)
	await(s, 0)

	keepJob(t, s, "left", "running", 0, 500)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	execIn(t, filepath.Join(home, fileName), "INSERT INTO forgotten SELECT number FROM jobs WHERE id = 'left'", "DELETE FROM jobs WHERE id = 'left'")
	await(open(t, home), 0)
}

// Steps adapt to what they take, and end with their context.
func TestInSteps(t *testing.T) {
	todo, most := 10_000, 0
	err := inSteps(t.Context(), func(n int) (bool, error) {
		most = max(most, n)
		todo -= n
		return todo > 0, nil
	})
	if err != nil || todo > 0 || most < 1000 {
		t.Errorf("%d left, in steps of %d at most, %v", todo, most, err)
	}
	broken := errors.New("broken")
	if err := inSteps(t.Context(), func(int) (bool, error) { return true, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
