package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A writer writes a share of the records of a load, on a connection of its own. It
// implements load.Writer.
type writer struct {
	*loading
	index  int
	conn   *pgconn.PgConn
	set    bool   // the settings of the connection are made
	began  bool   // a transaction is open
	ahead  string // what is to be said of its savepoint before the next statement
	closed bool
	failed error // what made the writer useless

	findKeys    bool // keys that are there are looked for among all rows before they are written, not only among those that the filters know
	findOrphans bool // so are rows that refer to none
	filters     []*filter
	copying     copying
	textual     bool // COPY's text is used, for a value that has no binary form
	rows        []int
	array       []byte
}

// The statements that begin a transaction, in which a writer sees what others have committed,
// and that keep, or undo, what was written since the last of them.
const (
	begin     = "BEGIN ISOLATION LEVEL READ COMMITTED; "
	savepoint = "SAVEPOINT linefeed; "
	keep      = "RELEASE SAVEPOINT linefeed; SAVEPOINT linefeed; "
	undo      = "ROLLBACK TO SAVEPOINT linefeed; "
)

// before returns the statements that go before the next one.
func (w *writer) before() string {
	sql := w.ahead
	if !w.began {
		sql = begin
		if !w.set {
			sql += settings
		}
		if w.job != "" {
			sql += holdMark(w.job, w.marksTable(), w.index)
		}
		if w.db.family != cockroach {
			// What could wait for the end of the transaction is known at once, also of
			// tables that triggers write to: a batch is the longest that a row may wait
			// for another.
			sql += "SET CONSTRAINTS ALL IMMEDIATE; "
		}
		sql += savepoint
	}
	w.set, w.began, w.ahead = true, true, ""
	return sql
}

// outcome is what became of rows.
type outcome struct {
	load.Result
}

func (o *outcome) refuse(row int, why load.Refusal) {
	why.Row = row
	o.Refused = append(o.Refused, why)
}

// Write stores the rows of b and reports those that the database refused.
func (w *writer) Write(ctx context.Context, b *load.Batch) (load.Result, error) {
	if err := w.usable(ctx); err != nil {
		return load.Result{}, err
	}
	defer w.db.calls.begin()()
	var out outcome
	w.rows = w.rows[:0]
	for row := range b.Rows {
		w.rows = append(w.rows, row)
	}
	rows := w.unfit(b, w.rows, &out)
	if err := w.store(ctx, b, rows, &out); err != nil {
		return load.Result{}, w.fail(ctx, err)
	}
	if w.table.ownReference() {
		if err := w.retry(ctx, b, &out); err != nil {
			return load.Result{}, w.fail(ctx, err)
		}
	}
	slices.SortFunc(out.Refused, func(a, b load.Refusal) int { return a.Row - b.Row })
	return out.Result, nil
}

// Commit makes the rows since the last Commit durable, and m with them.
func (w *writer) Commit(ctx context.Context, m load.Mark) error {
	if err := w.usable(ctx); err != nil {
		return err
	}
	sql := ""
	if w.job != "" {
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		sql = mark(w.job, w.marksTable(), m.Writer, string(text)) + "; "
	}
	if sql == "" && !w.began {
		w.commits.Add(1) // of nothing, which a new table may hold
		return nil
	}
	if w.ahead != undo { // all is kept anyway
		w.ahead = ""
	}
	defer w.db.calls.begin()()
	w.commits.Add(1)
	results, err := w.conn.Exec(ctx, w.before()+sql+"COMMIT").ReadAll()
	w.began, w.ahead = false, ""
	var pg *pgconn.PgError
	switch {
	case err == nil && results[len(results)-1].CommandTag.String() == "COMMIT":
		return nil
	case err == nil: // ROLLBACK: an error that was not seen
		w.commits.Add(-1)
		return w.keepNot(ctx, message.NewError(nil, "not_committed", "start_again"))
	case errors.As(err, &pg) && !isUnclear(pg):
		w.commits.Add(-1)
		return w.keepNot(ctx, err)
	case pg != nil: // whatever it says of its end, such as a full disk for its log
		err = load.Lost(fmt.Errorf("write to table %q: %w", w.table.name.Name, w.db.told(err)))
	}
	return w.fail(ctx, err)
}

// isUnclear reports whether the error of a commit leaves open whether it took place: the
// server ended the connection, or says so itself (CockroachDB).
func isUnclear(pg *pgconn.PgError) bool {
	return pg.Code == "40003" || pg.SeverityUnlocalized == "FATAL" || pg.SeverityUnlocalized == "PANIC"
}

// keepNot returns the error of a commit that did not take place.
func (w *writer) keepNot(ctx context.Context, err error) error {
	return fmt.Errorf("the rows since the last commit can't be kept: %w", w.fail(ctx, err))
}

// Close undoes what was not committed, and closes the connection.
func (w *writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.copying.end()
	hangUp(w.conn) // which undoes the transaction
	return nil
}

// usable returns why the writer can't be used, if it can't.
func (w *writer) usable(ctx context.Context) error {
	switch {
	case w.closed:
		return message.NewError(nil, "load_closed", "")
	case w.failed != nil:
		return w.failed
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nil
}

// fail makes the writer unusable, and returns why.
func (w *writer) fail(ctx context.Context, err error) error {
	w.failed = w.db.explain(ctx, fmt.Sprintf("write to table %q", w.table.name.Name), err)
	if errors.Is(w.failed, load.ErrLost) {
		w.lost.Store(true)
	} else if w.conn.IsClosed() {
		w.silent.Store(true)
	}
	return w.failed
}
