package store

import (
	"errors"
	"strings"
	"testing"
)

func ids(jobs []Job) string {
	var all []string
	for _, j := range jobs {
		all = append(all, j.ID)
	}
	return strings.Join(all, " ")
}

// A page of jobs ends at its limit or at its bytes, holds one job at least, and
// tells whether there are older ones.
func TestFindJobs(t *testing.T) {
	s := open(t, t.TempDir())
	for _, id := range []string{"a", "b", "c", "d"} {
		addJob(t, s, id)
		if err := s.UpdateJob(t.Context(), Job{ID: id, State: "done", Summary: strings.Repeat("x", 1000)}); err != nil {
			t.Fatal(err)
		}
	}
	const many = 1 << 20
	for _, tt := range []struct {
		before       string
		limit, bytes int
		want         string
		more         bool
	}{
		{"", 10, many, "d c b a", false},
		{"", 4, many, "d c b a", false},
		{"", 3, many, "d c b", true},
		{"c", 1, many, "b", true},
		{"b", 1, many, "a", false},
		{"a", 1, many, "", false},
		{"", 10, 1, "d", true},
		{"", 10, 1500, "d c", true},
		{"b", 10, 1, "a", false},
	} {
		jobs, more, err := s.FindJobs(t.Context(), JobQuery{Before: tt.before, Limit: tt.limit, Bytes: tt.bytes})
		if err != nil || ids(jobs) != tt.want || more != tt.more {
			t.Errorf("before %q, %d jobs and %d bytes at most: %s, more %v, %v, want %s, more %v", tt.before, tt.limit, tt.bytes, ids(jobs), more, err, tt.want, tt.more)
		}
	}
	if _, _, err := s.FindJobs(t.Context(), JobQuery{Before: "none", Limit: 1, Bytes: many}); !errors.Is(err, ErrNoJob) {
		t.Errorf("before a job that is not there: %v", err)
	}
}

// Jobs that are still active have not ended, whatever they are at.
func TestEnded(t *testing.T) {
	s := open(t, t.TempDir())
	for _, state := range []string{"queued", "done", "running", "failed", "paused", "cancelled", "interrupted"} {
		addJob(t, s, state)
		if err := s.UpdateJob(t.Context(), Job{ID: state, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	for limit, want := range map[int]string{10: "interrupted cancelled failed done", 2: "interrupted cancelled"} {
		var ended []Job
		for j, err := range s.Ended(t.Context(), limit) {
			if err != nil {
				t.Fatal(err)
			}
			ended = append(ended, j)
		}
		if got := ids(ended); got != want {
			t.Errorf("%d at most: %s, want %s", limit, got, want)
		}
	}
	if err := s.SetHead(t.Context(), "failed", Head{Dialect: `{"fingerprint":"9-f"}`}); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]string{10: "cancelled failed", 2: "cancelled"} {
		var ended []Job
		for j, err := range s.EndedOf(t.Context(), limit, "cancelled.csv", "9-f") {
			if err != nil {
				t.Fatal(err)
			}
			ended = append(ended, j)
		}
		if got := ids(ended); got != want {
			t.Errorf("of a file, among %d: %s, want %s", limit, got, want)
		}
	}
}

// A power cut loses the last moments at most: that costs less than to wait for
// the disk at each state of a job.
func TestSynchronous(t *testing.T) {
	s := open(t, t.TempDir())
	addJob(t, s, "a")
	log := rejectLog(t, s, "a")
	if err := log.Add(t.Context(), distinct(1)); err != nil {
		t.Fatal(err)
	}
	const normal = 1
	for name, scan := range map[string]func(query string, into any) error{
		"reading": func(query string, into any) error { return s.db.QueryRowContext(t.Context(), query).Scan(into) },
		"jobs":    func(query string, into any) error { return s.writer.QueryRowContext(t.Context(), query).Scan(into) },
		"rejects": func(query string, into any) error { return log.conn.QueryRowContext(t.Context(), query).Scan(into) },
	} {
		var mode string
		var level int
		if err := errors.Join(scan("PRAGMA journal_mode", &mode), scan("PRAGMA synchronous", &level)); err != nil || mode != "wal" || level != normal {
			t.Errorf("the connection for %s is in the mode %s, synchronous %d, %v", name, mode, level, err)
		}
	}
}

// The jobs of a process that is gone are interrupted, whatever they were at; those
// that had ended stay as they are.
func TestOrphansOfEachState(t *testing.T) {
	home := t.TempDir()
	s := open(t, home)
	states := []string{"queued", "running", "paused", "done", "failed", "cancelled"}
	for _, state := range states {
		addJob(t, s, state)
		if err := s.UpdateJob(t.Context(), Job{ID: state, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.owner.lock.Release(); err != nil { // as the end of its process does
		t.Fatal(err)
	}
	other := open(t, home)
	for _, state := range states {
		want := state
		if state == "queued" || state == "running" || state == "paused" {
			want = "interrupted"
		}
		if j, err := other.Job(t.Context(), state); err != nil || j.State != want {
			t.Errorf("a job that was %s is %s, %v, want %s", state, j.State, err, want)
		}
	}
	addJob(t, other, "new")
	if j, err := open(t, home).Job(t.Context(), "new"); err != nil || j.State != "running" {
		t.Errorf("the job of a living process is %s, %v", j.State, err)
	}
}
