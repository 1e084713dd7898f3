package postgres

import (
	"context"
	"slices"

	"linefeed/backend/load"
)

// isolate writes rows of which the server refuses some, and finds out which: in an
// effort that grows with the number of those, not with their number times the size
// of the batch. failed is the error of a first try to write them all, nil if there
// was none.
//
// Where the error tells the row, those before it are written, and it goes on behind
// it. Else fewer rows are tried, until it is a single one; as many more again after
// each success.
func (w *writer) isolate(ctx context.Context, b *load.Batch, rows []int, failed *rowError, out *outcome) error {
	size := len(rows)
	for len(rows) > 0 {
		size = min(max(size, 1), len(rows))
		if failed == nil {
			n, why, err := w.try(ctx, b, rows[:size])
			if err != nil {
				return err
			}
			if why == nil {
				out.add(n)
				rows = rows[size:]
				size *= 2
				continue
			}
			failed = why
		}
		bad := -1
		if failed.row >= 0 {
			bad = slices.Index(rows[:size], failed.row)
		}
		switch {
		case bad >= 0:
			good := rows[:bad]
			if len(good) > 0 {
				n, why, err := w.try(ctx, b, good)
				if err != nil {
					return err
				}
				if why != nil { // for another reason; with fewer rows it comes to an end
					failed, size = why, len(good)
					continue
				}
				out.add(n)
			}
			if err := w.settle(ctx, b, rows[bad], failed, out); err != nil {
				return err
			}
			rows = rows[bad+1:]
			size = max(2*bad, leastAgain)
		case size == 1:
			if err := w.settle(ctx, b, rows[0], failed, out); err != nil {
				return err
			}
			rows = rows[1:]
		default:
			size /= 2
		}
		failed = nil
	}
	return nil
}

// settle adds a row to an outcome that could not be inserted, when those before it
// are: it is refused, unless its key is there and such rows are skipped.
func (w *writer) settle(ctx context.Context, b *load.Batch, row int, failed *rowError, out *outcome) error {
	if w.writes.rule == load.ConflictSkip {
		skip := failed.key == w.writes.key
		if !skip {
			there, err := w.there(ctx, b, []int{row}, w.writes.lookupOf(w.writes.key))
			if err != nil {
				return err
			}
			skip = len(there) > 0
		}
		if skip {
			out.Skipped++
			return nil
		}
	}
	if w.writes.changes() && w.table.triggers && failed.key == w.writes.key {
		// It is there, and was not changed: a trigger left it out.
		there, err := w.there(ctx, b, []int{row}, w.writes.lookupOf(w.writes.key))
		if err != nil {
			return err
		}
		if len(there) > 0 {
			failed = ignored()
		}
	}
	out.refuse(row, failed.why)
	return nil
}

// leastAgain is how many rows are tried at least behind one that was refused.
const leastAgain = 64

// retry writes the rows again that were refused for a foreign key, until that
// changes nothing: the row that they refer to may come later in the same batch. A
// row that refers to one of a later batch stays refused: the result of a batch is
// final.
func (w *writer) retry(ctx context.Context, b *load.Batch, out *outcome) error {
	for progress := true; progress; {
		progress = false
		refused := out.Refused
		out.Refused = nil
		// Alternate directions: chains of references mostly run in one of the two.
		slices.Reverse(refused)
		for _, r := range refused {
			if r.Code != load.CodeForeignKey {
				out.Refused = append(out.Refused, r)
				continue
			}
			n, failed, err := w.try(ctx, b, []int{r.Row})
			switch {
			case err != nil:
				return err
			case failed != nil:
				out.refuse(r.Row, failed.why)
			default:
				out.add(n)
				progress = true
			}
		}
	}
	return nil
}
