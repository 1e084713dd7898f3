package mysql

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"

	"github.com/go-sql-driver/mysql"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A writer writes to one table on a connection of its own. It implements load.Writer.
//
// Rows that are to be inserted go by the first of these ways that is open to them:
//
//   - loadRows: LOAD DATA LOCAL.
//   - ignoreRows: INSERT IGNORE, whose warnings say which rows were left out or
//     changed. So do those of LOAD DATA, except after a row that a check refused.
//   - insertRows: INSERT in strict mode, which fails at the first row that is refused.
//     That one is found by its number, by what the error says, or by halving.
//
// All but the last are undone where their warnings leave a doubt.
type writer struct {
	ld      *loading
	db      *DB
	conn    *conn
	fit     *fit
	reasons reasons
	reader  string // the name under which the driver knows its rows

	canLoad   bool // LOAD DATA LOCAL can be used
	canIgnore bool // warnings know their rows
	far       bool // the server is: see stream.go
	part      int  // the number of the last load in its list
	undone    int  // how many loads were undone, one after the other
	avoid     int  // for how many batches none is tried
	refusing  int  // how many rows the last statement had refused

	note *noting // how what is written is noted, so that it can be undone; nil for not at all

	open   bool // a transaction is
	dirty  bool // what was written since the savepoint is to be undone
	closed bool
	failed error // what made the writer useless

	buf  []byte
	rows []int
}

// readerName returns a name by which the driver finds the records of one writer, whichever
// server asks for it: another server than its own must not guess it.
func readerName() string { return "linefeed" + rand.Text() }

func (d *DB) openWriter(ctx context.Context, ld *loading, i int) (*writer, error) {
	c, _, err := d.dial(ctx, ld.server, d.server.isolation()+ld.hold(i)+ld.claimable(i))
	if err != nil {
		return nil, err
	}
	t := ld.fit.t
	exact := t.transactional() && !t.triggers // what a trigger's statements ignore is not known
	w := &writer{
		ld: ld, db: d, conn: c, fit: ld.fit, reasons: reasons{fit: ld.fit, packet: d.server.packet},
		reader:    readerName(),
		canLoad:   d.server.local && exact,
		canIgnore: d.server.rowNumbers() && exact,
		note:      ld.note,
	}
	w.far = w.canLoad && w.canIgnore && c.rtt > farAway
	mysql.RegisterReaderHandler(w.reader, func() io.Reader {
		if c.file == nil {
			return strings.NewReader("")
		}
		return c.file
	})
	return w, nil
}

// An outcome is what became of the rows of a batch so far.
type outcome struct {
	load.Result
	b *load.Batch
}

func (o *outcome) refuse(row int, r load.Refusal) {
	r.Row = row
	o.Refused = append(o.Refused, r)
}

// Write stores the rows of b and reports those that the database refused.
func (w *writer) Write(ctx context.Context, b *load.Batch) (load.Result, error) {
	if err := w.usable(ctx); err != nil {
		return load.Result{}, err
	}
	o := &outcome{b: b}
	w.rows = w.rows[:0]
	for refusal := range inexact(w.fit.exact, b) {
		o.Refused = append(o.Refused, refusal)
	}
	next := 0
	for row := range b.Rows {
		if next < len(o.Refused) && o.Refused[next].Row == row {
			next++
			continue
		}
		w.rows = append(w.rows, row)
	}
	if err := w.write(ctx, o, w.rows); err != nil {
		return load.Result{}, w.fail(ctx, err)
	}
	if w.fit.t.ownReference() {
		if err := w.retry(ctx, o); err != nil {
			return load.Result{}, w.fail(ctx, err)
		}
	}
	slices.SortFunc(o.Refused, func(x, y load.Refusal) int { return x.Row - y.Row })
	return o.Result, nil
}

