package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// An owner is a process that has the store open. It holds a lock on a file of its
// own, which the system releases when the process ends, however it ends. So others
// can tell whether its jobs can still be running.
type owner struct {
	id   string
	lock *flock.Flock
}

const (
	ownerPrefix = "owner-"
	ownerSuffix = ".lock"
)

func ownerFile(runDir, id string) string { return filepath.Join(runDir, ownerPrefix+id+ownerSuffix) }

// mostOwnerTries is how many names a process tries: another one that cleans up at
// that moment may take the new lock file for a leftover.
const mostOwnerTries = 100

func lockOwner(runDir string) (*owner, error) {
	for range mostOwnerTries {
		id := rand.Text()[:12]
		o := &owner{id: id, lock: flock.New(ownerFile(runDir, id))}
		got, err := o.lock.TryLock()
		if err != nil {
			return nil, err
		}
		if got && o.named() {
			return o, nil
		}
		if err := o.lock.Unlock(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("lock a file in %s: others remove it each time", runDir)
}

// named reports whether the locked file still has its name, so that others find
// it.
func (o *owner) named() bool {
	locked, err := o.lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(o.lock.Path())
	return err == nil && os.SameFile(locked, there)
}

func (o *owner) unlock() error { return unlockAndRemove(o.lock) }

// unlockAndRemove removes a lock's file and releases the lock. Where the system
// allows it, the file is removed first, so that nobody finds it unlocked. Another
// process may have removed it already.
func unlockAndRemove(lock *flock.Flock) error {
	removed := os.Remove(lock.Path())
	if err := lock.Unlock(); err != nil {
		return err
	}
	if removed != nil && !errors.Is(removed, fs.ErrNotExist) { // Windows does not remove open files
		_ = os.Remove(lock.Path()) // another process may have it open: the next one to start removes it
	}
	return nil
}

// alive reports whether the owner with that id still has the store open. The lock
// file of one that has ended is removed.
func alive(runDir, id string) (bool, error) {
	lock := flock.New(ownerFile(runDir, id), flock.SetFlag(os.O_RDONLY)) // which creates no file
	got, err := lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil || !got:
		return err == nil, err
	}
	return false, unlockAndRemove(lock)
}

// removeLeftovers removes the lock files of killed processes. One that can't be
// removed does no harm: the next process tries again.
func (s *Store) removeLeftovers(runDir string) {
	entries, _ := os.ReadDir(runDir)
	for _, e := range entries {
		id, isLock := strings.CutSuffix(e.Name(), ownerSuffix)
		id, isOwner := strings.CutPrefix(id, ownerPrefix)
		if !isLock || !isOwner || id == s.owner.id {
			continue
		}
		_, _ = alive(runDir, id)
	}
}

// interruptOrphans marks the active jobs of processes that have ended as
// interrupted.
func (s *Store) interruptOrphans(ctx context.Context, runDir string) error {
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT owner FROM jobs WHERE state IN ('queued', 'running', 'paused') AND owner <> ?", s.owner.id)
	if err != nil {
		return err
	}
	owners, err := scanAll(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range owners {
		running, err := alive(runDir, id)
		if err != nil {
			return err
		}
		if running {
			continue
		}
		if err := s.exec(ctx, "UPDATE jobs SET state = 'interrupted' WHERE owner = ? AND state IN ('queued', 'running', 'paused')", id); err != nil {
			return err
		}
	}
	return nil
}

// scanAll reads all rows and closes them.
func scanAll[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
