package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// A writer is one load into one table. It implements load.Writer.
type writer struct {
	db      *DB
	table   string
	job     string // that its marks are of; "" for none
	watched bool   // by temporary triggers
	keeps   string // the job of which this writer made the table of entries, until something is committed
	reasons reasons
	exact   []exactness // the columns whose values SQLite may change
	schema  int64       // the version of the schema that the load was prepared for
	yielded time.Time   // when the last commit released the lock
	closed  bool
	failed  error // what made the writer useless
}

// Prepare readies a load. A new table is part of the first commit.
func (d *DB) Prepare(ctx context.Context, job string, l load.Layout) (load.Load, error) {
	if l.Plan.Marks == load.MarksInStore {
		job = ""
	}
	marks, err := d.Marks(ctx, job, l.Plan.TableName())
	if err != nil {
		return nil, err
	}
	if len(marks) > 0 {
		l.Plan.Create = false // the table was made with the first of them
	}
	w, err := d.begin(ctx, job, l, len(marks) > 0)
	if err != nil {
		return nil, d.explain(ctx, fmt.Sprintf("load into table %q", l.Plan.Table), err)
	}
	w.job = job
	return &oneLoad{w, marks}, nil
}

// A oneLoad is a load by one writer: SQLite has one at a time.
type oneLoad struct {
	w     *writer
	marks []load.Mark
}

func (o *oneLoad) Marks() ([]load.Mark, bool)                       { return o.marks, o.w.job != "" }
func (o *oneLoad) Pace() load.Pace                                  { return load.Pace{} }
func (o *oneLoad) Writer(context.Context, int) (load.Writer, error) { return o.w, nil }
func (o *oneLoad) Close() error                                     { return o.w.Close() }

func (d *DB) begin(ctx context.Context, job string, l load.Layout, goesOn bool) (_ *writer, err error) {
	if d.writer != nil {
		return nil, message.NewError(nil, "load_is_open", "")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.conn == nil {
		if !l.Plan.Create {
			return nil, d.notThere()
		}
		if err := d.make(ctx); err != nil {
			return nil, err
		}
	}
	if err := d.writable(); err != nil {
		return nil, err
	}
	defer d.conn.Bulk.Watch(ctx)()
	w := &writer{db: d}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.rollback())
		}
	}()
	if l.Plan.Create {
		if err := w.createTable(ctx, l); err != nil {
			return nil, err
		}
	}
	t, err := d.table(context.WithoutCancel(ctx), l.Plan.TableName())
	if err != nil {
		return nil, err
	}
	how, s, err := writingFor(t, l)
	if err != nil {
		return nil, problem(err)
	}
	if l.Plan.Undo && job != "" {
		k, err := w.keep(ctx, job, t, how, l, goesOn)
		if err != nil {
			return nil, err
		}
		if k != nil {
			k.into(&s)
		}
	}
	if w.schema, err = d.schemaVersion(); err != nil {
		return nil, err
	}
	w.exact = exactnessOf(t, l)
	s.Decimals = make([]bool, s.Columns)
	for _, e := range w.exact {
		s.Decimals[e.column] = e.decimal
	}
	if err := d.conn.Bulk.Prepare(s); err != nil {
		return nil, err
	}
	w.table = t.name
	w.reasons = reasonsFor(t, l)
	d.writer = w
	return w, nil
}

// createTable begins a transaction and creates the table in it.
func (w *writer) createTable(ctx context.Context, l load.Layout) error {
	if err := checkSchema(l.Plan.TableName()); err != nil {
		return err
	}
	if l.Plan.Table == "" {
		return message.NewError(nil, "table_without_name", "")
	}
	if len(l.Make) == 0 {
		return message.NewError(nil, "table_no_columns", "")
	}
	if err := w.transaction(ctx); err != nil {
		return err
	}
	if err := w.db.free(context.WithoutCancel(ctx), l.Plan.Table); err != nil {
		return err
	}
	statement, err := createTable(l)
	if err != nil {
		return err
	}
	return w.exec(statement)
}

// exec runs one statement, which only the watch on the loader interrupts.
func (w *writer) exec(sql string) error {
	_, err := w.db.conn.ExecContext(context.Background(), sql)
	return err
}

// turn is the time that other programs have for taking the lock between two
// transactions of a load. SQLite's own busy handler retries every 100 ms.
var turn = 125 * time.Millisecond

