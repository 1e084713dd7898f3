package mysql

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

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
	for _, row := range rows {
		e := said{number: uint16(num(row[1])), message: str(row[2]), row: -1}
		if e.effect() == harmless {
			continue
		}
		if err := w.undo(ctx); err != nil {
			return err
		}
		return changedError{e}
	}
	return nil
}

// isolate stores rows by many, which stores the first of them as one statement and says
// how many, or fails for all of them; and the rows that are to blame by one. Its time
// grows with the number of rows that are refused, not with all.
func (w *writer) isolate(ctx context.Context, o *outcome, rows []int, many func([]int) (int, error), one func(row int) error) error {
	most := len(rows)
	if !w.fit.t.transactional() {
		most = 1 // of a statement that fails, rows may stay
	}
	size := most
	sure := -1 // the number of rows before one that is to blame
	since := 0 // how many rows were stored since the last one that was to blame
	for len(rows) > 0 {
		n := min(size, len(rows))
		if n == 1 {
			err := one(rows[0])
			e, ok := w.aboutRow(err)
			if err != nil && !ok {
				return err
			}
			if err == nil {
				since++
				size = min(2, most)
			} else {
				o.refuse(rows[0], w.reasons.find(e))
				size = min(max(2*since, 2), most) // the next one may be as far
				since = 0
			}
			rows = rows[1:]
			continue
		}
		n, err := many(rows[:n])
		e, ok := w.aboutRow(err)
		switch {
		case err == nil:
			rows = rows[n:]
			since += n
			size = min(2*size, most)
			if n == sure {
				size = 1
			}
			sure = -1
		case !ok:
			return err
		default:
			sure = -1
			switch at := w.position(ctx, o.b, rows[:n], e); {
			case at == 0, at < 0 && n <= 2:
				size = 1
			case at > 0:
				size, sure = at, at
			default:
				size = n / 2
			}
		}
	}
	return nil
}

// aboutRow returns what the server said, if that is about a row.
func (w *writer) aboutRow(err error) (said, bool) {
	var c changedError
	if errors.As(err, &c) {
		return c.said, true
	}
	if errors.Is(err, mysql.ErrPktTooLarge) || number(err) == errPacket {
		return said{number: errPacket, row: -1}, true
	}
	e, ok := asSaid(err)
	return e, ok && isAboutRow(e)
}

// position returns the index of the row that an error is about, -1 where nothing tells.
// It may be wrong: it is only where to try.
func (w *writer) position(ctx context.Context, b *load.Batch, rows []int, e said) int {
	if m := atRow.FindStringSubmatch(e.message); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= len(rows) {
			return n - 1
		}
	}
	if w.db.server.rowNumbers() {
		if found, err := w.conn.one(ctx, "GET DIAGNOSTICS CONDITION 1 @linefeed_row = ROW_NUMBER; SELECT @linefeed_row"); err == nil && len(found) == 1 {
			if n := int(num(found[0][0])); n >= 1 && n <= len(rows) {
				return n - 1
			}
		}
	}
	if e.number == errDuplicate {
		return w.duplicateAt(b, rows, e)
	}
	return -1
}

// duplicateAt returns the index of the last row that has the value that an error about
// a duplicate key tells.
func (w *writer) duplicateAt(b *load.Batch, rows []int, e said) int {
	m := ofKey.FindStringSubmatch(e.message)
	if m == nil {
		return -1
	}
	k := w.reasons.key(m[1])
	if k == nil {
		return -1
	}
	_, value, _ := strings.Cut(e.message, "'")
	value = strings.TrimSuffix(value, "' for key '"+m[1]+"'")
	for i, row := range slices.Backward(rows) {
		var parts []string
		for _, name := range k.columns {
			at := w.fit.at(name)
			if at < 0 {
				return -1
			}
			switch c := b.Row(row)[at]; c.Kind {
			case load.CellInt:
				parts = append(parts, strconv.FormatInt(c.Int(), 10))
			case load.CellText:
				parts = append(parts, string(b.Bytes(c)))
			default:
				parts = append(parts, "")
			}
		}
		if strings.EqualFold(strings.Join(parts, "-"), value) {
			return i
		}
	}
	return -1
}

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
		w.statement("UPDATE " + f.t.full() + " SET ")
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
		w.statement(f.insertHead(false))
		w.buf = f.appendValues(w.buf, o.b, row)
	}
	w.buf = append(w.buf, "; "+counts...)
	all, err = w.run(ctx)
	if err != nil {
		return err
	}
	if _, warnings := readCounts(all); warnings != 0 {
		if err := w.noWarnings(ctx); err != nil {
			return err
		}
	}
	if exists {
		*there++
	} else {
		o.Inserted++
	}
	return nil
}

// retry writes the rows that were refused for a foreign key again, until that changes
// nothing: their parent may come later in the same batch. A row whose parent comes in a
// later batch stays refused: the result of a batch is final.
func (w *writer) retry(ctx context.Context, o *outcome) error {
	for idle := 0; idle < 2; {
		var others []load.Refusal
		var again []int
		for _, r := range o.Refused {
			if r.Code == load.CodeForeignKey {
				again = append(again, r.Row)
			} else {
				others = append(others, r)
			}
		}
		if len(again) == 0 {
			return nil
		}
		// Alternate directions: chains of references mostly run in one of the two.
		slices.SortFunc(again, func(x, y int) int { return x - y })
		if idle == 0 {
			slices.Reverse(again)
		}
		before := o.Inserted + o.Updated + o.Skipped
		o.Refused = others
		if err := w.write(ctx, o, again); err != nil {
			return err
		}
		if o.Inserted+o.Updated+o.Skipped > before {
			idle = 0
		} else {
			idle++
		}
	}
	return nil
}
