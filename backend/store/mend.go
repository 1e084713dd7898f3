package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"linefeed/backend/message"
)

// What may be done about rejects.
const (
	MendRetry   = "retry"   // they are loaded by another job
	MendDismiss = "dismiss" // a person has closed them
	MendReopen  = "reopen"  // a person has opened dismissed ones again
)

// What became of a reject: Closed in reject_states.
const (
	closedNot = iota
	closedLoaded
	closedDismissed
)

// A Mend is something done about the rejects of a job.
type Mend struct {
	Of  string // the job whose rejects they are
	Job string // the job that retries them; "" unless it is a retry
	Who string // the user who does it
	How string // JSON, for the history

	Selection

	// Edits, of a retry, are the records that it is of, instead of those of the
	// Selection: with their new texts, and without what earlier retries did.
	Edits iter.Seq2[Edit, error]

	// Afresh makes a retry begin with the records' own bytes, without what earlier
	// ones changed.
	Afresh bool

	// Rules returns the rules for rejects for which earlier retries had others, as
	// JSON; "" is none.
	Rules func(earlier string) (string, error)
}

// An Edit is the new text of a rejected record.
type Edit struct {
	Reject int64  // its id in the job's log
	Raw    []byte // nil for its own bytes
	Line   int64  // where it is in the mended file; 0 for none
}

// ErrMending is wrapped by the error for rejects that a retry is under way for.
var ErrMending = errors.New("a retry is under way")

// BeginRetry takes the open rejects that a retry is of, and returns their number. No
// other retry of the same job begins until this one is settled.
func (s *Store) BeginRetry(ctx context.Context, m Mend) (taken int64, err error) {
	src, err := s.source(ctx, m.Of)
	if err == nil {
		err = s.complete(ctx, src, m.Of)
	}
	if err != nil {
		return 0, err
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		number, err := beginMend(ctx, tx, src, m, MendRetry)
		if err != nil {
			return err
		}
		src.mended = true
		if m.Edits != nil {
			taken, err = takeEdits(ctx, tx, src, number, m)
		} else {
			taken, err = takeSelected(ctx, tx, src, number, m)
		}
		return err
	})
	if err != nil {
		return 0, s.explain("take the rejects of job "+m.Of, err)
	}
	return taken, nil
}

// beginMend adds a mend, unless a retry is under way: it looks at those only that have a job.
func beginMend(ctx context.Context, tx *sql.Tx, src source, m Mend, what string) (number int64, err error) {
	var under string
	err = tx.QueryRowContext(ctx, "SELECT j.id FROM mends m JOIN jobs j ON j.number = m.job WHERE m.origin = ? AND m.through IS NULL", src.number).Scan(&under)
	switch {
	case err == nil:
		return 0, message.NewError(ErrMending, "retry_under_way", "wait_for_retry", "job", under)
	case !errors.Is(err, sql.ErrNoRows):
		return 0, err
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO mends (origin, job, what, who, time, how) VALUES (?, (SELECT number FROM jobs WHERE id = ?), ?, ?, ?, ?)",
		src.number, m.Job, what, m.Who, time.Now().UTC().Format(TimeFormat), m.How)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// A record that is too large was stored in part, which would pass for the whole.
const isWhole = "(r.code <> 'record_too_large' OR p.raw IS NOT NULL)"

// takeSelected adds the items of the selected rejects.
func takeSelected(ctx context.Context, tx *sql.Tx, src source, number int64, m Mend) (taken int64, err error) {
	f := src.filter(m.Selection)
	src.open(&f)
	if f.and(isWhole); m.Afresh {
		f.and("r.code <> 'record_too_large'")
	}
	rows, err := tx.QueryContext(ctx, "SELECT DISTINCT ifnull(p.rules, 0), ifnull(o.rules, '') FROM "+mendedFrom+
		" LEFT JOIN mend_rules o ON o.id = p.rules WHERE "+f.sql, f.args...)
	if err != nil {
		return 0, err
	}
	type earlier struct {
		id    int64
		rules string
	}
	all, err := scanAll(rows, func(r *sql.Rows) (e earlier, err error) { return e, r.Scan(&e.id, &e.rules) })
	if err != nil {
		return 0, err
	}
	low, _ := idRange(number)
	raw := "p.raw"
	if m.Afresh {
		raw = "NULL"
	}
	for _, e := range all {
		if m.Afresh {
			e.rules = ""
		}
		rules, err := keepRules(ctx, tx, m, e.rules)
		if err != nil {
			return 0, err
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO mend_items (id, reject, line, raw, rules) SELECT ? + r.record, r.id, 0, "+raw+", ? FROM "+mendedFrom+
			" WHERE "+f.sql+" AND ifnull(p.rules, 0) = ?", append(append([]any{low, rules}, f.args...), e.id)...)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		taken += n
	}
	return taken, nil
}

// takeEdits adds the items of edited rejects, if they are open.
func takeEdits(ctx context.Context, tx *sql.Tx, src source, number int64, m Mend) (taken int64, err error) {
	rules, err := keepRules(ctx, tx, m, "")
	if err != nil {
		return 0, err
	}
	low, _ := idRange(number)
	first, last := idRange(src.number)
	add, err := tx.PrepareContext(ctx, //nolint:sqlclosecheck // it is closed below
		"INSERT INTO mend_items (id, reject, line, raw, rules) SELECT ? + r.record, r.id, ?, ?, ? FROM "+mendedFrom+
			" WHERE r.id = ? AND r.id > ? AND r.id < ? AND "+isOpen)
	if err != nil {
		return 0, err
	}
	defer add.Close()
	for e, err := range m.Edits {
		if err != nil {
			return 0, err
		}
		res, err := add.ExecContext(ctx, low, e.Line, e.Raw, rules, first+e.Reject, first, last)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		taken += n
	}
	return taken, nil
}

// keepRules stores the rules of items that had earlier ones, and returns their id.
func keepRules(ctx context.Context, tx *sql.Tx, m Mend, earlier string) (id int64, err error) {
	if m.Rules == nil {
		return 0, nil
	}
	rules, err := m.Rules(earlier)
	if err != nil {
		return 0, err
	}
	return ruleSet(ctx, tx, rules)
}

// ruleSet returns the id of rules, 0 for none.
func ruleSet(ctx context.Context, tx *sql.Tx, rules string) (id int64, err error) {
	if rules == "" {
		return 0, nil
	}
	if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO mend_rules (rules) VALUES (?)", rules); err != nil {
		return 0, err
	}
	return id, tx.QueryRowContext(ctx, "SELECT id FROM mend_rules WHERE rules = ?", rules).Scan(&id)
}

