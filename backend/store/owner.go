package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// An owner is a process that has the store open. It holds a lock on a file of
// its own, which the system frees when the process ends, however it ends: so
// others can tell whether its jobs can still be running.
type owner struct {
	id   string
	lock *flock.Flock
}

func ownerFile(runDir, id string) string { return filepath.Join(runDir, "owner-"+id+".lock") }

func lockOwner(runDir string) (*owner, error) {
	o := &owner{id: rand.Text()[:12]}
	o.lock = flock.New(ownerFile(runDir, o.id))
	if _, err := o.lock.TryLock(); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *owner) unlock() error {
	return errors.Join(o.lock.Unlock(), os.Remove(o.lock.Path()))
}

// alive reports whether the process behind an owner's id still has the store open.
func alive(runDir, id string) (bool, error) {
	path := ownerFile(runDir, id)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	lock := flock.New(path)
	got, err := lock.TryLock()
	if err != nil || !got {
		return err == nil, err
	}
	return false, errors.Join(lock.Unlock(), os.Remove(path))
}

// interruptOrphans marks the active jobs of processes that are gone.
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
		if _, err := s.db.ExecContext(ctx, "UPDATE jobs SET state = 'interrupted' WHERE owner = ? AND state IN ('queued', 'running', 'paused')", id); err != nil {
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
