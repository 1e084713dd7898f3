package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

func open(t *testing.T, home string) *Store {
	t.Helper()
	s, err := Open(t.Context(), home, filepath.Join(home, "run"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var today = time.Now().UTC().Format(TimeFormat)

func addJob(t *testing.T, s *Store, id string) {
	t.Helper()
	if err := s.AddJob(t.Context(), Job{ID: id, State: "running", File: id + ".csv", Request: "{}", Created: today}); err != nil {
		t.Fatal(err)
	}
}

func TestJobs(t *testing.T) {
	s := open(t, t.TempDir())
	for _, id := range []string{"a", "b", "c"} {
		addJob(t, s, id)
	}
	want := Job{ID: "b", State: "done", File: "b.csv", Request: "{}", Created: today, Started: "s", Finished: "f", Summary: `{"read":1}`}
	if err := s.UpdateJob(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Job(t.Context(), "b"); err != nil || got != want {
		t.Errorf("job b is %+v, %v", got, err)
	}
	if _, err := s.Job(t.Context(), "x"); !errors.Is(err, ErrNoJob) {
		t.Errorf("a job that is not there: %v", err)
	}
	jobs, err := s.Jobs(t.Context(), 2)
	if err != nil || len(jobs) != 2 || jobs[0].ID != "c" || jobs[1].ID != "b" {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
	addJob(t, s, "d")
	if files, err := s.RecentFiles(t.Context(), 3); err != nil || fmt.Sprint(files) != "[d.csv c.csv b.csv]" {
		t.Errorf("recent files %v, %v", files, err)
	}
	head := Head{Dialect: `{"encoding":"utf-8"}`, Bytes: []byte("\xef\xbb\xbfid\r\n")}
	if err := s.SetHead(t.Context(), "a", head); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Head(t.Context(), "a"); err != nil || got.Dialect != head.Dialect || !bytes.Equal(got.Bytes, head.Bytes) {
		t.Errorf("head %+v, %v", got, err)
	}
}

func rejects(n int) []load.Reject {
	all := make([]load.Reject, n)
	for i := range all {
		all[i] = load.Reject{
			Time: time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.FixedZone("", 3600)), Record: int64(i + 1), Line: int64(2 * i), EndLine: int64(2*i + 1),
			Column: []string{"price", "sku"}[i%2], Value: fmt.Sprintf("value %d", i),
			Code: []load.Code{load.CodeNotANumber, load.CodeDuplicateKey}[i%2], Note: message.Note{Message: "not a number", Hint: "mend it"},
			Raw: fmt.Appendf(nil, "raw\xff %d\r\n", i),
		}
	}
	return all
}

func TestRejects(t *testing.T) {
	s := open(t, t.TempDir())
	for _, id := range []string{"before", "job", "after"} {
		addJob(t, s, id)
		log, err := s.RejectLog(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		all := rejects(250)
		for _, part := range [][]load.Reject{all[:1], all[1:200], all[200:]} {
			if err := log.Add(t.Context(), part); err != nil {
				t.Fatal(err)
			}
		}
		if log.Count() != 250 {
			t.Errorf("the log counts %d", log.Count())
		}
	}
	tests := []struct {
		q           RejectQuery
		total       int64
		first, last int64 // ids
		n           int
	}{
		{RejectQuery{}, 250, 1, 100, 100},
		{RejectQuery{Limit: 10, Offset: 245}, 250, 246, 250, 5},
		{RejectQuery{After: 100, Limit: 10}, 150, 101, 110, 10},
		{RejectQuery{After: 100, Offset: 10, Limit: 10}, 150, 111, 120, 10},
		{RejectQuery{After: 250}, 0, 0, 0, 0},
		{RejectQuery{Offset: 1000}, 250, 0, 0, 0},
		{RejectQuery{Code: "duplicate_key", Limit: 3}, 125, 2, 6, 3},
		{RejectQuery{Column: "price", Limit: 3, Offset: 2}, 125, 5, 9, 3},
		{RejectQuery{Code: "duplicate_key", Column: "price"}, 0, 0, 0, 0},
		{RejectQuery{Find: "VALUE 24"}, 11, 25, 250, 11},
	}
	for _, tt := range tests {
		tt.q.Job = "job"
		p, err := s.Rejects(t.Context(), tt.q)
		if err != nil || p.Total != tt.total || len(p.Rejects) != tt.n {
			t.Errorf("%+v: %d of %d, %v; want %d of %d", tt.q, len(p.Rejects), p.Total, err, tt.n, tt.total)
			continue
		}
		if tt.n > 0 && (p.Rejects[0].ID != tt.first || p.Rejects[tt.n-1].ID != tt.last) {
			t.Errorf("%+v: ids %d to %d, want %d to %d", tt.q, p.Rejects[0].ID, p.Rejects[tt.n-1].ID, tt.first, tt.last)
		}
	}
	p, err := s.Rejects(t.Context(), RejectQuery{Job: "job", Find: "40", Code: "not_a_number"})
	if err != nil || p.Rejects[0].Line != 40 {
		t.Errorf("find a line: %+v, %v", p, err)
	}
	if got, want := p.Rejects[0].Time, "2026-01-02T02:04:05.678Z"; got != want {
		t.Errorf("time %s, want %s", got, want)
	}
	counts, err := s.RejectCounts(t.Context(), "job")
	if err != nil || fmt.Sprint(counts) != "[{duplicate_key sku 125} {not_a_number price 125}]" {
		t.Errorf("counts %v, %v", counts, err)
	}
	raw, size, err := s.RejectBytes(t.Context(), "job", 3, 4)
	if err != nil || string(raw) != "raw\xff" || size != 8 {
		t.Errorf("bytes %q of %d, %v", raw, size, err)
	}
	n := 0
	for r, err := range s.AllRejects(t.Context(), "job") {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("raw\xff %d\r\n", n); string(r.Raw) != want || r.ID != int64(n+1) {
			t.Errorf("reject %d has the bytes %q, want %q", r.ID, r.Raw, want)
		}
		n++
	}
	if n != 250 {
		t.Errorf("%d rejects in all", n)
	}
	for _, err := range s.AllRejects(t.Context(), "none") {
		if !errors.Is(err, ErrNoJob) {
			t.Errorf("rejects of a job that is not there: %v", err)
		}
	}
}

// TestMain lets the test binary act as a process that opens the store and dies.
func TestMain(m *testing.M) {
	if home := os.Getenv("STORE_TEST_OWN"); home != "" {
		s, err := Open(context.Background(), home, filepath.Join(home, "run"))
		if err == nil {
			err = s.AddJob(context.Background(), Job{ID: "orphan", State: "running", File: "f", Request: "{}"})
		}
		fmt.Println(err)
		select {} // until it is killed
	}
	if home := os.Getenv("STORE_TEST_MIGRATE"); home != "" {
		migrateForEver(home)
	}
	if home := os.Getenv("STORE_TEST_OLDER"); home != "" {
		runOlder(home)
	}
	if home := os.Getenv("STORE_TEST_USE"); home != "" {
		if err := useOften(home, 25); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestJobsOfADeadProcessAreInterrupted(t *testing.T) {
	home := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_OWN="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said string
	if _, err := fmt.Fscanln(out, &said); err != nil || said != "<nil>" {
		t.Fatalf("the other process says %q, %v", said, err)
	}
	state := func() string {
		s := open(t, home)
		j, err := s.Job(t.Context(), "orphan")
		if err != nil {
			t.Fatal(err)
		}
		return j.State
	}
	if got := state(); got != "running" {
		t.Errorf("the job of a living process is %s", got)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if got := state(); got != "interrupted" {
		t.Errorf("the job of a dead process is %s", got)
	}
}

// The error of a store that can't grow says where it is and what to do. The store
// keeps its contents and works again once there is room.
func TestFull(t *testing.T) {
	home := t.TempDir()
	s := open(t, home)
	addJob(t, s, "a")
	log, err := s.RejectLog(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	add := func(size int) error {
		return log.Add(t.Context(), []load.Reject{{Record: 1, Raw: make([]byte, size)}})
	}
	limit := func(pages int) {
		if _, err := log.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	if err := add(1); err != nil {
		t.Fatal(err)
	}
	limit(20)
	err = add(1 << 20)
	for _, want := range []string{home, "free some space", "LINEFEED_HOME"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one with %q", err, want)
		}
	}
	limit(1 << 20)
	if err := add(1 << 20); err != nil || log.Count() != 2 {
		t.Errorf("with room again: %d rejects, %v", log.Count(), err)
	}
	if page, err := s.Rejects(t.Context(), RejectQuery{Job: "a"}); err != nil || page.Total != 2 {
		t.Errorf("there are %d rejects, want 2: %v", page.Total, err)
	}
}

func TestOpenTwiceAtTheSameTime(t *testing.T) {
	home := t.TempDir()
	a, b := open(t, home), open(t, home)
	addJob(t, a, "a")
	addJob(t, b, "b")
	if jobs, err := b.Jobs(t.Context(), 10); err != nil || len(jobs) != 2 {
		t.Errorf("%+v, %v", jobs, err)
	}
	var mode string
	if err := a.db.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal mode %s, %v", mode, err)
	}
}

// Some room on the disk is reserved while there are jobs, and released when the
// disk is full; the reserves of killed processes are removed.
func TestReserve(t *testing.T) {
	home := t.TempDir()
	dead := filepath.Join(home, fileName+reserveSuffix+"DEAD")
	if err := os.WriteFile(dead, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, other := open(t, home), open(t, home)
	reserved := func() int {
		all, err := filepath.Glob(filepath.Join(home, fileName+reserveSuffix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if n := reserved(); n != 0 {
		t.Errorf("%d reserves with no job", n)
	}
	addJob(t, s, "a")
	addJob(t, other, "b")
	if n := reserved(); n != 2 {
		t.Errorf("%d reserves of two processes with jobs", n)
	}
	open(t, home)
	if n := reserved(); n != 2 {
		t.Errorf("a third process leaves %d of them", n)
	}
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	j := Job{ID: "a", State: "done", Summary: strings.Repeat("x", 1<<16)}
	if err := s.UpdateJob(t.Context(), j); err == nil || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("a full store: %v", err)
	}
	if n := reserved(); n != 1 {
		t.Errorf("%d reserves after one was needed", n)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if n := reserved(); n != 0 {
		t.Errorf("%d reserves after the end", n)
	}
}
