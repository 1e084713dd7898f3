package store

import (
	"context"
	"database/sql"
	"time"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// tellFor is how long the store may be locked by others when a progress is stored: the
// next one is stored, too.
const tellFor = 200 * time.Millisecond

// TellProgress stores the latest progress of a job of this process, as JSON of the job
// package's: other processes have it from there. It changes nothing once the job has
// ended.
func (s *Store) TellProgress(ctx context.Context, job, progress string) error {
	return sqlitefile.Retry(ctx, tellFor, func() error {
		_, err := s.writer.ExecContext(ctx, `
INSERT INTO progress (job, latest) SELECT number, ?2 FROM jobs WHERE id = ?1 AND `+isActive+`
ON CONFLICT DO UPDATE SET latest = excluded.latest`, job, progress)
		return err
	})
}

// isLate says of a job that it is among the latest, where Elsewhere looks for those that
// have ended.
const isLate = "number > (SELECT ifnull(max(number), 0) FROM jobs) - 1000"

// Elsewhere returns the jobs of other processes that have not ended, or that have since
// a time and are among the latest, newest first. Of a set, which may be of thousands of
// files, it leaves out those that have not begun.
func (s *Store) Elsewhere(ctx context.Context, since time.Time) ([]Job, error) {
	rows, err := s.db.QueryContext(ctx, selectJob+`WHERE number IN (
	SELECT number FROM jobs WHERE `+isActive+` AND owner <> ?1 AND (state <> 'queued' OR set_number IS NULL)
	UNION SELECT number FROM jobs WHERE `+isLate+` AND owner <> ?1 AND finished > ?2
) ORDER BY number DESC`, s.owner.id, since.UTC().Format(TimeFormat))
	if err != nil {
		return nil, s.reading("read the jobs", err)
	}
	jobs, err := scanAll(rows, func(r *sql.Rows) (Job, error) { return scanJob(r.Scan) })
	s.bringUpToDate(ctx, jobs)
	return jobs, err
}
