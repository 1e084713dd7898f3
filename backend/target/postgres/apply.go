package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"linefeed/backend/load"
)

// store writes rows by the rule of the plan.
func (w *writer) store(ctx context.Context, b *load.Batch, rows []int, out *outcome) error {
	if w.writes.changes() {
		return w.storeChanges(ctx, b, rows, out)
	}
	w.filter(b, rows)
	for {
		f, err := w.find(ctx, b, rows)
		if err != nil {
			return err
		}
		failed, err := w.put(ctx, b, f.rest)
		if err != nil {
			return err
		}
		if failed == nil {
			out.Inserted += int64(len(f.rest))
			f.report(out, f.repeats)
			// Where nothing is found, it is not worth the while.
			w.findKeys, w.findOrphans = w.findKeys && f.beyond > 0, w.findOrphans && f.orphans > 0
			return nil
		}
		if w.learn(failed) {
			continue
		}
		f.report(out, nil)
		left := slices.Concat(f.rest, rowsOf(f.repeats))
		slices.Sort(left)
		return w.isolate(ctx, b, left, nil, out)
	}
}

// learn notes what is to be looked for before rows are written, and reports whether
// that is new.
func (w *writer) learn(failed *rowError) bool {
	switch {
	case failed.is(load.CodeDuplicateKey) && !w.findKeys:
		w.findKeys = len(w.writes.keys) > 0
		return w.findKeys
	case failed.is(load.CodeForeignKey) && !w.findOrphans:
		w.findOrphans = len(w.writes.orphans) > 0
		return w.findOrphans
	}
	return false
}

