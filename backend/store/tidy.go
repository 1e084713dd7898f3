package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// A tidier forgets what is no longer kept, in the background, when the store is opened
// and after a job has ended.
type tidier struct {
	soon chan struct{} // there may be something to forget
	stop context.CancelFunc
	work sync.WaitGroup
	mu   sync.Mutex // held while one goroutine tidies
}

func (s *Store) startTidying() {
	ctx, cancel := context.WithCancel(context.Background())
	s.tidier.soon, s.tidier.stop = make(chan struct{}, 1), cancel
	s.tidySoon()
	s.tidier.work.Go(func() {
		for {
			select {
			case <-s.tidier.soon:
				_ = s.Tidy(ctx) // what fails is tried again the next time
			case <-ctx.Done():
				return
			}
		}
	})
}

// stopTidying waits for the step that is being done. The next process goes on.
func (s *Store) stopTidying() {
	if s.tidier.stop != nil {
		s.tidier.stop()
	}
	s.tidier.work.Wait()
}

func (s *Store) tidySoon() {
	select {
	case s.tidier.soon <- struct{}{}:
	default: // it is to be done already
	}
}

// Tidy forgets the jobs and rejects that are not kept by the settings any longer, and
// frees the space of all that was forgotten. It works in small steps, between which
// others can write.
func (s *Store) Tidy(ctx context.Context) error {
	s.tidier.mu.Lock()
	defer s.tidier.mu.Unlock()
	keep, err := s.retention(ctx, time.Now())
	if err != nil {
		return err
	}
	if err := s.removeStale(ctx); err != nil {
		return err
	}
	received, err := s.tidyReceived(ctx, keep)
	if err != nil {
		return err
	}
	if err := s.removeForgotten(ctx); err != nil {
		return err
	}
	for {
		more, err := s.forgetNext(ctx, keep, received)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err := s.removeForgotten(ctx); err != nil {
			return err
		}
		if received, err = s.tidyReceived(ctx, keep); err != nil { // one may have been of that job
			return err
		}
	}
	return s.freeSpace(ctx)
}

// removeStale removes the wishes and turns that killed processes have left of jobs that
// have ended.
func (s *Store) removeStale(ctx context.Context) error {
	for _, table := range []string{"wishes", "turns"} {
		stale := " FROM " + table + " WHERE job NOT IN (SELECT number FROM jobs WHERE " + isActive + ")"
		var some bool // mostly not: that is found out without the lock
		if err := s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1"+stale+")").Scan(&some); err != nil {
			return err
		}
		if some {
			if err := s.exec(ctx, "DELETE"+stale); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetNext forgets the oldest job, or the rejects of the oldest job, that are not to
// be kept beside received files of that size, and reports whether there was one. A job
// stays as long as what is needed to undo it is in its target: nobody else knows of that.
func (s *Store) forgetNext(ctx context.Context, keep retention, received int64) (bool, error) {
	const (
		ended   = "NOT " + isActive + " AND NOT " + isRetried + " AND " + endedAt + " BETWEEN '1' AND ?"
		jobs    = "NOT undoable AND " + ended
		rejects = "forgot = '' AND EXISTS (SELECT 1 FROM reject_counts WHERE job = number) AND NOT " + isLatest + " AND " + ended
	)
	if done, err := s.forgetWhere(ctx, jobs, keep.jobsSince, forget); done || err != nil {
		return done, err
	}
	for _, since := range []string{keep.jobsSince, keep.rejectsSince} {
		if done, err := s.forgetWhere(ctx, rejects, since, forgetRejects); done || err != nil {
			return done, err
		}
	}
	if keep.size == 0 {
		return false, nil
	}
	if size, err := s.contentSize(ctx); size+received <= keep.size || err != nil {
		return false, err
	}
	return s.forgetWhere(ctx, rejects+" AND NOT ("+isResumable+")", keep.sizeSince, forgetRejects)
}

// forgetWhere does that to the oldest job for which a condition on the time since holds;
// to none if that is "".
func (s *Store) forgetWhere(ctx context.Context, condition, since string, do func(context.Context, *sql.Tx, int64) error) (bool, error) {
	if since == "" {
		return false, nil
	}
	// Most of the time there is none: that is found out without the lock.
	oldest := "SELECT number FROM jobs WHERE " + condition + " ORDER BY number LIMIT 1"
	var number int64
	err := s.db.QueryRowContext(ctx, oldest, since).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.update(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, oldest, since).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) { // another process was faster
			return nil
		}
		if err != nil {
			return err
		}
		return do(ctx, tx, number)
	})
}

