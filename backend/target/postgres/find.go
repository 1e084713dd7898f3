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
	skipped int64
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
	f := &found{}
	refused := map[int]load.Refusal{}
	refuse := func(rows []int, why load.Refusal) {
		for _, row := range rows {
			why.Row = row
			refused[row] = why
		}
	}
	order := w.orderOfKeys()
	rest := rows
	for _, i := range order {
		l, known := &w.writes.keys[i], w.filters[i]
		asked := rest
		switch {
		case w.findKeys:
		case known != nil:
			asked = within(rest, known.maybe)
		default:
			continue
		}
		there, err := w.there(ctx, b, asked, l)
		if err != nil {
			return nil, err
		}
		rest = without(rest, there)
		if known != nil {
			f.beyond += len(without(there, known.maybe))
		} else {
			f.beyond += len(there)
		}
		if w.skipsBy(l) {
			rows = rest
			f.skipped = int64(len(there))
		} else {
			refuse(there, w.duplicate(l.key))
		}
	}
	if w.findOrphans {
		for i := range w.writes.orphans {
			l := &w.writes.orphans[i]
			there, err := w.there(ctx, b, rest, l)
			if err != nil {
				return nil, err
			}
			rest = without(rest, there)
			f.orphans += len(there)
			refuse(there, w.orphan(l.foreign))
		}
	}
	w.sortOut(b, f, rows, order, refused)
	return f, nil
}

// orderOfKeys returns the indexes of the keys: that of the rule comes first.
func (w *writer) orderOfKeys() (order []int) {
	for i := range w.writes.keys {
		if w.skipsBy(&w.writes.keys[i]) {
			order = slices.Insert(order, 0, i)
		} else {
			order = append(order, i)
		}
	}
	return order
}

// skipsBy reports whether rows are skipped whose key is there.
func (w *writer) skipsBy(l *lookup) bool {
	return w.writes.rule == load.ConflictSkip && l.key == w.writes.key
}

// sortOut goes through the rows in their order, as the server would: only one that is
// written takes its keys from those behind it.
func (w *writer) sortOut(b *load.Batch, f *found, rows, order []int, refused map[int]load.Refusal) {
	keys := w.repeatedKeys(rows, order)
	if len(keys) == 0 && len(refused) == 0 {
		f.rest = rows
		return
	}
	f.rest = make([]int, 0, len(rows))
	for _, row := range rows {
		why, known := refused[row]
		again := slices.IndexFunc(keys, func(k *repeatedKey) bool {
			return (!known || k.why.Code == skips) && k.comesAgain(b, row)
		})
		switch {
		case again >= 0:
			why = keys[again].why
			why.Row = row
			f.repeats = append(f.repeats, why)
		case known:
			f.refused = append(f.refused, why)
		default:
			for _, k := range keys {
				k.add(b, row)
			}
			f.rest = append(f.rest, row)
		}
	}
}

// A repeatedKey is a key of which several rows of a batch seem to have the same values.
type repeatedKey struct {
	writes   *writing
	columns  []int
	hashes   []uint64        // by row
	repeated map[uint64]bool // of the hashes, those that came before
	seen     map[string]bool // the values of such rows
	text     []byte
	why      load.Refusal // of a row that has values which were seen
}

// repeatedKeys returns the keys that seem to be repeated among rows.
func (w *writer) repeatedKeys(rows, order []int) (keys []*repeatedKey) {
	for _, i := range order {
		known := w.filters[i]
		if known == nil {
			continue
		}
		maybe := within(rows, known.maybe)
		if len(maybe) == 0 {
			continue
		}
		l := &w.writes.keys[i]
		k := &repeatedKey{writes: w.writes, columns: l.columns, hashes: known.hashes, repeated: map[uint64]bool{}, seen: map[string]bool{}, why: w.duplicate(l.key)}
		if w.skipsBy(l) {
			k.why = load.Refusal{Code: skips}
		}
		for _, row := range maybe {
			k.repeated[known.hashes[row]] = true
		}
		keys = append(keys, k)
	}
	return keys
}

// comesAgain reports whether a row has values that were seen.
func (k *repeatedKey) comesAgain(b *load.Batch, row int) bool {
	return k.read(b, row) && k.seen[string(k.text)]
}

// add notes that the values of a row were seen.
func (k *repeatedKey) add(b *load.Batch, row int) {
	if k.read(b, row) {
		k.seen[string(k.text)] = true
	}
}

// read reads the values of a row, and reports whether they may be another row's.
func (k *repeatedKey) read(b *load.Batch, row int) bool {
	if !k.repeated[k.hashes[row]] {
		return false
	}
	var null bool
	k.text, null = k.writes.keyOf(k.text[:0], b, row, k.columns)
	return !null
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
	out.Skipped += f.skipped
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
		w.ahead = undo
		// One of the keys can't be understood: by halves it comes to light which.
		half := len(rows) / 2
		pieces, err := w.piecesByRank(ctx, b, rows[:half], l)
		if err != nil {
			return nil, err
		}
		more, err := w.piecesByRank(ctx, b, rows[half:], l)
		return append(pieces, more...), err
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
