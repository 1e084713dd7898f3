package load

import "strings"

// A converter turns records into rows of cells by a layout. It may be used by
// several goroutines at the same time, each with an arena of its own.
type converter struct {
	columns []*conversion
	index   []int // of the field that feeds each column
}

// A rowFault says which value of a record does not fit its column, and why.
// When several don't, it is about the first of them, and its hint names the
// others' columns.
type rowFault struct {
	fault
	column int // index into Layout.Columns
	field  int // index of the field; the record may have fewer
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

// row converts one record into dst, which has a cell for each column. The
// fields' ranges are positions in arena; a column whose field the record does
// not have is NULL. It returns the arena, to which it appended what values
// became where they could not stay as they were. When a value does not fit,
// row returns a fault, dst is undefined, and the arena has its old length.
func (c *converter) row(arena []byte, fields []Field, dst []Cell) ([]byte, *rowFault) {
	was := len(arena)
	for i, v := range c.columns {
		var f Field
		if n := c.index[i]; n < len(fields) {
			f = fields[n]
		}
		// Most values of most files are text that fits: no call for those.
		if size := int(f.End) - int(f.Start); v.parser == nil && size > 0 && size <= v.fits && len(v.nulls) == 0 {
			dst[i] = TextCell(int(f.Start), int(f.End))
			continue
		}
		var flt *fault
		if arena, dst[i], flt = v.convert(arena, f); flt != nil {
			return arena[:was], c.fault(arena, fields, i, flt)
		}
	}
	return arena, nil
}

// maxAlsoWrong is how many further columns a fault names.
const maxAlsoWrong = 5

// fault completes the fault of column first by the names of the columns
// behind it whose values are wrong too, so that one run finds all.
func (c *converter) fault(arena []byte, fields []Field, first int, flt *fault) *rowFault {
	var also []string
	more := 0
	for i := first + 1; i < len(c.columns); i++ {
		var f Field
		if n := c.index[i]; n < len(fields) {
			f = fields[n]
		}
		var wrong *fault
		if arena, _, wrong = c.columns[i].convert(arena, f); wrong == nil {
			continue
		}
		if len(also) == maxAlsoWrong {
			more++
			continue
		}
		also = append(also, c.columns[i].column.Name)
	}
	r := &rowFault{fault: *flt, column: first, field: c.index[first]}
	if len(also) > 0 {
		if r.hint != "" {
			r.hint += "; "
		}
		r.hint += "also wrong: " + strings.Join(also, ", ")
		if more > 0 {
			r.hint += " and " + count(int64(more), "other")
		}
	}
	return r
}
