package postgres

import (
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"linefeed/backend/load"
)

// found is what was found out about rows before they are written.
type found struct {
	rest    []int // those that are to be written
	skipped []int
	refused []load.Refusal
	// repeats are the rows with the key of an earlier one of the rest, and what
	// becomes of them if that is written.
	repeats []load.Refusal

	beyond, orphans int // how many keys were there that the writer has not written itself, and how many rows refer to none
}

// skips marks a repeat that is skipped.
const skips load.Code = ""

// find finds the rows whose keys are in the table, or came before, and those that
// refer to rows which are not there, as far as it is to look for them: for keys that
// the writer may have written itself in any case.
func (w *writer) find(ctx context.Context, b *load.Batch, rows []int) (*found, error) {
	f := &found{rest: rows}
	var order []int // of the keys: that of the rule comes first
	for i := range w.writes.keys {
		if w.skipsBy(&w.writes.keys[i]) {
			order = slices.Insert(order, 0, i)
		} else {
			order = append(order, i)
		}
	}
	for _, i := range order {
		l, known := &w.writes.keys[i], w.filters[i]
		asked := f.rest
		switch {
		case w.findKeys:
		case known != nil:
			asked = within(f.rest, known.maybe)
		default:
			continue
		}
		there, err := w.there(ctx, b, asked, l)
		if err != nil {
			return nil, err
		}
		f.rest = without(f.rest, there)
		if known != nil {
			f.beyond += len(without(there, known.maybe))
		} else {
			f.beyond += len(there)
		}
		if w.skipsBy(l) {
			f.skipped = append(f.skipped, there...)
		} else {
			f.refuse(there, w.duplicate(l.key))
		}
	}
	if w.findOrphans {
		for i := range w.writes.orphans {
			l := &w.writes.orphans[i]
			there, err := w.there(ctx, b, f.rest, l)
			if err != nil {
				return nil, err
			}
			f.rest = without(f.rest, there)
			f.orphans += len(there)
			f.refuse(there, w.orphan(l.foreign))
		}
	}
	for _, i := range order {
		if known := w.filters[i]; known != nil {
			w.findRepeats(b, f, &w.writes.keys[i], known)
		}
	}
	return f, nil
}

// skipsBy reports whether rows are skipped whose key is there.
func (w *writer) skipsBy(l *lookup) bool {
	return w.writes.rule == load.ConflictSkip && l.key == w.writes.key
}

func (f *found) refuse(rows []int, why load.Refusal) {
	for _, row := range rows {
		why.Row = row
		f.refused = append(f.refused, why)
	}
}

// findRepeats takes the rows out of the rest that have the key of an earlier one.
func (w *writer) findRepeats(b *load.Batch, f *found, l *lookup, known *filter) {
	repeated := map[uint64]bool{}
	for _, row := range within(f.rest, known.maybe) {
		repeated[known.hashes[row]] = true
	}
	if len(repeated) == 0 {
		return
	}
	why := w.duplicate(l.key)
	if w.skipsBy(l) {
		why = load.Refusal{Code: skips}
	}
	seen := map[string]bool{}
	var text []byte
	rest := make([]int, 0, len(f.rest))
	for _, row := range f.rest {
		if repeated[known.hashes[row]] {
			var null bool
			if text, null = w.writes.keyOf(text[:0], b, row, l.columns); !null {
				if seen[string(text)] {
					why.Row = row
					f.repeats = append(f.repeats, why)
					continue
				}
				seen[string(text)] = true
			}
		}
		rest = append(rest, row)
	}
	f.rest = rest
}

// keyOf appends the values of columns of a row, so that two rows have the same text
// only if they have the same values, and reports whether one of them is NULL.
func (w *writing) keyOf(dst []byte, b *load.Batch, row int, columns []int) (text []byte, null bool) {
	for _, i := range columns {
		c := b.Row(row)[i]
		if c.Kind == load.CellNull {
			return dst, true
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		dst = w.appendCell(dst, b, i, c)
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at))
	}
	return dst, false
}

// report adds what was found to an outcome, with repeats of what was written.
func (f *found) report(out *outcome, repeats []load.Refusal) {
	out.Skipped += int64(len(f.skipped))
	out.Refused = append(out.Refused, f.refused...)
	for _, r := range repeats {
		if r.Code == skips {
			out.Skipped++
		} else {
			out.Refused = append(out.Refused, r)
		}
	}
}

func rowsOf(refusals []load.Refusal) []int {
	rows := make([]int, len(refusals))
	for i, r := range refusals {
		rows[i] = r.Row
	}
	return rows
}

// pieces cuts rows into pieces in which no key is repeated.
func (w *writer) pieces(ctx context.Context, b *load.Batch, rows []int) ([][]int, error) {
	l := w.writes.lookupOf(w.writes.key)
	if !l.bytes {
		return w.piecesByRank(ctx, b, rows, l)
	}
	var text []byte
	return cut(rows, func(i int) (string, bool) {
		var null bool
		text, null = w.writes.keyOf(text[:0], b, rows[i], l.columns)
		return string(text), !null
	}), nil
}

// piecesByRank has the server say which keys are the same.
func (w *writer) piecesByRank(ctx context.Context, b *load.Batch, rows []int, l *lookup) ([][]int, error) {
	if len(rows) < 2 {
		return [][]int{rows}, nil
	}
	if err := w.flush(ctx); err != nil {
		return nil, err
	}
	values, formats := w.parameters(b, rows, l.columns)
	ranks := make([]string, 0, len(rows))
	reader := w.conn.ExecParams(ctx, w.writes.ranks(l), values, nil, formats, nil)
	for reader.NextRow() {
		ranks = append(ranks, string(reader.Values()[0]))
	}
	if _, err := reader.Close(); err != nil {
		if w.rowErrorOf(err, nil) == nil {
			return nil, err
		}
		// One of the keys can't be understood: row by row that comes to light.
		w.ahead = undo
		return cut(rows, func(int) (string, bool) { return "", true }), nil
	}
	return cut(rows, func(i int) (string, bool) {
		if i >= len(ranks) {
			return strconv.Itoa(-i), true
		}
		return ranks[i], true
	}), nil
}

// cut cuts rows where a key is repeated. key returns the key of the row with that
// index, if it has one.
func cut(rows []int, key func(int) (string, bool)) (pieces [][]int) {
	seen := make(map[string]struct{}, len(rows))
	start := 0
	for i := range rows {
		text, ok := key(i)
		if !ok {
			continue
		}
		if _, again := seen[text]; again {
			pieces = append(pieces, rows[start:i])
			clear(seen)
			start = i
		}
		seen[text] = struct{}{}
	}
	if start < len(rows) {
		pieces = append(pieces, rows[start:])
	}
	return pieces
}

// within returns the rows that are among others; both are in rising order.
func within(rows, others []int) []int {
	var both []int
	for len(rows) > 0 && len(others) > 0 {
		switch {
		case rows[0] < others[0]:
			rows = rows[1:]
		case rows[0] > others[0]:
			others = others[1:]
		default:
			both = append(both, rows[0])
			rows, others = rows[1:], others[1:]
		}
	}
	return both
}

// without returns the rows that are not among others; both are in rising order.
func without(rows, others []int) []int {
	if len(others) == 0 {
		return rows
	}
	rest := make([]int, 0, len(rows))
	for _, row := range rows {
		for len(others) > 0 && others[0] < row {
			others = others[1:]
		}
		if len(others) == 0 || others[0] != row {
			rest = append(rest, row)
		}
	}
	return rest
}
