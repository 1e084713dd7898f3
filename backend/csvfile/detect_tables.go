package csvfile

import (
	"bytes"
	"fmt"
	"slices"
)

// tables warns where another table begins, or the header comes again. top is
// the first row that is loaded.
func (det *detector) tables(text []byte, best *candidate, top int) {
	if best.fields < 1 || top >= len(best.rows) {
		return
	}
	warn := func(line int64, hint, format string, args ...any) {
		det.warn(Warning{Code: WarnTables, Line: line, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	const below = "load it by itself, skipping the lines above"
	if i := tableAbove(text, best, top); i >= 0 {
		warn(best.rows[i].line, "it is not loaded: load it by itself, in a file without the lines below it",
			"a table of %d fields seems to stand above, from line %d on", best.rows[i].fields, best.rows[i].line)
		return
	}
	var header []byte
	if *det.d.HeaderRows > 0 {
		header = bytes.TrimRight(text[best.rows[top].start:best.rows[top].end], "\r\n")
	}
	ragged := func(r row) bool { // a record of the table with fields too many or too few
		if r.fields == best.rows[top].fields {
			return true
		}
		agree, against := likeness(best.values(text, r), det.kinds)
		return agree > against
	}
	var cols []column // of the records above the first blank line that has some above it
	run, other, begins, blank := 0, 0, int64(0), false
	for i := top + 1; i < len(best.rows); i++ {
		r := best.rows[i]
		if r.blank || r.bad {
			blank = blank || r.blank
			if above := i - best.nextRow(top); r.blank && cols == nil && above > 1 {
				cols = best.columns(text, best.nextRow(top), min(above, cellRows))
			}
			continue
		}
		if r.fields != best.fields && run == 0 && !blank && ragged(r) {
			run = 0
			continue
		}
		if r.fields == best.fields {
			run = 0
			switch {
			case best.fields < 2:
			case len(header) > 0 && bytes.Equal(bytes.TrimRight(text[r.start:r.end], "\r\n"), header):
				if !det.named {
					warn(r.line, "files were put one after the other: its lines are read as records", "the header comes again on line %d", r.line)
					return
				}
				if !slices.ContainsFunc(det.warnings, func(w Warning) bool { return w.Code == WarnRepeated }) {
					det.warn(Warning{
						Code: WarnRepeated, Line: r.line, Message: fmt.Sprintf("the header comes again on line %d, as where files were put together: there, and wherever it does, it is passed over", r.line),
					})
				}
			case blank && namesOthers(best.cellsOf(text, i), cols):
				warn(r.line, "its lines are read as records of the first; "+below, "another table of %d fields seems to begin on line %d", r.fields, r.line)
				return
			}
			blank = false
			continue
		}
		if run == 0 || r.fields != other {
			run, other, begins = 0, r.fields, r.line
			if blank && other > 1 {
				run = 1 // what stands behind a blank line is less likely a mistake
			}
			blank = false
		}
		run++
		if run >= 3 && other > 1 {
			warn(begins, "its records are rejected; "+below, "another table, of %d fields, seems to begin on line %d", other, begins)
			return
		}
	}
}

// tableAbove returns the index of the first of the rows of a table above row
// top, or -1: names, and below them at least two records, or three of two
// fields, with the same kinds of values. Titles that are padded with delimiters
// are no rows of a table, and keys with values are none.
func tableAbove(text []byte, c *candidate, top int) int {
	for i := range top {
		n := c.rows[i].fields
		j := i
		for j < top && !c.rows[j].bad && !c.rows[j].blank && c.rows[j].fields == n {
			j++
		}
		if n < 2 || j-i < 3 || n == 2 && j-i < 4 || !nameRow(c.values(text, c.rows[i])) {
			continue
		}
		cols := make([]column, n)
		for _, r := range c.rows[i+1 : j] {
			for k, s := range c.values(text, r) {
				cols[k].add(s)
			}
		}
		typed, empty := 0, 0
		for k := range cols {
			cols[k].finish(j - i - 1)
			switch {
			case cols[k].filled == 0:
				empty++
			case cols[k].typed() && cols[k].filled == cols[k].rows:
				typed++
			}
		}
		if typed > 0 && empty == 0 {
			return i
		}
	}
	return -1
}

// namesOthers reports whether no cell is a value of its column, and some column
// shows it: then the row names the fields of another table.
func namesOthers(cells []string, cols []column) bool {
	against := 0
	for j, s := range cells {
		if j >= len(cols) || s == "" || cols[j].values[s] {
			return false
		}
		switch kind := kindOf([]byte(s)); {
		case kind != cellText && kind != cellCode:
			return false
		case cols[j].typed():
			against++
		}
	}
	return against > 0
}
