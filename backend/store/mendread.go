package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A RetryItem is a record that is retried. Its bytes are valid until the next one is
// read.
type RetryItem struct {
	Reject int64 // its id in the log of the job that it is of
	Record int64
	Line   int64 // in the first file
	Mended int64 // the line in the mended file; 0 for none
	Raw    []byte
	Rules  int64 // see [Store.Rules]; 0 for none
}

// RetryItems yields the records that a job retries, by their numbers.
func (s *Store) RetryItems(ctx context.Context, job string) iter.Seq2[RetryItem, error] {
	return func(yield func(RetryItem, error) bool) {
		var number, origin int64
		err := s.db.QueryRowContext(ctx, "SELECT number, origin FROM mends WHERE job = (SELECT number FROM jobs WHERE id = ?)", job).Scan(&number, &origin)
		if err != nil {
			yield(RetryItem{}, fmt.Errorf("look for the retry %s: %w", job, err))
			return
		}
		low, high := idRange(number)
		first, _ := idRange(origin)
		yieldItems(ctx, s.db, yield, `SELECT r.id - ?, i.id - ?, r.line, i.line, ifnull(i.raw, r.raw), i.rules
			FROM mend_items i JOIN rejects r ON r.id = i.reject WHERE i.id > ? AND i.id < ? ORDER BY i.id`, first, low, low, high)
	}
}

