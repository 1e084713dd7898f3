package mysql

import (
	"context"
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A noting notes what the statements of a load do to the rows of its table.
//
// A statement stores all of its rows or none, so their keys say which rows it has
// written: they are looked up before it and after it. What was there before is looked
// up for what it held; the statement is undone with its notes.
type noting struct {
	*keeping
	fit *fit
}

// notedRows is how many rows a statement has at the most that is noted: their keys are
// looked up one by one.
const notedRows = 500

// Modes of the session: strict, and one in which what is in a table can be copied whatever
// it is, such as a date of zeros.
const (
	strictMode = "SET SESSION sql_mode = '" + strictly + "'; "
	copyMode   = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'; "
)

// noted counts the rows that were noted after a statement.
const noted = "@linefeed_noted"

// appendKeys appends the condition that a row t has the key of one of rows.
func (n *noting) appendKeys(dst []byte, b *load.Batch, rows []int) []byte {
	at := make([]int, len(n.key))
	for i, c := range n.key {
		at[i] = n.fit.at(c.Name)
	}
	value := func(dst []byte, row, i int) []byte {
		cell := b.Row(row)[at[i]]
		if cell.Kind == load.CellNull {
			return append(dst, "NULL"...)
		}
		return n.fit.appendValue(dst, b, at[i], cell)
	}
	if len(n.key) == 1 {
		dst = append(dst, "t."+quote(n.key[0].Name)+" IN ("...)
		for i, row := range rows {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = value(dst, row, 0)
		}
		return append(dst, ')')
	}
	dst = append(dst, '(')
	for r, row := range rows {
		if r > 0 {
			dst = append(dst, " OR "...)
		}
		for i, c := range n.key {
			if i > 0 {
				dst = append(dst, " AND "...)
			}
			dst = append(dst, "t."+quote(c.Name)+" = "...)
			dst = value(dst, row, i)
		}
	}
	return append(dst, ')')
}

// from returns the rows of the table that have keys, with what is joined to them.
func (n *noting) from(join, keys string) string {
	return " FROM " + n.t.full() + " AS t FORCE INDEX (" + n.index + ")" + join + " WHERE " + keys
}

// before returns the statements that note the rows with keys that a statement will find,
// and hold them. What somebody has changed since the load wrote it is what the row held
// before. A row that will be skipped is noted without a hash, if it was not before.
func (n *noting) before(keys string) string {
	there := "SELECT COUNT(*)" + n.from("", keys)
	if n.fit.key == nil {
		return there + "; "
	}
	names := strings.Join(namesOf("t", n.key), ", ")
	insert := "INSERT INTO " + n.entries + " (" + strings.Join(n.keys(""), ", ") + ", hash, was, seen"
	if !n.changes {
		return there + " FOR UPDATE; " + insert + ") SELECT " + names + ", NULL, 0, 1" + n.from("", keys) + " ON DUPLICATE KEY UPDATE seen = 1; "
	}
	same := n.entries + ".hash = VALUES(hash)"
	var set strings.Builder
	for _, c := range n.olds("") {
		set.WriteString(c + " = IF(" + same + ", " + n.entries + "." + c + ", VALUES(" + c + ")), ")
	}
	return there + " FOR UPDATE; " + insert + ", " + strings.Join(n.olds(""), ", ") + ") SELECT " + names + ", " + n.hashed + ", 1, 1, " +
		strings.Join(namesOf("t", n.values), ", ") + n.from("", keys) + " ON DUPLICATE KEY UPDATE " + set.String() +
		"was = IF(" + same + ", " + n.entries + ".was, 1), hash = VALUES(hash), seen = 1; " // the hash last: it is compared before
}

// after returns the statements that note what a statement has left in the rows with keys.
func (n *noting) after(keys string) string {
	seen, hash, then := n.entries+".seen", "VALUES(hash)", ""
	if n.fit.key != nil && !n.changes {
		hash = "IF(" + seen + ", " + n.entries + ".hash, VALUES(hash))"
		then = "DELETE u" + n.from(" JOIN "+n.entries+" AS u ON "+equal(n.keys("u."), namesOf("t", n.key)), keys) + " AND u.hash IS NULL; "
	}
	return "INSERT INTO " + n.entries + " (" + strings.Join(n.keys(""), ", ") + ", hash, was, seen) SELECT " + strings.Join(namesOf("t", n.key), ", ") +
		", " + n.hashed + ", 0 * (" + noted + " := " + noted + " + 1), 0" + n.from("", keys) +
		" ON DUPLICATE KEY UPDATE was = IF(" + seen + ", " + n.entries + ".was, 0), hash = " + hash + ", seen = 0; " + then
}

// errOtherKey says that rows have other keys than their records: a trigger gives them.
func (n *noting) errOtherKey() error {
	return message.NewError(nil, "undo_other_key", "leave_undo_out", "table", n.t.name)
}

// noteRows stores rows by the plan's rule, and notes what that does.
func (w *writer) noteRows(ctx context.Context, o *outcome, rows []int) error {
	clause, there := "", &o.Inserted
	if w.fit.key != nil {
		clause, there = w.fit.onDuplicate(), &o.Updated
		if !w.note.changes {
			there = &o.Skipped
		}
	}
	many := func(rows []int) (int, error) {
		values, n := w.appendRows(nil, o.b, rows[:min(len(rows), notedRows)])
		write := w.fit.insertHead(false) + string(values) + clause
		if w.note.counted {
			return n, w.noteCounted(ctx, o, write, n)
		}
		were, err := w.noteWrite(ctx, o, rows[:n], write, clause != "")
		if err != nil {
			return n, err
		}
		o.Inserted += int64(n) - were
		*there += were
		return n, nil
	}
	one := func(row int) error {
		if w.fit.key != nil {
			return w.oneByRule(ctx, o, row, there)
		}
		_, err := many([]int{row})
		return err
	}
	if w.fit.key != nil && clause == "" {
		for _, row := range rows {
			if err := w.isolate(ctx, o, []int{row}, many, one); err != nil {
				return err
			}
		}
		return nil
	}
	return w.isolate(ctx, o, rows, many, one)
}

// noteWrite runs a statement that writes rows, all or none, with what notes them, and
// returns how many were there already. With upsert the statement counts them itself.
func (w *writer) noteWrite(ctx context.Context, o *outcome, rows []int, write string, upsert bool) (were int64, err error) {
	keys := string(w.note.appendKeys(nil, o.b, rows))
	all, err := w.runNoted(ctx, "SET "+counter+" = 0, "+noted+" = 0; "+copyMode+w.note.before(keys)+strictMode+write+"; SHOW WARNINGS; "+
		copyMode+w.note.after(keys)+strictMode+"SELECT "+counter+", "+noted)
	if err != nil {
		return 0, err
	}
	if err := w.noneChanged(ctx, all[1]); err != nil {
		return 0, err
	}
	found, were, left := num(all[0][0][0]), num(all[2][0][0]), num(all[2][0][1])
	n := int64(len(rows))
	switch {
	case !upsert && w.fit.key != nil: // one row, of which it is known whether it was there
		were = found
	case w.fit.key == nil && found > 0: // and were not in the way
		return 0, w.note.errOtherKey()
	}
	if left != found+n-were {
		return 0, w.note.errOtherKey()
	}
	return were, nil
}

// noteCounted runs a statement that inserts n rows, whose keys the server returns, and
// notes them.
func (w *writer) noteCounted(ctx context.Context, o *outcome, write string, n int) error {
	all, err := w.runNoted(ctx, strictMode+write+" RETURNING "+quote(w.note.key[0].Name)+"; SHOW WARNINGS")
	if err != nil {
		return err
	}
	if err := w.noneChanged(ctx, all[1]); err != nil {
		return err
	}
	given := make([]string, len(all[0]))
	for i, row := range all[0] {
		given[i] = str(row[0])
	}
	keys := "t." + quote(w.note.key[0].Name) + " IN (" + strings.Join(given, ",") + ")"
	// It is part of what is undone with the rows, so it begins no savepoint of its own.
	told, err := w.conn.query(ctx, "SET "+noted+" = 0; "+copyMode+w.note.after(keys)+strictMode+"SELECT "+noted)
	if err != nil {
		return err
	}
	if num(told[0][0][0]) != int64(n) {
		return w.note.errOtherKey()
	}
	o.Inserted += int64(n)
	return nil
}

// runNoted runs statements that are undone together, also where one of them fails.
func (w *writer) runNoted(ctx context.Context, statements string) ([]result, error) {
	for try := 1; ; try++ {
		text := w.begin() + statements
		if len(text) >= w.db.server.packet {
			return nil, mysql.ErrPktTooLarge
		}
		all, err := w.conn.query(ctx, text)
		if err == nil || number(err) != 0 {
			w.open = true
		}
		w.dirty = err != nil
		if number(err) != errLockWait || try == lockTries || w.db.server.undoesAll {
			return all, err
		}
	}
}

// noneChanged has the last statement undone, with its notes, if a warning says that it
// changed a value.
func (w *writer) noneChanged(ctx context.Context, warnings result) error {
	err := changedBy(warnings)
	if err != nil {
		err = errors.Join(w.undo(ctx), err)
	}
	return err
}
