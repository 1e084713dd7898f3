package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// makePrivate ensures that only its user can read or replace the store. It removes
// rights where that can't harm anyone else, and refuses a folder that others can
// write to and that is not the program's alone. On Windows, where the user's
// folders are private, it does nothing.
func makePrivate(home, runDir, path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if err := privateFolder(home, onlyOurs(home)); err != nil {
		return err
	}
	if err := privateFolder(runDir, true); err != nil {
		return err
	}
	// SQLite creates the files beside the store with the store's rights. An
	// existing store is not opened: closing it would release SQLite's locks on it.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrPermission) { // SQLite's own error says more about permissions
		return fmt.Errorf("make the store: %w", err)
	}
	for _, file := range sqlitefile.Files(path) {
		if err := privateFile(file); err != nil {
			return err
		}
	}
	return nil
}

// forOthers are the rights of everybody but the owner, and writable those to write.
const (
	forOthers fs.FileMode = 0o077
	writable  fs.FileMode = 0o022
)

// privateFolder removes the rights of others from a folder if it is the program's
// own, and otherwise refuses one that others can write to.
func privateFolder(dir string, own bool) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at the folder of the program's own files: %w", err)
	}
	mode := info.Mode()
	if own && mode&forOthers != 0 && mode&fs.ModeSticky == 0 && os.Chmod(dir, mode.Perm()&^forOthers) == nil {
		return nil
	}
	if mode&writable != 0 {
		return fmt.Errorf("others can write to %s (%v), where the program keeps its own files: take that right from them (chmod go-w), or set LINEFEED_HOME to a folder of your own", dir, mode)
	}
	return nil
}

// onlyOurs reports whether the folder contains only what the program puts there.
func onlyOurs(home string) bool {
	entries, err := os.ReadDir(home)
	if err != nil {
		return false
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, fileName), name == "run", name == "spool", strings.HasPrefix(name, "articles."):
		default:
			return false
		}
	}
	return true
}

// privateFile removes the rights of others from a file of the store, if it exists.
func privateFile(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&forOthers == 0 {
		return nil
	}
	if err == nil {
		err = os.Chmod(path, info.Mode().Perm()&^forOthers)
	}
	if err != nil {
		return fmt.Errorf("keep the program's own file from others: %w: set LINEFEED_HOME to a folder of your own", err)
	}
	return nil
}
