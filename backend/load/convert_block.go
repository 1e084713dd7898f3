package load

import (
	"slices"
	"strings"
)

// A converter turns records into rows of cells by a layout. It may be used by
// several goroutines at the same time, each with blocks of its own.
type converter struct {
	columns []*conversion
	index   []int // of the field that feeds each column
}

// newConverter returns the converter for a layout. The error is about a
// column's format, and names the column.
func newConverter(l Layout) (*converter, error) {
	c := &converter{columns: make([]*conversion, len(l.Columns)), index: l.Index}
	for i, column := range l.Columns {
		v, err := newConversion(column, l.Plan)
		if err != nil {
			return nil, err
		}
		c.columns[i] = v
	}
	return c, nil
}

// cellsAtOnce is how many cells are converted before the next rows are begun:
// they and their fields stay in the processor's first cache, from column to
// column.
const cellsAtOnce = 512

// block turns the records of b into the rows of its batch. Those with a value
// that does not fit become rejects.
//
// It goes column by column, so that what is done for one value after the other
// is all of a kind.
func (c *converter) block(b *Block) {
	n := len(b.Rows)
	b.Cells = slices.Grow(b.Cells[:0], n*b.Cols)[:n*b.Cols]
	b.spoiled = slices.Grow(b.spoiled[:0], n)[:n]
	clear(b.spoiled)
	rows := max(cellsAtOnce/max(b.Cols, 1), 8)
	good := true
	for first := 0; first < n; first += rows {
		end := min(first+rows, n)
		for i, v := range c.columns {
			good = v.column(b, first, end, c.index[i], i) && good
		}
	}
	if !good {
		c.rejectSpoiled(b)
	}
}

// rejectSpoiled takes the rows that are spoiled out of the batch.
func (c *converter) rejectSpoiled(b *Block) {
	good := 0
	for i, row := range b.Rows {
		if b.spoiled[i] {
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
func (c *converter) reject(b *Block, i int) {
	fields := b.Fields[i*b.Width : (i+1)*b.Width]
	var first *fault
	var column string
	var value Field
	var also []string
	more := 0
	for k, v := range c.columns {
		f := fields[c.index[k]]
		_, cell, wrong := v.convert(b.Arena, f) // what it appends is not kept
		if wrong != nil && v.target.Guessed && wrong.code != CodeRequired && b.unfit == nil {
			b.unfit = &UnfitError{Column: v.target.Name, Line: b.Rows[i].Line, Value: string(b.Arena[f.Start:f.End]), Reason: wrong.message}
		}
		switch {
		case wrong == nil:
			if v.signs && cell.Kind == CellNull { // it was counted, and is not loaded
				b.countSign(k, trimBlanks(b.Arena[f.Start:f.End:f.End]), -1)
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
		if first.hint != "" {
			first.hint += "; "
		}
		first.hint += "also wrong: " + strings.Join(also, ", ")
		if more > 0 {
			first.hint += " and " + count(int64(more), "other")
		}
	}
	b.reject(b.Rows[i], column, b.Arena[value.Start:value.End], *first)
}

// column converts a field of rows [first, end) of b into their column. It
// reports whether all values fit; a row with one that does not is spoiled.
func (v *conversion) column(b *Block, first, end, field, column int) bool {
	arena, good := b.Arena, true
	fields, cells := b.Fields[first*b.Width+field:], b.Cells[first*b.Cols+column:]
	for i, at, to := first, 0, 0; i < end; i, at, to = i+1, at+b.Width, to+b.Cols {
		f, cell := &fields[at], &cells[to]
		switch {
		case v.asItIs:
			// Most values of most files are text that fits.
			if size := int(f.End - f.Start); size > 0 && size <= v.fits {
				*cell = Cell{Bits: uint64(f.Start), Len: uint32(size), Kind: CellText}
				continue
			}
		case v.digits:
			if n, ok := fewDigits(arena, int(f.Start), int(f.End)); ok && (arena[f.Start] != '0' || f.End-f.Start == 1) {
				*cell = Cell{Bits: uint64(n), Kind: CellInt}
				continue
			}
		}
		var wrong *fault
		if arena, *cell, wrong = v.convert(arena, *f); wrong != nil {
			b.spoiled[i], good = true, false
		} else if v.signs && cell.Kind == CellNull {
			b.countSign(column, trimBlanks(arena[f.Start:f.End:f.End]), 1)
		}
	}
	b.Arena = arena
	return good
}