// storeChanges writes rows by a rule that changes those that are there: in pieces
// that have each key once, since a statement changes a row only once.
func (w *writer) storeChanges(ctx context.Context, b *load.Batch, rows []int, out *outcome) error {
	pieces, err := w.pieces(ctx, b, rows)
	if err != nil {
		return err
	}
	for _, piece := range pieces {
		n, failed, err := w.change(ctx, b, piece)
		switch {
		case err != nil:
			return err
		case failed == nil:
			out.add(n)
		default:
			if err := w.isolate(ctx, b, piece, failed, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds counts.
func (o *outcome) add(n outcome) {
	o.Inserted += n.Inserted
	o.Updated += n.Updated
	o.Skipped += n.Skipped
}

// try writes rows by the rule of the plan, all or none.
func (w *writer) try(ctx context.Context, b *load.Batch, rows []int) (n outcome, failed *rowError, err error) {
	switch {
	case w.writes.changes():
		return w.change(ctx, b, rows)
	case w.writes.rule == load.ConflictSkip:
		there, err := w.there(ctx, b, rows, w.writes.lookupOf(w.writes.key))
		if err != nil {
			return n, nil, err
		}
		rest := without(rows, there)
		failed, err = w.put(ctx, b, rest)
		return outcome{load.Result{Inserted: int64(len(rest)), Skipped: int64(len(there))}}, failed, err
	}
	failed, err = w.put(ctx, b, rows)
	return outcome{load.Result{Inserted: int64(len(rows))}}, failed, err
}

// change changes the rows that are there, and inserts the others.
func (w *writer) change(ctx context.Context, b *load.Batch, rows []int) (n outcome, failed *rowError, err error) {
	changed, failed, err := w.changed(ctx, b, rows)
	if err != nil || failed != nil {
		return n, failed, err
	}
	rest := without(rows, changed)
	if len(rest) > 0 {
		w.ahead = "" // what was changed is undone with them
		failed, err = w.put(ctx, b, rest)
		if errors.Is(err, errFormless) {
			return w.change(ctx, b, rows)
		}
		if err != nil || failed != nil {
			return n, failed, err
		}
	}
	n.Inserted = int64(len(rest))
	if w.writes.update == "" {
		n.Skipped = int64(len(changed))
	} else {
		n.Updated = int64(len(changed))
	}
	return n, nil, nil
}

// changed changes the rows that are there, and returns which they are.
func (w *writer) changed(ctx context.Context, b *load.Batch, rows []int) ([]int, *rowError, error) {
	if w.writes.update == "" {
		there, err := w.there(ctx, b, rows, w.writes.lookupOf(w.writes.key))
		return there, nil, err
	}
	var there []int
	_, err := w.noteBefore(ctx, b, rows)
	if err == nil {
		there, err = w.query(ctx, b, rows, w.writes.update, all(len(w.writes.columns)))
	}
	if err == nil {
		w.ahead = keep
		return there, nil, nil
	}
	failed := w.rowErrorOf(err, nil)
	if failed == nil {
		return nil, nil, err
	}
	w.ahead = undo
	return nil, failed, nil
}

// noteBefore notes what the rows that are there hold, where that is kept.
func (w *writer) noteBefore(ctx context.Context, b *load.Batch, rows []int) (int64, error) {
	if w.writes.note == "" {
		return 0, nil
	}
	return w.exec(ctx, b, rows, w.writes.note, all(len(w.writes.columns)))
}

// put inserts rows, all or none. By a rule that changes rows its error may be errFormless.
func (w *writer) put(ctx context.Context, b *load.Batch, rows []int) (*rowError, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	n, err := w.insert(ctx, b, rows)
	if errors.Is(err, errFormless) && !w.writes.changes() {
		n, err = w.insert(ctx, b, rows)
	}
	if err == nil && n == int64(len(rows)) {
		w.ahead = keep
		return nil, nil
	}
	failed := ignored()
	if err != nil {
		if failed = w.rowErrorOf(err, rows); failed == nil {
			return nil, err
		}
	}
	w.ahead = undo
	return failed, nil
}

// insert inserts rows, and returns how many there are now more. With errFormless all since
// the savepoint is to be undone, and written once more: then as text.
func (w *writer) insert(ctx context.Context, b *load.Batch, rows []int) (int64, error) {
	if w.table.insertOnly || w.writes.kept || w.fillsAny(b, rows) {
		return w.exec(ctx, b, rows, w.writes.insert, all(len(w.writes.columns)))
	}
	defer w.copying.end()
	if w.writes.binary != nil && !w.textual {
		w.copying.begin(w.writes, b, rows, true)
		tag, err := w.conn.CopyFrom(ctx, &w.copying, w.before()+w.writes.copy+" (FORMAT binary)")
		if !w.copying.lacksForm() {
			return tag.RowsAffected(), err
		}
		if w.conn.IsClosed() || ctx.Err() != nil {
			return 0, err
		}
		w.textual, w.ahead = true, undo
		return 0, errFormless
	}
	w.copying.begin(w.writes, b, rows, false)
	tag, err := w.conn.CopyFrom(ctx, &w.copying, w.before()+w.writes.copy)
	return tag.RowsAffected(), err
}

// fillsAny reports whether one of the rows has a default instead of NULL, which
// COPY does not know.
func (w *writer) fillsAny(b *load.Batch, rows []int) bool {
	if len(w.writes.filled) == 0 {
		return false
	}
	return slices.ContainsFunc(rows, func(row int) bool {
		cells := b.Row(row)
		return slices.ContainsFunc(w.writes.filled, func(i int) bool { return cells[i].Kind == load.CellNull })
	})
}

// mostArray is how many bytes are kept for the parameters of the next statement.
const mostArray = 4 << 20

// parameters returns the columns of rows as the parameters of a statement.
func (w *writer) parameters(b *load.Batch, rows []int, columns []int) (values [][]byte, formats []int16) {
	if cap(w.array) > mostArray {
		w.array = nil
	}
	w.array = w.array[:0]
	ends := make([]int, len(columns))
	for i, c := range columns {
		w.array = w.writes.appendArray(w.array, b, rows, c)
		ends[i] = len(w.array)
	}
	start := 0
	for _, end := range ends {
		values = append(values, w.array[start:end:end])
		formats = append(formats, 1)
		start = end
	}
	return values, formats
}

// flush says what goes before a statement that can't have others with it.
func (w *writer) flush(ctx context.Context) error {
	if sql := w.before(); sql != "" {
		_, err := w.conn.Exec(ctx, sql).ReadAll()
		return err
	}
	return nil
}

// exec runs a statement with rows as its parameters, and returns how many it wrote.
func (w *writer) exec(ctx context.Context, b *load.Batch, rows []int, sql string, columns []int) (int64, error) {
	if err := w.flush(ctx); err != nil {
		return 0, err
	}
	values, formats := w.parameters(b, rows, columns)
	res := w.conn.ExecParams(ctx, sql, values, nil, formats, nil).Read()
	return res.CommandTag.RowsAffected(), res.Err
}

// query runs a statement that returns the numbers of rows, and returns these rows,
// in their order.
func (w *writer) query(ctx context.Context, b *load.Batch, rows []int, sql string, columns []int) ([]int, error) {
	if err := w.flush(ctx); err != nil {
		return nil, err
	}
	values, formats := w.parameters(b, rows, columns)
	reader := w.conn.ExecParams(ctx, sql, values, nil, formats, []int16{1})
	var found []int
	for reader.NextRow() {
		if n := binary.BigEndian.Uint64(reader.Values()[0]); n >= 1 && n <= uint64(len(rows)) {
			found = append(found, rows[n-1])
		}
	}
	if _, err := reader.Close(); err != nil {
		return nil, err
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// there returns the rows that a lookup finds, in their order. Where one of them has
// a value that the server does not understand, it finds none: that comes to light
// when they are written.
func (w *writer) there(ctx context.Context, b *load.Batch, rows []int, l *lookup) ([]int, error) {
	if l == nil || len(rows) == 0 {
		return nil, nil
	}
	found, err := w.query(ctx, b, rows, l.sql, l.columns)
	if err != nil {
		if w.rowErrorOf(err, nil) == nil {
			return nil, err
		}
		w.ahead = undo
		return nil, nil
	}
	return found, nil
}
