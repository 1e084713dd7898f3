package store

import (
	"os"
	"path/filepath"
	"testing"
)

// The program's own store is recognized under any name.
func TestOwns(t *testing.T) {
	t.Setenv("LINEFEED_HOME", t.TempDir())
	dir := t.TempDir()
	home := filepath.Join(dir, "home")
	s := open(t, home)
	addJob(t, s, "a")
	link := func(make func(from, to string) error, from, to string) string {
		t.Helper()
		to = filepath.Join(dir, to)
		if err := make(from, to); err != nil {
			t.Fatal(err)
		}
		return to
	}
	db := filepath.Join(home, fileName)
	own := []string{
		db, db + "-wal", db + "-shm", db + "-journal", filepath.Join(home, "run", "..", fileName), filepath.Join(os.Getenv("LINEFEED_HOME"), fileName),
		link(os.Symlink, db, "soft.db"), link(os.Link, db, "hard.db"), link(os.Symlink, home, "folder") + "/" + fileName,
		link(os.Symlink, db+"-journal", "dangling.db"), link(os.Link, db+"-wal", "wal.db"),
	}
	for _, path := range own {
		if !Owns(path) {
			t.Errorf("%s is not known", path)
		}
	}
	other := filepath.Join(dir, fileName)
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", other, filepath.Join(dir, "none.db"), filepath.Join(home, "shop.db"), filepath.Join(dir, fileName+"-journal")} {
		if Owns(path) {
			t.Errorf("%s is taken for the store", path)
		}
	}
}
