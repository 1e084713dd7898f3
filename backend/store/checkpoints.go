package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// Checkpoints are how far a job has come, as JSON of the job package's: noted ahead of
// each commit, so that the last one may not have gone through but the one before it
// has. Each is "" if there is none.
type Checkpoints struct {
	Last, Before string

	Through  bool // the last one went through
	Complete bool // and nothing comes after it
}

// Sure returns the last checkpoint of which it is known that it went through, "" for
// none.
func (c Checkpoints) Sure() string {
	if c.Through || c.Complete {
		return c.Last
	}
	return c.Before
}

// AddCheckpoint adds a checkpoint of a job. When it returns, that is on the disk, and
// with it all that was stored before: the rejects, too.
func (s *Store) AddCheckpoint(ctx context.Context, job, checkpoint string) error {
	return s.durably(ctx, job, `
INSERT INTO checkpoints (job, last) SELECT number, ?2 FROM jobs WHERE id = ?1
ON CONFLICT DO UPDATE SET before = last, last = excluded.last, through = 0`, job, checkpoint)
}

// CompleteCheckpoint adds the last checkpoint of a job, which went through.
func (s *Store) CompleteCheckpoint(ctx context.Context, job, checkpoint string) error {
	return s.durably(ctx, job, `
INSERT INTO checkpoints (job, last, through, complete) SELECT number, ?2, 1, 1 FROM jobs WHERE id = ?1
ON CONFLICT DO UPDATE SET last = excluded.last, through = 1, complete = 1`, job, checkpoint)
}

// CheckpointWentThrough notes that a job's last checkpoint went through. A power cut
// may undo that.
func (s *Store) CheckpointWentThrough(ctx context.Context, job string) error {
	if err := s.exec(ctx, "UPDATE checkpoints SET through = 1 WHERE job = (SELECT number FROM jobs WHERE id = ?)", job); err != nil {
		return s.explain("keep how far job "+job+" has come", err)
	}
	return nil
}

// SettleCheckpoint says whether a job's last checkpoint went through, where that was not
// known.
func (s *Store) SettleCheckpoint(ctx context.Context, job string, through bool) error {
	set := "last = before, before = '', through = 1"
	if through {
		set = "through = 1"
	}
	return s.durably(ctx, job, "UPDATE checkpoints SET "+set+" WHERE through = 0 AND job = (SELECT number FROM jobs WHERE id = ?)", job)
}

// durably runs a statement that a power cut does not undo.
func (s *Store) durably(ctx context.Context, job, statement string, args ...any) error {
	err := sqlitefile.Retry(ctx, busyTimeout, func() (err error) {
		c, err := s.writer.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.Close()) }()
		if _, err := c.ExecContext(ctx, "PRAGMA synchronous = FULL"); err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, statement, args...)
		_, back := c.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = NORMAL")
		return errors.Join(err, back)
	})
	if err != nil {
		return s.explain("keep how far job "+job+" has come", err)
	}
	return nil
}

// Checkpoints returns the last checkpoints of a job.
func (s *Store) Checkpoints(ctx context.Context, job string) (c Checkpoints, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT last, before, through, complete FROM checkpoints JOIN jobs ON number = job WHERE id = ?", job).
		Scan(&c.Last, &c.Before, &c.Through, &c.Complete)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read how far job %s has come: %w", job, err)
	}
	return c, nil
}

// RemoveCheckpoints forgets how far a job has come: it begins anew.
func (s *Store) RemoveCheckpoints(ctx context.Context, job string) error {
	if err := s.exec(ctx, "DELETE FROM checkpoints WHERE job = (SELECT number FROM jobs WHERE id = ?)", job); err != nil {
		return s.explain("forget how far job "+job+" has come", err)
	}
	return nil
}

// RejectedRecords returns the numbers of the records that a job has rejected, in the
// order of its log.
func (s *Store) RejectedRecords(ctx context.Context, job string) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		number, err := s.number(ctx, job)
		if err != nil {
			yield(0, err)
			return
		}
		low, high := idRange(number)
		rows, err := s.db.QueryContext(ctx, "SELECT record FROM rejects WHERE id > ? AND id < ? ORDER BY id", low, high)
		if err != nil {
			yield(0, s.reading("read the rejects", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				yield(0, s.reading("read the rejects", err))
				return
			}
			if !yield(n, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(0, s.reading("read the rejects", err))
		}
	}
}

// ErrTaken means that a job that is to go on is under way, in this process or another
// one, or has reached its end.
var ErrTaken = errors.New("the job is under way, or done")

// Of a job that has ended short of its end, and how it is taken up by the owner that is
// the second parameter.
const (
	canGoOn = "state IN ('failed', 'cancelled', 'interrupted') AND undone = ''"
	takeUp  = "UPDATE jobs SET owner = ?2, state = 'queued', finished = '', summary = ''"
)

// TakeUp makes a job that has ended one of this process that is queued again.
func (s *Store) TakeUp(ctx context.Context, id string) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, takeUp+" WHERE id = ?1 AND "+canGoOn, id, s.owner.id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrTaken)
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM progress WHERE job = (SELECT number FROM jobs WHERE id = ?)", id) // of a process that was killed
		return err
	})
	if err != nil && !errors.Is(err, ErrTaken) {
		return s.explain("take up job "+id, err)
	}
	return err
}

// Leave makes an interrupted job a cancelled one. It leaves one in any other state as it
// is.
func (s *Store) Leave(ctx context.Context, id string) error {
	if err := s.exec(ctx, "UPDATE jobs SET state = 'cancelled' WHERE id = ? AND state = 'interrupted'", id); err != nil {
		return s.explain("leave job "+id, err)
	}
	return nil
}
