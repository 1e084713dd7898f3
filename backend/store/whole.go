package store

import (
	"context"
	"errors"
	"fmt"

	"linefeed/backend/message"
)

// ErrIncomplete is wrapped by errors for rejects of which some can't be read, because the
// store is damaged in a way that SQLite does not notice.
var ErrIncomplete = errors.New("the rejects are incomplete")

// missing returns how many of the rejects of a job that has ended can't be read: they are
// counted apart from their records, and numbered without gaps. It reads them all, once;
// those that are added later are looked at by themselves.
func (s *Store) missing(ctx context.Context, src source) (n int64, err error) {
	if src.active {
		return 0, nil
	}
	low, high := idRange(src.number)
	var counted int64
	if err := s.db.QueryRowContext(ctx, "SELECT ifnull(sum(count), 0) FROM reject_counts WHERE job = ?", src.number).Scan(&counted); err != nil {
		return 0, s.reading("count the rejects", err)
	}
	if whole, ok := s.whole.Load(src.number); ok && whole == counted {
		return 0, nil
	}
	var found, last, sum int64
	err = s.db.QueryRowContext(ctx, "SELECT count(*), ifnull(max(id) - ?1, 0), ifnull(sum(id - ?1), 0) FROM rejects WHERE id > ?1 AND id < ?2", low, high).Scan(&found, &last, &sum)
	switch {
	case err != nil:
		return 0, s.reading("count the rejects", err)
	case found == counted && last == counted && sum == counted*(counted+1)/2:
		s.whole.Store(src.number, counted)
		return 0, nil
	}
	s.suspect(fmt.Errorf("%w: rejects are missing", errDamaged))
	return max(counted-found, 1), nil
}

// Complete returns an error that wraps [ErrIncomplete] if some rejects of a job can't be
// read.
func (s *Store) Complete(ctx context.Context, job string) error {
	src, err := s.source(ctx, job)
	if err != nil {
		return err
	}
	return s.complete(ctx, src, job)
}

// complete returns an error that wraps [ErrIncomplete] if some rejects of a job can't be read.
func (s *Store) complete(ctx context.Context, src source, job string) error {
	n, err := s.missing(ctx, src)
	if err != nil || n == 0 {
		return err
	}
	return message.NewError(ErrIncomplete, "rejects_incomplete", "start_aside", "job", job, "n", n, "path", s.path)
}