// MendedLines returns where records of a retry are in the mended file: by their
// numbers, from first to last.
func (s *Store) MendedLines(ctx context.Context, job string, first, last int64) (map[int64]int64, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT i.id - (m.number << 40), i.line FROM mends m JOIN mend_items i ON i.id BETWEEN (m.number << 40) + ? AND (m.number << 40) + ?
		WHERE m.job = (SELECT number FROM jobs WHERE id = ?)`, first, last, job)
	if err != nil {
		return nil, fmt.Errorf("look for the mended records: %w", err)
	}
	lines := map[int64]int64{}
	_, err = scanAll(rows, func(r *sql.Rows) (struct{}, error) {
		var record, line int64
		err := r.Scan(&record, &line)
		lines[record] = line
		return struct{}{}, err
	})
	return lines, err
}

// RetryBytes returns the number of bytes of the records that a job retries. The error wraps
// [ErrIncomplete] if some of them can't be read.
func (s *Store) RetryBytes(ctx context.Context, job string) (n int64, err error) {
	var number int64
	if err := s.db.QueryRowContext(ctx, "SELECT number FROM mends WHERE job = (SELECT number FROM jobs WHERE id = ?)", job).Scan(&number); err != nil {
		return 0, fmt.Errorf("look for the retry %s: %w", job, err)
	}
	low, high := idRange(number)
	var missing int64
	err = s.db.QueryRowContext(ctx, `SELECT ifnull(sum(length(ifnull(i.raw, r.raw))), 0), count(*) FILTER (WHERE r.id IS NULL)
		FROM mend_items i LEFT JOIN rejects r ON r.id = i.reject WHERE i.id > ? AND i.id < ?`, low, high).Scan(&n, &missing)
	if err == nil && missing > 0 {
		s.suspect(errDamaged)
		err = message.NewError(ErrIncomplete, "rejects_incomplete", "start_aside", "job", job, "n", missing, "path", s.path)
	}
	return n, err
}

// EditedItems yields the open ones of edited records, in the order of the edits.
func (s *Store) EditedItems(ctx context.Context, of string, edits iter.Seq2[Edit, error]) iter.Seq2[RetryItem, error] {
	return func(yield func(RetryItem, error) bool) {
		src, err := s.source(ctx, of)
		if err != nil {
			yield(RetryItem{}, err)
			return
		}
		if err := s.complete(ctx, src, of); err != nil {
			yield(RetryItem{}, err)
			return
		}
		first, last := idRange(src.number)
		for e, err := range edits {
			if err != nil {
				yield(RetryItem{}, err)
				return
			}
			i := RetryItem{Reject: e.Reject, Mended: e.Line}
			err = s.db.QueryRowContext(ctx, "SELECT r.record, r.line, ifnull(?, r.raw) FROM "+mendedFrom+" WHERE r.id = ? AND r.id > ? AND r.id < ? AND "+isOpen,
				e.Raw, first+e.Reject, first, last).Scan(&i.Record, &i.Line, &i.Raw)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if !yield(i, err) || err != nil {
				return
			}
		}
	}
}

// OpenItems yields the records that a retry of a selection would be of, in the order
// of the log. Afresh they are as they were rejected first.
func (s *Store) OpenItems(ctx context.Context, of string, v Selection, afresh bool) iter.Seq2[RetryItem, error] {
	return func(yield func(RetryItem, error) bool) {
		src, err := s.source(ctx, of)
		if err != nil {
			yield(RetryItem{}, err)
			return
		}
		if err := s.complete(ctx, src, of); err != nil {
			yield(RetryItem{}, err)
			return
		}
		f := src.filter(v)
		src.open(&f)
		raw, rules := "r.raw", "0"
		if src.mended && !afresh {
			f.and(isWhole)
			raw, rules = "ifnull(p.raw, r.raw)", "ifnull(p.rules, 0)"
		} else {
			f.and("r.code <> 'record_too_large'")
		}
		low, _ := idRange(src.number)
		yieldItems(ctx, s.db, yield, "SELECT r.id - ?, r.record, r.line, 0, "+raw+", "+rules+" FROM "+src.from()+" WHERE "+f.sql+" ORDER BY r.id",
			append([]any{low}, f.args...)...)
	}
}

func yieldItems(ctx context.Context, db *sql.DB, yield func(RetryItem, error) bool, query string, args ...any) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		yield(RetryItem{}, fmt.Errorf("read the rejects: %w", err))
		return
	}
	defer rows.Close()
	var raw sql.RawBytes
	for rows.Next() {
		var i RetryItem
		err := rows.Scan(&i.Reject, &i.Record, &i.Line, &i.Mended, &raw, &i.Rules)
		i.Raw = raw
		if !yield(i, err) || err != nil {
			return
		}
	}
	if err := rows.Err(); err != nil {
		yield(RetryItem{}, fmt.Errorf("read the rejects: %w", err))
	}
}

// CountOpen returns the number of open rejects in a selection, and how many of them
// can't be retried because only a part of their record is stored.
func (s *Store) CountOpen(ctx context.Context, of string, v Selection) (open, partial int64, err error) {
	src, err := s.source(ctx, of)
	if err != nil {
		return 0, 0, err
	}
	if v.Value == nil && len(v.IDs) == 0 {
		counts, err := s.byReason(ctx, src, true)
		for g, c := range counts {
			if v.Code != "" && v.Code != string(g.Code) || v.Column != "" && v.Column != g.Column || len(v.Groups) > 0 && !slices.Contains(v.Groups, g) {
				continue
			}
			open += c.count
			partial += c.partial
		}
		return open, partial, err
	}
	f := src.filter(v)
	src.open(&f)
	whole := "r.code <> 'record_too_large'"
	if src.mended {
		whole = isWhole
	}
	err = s.db.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE NOT "+whole+") FROM "+src.from()+" WHERE "+f.sql, f.args...).Scan(&open, &partial)
	return open, partial, err
}

// Rules returns the rules with an id, as JSON.
func (s *Store) Rules(ctx context.Context, id int64) (rules string, err error) {
	if id == 0 {
		return "", nil
	}
	return rules, s.db.QueryRowContext(ctx, "SELECT rules FROM mend_rules WHERE id = ?", id).Scan(&rules)
}

// A Deed is something that was done about one reject. Its JSON is part of the
// program's contract.
type Deed struct {
	What    string `json:"what"`              // retry, dismiss or reopen
	Outcome string `json:"outcome,omitempty"` // of a retry: loaded or rejected; empty while it is under way
	Job     string `json:"job,omitempty"`     // of a retry
	Who     string `json:"who"`
	Time    string `json:"time"`
	How     string `json:"how"` // JSON: what was asked for

	Mended bool    `json:"mended,omitempty"` // the record had another text
	Reason *Reason `json:"reason,omitempty"` // why it was rejected again; nil once that retry is forgotten
}

// A Reason is why a retry rejected a record again.
type Reason struct {
	Job        string    `json:"job"`                  // that rejected it
	MendedLine int64     `json:"mendedLine,omitempty"` // in the mended file
	Column     string    `json:"column"`
	Value      string    `json:"value"`
	Code       load.Code `json:"code"`
	Message    string    `json:"message"`
	Hint       string    `json:"hint"`
	message.Origin
}

// History returns what was done about a reject, the latest last.
func (s *Store) History(ctx context.Context, job string, reject int64) ([]Deed, error) {
	number, err := s.number(ctx, job)
	if err != nil {
		return nil, err
	}
	low, _ := idRange(number)
	rows, err := s.db.QueryContext(ctx, `
		SELECT m.what, m.who, m.time, m.how, ifnull(j.id, ''), m.through IS NULL, i.line, i.raw IS NOT NULL, i.again IS NOT NULL, n.id IS NOT NULL,
			ifnull(n."column", ''), ifnull(n.value, ''), ifnull(n.code, ''), ifnull(n.message, ''), ifnull(n.hint, ''),
			ifnull(n.message_id, ''), ifnull(n.hint_id, ''), ifnull(n.params, '')
		FROM mend_items i JOIN mends m ON m.number = i.id >> 40 LEFT JOIN jobs j ON j.number = m.job LEFT JOIN rejects n ON n.id = i.again
		WHERE i.reject = ? ORDER BY i.id`, low+reject)
	if err != nil {
		return nil, fmt.Errorf("read the history of reject %d: %w", reject, err)
	}
	return scanAll(rows, func(r *sql.Rows) (d Deed, err error) {
		var underWay, again, known bool
		var v Reason
		var params []byte
		err = r.Scan(&d.What, &d.Who, &d.Time, &d.How, &d.Job, &underWay, &v.MendedLine, &d.Mended, &again, &known,
			&v.Column, &v.Value, &v.Code, &v.Message, &v.Hint, &v.MessageID, &v.HintID, &params)
		if err != nil || d.What != MendRetry {
			d.Mended = false
			return d, err
		}
		switch {
		case again:
			d.Outcome = "rejected"
			if !known {
				break // it was forgotten with the retry
			}
			if v.Job = d.Job; len(params) > 0 {
				err = v.Params.UnmarshalJSON(params)
			}
			v.Hint = v.Hinted(v.Hint)
			d.Reason = &v
		case !underWay:
			d.Outcome = "loaded"
		}
		return d, err
	})
}
