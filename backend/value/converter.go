package value

import (
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A Converter turns records into rows of cells by a layout. It is used by one
// goroutine.
type Converter struct {
	columns []*conversion
	index   []int  // of the field that feeds each column
	spoiled []bool // by row of the block at hand: a value does not fit its column
	plan    load.Plan
}

// NewConverter returns the converter for a layout. The error is about a
// column's format, and names the column.
func NewConverter(l load.Layout) (*Converter, error) {
	c := &Converter{columns: make([]*conversion, len(l.Columns)), index: l.Index, plan: l.Plan}
	for i, column := range l.Columns {
		v, err := newConversion(column, l.Plan)
		if err != nil {
			return nil, err
		}
		c.columns[i] = v
	}
	return c, nil
}

// Also makes a column take values that are written by a further format, where they
// don't fit its own.
func (c *Converter) Also(column int, format string) error {
	v := c.columns[column]
	target := v.target
	target.Format, target.Guessed = format, false
	also, err := newConversion(target, c.plan)
	if err == nil {
		v.also = append(v.also, also)
	}
	return err
}

// Refusal returns why a column does not take the text of a field; "" if it does.
func (c *Converter) Refusal(column int, arena []byte, f load.Field) load.Code {
	if _, _, wrong := c.columns[column].convert(arena[:len(arena):len(arena)], f); wrong != nil {
		return wrong.Code
	}
	return ""
}

// cellsAtOnce is how many cells are converted before the next rows are begun:
// they and their fields stay in the processor's first cache, from column to
// column.
const cellsAtOnce = 512

// Convert turns the records of b into the rows of its batch. Those with a value
// that does not fit become rejects.
//
// It goes column by column, so that what is done for one value after the other
// is all of a kind.
func (c *Converter) Convert(b *load.Block) {
	n := len(b.Rows)
	b.Cells = slices.Grow(b.Cells[:0], n*b.Cols)[:n*b.Cols]
	c.spoiled = slices.Grow(c.spoiled[:0], n)[:n]
	clear(c.spoiled)
	rows := max(cellsAtOnce/max(b.Cols, 1), 8)
	good := true
	for first := 0; first < n; first += rows {
		end := min(first+rows, n)
		for i := range c.columns {
			good = c.column(b, first, end, i) && good
		}
	}
	if !good {
		c.rejectSpoiled(b)
	}
}

// rejectSpoiled takes the rows that are spoiled out of the batch.
func (c *Converter) rejectSpoiled(b *load.Block) {
	good := 0
	for i, row := range b.Rows {
		if c.spoiled[i] {
			c.reject(b, i)
			continue
		}
		if good < i {
			b.Rows[good] = row
			copy(b.Row(good), b.Row(i))
		}
		good++
	}
	b.Rows = b.Rows[:good]
	b.Cells = b.Cells[:good*b.Cols]
}

// maxAlsoWrong is how many further columns a reject names.
const maxAlsoWrong = 5

// reject rejects row i for the first of its values that does not fit its
// column. The hint names the columns of the others, so that one run finds all.
func (c *Converter) reject(b *load.Block, i int) {
	fields := b.Fields[i*b.Width : (i+1)*b.Width]
	var first *load.Fault
	var column string
	var value load.Field
	var also []string
	more := 0
	for k, v := range c.columns {
		f := fields[c.index[k]]
		_, cell, wrong := v.convert(b.Arena, f) // what it appends is not kept
		if wrong != nil && v.target.Guessed && wrong.Code != load.CodeRequired && b.Unfit == nil {
			b.Unfit = &load.UnfitError{Column: v.target.Name, Line: b.Rows[i].Line, Value: string(b.Arena[f.Start:f.End]), Reason: wrong.Message}
		}
		switch {
		case wrong == nil:
			if cell.IsSign() { // it was counted, and is not loaded
				b.CountSign(k, cell, -1)
			}
		case first == nil:
			first, column, value = wrong, v.target.Name, f
		case len(also) == maxAlsoWrong:
			more++
		default:
			also = append(also, v.target.Name)
		}
	}
	if len(also) > 0 {
		first.Note = alsoWrong(first.Note, also, more)
	}
	b.Reject(b.Rows[i], column, b.Arena[value.Start:value.End], *first)
}

// alsoWrong returns a note whose hint names other columns too.
func alsoWrong(n message.Note, also []string, more int) message.Note {
	columns := message.T("and_columns", "columns", also)
	if more > 0 {
		columns = message.T("and_others", "columns", also, "n", more)
	}
	if n.HintID != "" {
		return n.WithHint("also_wrong_after", "hint", message.Text{ID: n.HintID, Params: n.Params}, "also", columns)
	}
	return n.WithHint("also_wrong", "also", columns)
}

// column converts a column of rows [first, end) of b. It reports whether all
// values fit, and marks the rows that are spoiled by one that does not.
func (c *Converter) column(b *load.Block, first, end, column int) bool {
	v, field := c.columns[column], c.index[column]
	arena, good := b.Arena, true
	fields, cells := b.Fields[first*b.Width+field:], b.Cells[first*b.Cols+column:]
	for i, at, to := first, 0, 0; i < end; i, at, to = i+1, at+b.Width, to+b.Cols {
		f, cell := &fields[at], &cells[to]
		switch {
		case v.asItIs:
			// Most values of most files are text that fits.
			if size := int(f.End - f.Start); size > 0 && size <= v.fits {
				*cell = load.Cell{Bits: uint64(f.Start), Len: uint32(size), Kind: load.CellText}
				continue
			}
		case v.digits:
			if n, ok := fewDigits(arena, int(f.Start), int(f.End)); ok && (arena[f.Start] != '0' || f.End-f.Start == 1) {
				*cell = load.Cell{Bits: uint64(n), Kind: load.CellInt}
				continue
			}
		}
		var wrong *load.Fault
		if arena, *cell, wrong = v.convert(arena, *f); wrong != nil {
			c.spoiled[i], good = true, false
		} else if cell.IsSign() {
			b.CountSign(column, *cell, 1)
		}
	}
	b.Arena = arena
	return good
}
