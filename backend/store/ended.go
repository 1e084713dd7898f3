package store

import (
	"context"
	"database/sql"
	"iter"
	"time"
)

// EndedBefore returns the IDs of the jobs that ended before a time, the oldest first.
func (s *Store) EndedBefore(ctx context.Context, t time.Time) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id FROM jobs WHERE NOT "+isActive+" AND "+endedAt+" < ? ORDER BY number", t.UTC().Format(TimeFormat))
	if err != nil {
		return nil, s.reading("read the jobs", err)
	}
	return scanAll(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
}

// Ended yields the latest jobs that have ended, in whatever state, newest first,
// without their summaries and sets, and whether they are settled.
func (s *Store) Ended(ctx context.Context, limit int) iter.Seq2[Job, error] {
	return s.ended(ctx, "SELECT * FROM jobs WHERE NOT "+isActive+" ORDER BY number DESC LIMIT ?", limit)
}

// EndedOf yields those of the latest jobs that have ended whose file has that path, or that
// fingerprint, newest first, as Ended does.
func (s *Store) EndedOf(ctx context.Context, limit int, path, fingerprint string) iter.Seq2[Job, error] {
	return s.ended(ctx, "SELECT * FROM (SELECT * FROM jobs WHERE NOT "+isActive+` ORDER BY number DESC LIMIT ?)
		WHERE file = ? OR instr(dialect, ?) > 0 ORDER BY number DESC`, limit, path, `"fingerprint":"`+fingerprint+`"`)
}

func (s *Store) ended(ctx context.Context, from string, args ...any) iter.Seq2[Job, error] {
	return func(yield func(Job, error) bool) {
		rows, err := s.db.QueryContext(ctx, `
			SELECT id, state, file, request, created, started, finished, '', closed, forgot, '', '', 0, 0, owner, '', who, undoable, undone, `+printOf+`, '', 0
			FROM (`+from+")", args...)
		if err != nil {
			yield(Job{}, s.reading("read the jobs", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			j, err := scanJob(rows.Scan)
			if !yield(j, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Job{}, s.reading("read the jobs", err))
		}
	}
}
