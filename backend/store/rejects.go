package store

import (
	"context"
	"database/sql"
	"errors"
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

	// State is open, loaded (by a retry) or dismissed. It is empty for the rejects of a
	// check, which loads nothing, and of a retry, where Original is the reject that was
	// retried: that one has the state.
	State    string `json:"state,omitempty"`
	Original int64  `json:"original,omitempty"`
	// MendedLine is the line in the mended file that was retried; 0 if none was.
	MendedLine int64    `json:"mendedLine,omitempty"`
	Closed     *Closing `json:"closed,omitempty"` // who closed it; nil while it is open
	Latest     *Reason  `json:"latest,omitempty"` // why it was rejected again; nil if it was not
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
	Code   string `json:"code"`   // only those with this code, by their latest reason as the next ones
	Column string `json:"column"` // only those in this column
	Find   string `json:"find"`   // only those with this text in value, message or column, ignoring case, or on this line

	Value *string `json:"value,omitempty"` // only those with exactly this value
	Open  bool    `json:"open,omitempty"`  // only those that are open

	// MaxBytes ends the page when its texts reach that many bytes; 0 is no limit.
	// A value can be as long as a record.
	MaxBytes int `json:"-"`
}

// A RejectPage is the answer to a RejectQuery.
type RejectPage struct {
	Rejects []Reject `json:"rejects"`
	Total   int64    `json:"total"` // the number of all rejects after After that match the query

	// Missing is the number of the job's rejects that can't be read, as the store is
	// damaged: the page may lack some, or Total count too few.
	Missing int64 `json:"missing,omitempty"`

	// Forgotten says when the rejects were removed, if they are no longer kept.
	Forgotten string `json:"forgotten,omitempty"` // RFC 3339
}

// maxPage is the most rejects in one page.
const maxPage = 10_000

// Rejects returns a page of rejects.
func (s *Store) Rejects(ctx context.Context, q RejectQuery) (RejectPage, error) {
	src, err := s.source(ctx, q.Job)
	if errors.Is(err, ErrForgotten) {
		return RejectPage{Rejects: []Reject{}, Forgotten: src.forgot}, nil
	}
	if err != nil {
		return RejectPage{}, err
	}
	low, _ := idRange(src.number)
	f := src.filter(Selection{Code: q.Code, Column: q.Column, Value: q.Value})
	f.args[0] = low + max(q.After, 0)
	src.find(&f, q.Find)
	all := src.filter(Selection{}).sql == f.sql
	from := plainFrom
	if !all {
		from = src.from()
	}
	if q.Open && src.mended {
		src.open(&f)
		all, from = false, src.from()
	}
	page := RejectPage{}
	if page.Missing, err = s.missing(ctx, src); err != nil {
		return page, err
	}
	count := "SELECT count(*) FROM " + from + " WHERE " + f.sql
	if all { // ids have no gaps, so there is no need to count rows
		count = "SELECT ifnull(max(id), ?1) - ?1 FROM rejects WHERE id > ?1 AND id < ?2"
	}
	if err := s.db.QueryRowContext(ctx, count, f.args...).Scan(&page.Total); err != nil {
		return page, s.reading("count the rejects", err)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	if all {
		f.args[0], q.Offset = low+max(q.After, 0)+max(q.Offset, 0), 0
	}
	rows, err := s.db.QueryContext(ctx, "SELECT "+rejectColumns+" FROM "+from+" WHERE "+f.sql+" ORDER BY r.id LIMIT ? OFFSET ?",
		append(f.args, min(limit, maxPage), max(q.Offset, 0))...)
	if err != nil {
		return page, s.reading("read the rejects", err)
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
	if err := rows.Err(); err != nil {
		return page, s.reading("read the rejects", err)
	}
	byID := make([]*Reject, len(page.Rejects))
	for i := range page.Rejects {
		byID[i] = &page.Rejects[i]
	}
	return page, s.setStates(ctx, src, byID)
}

const rejectColumns = `r.id, r.time, r.record, r.line, r.end_line, r."column", r.value, r.code, r.message, r.hint, r.message_id, r.hint_id, r.params`

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
		return nil, s.reading("count the rejects", err)
	}
	return scanAll(rows, func(r *sql.Rows) (c RejectCount, err error) { return c, r.Scan(&c.Code, &c.Column, &c.Count) })
}

// RejectBytes returns the bytes of a rejected record, at most limit of them, and
// their number.
func (s *Store) RejectBytes(ctx context.Context, job string, id int64, limit int) (raw []byte, size int64, err error) {
	src, err := s.source(ctx, job)
	if err != nil {
		return nil, 0, err
	}
	low, _ := idRange(src.number)
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
	return s.SomeRejects(ctx, job, false)
}

// rejectsAtOnce is the number of rejects whose states are looked up together.
const rejectsAtOnce = 1000

// SomeRejects yields every reject of a job in the order of its log, or with open
// those alone that are open. Where some can't be read, it yields none, and an error that
// wraps [ErrIncomplete].
func (s *Store) SomeRejects(ctx context.Context, job string, open bool) iter.Seq2[StoredReject, error] {
	return func(yield func(StoredReject, error) bool) {
		src, err := s.source(ctx, job)
		if err != nil {
			yield(StoredReject{}, err)
			return
		}
		if err := s.complete(ctx, src, job); err != nil {
			yield(StoredReject{}, err)
			return
		}
		low, _ := idRange(src.number)
		f, from := src.filter(Selection{}), plainFrom
		if open && src.mended {
			src.open(&f)
			from = src.from()
		}
		rows, err := s.db.QueryContext(ctx, "SELECT r.raw, "+rejectColumns+" FROM "+from+" WHERE "+f.sql+" ORDER BY r.id", f.args...)
		if err != nil {
			yield(StoredReject{}, s.reading("read the rejects", err))
			return
		}
		defer rows.Close()
		some := make([]StoredReject, 0, rejectsAtOnce)
		for more := true; more; {
			some = some[:0]
			for len(some) < rejectsAtOnce {
				if more = rows.Next(); !more {
					break
				}
				var r StoredReject
				r.Reject, err = scanReject(func(to ...any) error { return rows.Scan(append([]any{&r.Raw}, to...)...) })
				if err != nil {
					yield(StoredReject{}, err)
					return
				}
				r.ID -= low
				some = append(some, r)
			}
			byID := make([]*Reject, len(some))
			for i := range some {
				byID[i] = &some[i].Reject
			}
			if err := s.setStates(ctx, src, byID); err != nil {
				yield(StoredReject{}, err)
				return
			}
			for _, r := range some {
				if !yield(r, nil) {
					return
				}
			}
		}
		if err := rows.Err(); err != nil {
			yield(StoredReject{}, s.reading("read the rejects", err))
		}
	}
}
