package mysql

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Even in strict mode, the server changes some values and says nothing, or says so in a
// note. Rows with such a value are refused instead.

// An exactness is a column of the layout whose values the server may change.
type exactness struct {
	column int
	// fault returns why a cell, which is not NULL, can't be stored as it is; ok if it
	// can.
	fault func(b *load.Batch, c load.Cell) (f load.Fault, ok bool)
}

// exactnessOf returns the columns whose values the server may change.
func exactnessOf(columns []column) []exactness {
	var all []exactness
	for i, c := range columns {
		if fault := c.fault(); fault != nil {
			all = append(all, exactness{i, fault})
		}
	}
	return all
}

func (c *column) fault() func(*load.Batch, load.Cell) (load.Fault, bool) {
	declared := c.Declared
	changed := func(code load.Code) load.Fault {
		return load.Fault{Code: code, Note: message.New("changed_by_server", "other_type_keeps_it", "declared", declared)}
	}
	// ofText tells by the text of a cell.
	ofText := func(f load.Fault, keeps func(text []byte) bool) func(*load.Batch, load.Cell) (load.Fault, bool) {
		return func(b *load.Batch, cell load.Cell) (load.Fault, bool) {
			return f, cell.Kind != load.CellText && cell.Kind != load.CellBlob || keeps(b.Bytes(cell))
		}
	}
	switch c.kind {
	case "tinyint", "smallint", "mediumint", "int":
		if c.Type == load.Boolean {
			return nil
		}
		// The server refuses these too, but it takes longer to find out which row it was.
		least, most := c.limits()
		f := load.Fault{Code: load.CodeOutOfRange, Note: message.New("beyond_range", "widen_column_type", "declared", declared)}
		return func(_ *load.Batch, cell load.Cell) (load.Fault, bool) {
			n := cell.Int()
			return f, cell.Kind != load.CellInt || n >= least && n <= most
		}
	case "char":
		return ofText(changed(load.CodeRefused), func(text []byte) bool { return !bytes.HasSuffix(text, []byte(" ")) })
	case "binary":
		return ofText(changed(load.CodeRefused), func(text []byte) bool { return len(text) >= c.Length })
	case "enum":
		f := load.Fault{Code: load.CodeRefused, Note: message.New("not_a_member", "members_are", "members", c.members)}
		return ofText(f, func(text []byte) bool { return slices.Contains(c.members, string(text)) })
	case "set":
		f := load.Fault{Code: load.CodeRefused, Note: message.New("not_a_member", "members_are", "members", c.members)}
		return ofText(f, func(text []byte) bool {
			if len(text) == 0 {
				return true
			}
			for part := range strings.SplitSeq(string(text), ",") {
				if !slices.Contains(c.members, part) {
					return false
				}
			}
			return true
		})
	case "year":
		f := load.Fault{Code: load.CodeOutOfRange, Note: message.New("not_a_year", "years_are")}
		return func(_ *load.Batch, cell load.Cell) (load.Fault, bool) {
			n := cell.Int()
			return f, cell.Kind != load.CellInt || n >= 1901 && n <= 2155
		}
	case "float", "double", "real":
		if c.kind != "float" && c.scale < 0 {
			return nil
		}
		return func(_ *load.Batch, cell load.Cell) (load.Fault, bool) {
			return changed(load.CodeOutOfRange), cell.Kind != load.CellFloat || c.keepsFloat(cell.Float())
		}
	case "time", "datetime", "timestamp":
		f := load.Fault{Code: load.CodeOutOfRange, Note: message.New("second_too_fine", "text_keeps_second", "digits", c.precision)}
		return ofText(f, func(text []byte) bool { return load.SecondDigits(text) <= c.precision })
	}
	return nil
}

// limits returns the least and the greatest number of an integer column of up to 4 bytes.
func (c *column) limits() (least, most int64) {
	bits := map[string]int{"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32}[c.kind]
	if !c.signed {
		return 0, 1<<bits - 1
	}
	return -1 << (bits - 1), 1<<(bits-1) - 1
}

// keepsFloat reports whether a column of 4 bytes, or with a number of decimals, holds a
// number as it is written.
func (c *column) keepsFloat(v float64) bool {
	written := strconv.FormatFloat(v, 'g', -1, 64)
	if c.kind == "float" && strconv.FormatFloat(v, 'g', -1, 32) != written {
		return false
	}
	if c.scale >= 0 {
		_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
		return len(fraction) <= c.scale
	}
	return true
}

// inexact yields the rows of a batch with a value that the server would change, in
// order, and their refusals.
func inexact(columns []exactness, b *load.Batch) iter.Seq[load.Refusal] {
	return func(yield func(load.Refusal) bool) {
		if len(columns) == 0 {
			return
		}
		for row := range b.Rows {
			cells := b.Row(row)
			for _, e := range columns {
				if cells[e.column].Kind == load.CellNull {
					continue
				}
				if f, ok := e.fault(b, cells[e.column]); !ok {
					if !yield(load.Refusal{Row: row, Column: e.column, Code: f.Code, Note: f.Note}) {
						return
					}
					break
				}
			}
		}
	}
}
