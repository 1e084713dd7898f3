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
	if m := atRow().FindStringSubmatch(e.message); m != nil {
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
	m := ofKey().FindStringSubmatch(e.message)
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
