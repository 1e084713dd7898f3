package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"linefeed/backend/message"
)

// ErrActive says that a job can't be forgotten because it has not ended.
var ErrActive = errors.New("the job has not ended")

// ErrForgotten says that the rejects of a job are no longer kept.
var ErrForgotten = errors.New("the rejects are no longer kept")

// ofJob are the tables that have rows of one job, by its number in their column job,
// and go with it at once. Its rejects, of which there may be millions, go after it.
var ofJob = []string{"checkpoints", "progress", "reject_counts", "wishes", "turns"}

// Conditions on jobs: that one can still be running, that it can be resumed, that its
// rejects are being retried, and that its rejects are the latest reasons of
// those of another; and when it ended.
const (
	isActive    = "state IN ('queued', 'running', 'paused')"
	isResumable = "state IN ('failed', 'cancelled', 'interrupted') AND undone = '' AND NOT iif(json_valid(request), ifnull(json_extract(request, '$.check'), 0), 0)"
	isRetried   = "EXISTS (SELECT 1 FROM mends m JOIN jobs j ON j.number = m.job WHERE m.origin = jobs.number AND m.through IS NULL)"
	isLatest    = "EXISTS (SELECT 1 FROM mends m JOIN jobs o ON o.number = m.origin WHERE m.job = jobs.number AND o.forgot = '')"
	endedAt     = "iif(finished = '', created, finished)"
)

// activeStates are those of isActive.
var activeStates = []string{"queued", "running", "paused"}

// Forget removes a job with all that is kept of it. Its rejects, and what was done about
// them, go in the background, or by [Store.Tidy]. The error may wrap ErrNoJob, or
// ErrActive where the job or a retry of it has not ended, here or in another process.
func (s *Store) Forget(ctx context.Context, id string) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		var number int64
		if err := tx.QueryRowContext(ctx, "SELECT number FROM jobs WHERE id = ?", id).Scan(&number); err != nil {
			return noJob(id, err)
		}
		running, err := s.runningFor(ctx, tx, number)
		switch {
		case err != nil:
			return err
		case running == id:
			return message.NewError(ErrActive, "job_active", "cancel_first", "job", id)
		case running != "":
			return message.NewError(ErrActive, "job_retried", "cancel_first", "job", id, "retry", running)
		}
		return forget(ctx, tx, number)
	})
	switch {
	case errors.Is(err, ErrNoJob), errors.Is(err, ErrActive):
		return err
	case err != nil:
		return s.explain("forget job "+id, err)
	}
	s.tidySoon()
	return nil
}

// runningFor returns the ID of the job, or of a retry of it, that a process is still
// running; "" for none.
func (s *Store) runningFor(ctx context.Context, tx *sql.Tx, number int64) (string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, owner FROM jobs WHERE "+isActive+
		" AND (number = ?1 OR number IN (SELECT job FROM mends WHERE origin = ?1)) ORDER BY number", number)
	if err != nil {
		return "", err
	}
	all, err := scanAll(rows, func(r *sql.Rows) (v [2]string, err error) { return v, r.Scan(&v[0], &v[1]) })
	for _, v := range all {
		if running, err := alive(s.path, v[1]); running || err != nil {
			return v[0], err
		}
	}
	return "", err
}

// forget removes a job, and leaves its rejects to be removed.
func forget(ctx context.Context, tx *sql.Tx, number int64) error {
	if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO forgotten (job) VALUES (?)", number); err != nil {
		return err
	}
	for _, table := range ofJob {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE job = ?", number); err != nil {
			return err
		}
	}
	var set sql.NullInt64
	if err := tx.QueryRowContext(ctx, "DELETE FROM jobs WHERE number = ? RETURNING set_number", number).Scan(&set); err != nil || !set.Valid {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM sets WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE set_number = ?1)", set)
	return err
}

// forgetRejects leaves the rejects of a job to be removed, and keeps the job, with the
// numbers of its rejects by reason.
func forgetRejects(ctx context.Context, tx *sql.Tx, number int64) error {
	if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO forgotten (job) VALUES (?)", number); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE jobs SET forgot = ? WHERE number = ?", time.Now().UTC().Format(TimeFormat), number)
	return err
}