// giveWay leaves the lock to other programs for a while after a commit: a load that
// took it again at once would make them wait for its end. A file that was created
// for the load has no other users yet.
func (w *writer) giveWay(ctx context.Context) error {
	if w.yielded.IsZero() || w.db.made {
		return nil
	}
	timer := time.NewTimer(time.Until(w.yielded.Add(turn)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// transaction makes sure that a write transaction is open.
func (w *writer) transaction(ctx context.Context) error {
	if w.db.conn.Bulk.InTransaction() {
		return nil
	}
	if err := w.giveWay(ctx); err != nil {
		return err
	}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := w.inPlace(); err != nil {
		return err
	}
	if w.table == "" {
		return nil // not created yet
	}
	// Between two commits other programs may write. New rows do not matter, but
	// a changed schema does: the statements were prepared for the old one.
	version, err := w.db.schemaVersion()
	if err == nil && version != w.schema {
		err = message.NewError(nil, "tables_changed", "start_again", "path", w.db.path)
	}
	return err
}

// inPlace returns an error if the file was moved, removed or replaced: what is
// written to it would be lost.
func (w *writer) inPlace() error {
	if w.db.conn.Bulk.Moved() {
		return errMoved
	}
	return nil
}

// Write stores the rows of b and reports those that the database refused.
func (w *writer) Write(ctx context.Context, b *load.Batch) (load.Result, error) {
	if err := w.usable(ctx); err != nil {
		return load.Result{}, err
	}
	stop := w.db.conn.Bulk.Watch(ctx)
	defer stop()
	if err := w.transaction(ctx); err != nil {
		return load.Result{}, w.fail(ctx, err)
	}
	var refused []load.Refusal
	var res load.Result
	keep := func(row, code int, message []byte) {
		refused = append(refused, w.refusal(row, code, message))
	}
	first := 0
	for row, r := range inexact(w.exact, b) {
		if err := w.db.conn.Bulk.Write(b, first, row, &res, keep); err != nil {
			return load.Result{}, w.fail(ctx, err)
		}
		refused = append(refused, r)
		first = row + 1
	}
	err := w.db.conn.Bulk.Write(b, first, len(b.Rows), &res, keep)
	if err == nil && w.reasons.table.ownReference() {
		refused, err = w.retry(b, &res, refused)
	}
	if err != nil {
		return load.Result{}, w.fail(ctx, err)
	}
	for i := range refused {
		if refused[i].Code == load.CodeForeignKey {
			w.blame(ctx, b, &refused[i])
		}
	}
	res.Refused = refused
	return res, nil
}

func (w *writer) refusal(row, code int, message []byte) load.Refusal {
	r := w.reasons.find(code, message)
	r.Row = row
	return r
}

// Commit makes the rows since the last Commit durable, and the mark. ctx stops it while it waits
// for a lock, but not once it writes. Its error says what became of the rows: they
// are undone.
func (w *writer) Commit(ctx context.Context, m load.Mark) error {
	if err := w.usable(ctx); err != nil {
		return err
	}
	stop := w.db.conn.Bulk.Watch(ctx)
	defer stop()
	if w.job != "" {
		if err := w.mark(ctx, m); err != nil {
			return fmt.Errorf("the rows since the last commit can't be kept: %w", w.fail(ctx, err))
		}
	}
	if !w.db.conn.Bulk.InTransaction() {
		return nil
	}
	if err := w.inPlace(); err != nil {
		return fmt.Errorf("the rows since the last commit can't be kept: %w", w.fail(ctx, err))
	}
	if err := w.exec("COMMIT"); err != nil {
		return fmt.Errorf("the rows since the last commit can't be kept: %w", w.fail(ctx, err))
	}
	w.db.kept, w.keeps = true, ""
	w.yielded = time.Now()
	return nil
}

// Close rolls back what was not committed.
func (w *writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.db.writer = nil
	w.db.conn.Bulk.Finalize()
	err := w.rollback()
	if w.watched {
		err = errors.Join(err, w.exec(dropTriggers))
	}
	if w.keeps != "" { // of nothing
		err = errors.Join(err, w.db.forgetUndo(context.Background(), w.keeps))
	}
	if w.failed != nil {
		// If the disk failed or is full, SQLite rolls the file back when it is
		// read the next time.
		_, _ = w.db.schemaVersion()
	}
	return err
}

func (w *writer) rollback() error {
	if !w.db.conn.Bulk.InTransaction() {
		return nil
	}
	if err := w.exec("ROLLBACK"); err != nil {
		return w.db.explain(context.Background(), "undo what was not committed", err)
	}
	return nil
}

// usable returns why the writer can't be used, if it can't.
func (w *writer) usable(ctx context.Context) error {
	switch {
	case w.closed:
		return message.NewError(nil, "load_closed", "")
	case w.failed != nil:
		return w.failed
	}
	return ctx.Err()
}

// fail makes the writer unusable, and returns why.
func (w *writer) fail(ctx context.Context, err error) error {
	if sqlitefile.Code(err) == driver.ErrConstraint && !w.db.conn.Bulk.InTransaction() {
		err = message.NewError(err, "trigger_rollback", "trigger_abort", "cause", err)
	}
	w.failed = w.db.explain(ctx, fmt.Sprintf("write to table %q", w.table), err)
	return w.failed
}
