//go:build unix

package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func chmod(t *testing.T, path string, to fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, to); err != nil {
		t.Fatal(err)
	}
}

// No other user can read the store, be it new or one that others could read.
func TestPrivate(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	for _, made := range []bool{false, true} {
		if made {
			for path, rights := range map[string]fs.FileMode{home: 0o777, filepath.Join(home, "run"): 0o755, filepath.Join(home, fileName): 0o644} {
				chmod(t, path, rights)
			}
		}
		s, err := Open(t.Context(), home, filepath.Join(home, "run"))
		if err != nil {
			t.Fatal(err)
		}
		addJob(t, s, map[bool]string{false: "a", true: "b"}[made])
		for name, want := range map[string]fs.FileMode{"": 0o700, "run": 0o700, fileName: 0o600, fileName + "-wal": 0o600, fileName + "-shm": 0o600} {
			if got := mode(t, filepath.Join(home, name)); got != want {
				t.Errorf("made before %v: %q has the rights %o, want %o", made, name, got, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A folder with other files in it keeps its rights, and is refused if others can
// write to it.
func TestSharedFolder(t *testing.T) {
	for rights, refused := range map[fs.FileMode]bool{0o755: false, 0o775: true, 0o777: true, 0o777 | fs.ModeSticky: true} {
		home := t.TempDir()
		if err := os.WriteFile(filepath.Join(home, "letter.txt"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		chmod(t, home, rights)
		s, err := Open(t.Context(), home, filepath.Join(home, "run"))
		if refused {
			if err == nil || !strings.Contains(err.Error(), home) || !strings.Contains(err.Error(), "chmod go-w") {
				t.Errorf("%v: %v", rights, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", rights, err)
			continue
		}
		if got := mode(t, home); got != rights {
			t.Errorf("the rights of the folder were %o and are %o", rights, got)
		}
		if got := mode(t, filepath.Join(home, fileName)); got != 0o600 {
			t.Errorf("the store has the rights %o", got)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