// Unsettled returns the jobs that retry rejects of a job and are not settled, at
// most one.
func (s *Store) Unsettled(ctx context.Context, of string) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT j.id FROM mends m JOIN jobs j ON j.number = m.job
		WHERE m.origin = (SELECT number FROM jobs WHERE id = ?) AND m.through IS NULL`, of)
	if err != nil {
		return nil, s.reading("look for retries", err)
	}
	return scanAll(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
}

// Begun reports whether a job's retry has begun, and whether it is settled.
func (s *Store) Begun(ctx context.Context, job string) (settled, begun bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT through IS NOT NULL FROM mends WHERE job = (SELECT number FROM jobs WHERE id = ?)", job).Scan(&settled)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	return settled, err == nil, err
}

// AllRecords is a record beyond all others.
const AllRecords = 1<<rejectBits - 1

// Settle closes the rejects that a retry has loaded: those of its records up to
// through that are not in its own log of rejects. Those that are stay open, with
// their new reason; what is beyond is as it was before. A retry is settled once:
// again, nothing happens.
func (s *Store) Settle(ctx context.Context, job string, through int64) error {
	return s.settle(ctx, job, func(*sql.Tx, int64, int64) (int64, error) { return through, nil })
}

// SettleLoaded settles a retry as Settle does, which has loaded the first n of the
// records that it did not reject.
func (s *Store) SettleLoaded(ctx context.Context, job string, n int64) error {
	return s.settle(ctx, job, func(tx *sql.Tx, low, high int64) (through int64, err error) {
		if n == 0 {
			return 0, nil
		}
		err = tx.QueryRowContext(ctx, "SELECT id - ? FROM mend_items WHERE id > ? AND id < ? AND again IS NULL ORDER BY id LIMIT 1 OFFSET ?", low, low, high, n-1).Scan(&through)
		if errors.Is(err, sql.ErrNoRows) {
			return AllRecords, nil
		}
		return through, err
	})
}

func (s *Store) settle(ctx context.Context, job string, reached func(tx *sql.Tx, low, high int64) (through int64, err error)) error {
	src, err := s.source(ctx, job)
	if err == nil { // what it has rejected again, and can't be read, would be closed as loaded
		err = s.complete(ctx, src, job)
	}
	if err != nil {
		return err
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		var number, origin, retry int64
		err := tx.QueryRowContext(ctx, "SELECT number, origin, job FROM mends WHERE job = (SELECT number FROM jobs WHERE id = ?) AND through IS NULL", job).
			Scan(&number, &origin, &retry)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		low, high := idRange(number)
		first, last := idRange(retry)
		if _, err := tx.ExecContext(ctx, "UPDATE mend_items SET again = b.id FROM (SELECT id, record FROM rejects WHERE id > ? AND id < ?) b WHERE mend_items.id = ? + b.record",
			first, last, low); err != nil {
			return err
		}
		if err := dropRules(ctx, tx, low, high); err != nil {
			return err
		}
		through, err := reached(tx, low, high)
		if err != nil {
			return err
		}
		for _, statement := range []struct {
			sql  string
			args []any
		}{
			{"DELETE FROM mend_items WHERE id > ? AND id < ? AND again IS NULL", []any{low + through, high}},
			{"INSERT OR REPLACE INTO reject_states (reject, closed, item) SELECT reject, again IS NULL, id FROM mend_items WHERE id > ? AND id < ?", []any{low, high}},
			{"UPDATE jobs SET closed = closed + (SELECT count(*) FROM mend_items WHERE id > ? AND id < ? AND again IS NULL) WHERE number = ?", []any{low, high, origin}},
			{"UPDATE mends SET through = ? WHERE number = ?", []any{through, number}},
		} {
			if _, err := tx.ExecContext(ctx, statement.sql, statement.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s.explain("close the rejects that job "+job+" has loaded", err)
	}
	return nil
}

// dropRules takes from items that were rejected again the rules for the column in
// which they were: these did not mend it, and may be why.
func dropRules(ctx context.Context, tx *sql.Tx, low, high int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT i.rules, n."column" FROM mend_items i JOIN rejects n ON n.id = i.again
		WHERE i.id > ? AND i.id < ? AND i.rules <> 0 AND n."column" <> ''`, low, high)
	if err != nil {
		return err
	}
	type rulesOf struct {
		id     int64
		column string
	}
	all, err := scanAll(rows, func(r *sql.Rows) (v rulesOf, err error) { return v, r.Scan(&v.id, &v.column) })
	if err != nil {
		return err
	}
	for _, v := range all {
		var rules string
		err := tx.QueryRowContext(ctx, `SELECT (SELECT json_group_array(json(value)) FROM json_each(rules) WHERE json_extract(value, '$.column') IS NOT ?)
			FROM mend_rules WHERE id = ?`, v.column, v.id).Scan(&rules)
		if err != nil {
			return err
		}
		if rules == "[]" {
			rules = ""
		}
		id, err := ruleSet(ctx, tx, rules)
		if err != nil {
			return err
		}
		if id == v.id {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE mend_items SET rules = ? WHERE id > ? AND id < ? AND rules = ?
			AND again IN (SELECT n.id FROM rejects n WHERE n.id = again AND n."column" = ?)`, id, low, high, v.id, v.column); err != nil {
			return err
		}
	}
	return nil
}

// CloseRejects dismisses the selected rejects that are open, or with reopen opens those
// again that were dismissed, and returns their number.
func (s *Store) CloseRejects(ctx context.Context, m Mend, reopen bool) (n int64, err error) {
	src, err := s.source(ctx, m.Of)
	if err == nil {
		err = s.complete(ctx, src, m.Of)
	}
	if err != nil {
		return 0, err
	}
	src.mended = true
	what, was, is, sign := MendDismiss, closedNot, closedDismissed, 1
	if reopen {
		what, was, is, sign = MendReopen, closedDismissed, closedNot, -1
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		number, err := beginMend(ctx, tx, src, m, what)
		if err != nil {
			return err
		}
		low, high := idRange(number)
		f := src.filter(m.Selection)
		f.and("ifnull(s.closed, 0) = ?", was)
		res, err := tx.ExecContext(ctx, `INSERT INTO mend_items (id, reject, line, raw, rules, again)
			SELECT ? + r.record, r.id, ifnull(p.line, 0), p.raw, ifnull(p.rules, 0), p.again FROM `+mendedFrom+" WHERE "+f.sql, append([]any{low}, f.args...)...)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO reject_states (reject, closed, item) SELECT reject, ?, id FROM mend_items WHERE id > ? AND id < ?", is, low, high); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE jobs SET closed = closed + ? WHERE number = ?", int64(sign)*n, src.number)
		return err
	})
	if err != nil {
		return 0, s.explain("close rejects of job "+m.Of, err)
	}
	return n, nil
}
