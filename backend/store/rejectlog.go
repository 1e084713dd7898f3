package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite/bulk"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// A RejectLog adds to the rejects of one job. It is used by one goroutine.
//
// There may be as many rejects as records, and an import waits for them: so they
// are written by SQLite's bulk path, on a connection of their own.
type RejectLog struct {
	store *Store
	job   int64
	count int64

	// Set by the first Add.
	conn    *sqlitefile.Conn
	tally   *sql.Stmt // countRejects, run by every Add for each code and column
	waiting atomic.Bool
	batch   load.Batch
}

// RejectLog opens the log of a job's rejects. The caller closes it.
func (s *Store) RejectLog(ctx context.Context, job string) (*RejectLog, error) {
	number, err := s.number(ctx, job)
	if err != nil {
		return nil, err
	}
	l := &RejectLog{store: s, job: number}
	low, high := idRange(number)
	err = s.db.QueryRowContext(ctx, "SELECT ifnull(max(id), ?) - ? FROM rejects WHERE id > ? AND id < ?", low, low, low, high).Scan(&l.count)
	return l, err
}

const (
	rejectFields = `rejects (id, time, record, line, end_line, "column", value, code, message, hint, raw, message_id, hint_id, params)`

	countRejects = `INSERT INTO reject_counts (job, code, "column", count, first) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET count = count + ?4`
)

// insertRejects are the statements that insert a batch from [RejectLog.pack].
var insertRejects = bulk.Statements{
	Columns: 14,
	One:     "INSERT INTO " + rejectFields + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	Many:    "INSERT OR FAIL INTO " + rejectFields + " SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 FROM " + bulk.Batch,
	Rowid:   "SELECT 1 FROM rejects WHERE id = ?",
}

// Count returns the number of rejects in the log.
func (l *RejectLog) Count() int64 { return l.count }

// Add adds all of the rejects, or none.
func (l *RejectLog) Add(ctx context.Context, rejects []load.Reject) error {
	if err := l.add(ctx, rejects); err != nil {
		return l.store.explain("store them", err)
	}
	l.count += int64(len(rejects))
	return nil
}

// Clear removes all rejects of the job.
func (l *RejectLog) Clear(ctx context.Context) error {
	if l.count == 0 {
		return nil
	}
	if l.conn == nil {
		if err := l.open(ctx); err != nil {
			return l.store.explain("forget the rejects", err)
		}
	}
	err := l.update(ctx, func() error {
		low, high := idRange(l.job)
		if _, err := l.conn.ExecContext(ctx, "DELETE FROM rejects WHERE id > ? AND id < ?", low, high); err != nil {
			return err
		}
		_, err := l.conn.ExecContext(ctx, "DELETE FROM reject_counts WHERE job = ?", l.job)
		return err
	})
	if err != nil {
		return l.store.explain("forget the rejects", err)
	}
	l.count = 0
	return nil
}

func (l *RejectLog) add(ctx context.Context, rejects []load.Reject) error {
	if l.conn == nil {
		if err := l.open(ctx); err != nil {
			return err
		}
	}
	type place struct {
		code   load.Code
		column string
	}
	type counted struct{ n, first int64 }
	counts := map[place]counted{}
	for i := range rejects {
		p := place{rejects[i].Code, rejects[i].Column}
		c := counts[p]
		if c.n++; c.n == 1 {
			c.first = l.count + int64(i) + 1
		}
		counts[p] = c
	}
	l.pack(rejects)
	return l.update(ctx, func() error {
		var res load.Result
		var refused error
		err := l.conn.Bulk.Write(&l.batch, 0, len(rejects), &res, func(_, code int, message []byte) {
			refused = errors.Join(refused, &bulk.Error{Code: code, Message: string(message)})
		})
		if err = errors.Join(err, refused); err != nil {
			return err
		}
		for p, c := range counts {
			if _, err := l.tally.ExecContext(ctx, l.job, string(p.code), p.column, c.n, c.first); err != nil {
				return err
			}
		}
		return nil
	})
}

// update runs f in a transaction.
func (l *RejectLog) update(ctx context.Context, f func() error) error {
	defer l.conn.Bulk.Watch(ctx)()
	if _, err := l.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := f()
	if err == nil {
		_, err = l.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil && l.conn.Bulk.InTransaction() {
		_, undone := l.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		err = errors.Join(err, undone)
	}
	return err
}

// open opens the connection and prepares its bulk path.
func (l *RejectLog) open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.conn, err = sqlitefile.Connect(ctx, l.store.path, parameters(busyPause), busyTimeout, &l.waiting); err != nil {
		return err
	}
	if l.tally, err = l.conn.PrepareContext(ctx, countRejects); err != nil {
		return err
	}
	return l.conn.Bulk.Prepare(insertRejects)
}

// Close releases the connection.
func (l *RejectLog) Close() error {
	var errs []error
	if l.tally != nil {
		errs = append(errs, l.tally.Close())
	}
	if l.conn != nil {
		l.conn.Bulk.Finalize()
		errs = append(errs, l.conn.Close())
	}
	l.conn, l.tally = nil, nil
	return errors.Join(errs...)
}

// pack packs rejects into the batch, as rows of the table.
func (l *RejectLog) pack(rejects []load.Reject) {
	b := &l.batch
	b.Cols, b.Rows, b.Cells, b.Arena = insertRejects.Columns, b.Rows[:0], b.Cells[:0], b.Arena[:0]
	if cap(b.Arena) > keepArena {
		b.Arena = nil
	}
	text := func(s string) load.Cell {
		start := len(b.Arena)
		b.Arena = append(b.Arena, s...)
		return load.TextCell(start, len(b.Arena))
	}
	low, _ := idRange(l.job)
	var at time.Time
	var shown, said, hint, saidID, hintID load.Cell // of the previous reject, which are mostly the same
	for i := range rejects {
		r := &rejects[i]
		if i == 0 || r.Time != at {
			at, shown = r.Time, text(r.Time.UTC().Format(TimeFormat))
		}
		if i == 0 || r.Message != rejects[i-1].Message || r.MessageID != rejects[i-1].MessageID {
			said, saidID = text(r.Message), text(string(r.MessageID))
		}
		if i == 0 || r.Hint != rejects[i-1].Hint || r.HintID != rejects[i-1].HintID {
			hintID, hint = text(string(r.HintID)), text("")
			if r.HintID == "" { // otherwise it can be told by that
				hint = text(r.Hint)
			}
		}
		params := text("")
		if len(r.Params) > 0 {
			b.Arena = r.Params.AppendJSON(b.Arena)
			params.Len = uint32(len(b.Arena) - int(params.Bits))
		}
		raw := text("")
		b.Arena = append(b.Arena, r.Raw...)
		raw.Kind, raw.Len = load.CellBlob, uint32(len(r.Raw))
		b.Rows = append(b.Rows, load.Row{})
		b.Cells = append(b.Cells, load.IntCell(low+l.count+int64(i)+1), shown,
			load.IntCell(r.Record), load.IntCell(r.Line), load.IntCell(r.EndLine),
			text(r.Column), text(Value(r)), text(string(r.Code)), said, hint, raw, saidID, hintID, params)
	}
}

// keepArena is the size of the largest arena that is reused.
const keepArena = 4 << 20
