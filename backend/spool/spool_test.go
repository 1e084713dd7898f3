package spool

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func opened(t *testing.T, dir string) *Spool {
	t.Helper()
	s, err := Open(dir)
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

func TestReceive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Receive(t.Context(), strings.NewReader("a"), "same.csv")
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Receive(t.Context(), strings.NewReader("b"), "same.csv")
	if err != nil {
		t.Fatal(err)
	}
	for want, file := range map[string]*File{"a": a, "b": b} {
		if text, err := os.ReadFile(file.Path); err != nil || string(text) != want || filepath.Base(file.Path) != "same.csv" {
			t.Errorf("%s: %q, %v", file.Path, text, err)
		}
	}
	if err := a.Remove(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(s.folder()); err != nil || len(left) != 1 {
		t.Errorf("after one was removed: %v, %v", left, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("after the end: %v, %v", left, err)
	}
}

// What is not received whole leaves nothing behind.
func TestReceiveThatFails(t *testing.T) {
	s := opened(t, t.TempDir())
	empty := func() {
		t.Helper()
		if left, err := os.ReadDir(s.folder()); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
	broken := errors.New("broken")
	if _, err := s.Receive(t.Context(), io.MultiReader(strings.NewReader("a"), iotest.ErrReader(broken)), "a"); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
	empty()
	ctx, cancel := context.WithCancel(t.Context())
	waiting, writer := io.Pipe() // whose Read waits
	defer writer.Close()
	go func() {
		_, _ = writer.Write([]byte("a")) // it is read
		cancel()
	}()
	if _, err := s.Receive(ctx, waiting, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	empty()
}

// The next spool removes what one has left whose process was killed.
func TestTidy(t *testing.T) {
	dir := t.TempDir()
	other := opened(t, dir)
	for _, d := range []string{"gone", "notes"} {
		if err := os.MkdirAll(filepath.Join(dir, d, "1"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "gone.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := opened(t, dir)
	for path, want := range map[string]bool{
		filepath.Join(dir, "gone"): false, filepath.Join(dir, "gone.lock"): false,
		filepath.Join(dir, "notes", "1"): true, other.folder(): true, s.folder(): true,
	} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v, want it to exist: %t", path, err, want)
		}
	}
}

// A file that is kept outlives its spool, and the next one's tidying.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Receive(t.Context(), strings.NewReader("abc"), "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	passing := f.Path
	if received, kept := Holds(dir, f.Path); !received || kept {
		t.Errorf("%s: %t, %t", f.Path, received, kept)
	}
	release, err := s.Keep(f)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := Kept(dir); err != nil || len(all) > 0 {
		t.Errorf("before it is released: %v, %v", all, err)
	}
	if received, kept := Holds(dir, f.Path); !received || !kept || filepath.Base(f.Path) != "a.csv" {
		t.Errorf("%s: %t, %t", f.Path, received, kept)
	}
	if _, err := os.Stat(passing); err == nil {
		t.Error("it is there twice")
	}
	if err := errors.Join(release(), s.Close()); err != nil {
		t.Error(err)
	}
	// As when the process is killed before it releases the file.
	lock := filepath.Dir(f.Path) + ".lock"
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	opened(t, dir)
	if text, err := os.ReadFile(f.Path); err != nil || string(text) != "abc" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Stat(lock); err == nil {
		t.Error("the lock is left")
	}
	all, err := Kept(dir)
	if err != nil || len(all) != 1 || all[0].Path != f.Path || all[0].Size != 3 {
		t.Fatalf("%v, %v", all, err)
	}
	if err := all[0].Remove(); err != nil {
		t.Error(err)
	}
	if all, err := Kept(dir); err != nil || len(all) > 0 {
		t.Errorf("after it is removed: %v, %v", all, err)
	}
	for _, path := range []string{dir, filepath.Dir(dir), dir + "-other/kept-a/a.csv", "a.csv"} {
		if received, kept := Holds(dir, path); received || kept {
			t.Errorf("%s: %t, %t", path, received, kept)
		}
	}
	if all, err := Kept(filepath.Join(dir, "none")); err != nil || len(all) > 0 {
		t.Errorf("of no folder: %v, %v", all, err)
	}
}

func TestOpenThatFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", file} {
		if _, err := Open(dir); err == nil {
			t.Errorf("%q: it opens", dir)
		}
	}
}

func TestFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"articles.csv":           "articles.csv",
		"my ärticles (2).csv":    "my ärticles (2).csv",
		"../../etc/passwd":       "passwd",
		`C:\Users\me\a.csv`:      "a.csv",
		"":                       "upload.csv",
		".":                      "upload.csv",
		"..":                     "upload.csv",
		"a/":                     "upload.csv",
		"a\x00b\n.csv":           "a_b_.csv",
		`a<b>:"|?*.csv`:          "a_b______.csv",
		"trailing. . ":           "trailing",
		strings.Repeat("ä", 200): strings.Repeat("ä", 60),
	} {
		if got := fileName(name); got != want {
			t.Errorf("fileName(%q) = %q, want %q", name, got, want)
		}
	}
}
