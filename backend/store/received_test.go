package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A received file is kept for a job that can go on, until it is too old, or there is too
// much of them.
func TestReceivedFiles(t *testing.T) {
	s := open(t, t.TempDir())
	s.stopTidying() // or it looks at files that no job has yet
	now := time.Now()
	days := func(n int) string { return now.AddDate(0, 0, -n).UTC().Format(TimeFormat) }
	const size = 1_000_000
	for _, c := range []struct {
		id, state, request string
		ended              int // days ago
	}{
		{"done", "done", "{}", 1}, {"check", "failed", `{"check":true}`, 1}, {"damaged", "failed", "{", 1},
		{"old", "interrupted", "{}", 91}, {"aging", "cancelled", "{}", 60}, {"older", "failed", "{}", 80},
		{"new", "failed", "{}", 6}, {"running", "running", "{}", 100},
	} {
		file := filepath.Join(s.SpoolDir(), "kept-"+c.id, c.id+".csv")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		j := Job{ID: c.id, State: c.state, File: file, Request: c.request, Created: days(c.ended)}
		if err := s.AddJob(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if c.state != "running" {
			j.Finished = days(c.ended)
			if err := s.UpdateJob(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
	}
	orphan := filepath.Join(s.SpoolDir(), "kept-orphan") // whose job was forgotten
	if err := os.Mkdir(orphan, 0o700); err != nil {
		t.Fatal(err)
	}
	left := func() string {
		t.Helper()
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := filepath.Glob(filepath.Join(s.SpoolDir(), "*"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range all {
			all[i] = strings.TrimPrefix(filepath.Base(all[i]), "kept-")
		}
		jobs, err := s.Jobs(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			if _, err := os.Stat(j.File); j.FileLost != (err != nil) {
				t.Errorf("%s: lost %t, %v", j.ID, j.FileLost, err)
			}
		}
		return fmt.Sprint(all)
	}
	if got, want := left(), "[aging damaged new older running]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// Beside the store there is room for four of them.
	content, err := s.contentSize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetSetting(t.Context(), KeepSize, fmt.Sprint(content/size+5, "MB")); err != nil {
		t.Fatal(err)
	}
	if got, want := left(), "[aging damaged new running]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := s.SetSetting(t.Context(), KeepSize, "1MB"); err != nil {
		t.Fatal(err)
	}
	if got, want := left(), "[damaged new running]"; got != want { // those of the last week stay
		t.Errorf("%s, want %s", got, want)
	}
	if err := s.Forget(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	if got, want := left(), "[damaged running]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	passing := filepath.Join(s.SpoolDir(), "abc", "1", "stdin.csv")
	if !s.FileLost(passing) || s.FileLost("/in.csv") {
		t.Error("a file that goes with its process, or one that was never received")
	}
	s.RemoveReceived(passing) // is not its business
}