// contentSize returns the size of the store without the pages that are free.
func (s *Store) contentSize(ctx context.Context) (size int64, err error) {
	const pages = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
	return size, s.db.QueryRowContext(ctx, pages).Scan(&size)
}

// Size returns the size of the store's file in bytes, once all is written to it.
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	return size, s.db.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size)
}

// removeForgotten removes the rejects that were forgotten, and what was done about them.
func (s *Store) removeForgotten(ctx context.Context) error {
	forgotten, err := s.numbers(ctx, "SELECT job FROM forgotten")
	if err != nil {
		return err
	}
	for _, job := range forgotten {
		mends, err := s.numbers(ctx, "SELECT number FROM mends WHERE origin = ?", job)
		if err != nil {
			return err
		}
		for _, mend := range mends {
			if err := s.removeRange(ctx, "mend_items", "id", mend); err != nil {
				return err
			}
			if err := s.exec(ctx, "DELETE FROM mends WHERE number = ?", mend); err != nil {
				return err
			}
		}
		err = s.removeRange(ctx, "reject_states", "reject", job)
		if err == nil {
			err = s.removeRange(ctx, "rejects", "id", job)
		}
		if err == nil {
			err = s.exec(ctx, "DELETE FROM forgotten WHERE job = ?", job)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) numbers(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(r *sql.Rows) (n int64, err error) { return n, r.Scan(&n) })
}

// removeRange removes the rows of a table whose key begins with a number (see idRange).
func (s *Store) removeRange(ctx context.Context, table, key string, number int64) error {
	low, high := idRange(number)
	statement := fmt.Sprintf("DELETE FROM %[1]s WHERE %[2]s IN (SELECT %[2]s FROM %[1]s WHERE %[2]s > ? AND %[2]s < ? ORDER BY %[2]s LIMIT ?)", table, key)
	return inSteps(ctx, func(n int) (more bool, err error) {
		removed := int64(0)
		err = s.update(ctx, func(tx *sql.Tx) error {
			r, err := tx.ExecContext(ctx, statement, low, high, n)
			if err != nil {
				return err
			}
			removed, err = r.RowsAffected()
			return err
		})
		return removed == int64(n), err
	})
}

// freeSpace gives the pages that are free back to the file system.
func (s *Store) freeSpace(ctx context.Context) error {
	free := func() (n int64, err error) {
		return n, s.writer.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&n)
	}
	before, err := free()
	if err != nil || before == 0 {
		return err
	}
	err = inSteps(ctx, func(n int) (more bool, err error) {
		err = sqlitefile.Retry(ctx, busyTimeout, func() error { return s.vacuum(ctx, n) })
		if err != nil {
			return false, err
		}
		left, err := free()
		more, before = left > 0 && left < before, left
		return more, err
	})
	if err != nil {
		return err
	}
	_, _ = s.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // or the last process to close the store does it
	return nil
}

// vacuum frees at most n pages.
func (s *Store) vacuum(ctx context.Context, n int) error {
	rows, err := s.writer.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", n))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() { // each row is a page
	}
	return rows.Err()
}

// stepTime is about how long a step of tidying may lock the store.
const stepTime = 20 * time.Millisecond

// inSteps calls step, which does n of something, until there is no more. It chooses n
// by the time that a step takes, and leaves as much time to others after each.
func inSteps(ctx context.Context, step func(n int) (more bool, err error)) error {
	for n := 64; ; {
		begun := time.Now()
		more, err := step(n)
		if err != nil || !more {
			return err
		}
		took := time.Since(begun)
		switch {
		case took < stepTime/2:
			n *= 2
		case took > stepTime:
			n = max(n/2, 1)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(took, stepTime)):
		}
	}
}
