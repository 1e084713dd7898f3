package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"

	"linefeed/backend/lockfile"
)

// An owner is a process that has the store open. It holds a lock of its own, so
// that others can tell whether its jobs can still be running.
type owner struct {
	id   string
	lock *lockfile.Lock
}

const ownerPrefix = "owner-"

func lockOwner(runDir string) (*owner, error) {
	lock, err := lockfile.Create(runDir, ownerPrefix)
	if err != nil {
		return nil, err
	}
	return &owner{strings.TrimPrefix(filepath.Base(lock.Owned()), ownerPrefix), lock}, nil
}

// alive reports whether the process with an owner's id still has the store
// open.
func alive(runDir, id string) (bool, error) {
	return lockfile.Held(filepath.Join(runDir, ownerPrefix+id+lockfile.Suffix))
}

// removeLeftovers removes the lock files of killed processes. One that can't be
// removed does no harm: the next process tries again.
func (s *Store) removeLeftovers(runDir string) {
	_ = lockfile.Sweep(runDir, ownerPrefix, func(string) error { return nil })
}

// interruptOrphans marks the active jobs of processes that have ended as
// interrupted.
func (s *Store) interruptOrphans(ctx context.Context, runDir string) error {
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT owner FROM jobs WHERE "+isActive+" AND owner <> ?", s.owner.id)
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
		if err := s.exec(ctx, "UPDATE jobs SET state = 'interrupted' WHERE owner = ? AND "+isActive, id); err != nil {
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
