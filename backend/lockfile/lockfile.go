// Package lockfile tells whether a process still runs: it holds the lock on a
// file, which the system frees when the process ends, however it ends. What a
// process keeps beside its lock can be removed once nobody holds that.
package lockfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// Suffix is what the names of lock files end in.
const Suffix = ".lock"

// ErrHeld says that a lock is held already.
var ErrHeld = errors.New("another process holds the lock")

// A Lock is held until it is released, or the process ends.
type Lock struct{ file *flock.Flock }

// maxTries is the number of times that a lock is tried: a process that sweeps
// at just that moment can take its file for one that was left behind.
const maxTries = 100

// Create makes a lock file in dir that nobody else has, and holds its lock. The
// file's name is prefix, something random, and [Suffix].
func Create(dir, prefix string) (*Lock, error) {
	why := errors.New("others remove it each time")
	for range maxTries {
		path := filepath.Join(dir, prefix+strings.ToLower(rand.Text()[:12])+Suffix)
		l, err := try(path)
		if busy(err) {
			why = err
			continue
		}
		if err != nil {
			_ = os.Remove(path) // a file system without locks makes it all the same
		}
		if l != nil || err != nil {
			return l, err
		}
	}
	return nil, fmt.Errorf("lock a file in %s: %w", dir, why)
}

// Hold holds the lock on the file at path, which it makes where there is none.
// It does not wait: where somebody holds the lock it returns [ErrHeld].
func Hold(path string) (*Lock, error) {
	for range maxTries {
		l, err := try(path)
		if busy(err) {
			continue
		}
		if l != nil || err != nil {
			return l, err
		}
		if held, err := Held(path); held || err != nil {
			return nil, errors.Join(err, ErrHeld)
		}
	}
	return nil, ErrHeld
}

// try returns nil where somebody else holds the lock, or removes its file.
func try(path string) (*Lock, error) {
	l := &Lock{flock.New(path)}
	got, err := l.file.TryLock()
	if err != nil {
		return nil, err
	}
	if got && l.named() {
		return l, nil
	}
	return nil, l.file.Unlock()
}

// named reports whether the file that is locked still has its name, by which
// others find it.
func (l *Lock) named() bool {
	locked, err := l.file.Stat()
	if err != nil {
		return false
	}
	found, err := os.Stat(l.Path())
	return err == nil && os.SameFile(locked, found)
}

// Path returns the path of the lock file.
func (l *Lock) Path() string { return l.file.Path() }

// Owned returns the path of what belongs to the lock: its own without [Suffix].
func (l *Lock) Owned() string { return strings.TrimSuffix(l.Path(), Suffix) }

// Release removes the lock file and frees the lock. Where the system allows it,
// the file goes first, so that nobody finds it unlocked. Another process may
// have removed it as well.
func (l *Lock) Release() error {
	removed := os.Remove(l.Path())
	if err := l.file.Unlock(); err != nil {
		return err
	}
	if removed != nil && !errors.Is(removed, fs.ErrNotExist) { // Windows keeps what is open
		_ = os.Remove(l.Path()) // another process may look at it: the next sweep removes it
	}
	return nil
}

// Held reports whether a process holds the lock on the file at path. A file
// that nobody holds is removed.
func Held(path string) (bool, error) {
	switch l, err := takeOver(path); {
	case l != nil:
		return false, l.Release()
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case busy(err): // it was held a moment ago
		return true, nil
	default:
		return err == nil, err
	}
}

// takeOver holds the lock that a process has left behind; it returns nil where
// somebody holds it. A file that was removed while it was opened is none: by its name
// another one may be locked.
func takeOver(path string) (*Lock, error) {
	l := &Lock{flock.New(path, flock.SetFlag(os.O_RDONLY))} // which makes no file
	for {
		got, err := l.file.TryLock()
		if !got {
			return nil, err
		}
		if l.named() {
			return l, nil
		}
		if err := l.file.Unlock(); err != nil {
			return nil, err
		}
	}
}

// patience is how long Replace tries, and pause how long it waits between two tries.
const (
	patience = time.Second
	pause    = 5 * time.Millisecond
)

// Replace renames the file or folder from to the name to, whose file it replaces. Windows
// refuses that while somebody has one of them open, as to read it or to look for viruses:
// Replace then tries again for a second.
func Replace(from, to string) error {
	for end := time.Now().Add(patience); ; time.Sleep(pause) {
		if err := os.Rename(from, to); !busy(err) || time.Now().After(end) {
			return err
		}
	}
}

// busy reports whether a file can't be used just now, because somebody else has it open or
// removes it: Windows then refuses it to all others.
func busy(err error) bool {
	const sharingViolation = syscall.Errno(32)
	return runtime.GOOS == "windows" && (errors.Is(err, sharingViolation) || errors.Is(err, fs.ErrPermission))
}

// Sweep removes from dir what processes that are gone have left: for each lock
// file whose name begins with prefix and whose lock nobody holds, remove removes
// what belongs to it, given the path that [Lock.Owned] returned; then the lock
// file goes. A folder that does not exist is swept.
func Sweep(dir, prefix string, remove func(owned string) error) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) || !strings.HasSuffix(e.Name(), Suffix) {
			continue
		}
		l, lockErr := takeOver(filepath.Join(dir, e.Name()))
		if l == nil {
			if !errors.Is(lockErr, fs.ErrNotExist) && !busy(lockErr) { // another one swept it
				err = errors.Join(err, lockErr)
			}
			continue
		}
		if removeErr := remove(l.Owned()); removeErr != nil {
			err = errors.Join(err, removeErr, l.file.Unlock()) // the next sweep tries again
			continue
		}
		err = errors.Join(err, l.Release())
	}
	return err
}
