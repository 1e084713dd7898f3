package mysql

import (
	"context"

	"linefeed/backend/load"
)

// byRule stores rows by a rule for those whose key is in the table.
func (w *writer) byRule(ctx context.Context, o *outcome, rows []int) error {
	clause := w.fit.onDuplicate()
	there := &o.Updated
	if len(w.fit.set()) == 0 {
		there = &o.Skipped
	}
	many := func(rows []int) (int, error) {
		w.statement("SET " + counter + " = 0; " + w.fit.insertHead(false))
		var n int
		w.buf, n = w.appendRows(w.buf, o.b, rows)
		w.buf = append(w.buf, clause+"; SELECT "+counter+", @@warning_count"...)
		all, err := w.run(ctx)
		if err != nil {
			return n, err
		}
		were, warnings := readCounts(all)
		if warnings != 0 {
			if err := w.noWarnings(ctx); err != nil {
				return n, err
			}
		}
		*there += were
		o.Inserted += int64(n) - were
		return n, nil
	}
	one := func(row int) error { return w.oneByRule(ctx, o, row, there) }
	if clause == "" {
		for _, row := range rows {
			if err := w.isolate(ctx, o, []int{row}, many, one); err != nil {
				return err
			}
		}
		return nil
	}
	return w.isolate(ctx, o, rows, many, one)
}

// oneByRule stores one row by the rule: the update of an existing row need not satisfy
// what a new row must, and a row that is skipped nothing.
func (w *writer) oneByRule(ctx context.Context, o *outcome, row int, there *int64) error {
	f, cells := w.fit, o.b.Row(row)
	var where []byte
	for i, at := range f.keyAt {
		if i > 0 {
			where = append(where, " AND "...)
		}
		where = append(where, quote(f.key.columns[i])+" = "...)
		if cells[at].Kind == load.CellNull {
			where = append(where, "NULL"...)
		} else {
			where = f.appendValue(where, o.b, at, cells[at])
		}
	}
	w.statement("SELECT 1 FROM " + f.t.full() + " WHERE " + string(where) + " LIMIT 1 FOR UPDATE")
	all, err := w.run(ctx)
	if err != nil {
		return err
	}
	exists := len(all) > 0 && len(all[0]) > 0
	set := f.set()
	switch {
	case exists && len(set) == 0:
		*there++
		return nil
	case exists:
		w.buf = append(w.buf[:0], "UPDATE "+f.t.full()+" SET "...)
		for i, s := range set {
			if i > 0 {
				w.buf = append(w.buf, ", "...)
			}
			w.buf = append(w.buf, quote(s.column.Name)+" = "...)
			if s.at < 0 {
				w.buf = append(w.buf, "DEFAULT"...)
			} else {
				w.buf = f.appendValue(w.buf, o.b, s.at, cells[s.at])
			}
		}
		w.buf = append(w.buf, " WHERE "...)
		w.buf = append(w.buf, where...)
	default:
		w.buf = f.appendValues(append(w.buf[:0], f.insertHead(false)...), o.b, row)
	}
	if err := w.writeOne(ctx, o, row, string(w.buf)); err != nil {
		return err
	}
	if exists {
		*there++
	} else {
		o.Inserted++
	}
	return nil
}

// writeOne runs a statement that writes one row, and notes it where that is kept.
func (w *writer) writeOne(ctx context.Context, o *outcome, row int, write string) error {
	if w.note != nil {
		_, err := w.noteWrite(ctx, o, []int{row}, write, false)
		return err
	}
	w.statement(write + "; " + counts)
	all, err := w.run(ctx)
	if err != nil {
		return err
	}
	if _, warnings := readCounts(all); warnings != 0 {
		return w.noWarnings(ctx)
	}
	return nil
}
