package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A Wish is what another process wants of a job that this one runs. It goes by the
// store, which all processes share on every system; most of them listen to nothing
// else. The owner of a job looks for wishes a few times a second.
type Wish struct {
	Number int64
	Job    string // its ID
	What   string // JSON of the job package's
}

// AddWish leaves a wish for the process that runs a job, and returns its number.
// Whoever leaves one removes it.
func (s *Store) AddWish(ctx context.Context, job, what string) (number int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO wishes (job, what) SELECT number, ? FROM jobs WHERE id = ? AND "+isActive, what, job)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrEnded)
		}
		number, err = r.LastInsertId()
		return err
	})
	if err != nil && !errors.Is(err, ErrEnded) {
		return 0, s.explain("ask for a change of job "+job, err)
	}
	return number, err
}

// ErrEnded says that a job has ended, or is not there.
var ErrEnded = errors.New("the job has ended")

// Wishes returns the wishes that are not answered about the jobs of this process, in
// the order in which they came. It waits for nobody who writes.
func (s *Store) Wishes(ctx context.Context) ([]Wish, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT w.number, id, what FROM wishes w JOIN jobs j ON j.number = w.job
WHERE owner = ? AND answer IS NULL ORDER BY w.number`, s.owner.id)
	if err != nil {
		return nil, fmt.Errorf("read the wishes: %w", err)
	}
	return scanAll(rows, func(r *sql.Rows) (w Wish, err error) { return w, r.Scan(&w.Number, &w.Job, &w.What) })
}

// AnswerWish answers a wish: "" if it is granted, or why it is not.
func (s *Store) AnswerWish(ctx context.Context, number int64, answer string) error {
	return s.exec(ctx, "UPDATE wishes SET answer = ? WHERE number = ?", answer, number)
}

// WishAnswer returns what AnswerWish said, once it has.
func (s *Store) WishAnswer(ctx context.Context, number int64) (answer string, answered bool, err error) {
	var v sql.NullString
	err = s.db.QueryRowContext(ctx, "SELECT answer FROM wishes WHERE number = ?", number).Scan(&v)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // which went with its job
		return "", false, fmt.Errorf("read the answer to a wish: %w", err)
	}
	return v.String, v.Valid, nil
}

// RemoveWish removes a wish, and returns its answer as WishAnswer does. One that was not
// answered is not granted any more.
func (s *Store) RemoveWish(ctx context.Context, number int64) (answer string, answered bool, err error) {
	var v sql.NullString
	err = s.update(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "DELETE FROM wishes WHERE number = ? RETURNING answer", number).Scan(&v)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // which went with its job
		return "", false, fmt.Errorf("withdraw a wish: %w", err)
	}
	return v.String, v.Valid, nil
}