// write stores rows by the plan's rule.
func (w *writer) write(ctx context.Context, o *outcome, rows []int) error {
	if w.note != nil {
		return w.noteRows(ctx, o, rows)
	}
	if w.fit.rule != load.ConflictReject {
		return w.byRule(ctx, o, rows)
	}
	if w.avoid > 0 {
		w.avoid--
		return w.insert(ctx, o, rows)
	}
	if !w.canLoad || w.hasDefaults(o.b, rows) {
		return w.insert(ctx, o, rows)
	}
	for len(rows) > 0 {
		// Numbers of rows are told one warning after the other, each found by
		// counting from the first.
		n := min(len(rows), mostRows)
		if w.refusing > fewRefused {
			n = min(n, fewRows)
		}
		if err := w.loadRows(ctx, o, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// How many rows a statement has at the most: fewer than the warnings that are kept, and
// few where many are refused.
const (
	mostRows   = 50_000
	fewRows    = 2000
	fewRefused = 500
)

// insert stores rows by INSERT statements.
func (w *writer) insert(ctx context.Context, o *outcome, rows []int) error {
	if w.canIgnore {
		return w.ignoreRows(ctx, o, rows)
	}
	return w.insertRows(ctx, o, rows)
}

// hasDefaults reports whether a row has a NULL that is to become the column's default,
// which a file has no word for.
func (w *writer) hasDefaults(b *load.Batch, rows []int) bool {
	if len(w.fit.defaulted) == 0 {
		return false
	}
	for _, row := range rows {
		cells := b.Row(row)
		for _, i := range w.fit.defaulted {
			if cells[i].Kind == load.CellNull {
				return true
			}
		}
	}
	return false
}

// savepoint is where a statement can be undone to.
const savepoint = "linefeed"

// begin returns what goes before a statement that may have to be undone to before it.
func (w *writer) begin() string {
	switch {
	case w.dirty:
		return "ROLLBACK TO SAVEPOINT " + savepoint + "; "
	case w.open:
		return "SAVEPOINT " + savepoint + "; "
	}
	return "START TRANSACTION; SAVEPOINT " + savepoint + "; "
}

// undo undoes the last statement.
func (w *writer) undo(ctx context.Context) error {
	w.dirty = false
	return w.conn.exec(ctx, "ROLLBACK TO SAVEPOINT "+savepoint)
}

// lockTries is how often a statement is tried for which a lock could not be had in the
// time that the server waits.
const lockTries = 3

// statement begins a statement in buf, after begin.
func (w *writer) statement(text string) { w.buf = append(append(w.buf[:0], w.begin()...), text...) }

// run runs the statements in buf, again where only the last one was undone because it
// waited too long for a lock.
func (w *writer) run(ctx context.Context) ([]result, error) {
	if len(w.buf) >= w.db.server.packet {
		return nil, mysql.ErrPktTooLarge
	}
	for try := 1; ; try++ {
		all, err := w.conn.query(ctx, unsafe.String(unsafe.SliceData(w.buf), len(w.buf))) // which keeps none of it
		if err == nil || number(err) != 0 {
			w.open, w.dirty = true, false
		}
		if number(err) != errLockWait || try == lockTries || w.db.server.undoesAll {
			return all, err
		}
	}
}

// loadRows stores rows by LOAD DATA LOCAL, or by another way where that is not exact.
func (w *writer) loadRows(ctx context.Context, o *outcome, rows []int) error {
	if w.far {
		return w.loadFar(ctx, o, rows)
	}
	w.conn.file = w.file(o, rows)
	w.statement(w.fit.loadStatement(w.reader) + "; " + counts)
	all, err := w.run(ctx)
	if e, ok := asSaid(err); ok && (isForbidden(e) || isAboutRow(e)) {
		w.canLoad = w.canLoad && !isForbidden(e)
		return w.insert(ctx, o, rows)
	}
	if err != nil {
		return err
	}
	stored, warnings := readCounts(all)
	w.refusing = 0
	if warnings == 0 && stored == int64(len(rows)) {
		o.Inserted += stored
		w.undone = 0
		return nil
	}
	told, err := w.warnings(ctx, warnings)
	if err != nil || w.leftOut(o, rows, stored, told, true) {
		return err
	}
	if err := w.undo(ctx); err != nil {
		return err
	}
	w.wasUndone()
	return w.insert(ctx, o, rows)
}

// wasUndone notes that a load was undone. Where that is the rule, loads are not tried for
// a while.
func (w *writer) wasUndone() {
	if w.undone++; w.undone >= 3 {
		w.undone, w.avoid = 0, 20
	}
}

// file returns rows as LOAD DATA reads them.
func (w *writer) file(o *outcome, rows []int) *file {
	return &file{fit: w.fit, b: o.b, rows: rows, tick: func() { w.conn.calls.begin(w.conn) }}
}

// isForbidden reports whether an error says that the server takes no local files.
func isForbidden(e said) bool {
	switch e.number {
	case 1148, 3948, 3950, 4166, 1235, 1064:
		return true
	}
	return false
}

// Commit makes the rows since the last Commit durable, and the mark with them.
func (w *writer) Commit(ctx context.Context, m load.Mark) error {
	if err := w.usable(ctx); err != nil {
		return err
	}
	var statements []string
	if w.ld.job != "" {
		mark, err := markStatement(w.ld.job, w.fit.t.schema, m)
		if err != nil {
			return err
		}
		if !w.open {
			statements = append(statements, "START TRANSACTION")
		}
		if w.dirty {
			statements = append(statements, "ROLLBACK TO SAVEPOINT "+savepoint)
		}
		statements = append(statements, mark)
	} else if !w.open {
		w.ld.kept.Store(true)
		return nil
	}
	statements = append(statements, "COMMIT")
	err := w.conn.exec(ctx, strings.Join(statements, "; "))
	if number(err) == 0 { // it went through, or may have
		w.ld.kept.Store(true)
	}
	if err != nil {
		return fmt.Errorf("the rows since the last commit can't be kept: %w", w.fail(ctx, err))
	}
	w.open, w.dirty = false, false
	return nil
}

// Close undoes what was not committed.
func (w *writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	defer mysql.DeregisterReaderHandler(w.reader)
	if w.open && w.failed == nil && !w.conn.lost() {
		w.rollback()
	}
	return w.conn.close()
}

// rollback undoes what was not committed, as the server does by itself when the connection
// ends. One that does not answer is not waited for.
func (w *writer) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if !w.conn.answers(ctx, afterCancel) {
		w.db.suspect.Store(true)
		w.ld.silent.Store(true)
		return
	}
	_ = w.conn.exec(ctx, "ROLLBACK")
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
	if w.conn.lost() || isLost(err) {
		w.db.suspect.Store(true)
	}
	if ctx.Err() != nil && w.conn.lost() {
		w.ld.silent.Store(true)
	}
	w.failed = w.db.explainAt(ctx, fmt.Sprintf("write to table %q", w.fit.t.name), w.conn.address, err)
	return w.failed
}
