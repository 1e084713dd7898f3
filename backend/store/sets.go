package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNoSet says that there is no set of that ID.
var ErrNoSet = errors.New("no such set")

// A Set is stored imports that were started together. Request is the JSON of the job
// package's.
type Set struct {
	ID      string
	Request string
	Created string
}

// AddSet stores a new set with its jobs, all or nothing.
func (s *Store) AddSet(ctx context.Context, set Set, jobs []Job) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO sets (id, request, created) VALUES (?, ?, ?)", set.ID, set.Request, set.Created)
		if err != nil {
			return err
		}
		number, err := res.LastInsertId()
		if err != nil {
			return err
		}
		add, err := tx.PrepareContext(ctx, "INSERT INTO jobs (id, owner, state, file, request, created, who, set_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
		defer add.Close()
		for _, j := range jobs {
			if _, err := add.ExecContext(ctx, j.ID, s.owner.id, j.State, j.File, j.Request, j.Created, j.Who, number); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s.explain("keep set "+set.ID, err)
	}
	s.makeReserve()
	return nil
}

// Set returns one set, or an error that wraps ErrNoSet.
func (s *Store) Set(ctx context.Context, id string) (Set, error) {
	set := Set{ID: id}
	err := s.db.QueryRowContext(ctx, "SELECT request, created FROM sets WHERE id = ?", id).Scan(&set.Request, &set.Created)
	return set, noSet(id, err)
}

// Sets returns the latest sets, newest first.
func (s *Store) Sets(ctx context.Context, limit int) ([]Set, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, request, created FROM sets ORDER BY number DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("read the sets: %w", err)
	}
	return scanAll(rows, func(r *sql.Rows) (set Set, err error) { return set, r.Scan(&set.ID, &set.Request, &set.Created) })
}

// ofSet holds for the jobs of the set whose ID is the first parameter.
const ofSet = "set_number = (SELECT number FROM sets WHERE id = ?1)"

// SetJobs returns the jobs of a set in their order.
func (s *Store) SetJobs(ctx context.Context, id string) ([]Job, error) {
	rows, err := s.db.QueryContext(ctx, selectJob+"WHERE "+ofSet+" ORDER BY number", id)
	if err != nil {
		return nil, fmt.Errorf("read the jobs of set %s: %w", id, err)
	}
	jobs, err := scanAll(rows, func(r *sql.Rows) (Job, error) { return scanJob(r.Scan) })
	s.bringUpToDate(ctx, jobs)
	return jobs, err
}

// TakeUpSet makes jobs of a set, which have not reached their end, ones of this process
// that are queued again. It is [ErrTaken] where any job of the set is under way, or one of
// those can't go on any more.
func (s *Store) TakeUpSet(ctx context.Context, id string, jobs []string) error {
	ids, err := json.Marshal(jobs)
	if err != nil {
		return err
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		var active bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM jobs WHERE "+ofSet+" AND "+isActive+")", id).Scan(&active); err != nil {
			return err
		}
		if active {
			return ErrTaken
		}
		res, err := tx.ExecContext(ctx, takeUp+" WHERE "+ofSet+" AND "+canGoOn+" AND id IN (SELECT value FROM json_each(?3))", id, s.owner.id, string(ids))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n < int64(len(jobs)) {
			return errors.Join(err, ErrTaken)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrTaken) {
		return s.explain("take up set "+id, err)
	}
	return err
}

// LeaveSet makes the interrupted jobs of a set cancelled ones.
func (s *Store) LeaveSet(ctx context.Context, id string) error {
	if err := s.exec(ctx, "UPDATE jobs SET state = 'cancelled' WHERE "+ofSet+" AND state = 'interrupted'", id); err != nil {
		return s.explain("leave set "+id, err)
	}
	return nil
}

func noSet(id string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("set %q: %w", id, ErrNoSet)
	}
	return err
}
