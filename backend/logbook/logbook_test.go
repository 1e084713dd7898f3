package logbook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv("LOGBOOK_TEST_CRASH"); folder != "" {
		b, err := Open(folder, "debug")
		if err != nil {
			panic(err)
		}
		b.KeepCrash()
		go panic("hush")
		select {}
	}
	if folder := os.Getenv("LOGBOOK_TEST_FOLDER"); folder != "" {
		f, err := openFile(filepath.Join(folder, "linefeed.log"), 4<<10)
		if err != nil {
			panic(err)
		}
		for i := range 300 {
			if _, err := fmt.Fprintf(f, "process %d line %d\n", os.Getpid(), i); err != nil {
				panic(err)
			}
		}
		return
	}
	os.Exit(m.Run())
}

func TestLevels(t *testing.T) {
	for level, want := range map[string]string{"": "iwe", "debug": "diwe", "warn": "we", "ERROR": "e", "much": "iwe"} {
		b, err := Open(filepath.Join(t.TempDir(), "logs"), level)
		if err != nil {
			t.Fatal(err)
		}
		b.Debug("d")
		b.Info("i")
		b.Warn("w")
		b.Error("e")
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		lines, err := b.Tail(10)
		got := ""
		for _, line := range lines {
			_, text, _ := strings.Cut(line, "msg=")
			got += text[:1]
		}
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", level, got, err)
		}
		info, err := os.Stat(b.Path())
		if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
}

// TestNowhere holds that a log that can't be written harms nothing.
func TestNowhere(t *testing.T) {
	taken := filepath.Join(t.TempDir(), "logs")
	if err := os.WriteFile(taken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Open(taken, "")
	if err == nil {
		t.Error("a file was taken for a folder")
	}
	b.Info("to nobody")
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if lines, err := b.Tail(3); len(lines) > 0 {
		t.Errorf("%q, %v", lines, err)
	}
}

// TestCrash holds that what Go says of a crash is kept, and not in the log, which has no
// value.
func TestCrash(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for range 2 {
		c := exec.CommandContext(t.Context(), self)
		c.Env = append(os.Environ(), "LOGBOOK_TEST_CRASH="+folder)
		if out, err := c.CombinedOutput(); err == nil {
			t.Fatalf("it does not crash: %s", out)
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "crash.txt"))
	if err != nil || strings.Count(string(text), "panic: hush") != 2 || !strings.Contains(string(text), "logbook_test.go") {
		t.Errorf("%v: %s", err, text)
	}
	if log, err := os.ReadFile(filepath.Join(folder, "linefeed.log")); err != nil || strings.Contains(string(log), "hush") {
		t.Errorf("%v: %s", err, log)
	}
}

func TestRotation(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "linefeed.log")
	f, err := openFile(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, err := fmt.Fprintf(f, "line %d\n", i); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("x")); err == nil {
		t.Error("a closed file was written")
	}
	for n := 1; n <= asides; n++ {
		info, err := os.Stat(aside(path, n))
		if err != nil || info.Size() > 100 {
			t.Errorf("%d: %v, %v", n, info, err)
		}
	}
	if _, err := os.Stat(aside(path, asides+1)); err == nil {
		t.Error("more files are kept than should be")
	}
	b := &Book{path: path}
	lines, err := b.Tail(12)
	if err != nil || len(lines) != 12 || lines[11] != "line 49" || lines[0] != "line 38" {
		t.Errorf("%q, %v", lines, err)
	}
}

// TestProcesses has several processes write at the same time: no line is torn, and each
// file stays small.
func TestProcesses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			c := exec.CommandContext(t.Context(), self)
			c.Env = append(os.Environ(), "LOGBOOK_TEST_FOLDER="+folder)
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	paths, err := filepath.Glob(filepath.Join(folder, "linefeed.log*"))
	if err != nil || len(paths) < asides {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil || len(text) > 5*4<<10 {
			t.Errorf("%s: %d bytes, %v", path, len(text), err)
		}
		for line := range strings.Lines(string(text)) {
			var pid, n int
			if _, err := fmt.Sscanf(line, "process %d line %d\n", &pid, &n); err != nil {
				t.Errorf("a line is torn: %q", line)
			}
		}
	}
}
