package mysql

import (
	"context"
	"errors"

	"github.com/go-sql-driver/mysql"

	"linefeed/backend/load"
)

// packet is how large a statement is made at the most, within what the server takes.
const packet = 4 << 20

// appendRows appends the values of as many rows as fit into a statement, at least one.
func (w *writer) appendRows(dst []byte, b *load.Batch, rows []int) (statement []byte, n int) {
	most := w.db.server.packet - 1024
	if most > packet {
		most = packet
	}
	for i, row := range rows {
		before := len(dst)
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = w.fit.appendValues(dst, b, row)
		if i > 0 && len(dst) > most {
			return dst[:before], i
		}
	}
	return dst, len(rows)
}

// ignoreRows stores rows by INSERT IGNORE. Rows that it would change are refused, and
// the others stored again.
func (w *writer) ignoreRows(ctx context.Context, o *outcome, rows []int) error {
	for len(rows) > 0 {
		limit := min(len(rows), mostRows)
		if w.refusing > fewRefused {
			limit = min(limit, fewRows)
		}
		w.statement(w.fit.insertHead(true))
		var n int
		w.buf, n = w.appendRows(w.buf, o.b, rows[:limit])
		if err := w.ignore(ctx, o, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// ignore stores rows whose statement is in buf.
func (w *writer) ignore(ctx context.Context, o *outcome, rows []int) error {
	w.buf = append(w.buf, "; "+counts...)
	all, err := w.run(ctx)
	if e, ok := asSaid(err); ok && isAboutRow(e) {
		return w.insertRows(ctx, o, rows)
	}
	if errors.Is(err, mysql.ErrPktTooLarge) || number(err) == errPacket {
		return w.insertRows(ctx, o, rows)
	}
	if err != nil {
		return err
	}
	stored, warnings := readCounts(all)
	w.refusing = 0
	if warnings == 0 && stored == int64(len(rows)) {
		o.Inserted += stored
		return nil
	}
	told, err := w.warnings(ctx, warnings)
	if err != nil || w.leftOut(o, rows, stored, told, false) {
		return err
	}
	if err := w.undo(ctx); err != nil {
		return err
	}
	refused := map[int]said{}
	for _, e := range told {
		if e.effect() == changed && e.row >= 0 && e.row < len(rows) {
			if _, there := refused[e.row]; !there {
				refused[e.row] = e
			}
		}
	}
	if len(refused) == 0 {
		return w.insertRows(ctx, o, rows)
	}
	good := make([]int, 0, len(rows)-len(refused))
	for i, row := range rows {
		if e, bad := refused[i]; bad {
			o.refuse(row, w.reasons.find(e))
		} else {
			good = append(good, row)
		}
	}
	err = w.ignoreRows(ctx, o, good)
	w.refusing = max(w.refusing, len(refused))
	return err
}

// errPacket is the number of the error about a statement that is too large.
const errPacket = 1153

// insertRows stores rows by strict inserts.
func (w *writer) insertRows(ctx context.Context, o *outcome, rows []int) error {
	store := func(rows []int) (int, error) {
		w.statement(w.fit.insertHead(false))
		var n int
		w.buf, n = w.appendRows(w.buf, o.b, rows)
		w.buf = append(w.buf, "; "+counts...)
		all, err := w.run(ctx)
		if err != nil {
			return n, err
		}
		if _, warnings := readCounts(all); warnings != 0 {
			if err := w.noWarnings(ctx); err != nil {
				return n, err
			}
		}
		o.Inserted += int64(n)
		return n, nil
	}
	return w.isolate(ctx, o, rows, store, func(row int) error {
		_, err := store([]int{row})
		if one := []int{row}; errors.Is(err, mysql.ErrPktTooLarge) && w.canLoad && !w.hasDefaults(o.b, one) {
			return w.loadLarge(ctx, o, one)
		}
		return err
	})
}

// loadLarge stores the only one of rows, which no statement holds, by LOAD DATA, or says
// what is the matter with it.
func (w *writer) loadLarge(ctx context.Context, o *outcome, rows []int) error {
	w.conn.file = w.file(o, rows)
	w.statement(w.fit.loadStatement(w.reader) + "; " + counts)
	all, err := w.run(ctx)
	if err != nil {
		return err
	}
	stored, warnings := readCounts(all)
	if warnings != 0 {
		if err := w.noWarnings(ctx); err != nil {
			return err
		}
	}
	o.Inserted += stored
	return nil
}

// A changedError says that the server changed a value and only noted it.
type changedError struct{ said }

func (e changedError) Error() string { return e.message }

// noWarnings undoes the last statement if a warning says that it changed a value.
func (w *writer) noWarnings(ctx context.Context) error {
	rows, err := w.conn.one(ctx, "SHOW WARNINGS")
	if err != nil {
		return err
	}
	if err = changedBy(rows); err != nil {
		if err := w.undo(ctx); err != nil {
			return err
		}
	}
	return err
}

// changedBy returns a changedError if one of the warnings says that a value was changed.
func changedBy(warnings result) error {
	for _, row := range warnings {
		if e := (said{number: uint16(num(row[1])), message: str(row[2]), row: -1}); e.effect() != harmless {
			return changedError{e}
		}
	}
	return nil
}
