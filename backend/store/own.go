package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// opened has the paths of the stores that this process has open, and how often.
var opened = struct {
	sync.Mutex
	paths map[string]int
}{paths: map[string]int{}}

// register records that the store at path was opened (1) or closed (-1).
func register(path string, by int) {
	opened.Lock()
	defer opened.Unlock()
	if opened.paths[path] += by; opened.paths[path] <= 0 {
		delete(opened.paths, path)
	}
}

// Owns reports whether path is a file of the program's own store, under whatever
// name: of one that is open, or of that in [Home]. Such a file must be neither
// loaded into nor read: closing it would release the locks that SQLite holds on it
// for this process.
func Owns(path string) bool {
	if path == "" {
		return false
	}
	var stores []string
	opened.Lock()
	for p := range opened.paths {
		stores = append(stores, p)
	}
	opened.Unlock()
	if home, err := Home(); err == nil {
		stores = append(stores, filepath.Join(home, fileName))
	}
	path = followed(path)
	for _, s := range stores {
		if slices.ContainsFunc(sqlitefile.Files(s), func(file string) bool { return sameFile(path, file) }) {
			return true
		}
	}
	return false
}

// followed returns what a link leads to, even if that does not exist yet.
func followed(path string) string {
	for range 40 { // as many as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}

// sameFile reports whether two paths are the same file, or would be if it
// existed.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	if errA == nil || errB == nil || !strings.EqualFold(filepath.Base(a), filepath.Base(b)) {
		return false
	}
	infoA, errA = os.Stat(filepath.Dir(a))
	infoB, errB = os.Stat(filepath.Dir(b))
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
