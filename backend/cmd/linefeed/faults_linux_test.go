package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const faultRows = 1_000_000

// A scene is an import into SQLite that was killed when a part of it was committed.
type scene struct {
	dir, in, out string
	content      []byte // of in
}

// An import that was killed and meets a fault says what it is, loses nothing, and goes
// on once that is gone.
func TestFaults(t *testing.T) {
	file := crashFile(t, faultRows)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	whole := scene{dir: t.TempDir(), in: file, content: content}
	whole.out = filepath.Join(whole.dir, "out.db")
	if out, err := whole.command(t, begin(whole.in, crashed{url: whole.out})...).CombinedOutput(); !status(err, 1) {
		t.Fatalf("%v: %s", err, out)
	}
	want, rejects := whole.rows(t), rejectedBy(t, whole.dir)

	for _, f := range []struct {
		name   string
		status int
		says   string
		fault  func(t *testing.T, s *scene) (mend func())
	}{
		{"target full", 2, "full", func(t *testing.T, s *scene) func() { return fill(t, filepath.Dir(s.out)) }},
		{"store full", 2, "full", func(t *testing.T, s *scene) func() { return fill(t, filepath.Join(s.dir, "home")) }},
		{"target locked", 2, "locked by another program", func(t *testing.T, s *scene) func() { return hold(t, s.out) }},
		{"target gone", 64, "knows nothing of it", func(t *testing.T, s *scene) func() { return move(t, s.out) }},
		{"target of another", 64, "knows nothing of it", func(t *testing.T, s *scene) func() {
			back := move(t, s.out)
			db := s.open(t)
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE numbers (id INTEGER PRIMARY KEY, name TEXT, n INTEGER)"); err != nil {
				t.Fatal(err)
			}
			return back
		}},
		{"file gone", 64, "there is no such file", func(t *testing.T, s *scene) func() { return move(t, s.in) }},
		{"file cut off", 64, "is not as it was", func(t *testing.T, s *scene) func() { return s.write(t, s.content[:len(s.content)*9/10]) }},
		{"file with other records", 2, "does not begin with what was loaded", func(t *testing.T, s *scene) func() {
			return s.write(t, bytes.Replace(s.content, []byte("the name of 7,"), []byte("the name of 8,"), 1))
		}},
	} {
		t.Run(f.name, func(t *testing.T) {
			s := killed(t, content)
			before, id := s.rows(t), s.job(t)
			mend := f.fault(t, s)
			out, err := command(t, s.dir, "resume", id).CombinedOutput()
			if !status(err, f.status) || !strings.Contains(string(out), f.says) {
				t.Errorf("with the fault: %v, want %d and %q: %s", err, f.status, f.says, out)
			}
			mend()
			if after := s.rows(t); len(after) < len(before) {
				t.Errorf("%d rows, %d before the fault", len(after), len(before))
			}
			if out, err := command(t, s.dir, "resume", id, "--quiet").CombinedOutput(); !status(err, 1) {
				t.Fatalf("without the fault: %v: %s", err, out)
			}
			if got := s.rows(t); !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%d rows, want %d", len(got), len(want))
			}
			if got := rejectedBy(t, s.dir); !slices.Equal(got, rejects) {
				t.Errorf("%d rejects, want %d", len(got), len(rejects))
			}
		})
	}
}

// killed returns the scene of an import that was killed when a part of it was committed. A
// machine may do the rest before the test gets to kill it: then there is another one.
func killed(t *testing.T, content []byte) *scene {
	t.Helper()
	for range 10 {
		s := killedAt(t, content)
		n := 0
		db := s.open(t)
		_ = db.QueryRowContext(t.Context(), "SELECT count(*) FROM numbers").Scan(&n) // there may be no such table yet
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if n > 0 && n <= faultRows*9/10 {
			return s
		}
		t.Logf("%d rows are committed of an import that was killed", n)
	}
	t.Fatal("no import was killed in the middle")
	return nil
}

// killedAt returns the scene of an import that was killed. Its store and its target are on
// file systems of their own, where that is possible.
func killedAt(t *testing.T, content []byte) *scene {
	t.Helper()
	s := &scene{dir: t.TempDir(), content: content}
	s.in, s.out = filepath.Join(s.dir, "in.csv"), filepath.Join(s.dir, "target", "out.db")
	for _, dir := range []string{filepath.Join(s.dir, "home"), filepath.Dir(s.out)} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		mount(t, dir)
	}
	s.write(t, content)
	c := s.command(t, append(begin(s.in, crashed{url: s.out}), "--events")...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() && (!strings.Contains(lines.Text(), `"phase":"writing"`) || strings.Contains(lines.Text(), `"read":0,`)) {
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	return s
}

// command returns the program, which commits often.
func (s *scene) command(t *testing.T, args ...string) *exec.Cmd {
	return crashCommand(context.WithoutCancel(t.Context()), t, s.dir, crashed{}, args...)
}

func (s *scene) job(t *testing.T) string {
	t.Helper()
	j, ok := newest(t, s.dir)
	if !ok {
		t.Fatal("there is no job")
	}
	return j.ID
}

func (s *scene) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", s.out)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func (s *scene) rows(t *testing.T) [][]string {
	t.Helper()
	db := s.open(t)
	defer db.Close()
	return texts(t, db, "SELECT id, name, n FROM numbers ORDER BY id")
}

// write writes the file, and returns what writes it as it was.
func (s *scene) write(t *testing.T, content []byte) (back func()) {
	t.Helper()
	put := func(b []byte) {
		if err := os.WriteFile(s.in, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(content)
	return func() { put(s.content) }
}

// move moves a file away, and returns what moves it back.
func move(t *testing.T, path string) (back func()) {
	t.Helper()
	mv := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	mv(path, path+".away")
	return func() { mv(path+".away", path) }
}

// hold locks a database until it is mended.
func hold(t *testing.T, path string) (mend func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// mount makes a folder a file system of its own. It skips the test where that is not
// allowed, unless it runs in CI.
func mount(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("linefeed", dir, "tmpfs", 0, "size=256m,mode=700"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("a file system that can be full takes the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// fill fills the file system of a folder, and returns what empties it again.
func fill(t *testing.T, dir string) (mend func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<16); ; {
		if _, err := f.Write(block); err != nil {
			break
		}
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
