package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Jobs that load into the same file take turns, in all processes that share the store:
// SQLite lets one write at a time, and one that finds the tables changed by another
// can't go on.

// QueueUp has a job wait for its turn to load into the file at path, after those that
// queued up before it. It has its turn once [Store.TurnAfter] returns no job, and until
// [Store.EndTurn], its end, or that of its process.
func (s *Store) QueueUp(ctx context.Context, job, path string) error {
	err := s.exec(ctx, "INSERT OR REPLACE INTO turns (job, path) SELECT number, ? FROM jobs WHERE id = ?", path, job)
	if err != nil {
		return s.explain("queue up for "+path, err)
	}
	return nil
}

// TurnAfter returns the job that a job has to wait for, nil for none. It looks at the
// files, which may take as long as their file systems take to answer.
func (s *Store) TurnAfter(ctx context.Context, job string) (*Job, error) {
	type turn struct {
		Job
		path, own string
	}
	rows, err := s.db.QueryContext(ctx, `SELECT j.id, j.state, j.file, j.owner, t.path, own.path
FROM turns own JOIN turns t ON t.number < own.number JOIN jobs j ON j.number = t.job
WHERE own.job = (SELECT number FROM jobs WHERE id = ?) AND j.`+isActive+" ORDER BY t.number", job)
	if err != nil {
		return nil, fmt.Errorf("look whose turn it is: %w", err)
	}
	turns, err := scanAll(rows, func(r *sql.Rows) (t turn, err error) {
		return t, r.Scan(&t.ID, &t.State, &t.File, &t.owner, &t.path, &t.own)
	})
	if err != nil {
		return nil, fmt.Errorf("look whose turn it is: %w", err)
	}
	for _, t := range turns {
		if !sameFile(followed(t.path), followed(t.own)) {
			continue
		}
		jobs := []Job{t.Job}
		if s.noticeOrphans(ctx, jobs); jobs[0].State == t.State {
			return &jobs[0], nil
		}
	}
	return nil, nil
}

// EndTurn ends the turn of a job, or that it waits for it.
func (s *Store) EndTurn(ctx context.Context, job string) error {
	return s.exec(ctx, "DELETE FROM turns WHERE job = (SELECT number FROM jobs WHERE id = ?)", job)
}
