package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linefeed/backend/lockfile"
)

// An owner is a process that has the store open. It holds a lock of its own, so
// that others can tell whether its jobs can still be running.
type owner struct {
	id   string
	lock *lockfile.Lock
}

// ownerInfix stands between the store's path and an owner's id in the name of a lock.
// The locks lie beside the store, where all who open it find them.
const ownerInfix = ".owner-"

func lockOwner(path string) (*owner, error) {
	lock, err := lockfile.Create(filepath.Dir(path), filepath.Base(path)+ownerInfix)
	if err != nil {
		return nil, fmt.Errorf("write to the folder of the program's own files: %w (set LINEFEED_HOME to a folder that you can write to)", err)
	}
	return &owner{strings.TrimPrefix(lock.Owned(), path+ownerInfix), lock}, nil
}

// alive reports whether the process with an owner's id still has the store at path
// open.
func alive(path, id string) (bool, error) {
	return lockfile.Held(path + ownerInfix + id + lockfile.Suffix)
}

// anyAlive reports whether any process has the store at path open.
func anyAlive(path string) (bool, error) {
	all, err := beside(path, ownerInfix)
	for _, lock := range all {
		id, isLock := strings.CutSuffix(strings.TrimPrefix(lock, path+ownerInfix), lockfile.Suffix)
		if held, err := alive(path, id); isLock && (held || err != nil) {
			return held, err
		}
	}
	return false, err
}

// removeLeftovers removes the lock files of killed processes. One that can't be
// removed does no harm: the next process tries again.
func (s *Store) removeLeftovers() {
	_ = lockfile.Sweep(filepath.Dir(s.path), filepath.Base(s.path)+ownerInfix, func(string) error { return nil })
}

// interruptOrphans marks the active jobs of processes that have ended as
// interrupted.
func (s *Store) interruptOrphans(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT owner FROM jobs WHERE "+isActive+" AND owner <> ?", s.owner.id)
	if err != nil {
		return err
	}
	owners, err := scanAll(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range owners {
		running, err := alive(s.path, id)
		if err != nil {
			return err
		}
		if running {
			continue
		}
		if err := s.update(ctx, func(tx *sql.Tx) error { return interrupt(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

// interrupt marks the active jobs of an owner as interrupted.
func interrupt(ctx context.Context, tx *sql.Tx, owner string) error {
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'interrupted' WHERE owner = ? AND "+isActive, owner)
	return err
}

// noticeFor is how long the store may be locked by others when orphans are noticed: the
// next look notices them, too.
const noticeFor = 200 * time.Millisecond

// noticeOrphans makes those of jobs interrupted that are active ones of processes that
// have ended, here and in the store. Of each process only its lock is looked at.
func (s *Store) noticeOrphans(ctx context.Context, jobs []Job) {
	running := map[string]bool{s.owner.id: true}
	for i := range jobs {
		j := &jobs[i]
		id := j.owner
		if j.owner = ""; !slices.Contains(activeStates, j.State) {
			continue
		}
		lives, known := running[id]
		if !known {
			var err error
			lives, err = alive(s.path, id)
			lives = lives || err != nil
			if running[id] = lives; !lives {
				_ = s.updateWithin(ctx, noticeFor, func(tx *sql.Tx) error { return interrupt(ctx, tx, id) })
			}
		}
		if !lives {
			j.State = "interrupted"
		}
	}
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
