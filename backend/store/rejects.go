package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A Reject is a rejected record as events, the API, the window and reports show
// it. Its JSON is part of the program's contract.
type Reject struct {
	ID      int64     `json:"id,omitempty"` // its position in the job's log, from 1; 0 if it is not known
	Time    string    `json:"time"`         // RFC 3339, milliseconds
	Record  int64     `json:"record"`
	Line    int64     `json:"line"`
	EndLine int64     `json:"endLine"`
	Column  string    `json:"column"`
	Value   string    `json:"value"`
	Code    load.Code `json:"code"`
	Message string    `json:"message"`
	Hint    string    `json:"hint"`
	message.Origin
	Settings []message.Setting `json:"settings,omitempty"` // those that the hint is about
}

// TimeFormat is the format of stored and sent times, in UTC: RFC 3339 with
// milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z07:00"

// Value returns the value of r as valid UTF-8, as it is stored and shown.
func Value(r *load.Reject) string { return strings.ToValidUTF8(r.Value, "\uFFFD") }

// A reject's id is its job's number, shifted left, plus its position in the job's
// log from 1: the rejects of a job are adjacent, and any page of them is found at
// once.
const rejectBits = 40

// idRange returns the bounds of the ids of a job's rejects, both exclusive.
func idRange(job int64) (low, high int64) { return job << rejectBits, (job + 1) << rejectBits }

// A RejectQuery selects a page of a job's rejects, in the order of its log.
type RejectQuery struct {
	Job    string `json:"job"`
	After  int64  `json:"after"`  // only those after this id
	Offset int64  `json:"offset"` // the number of them to skip
	Limit  int    `json:"limit"`  // at most; 0 is 100
	Code   string `json:"code"`   // only those with this code
	Column string `json:"column"` // only those in this column
	Find   string `json:"find"`   // only those with this text in value, message or column, ignoring case, or on this line

	// MaxBytes ends the page when its texts reach that many bytes; 0 is no limit.
	// A value can be as long as a record.
	MaxBytes int `json:"-"`
}

// A RejectPage is the answer to a RejectQuery.
type RejectPage struct {
	Rejects []Reject `json:"rejects"`
	Total   int64    `json:"total"` // the number of all rejects after After that match the query
}

// maxPage is the most rejects in one page.
const maxPage = 10_000

// Rejects returns a page of rejects.
func (s *Store) Rejects(ctx context.Context, q RejectQuery) (RejectPage, error) {
	number, err := s.number(ctx, q.Job)
	if err != nil {
		return RejectPage{}, err
	}
	low, high := idRange(number)
	where, args := q.where(low+max(q.After, 0), high)
	page := RejectPage{}
	count := "SELECT count(*) FROM rejects WHERE " + where
	if where == unfiltered { // ids have no gaps, so there is no need to count rows
		count = "SELECT ifnull(max(id), ?1) - ?1 FROM rejects WHERE id > ?1 AND id < ?2"
	}
	if err := s.db.QueryRowContext(ctx, count, args...).Scan(&page.Total); err != nil {
		return page, fmt.Errorf("count the rejects: %w", err)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	if where == unfiltered {
		args[0], q.Offset = low+max(q.After, 0)+max(q.Offset, 0), 0
	}
	rows, err := s.db.QueryContext(ctx, "SELECT "+rejectColumns+" FROM rejects WHERE "+where+" ORDER BY id LIMIT ? OFFSET ?",
		append(args, min(limit, maxPage), max(q.Offset, 0))...)
	if err != nil {
		return page, fmt.Errorf("read the rejects: %w", err)
	}
	defer rows.Close()
	page.Rejects = []Reject{}
	for bytes := 0; (q.MaxBytes == 0 || bytes < q.MaxBytes) && rows.Next(); {
		v, err := scanReject(rows.Scan)
		if err != nil {
			return page, err
		}
		v.ID -= low
		page.Rejects = append(page.Rejects, v)
		bytes += len(v.Value) + len(v.Message) + len(v.Hint) + len(v.Column)
	}
	return page, rows.Err()
}

const rejectColumns = `id, time, record, line, end_line, "column", value, code, message, hint, message_id, hint_id, params`

const unfiltered = "id > ? AND id < ?"

func (q RejectQuery) where(low, high int64) (string, []any) {
	where, args := unfiltered, []any{low, high}
	if q.Code != "" {
		where, args = where+" AND code = ?", append(args, q.Code)
	}
	if q.Column != "" {
		where, args = where+` AND "column" = ?`, append(args, q.Column)
	}
	if q.Find != "" {
		where += ` AND (linefeed_holds(?, value, message, "column") OR line = ?)`
		args = append(args, findPattern(q.Find), q.Find)
	}
	return where, args
}

func scanReject(scan func(...any) error) (r Reject, err error) {
	var params []byte
	err = scan(&r.ID, &r.Time, &r.Record, &r.Line, &r.EndLine, &r.Column, &r.Value, &r.Code, &r.Message, &r.Hint, &r.MessageID, &r.HintID, &params)
	if err == nil && len(params) > 0 {
		err = r.Params.UnmarshalJSON(params)
	}
	r.Hint, r.Settings = r.Hinted(r.Hint), r.HintSettings()
	return r, err
}

// A RejectCount is the number of rejects with a code and a column.
type RejectCount struct {
	Code   load.Code `json:"code"`
	Column string    `json:"column"`
	Count  int64     `json:"count"`
}

// RejectCounts returns the counts of a job's rejects, the largest first.
func (s *Store) RejectCounts(ctx context.Context, job string) ([]RejectCount, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT code, "column", count FROM reject_counts
		WHERE job = (SELECT number FROM jobs WHERE id = ?) ORDER BY count DESC, code, "column"`, job)
	if err != nil {
		return nil, fmt.Errorf("count the rejects: %w", err)
	}
	return scanAll(rows, func(r *sql.Rows) (c RejectCount, err error) { return c, r.Scan(&c.Code, &c.Column, &c.Count) })
}

// RejectBytes returns the bytes of a rejected record, at most limit of them, and
// their number.
func (s *Store) RejectBytes(ctx context.Context, job string, id int64, limit int) (raw []byte, size int64, err error) {
	number, err := s.number(ctx, job)
	if err != nil {
		return nil, 0, err
	}
	low, _ := idRange(number)
	err = s.db.QueryRowContext(ctx, "SELECT substr(raw, 1, ?), length(raw) FROM rejects WHERE id = ?", limit, low+id).Scan(&raw, &size)
	if err != nil {
		return nil, 0, fmt.Errorf("read reject %d of job %s: %w", id, job, err)
	}
	return raw, size, nil
}

// A StoredReject is a reject with the bytes of its record.
type StoredReject struct {
	Reject
	Raw []byte
}

// AllRejects yields every reject of a job in the order of its log.
func (s *Store) AllRejects(ctx context.Context, job string) iter.Seq2[StoredReject, error] {
	return func(yield func(StoredReject, error) bool) {
		number, err := s.number(ctx, job)
		if err != nil {
			yield(StoredReject{}, err)
			return
		}
		low, high := idRange(number)
		rows, err := s.db.QueryContext(ctx, "SELECT raw, "+rejectColumns+" FROM rejects WHERE "+unfiltered+" ORDER BY id", low, high)
		if err != nil {
			yield(StoredReject{}, fmt.Errorf("read the rejects: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var r StoredReject
			r.Reject, err = scanReject(func(to ...any) error { return rows.Scan(append([]any{&r.Raw}, to...)...) })
			r.ID -= low
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(StoredReject{}, fmt.Errorf("read the rejects: %w", err))
		}
	}
}
