package lockfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// hold asks this program to hold the lock at a path until it is killed.
const hold = "LOCKFILE_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(hold); path != "" {
		if _, err := Hold(path); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("held")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	os.Exit(m.Run())
}

func release(t *testing.T, l *Lock) {
	t.Helper()
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

func wantHeld(t *testing.T, path string, want bool) {
	t.Helper()
	if held, err := Held(path); held != want || err != nil {
		t.Errorf("held: %t, %v, want %t", held, err, want)
	}
}

func TestHold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	wantHeld(t, path, false)
	for range 2 {
		l, err := Hold(path)
		if err != nil {
			t.Fatal(err)
		}
		wantHeld(t, path, true)
		if _, err := Hold(path); !errors.Is(err, ErrHeld) {
			t.Errorf("a second one holds it: %v", err)
		}
		if filepath.Base(l.Owned()) != "a" || l.Path() != path {
			t.Errorf("%s, %s", l.Owned(), l.Path())
		}
		release(t, l)
		if _, err := os.Stat(path); err == nil {
			t.Error("the file is left")
		}
	}
	if _, err := Hold(filepath.Join(path, "none", "a.lock")); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("in no folder: %v", err)
	}
}

// A lock whose file another process removes, as a sweep does at the wrong
// moment, is none: others would not find it.
func TestLockWithoutAName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows nobody removes a file that is open")
	}
	path := filepath.Join(t.TempDir(), "a.lock")
	l, err := Hold(path)
	if err != nil {
		t.Fatal(err)
	}
	defer release(t, l)
	if !l.named() {
		t.Error("the lock has no name")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if l.named() {
		t.Error("a lock whose file is gone has a name")
	}
	other, err := Hold(path)
	if err != nil {
		t.Fatal(err)
	}
	defer release(t, other)
	if l.named() {
		t.Error("a lock whose name is another file's has a name")
	}
}

// The end of a process frees its locks, also when it is killed.
func TestKilledProcess(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x-other.lock")
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), hold+"="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.StdinPipe(); err != nil { // open until it is killed
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	mine, err := Create(dir, "x-")
	if err != nil {
		t.Fatal(err)
	}
	defer release(t, mine)
	elsewhere := filepath.Join(dir, "y.lock")
	if err := os.WriteFile(elsewhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var swept []string
	sweep := func(fail error) error {
		return Sweep(dir, "x-", func(owned string) error { swept = append(swept, filepath.Base(owned)); return fail })
	}
	if err := sweep(nil); err != nil || len(swept) > 0 {
		t.Errorf("while both live: %v, %v", swept, err)
	}
	wantHeld(t, path, true)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	failed := errors.New("not removed")
	if err := sweep(failed); !errors.Is(err, failed) {
		t.Errorf("%v, want %v", err, failed)
	}
	for range 2 { // the second one finds nothing any more
		if err := sweep(nil); err != nil || !slices.Equal(swept, []string{"x-other", "x-other"}) {
			t.Errorf("%v, %v", swept, err)
		}
	}
	for path, want := range map[string]bool{path: false, mine.Path(): true, elsewhere: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s exists: %v, want %t", path, err, want)
		}
	}
	if err := Sweep(filepath.Join(dir, "none"), "", nil); err != nil {
		t.Errorf("a folder that does not exist: %v", err)
	}
}

// Locks are created while others sweep, and none is lost by that.
func TestCreateWhileOthersSweep(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 50 {
				l, err := Create(dir, "")
				if err != nil {
					t.Error(err)
					return
				}
				if err := Sweep(dir, "", func(string) error { return nil }); err != nil {
					t.Error(err)
				}
				if !l.named() {
					t.Error("a lock that is held was swept")
				}
				release(t, l)
			}
		})
	}
	group.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// One alone holds a lock, however often others look whether it is held just when it is
// released, and remove its file where it is not.
func TestHoldWhileOthersLook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	var holders atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 2000 {
				l, err := Hold(path)
				if errors.Is(err, ErrHeld) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				if !l.named() {
					t.Error("the file of a lock that is held was removed")
				}
				holders.Add(-1)
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 2000 {
				if _, err := Held(path); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// A file is replaced also where somebody reads it just then.
func TestReplaceWhileItIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(path, "old")
	for n := range 200 {
		reader, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(n)
		write(path+".tmp", text)
		replaced := make(chan error)
		go func() { replaced <- Replace(path+".tmp", path) }()
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
		if err := <-replaced; err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("%q, %v, want %q", got, err, text)
		}
	}
	if err := Replace(path+".none", path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
}
