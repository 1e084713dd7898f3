package csvfile

import (
	"bytes"
	"math"
	"slices"

	"linefeed/backend/message"
)

// tables warns where another table begins, or the header comes again. top is the
// first row that is loaded.
func (det *detector) tables(text []byte, best *candidate, top int) {
	if best.fields < 1 || top >= len(best.rows) {
		return
	}
	warn := func(line int64, note message.Note) { det.warn(Warning{Code: WarnTables, Line: line, Note: note}) }
	footer := int64(math.MaxInt64) // the line where it begins, if that is known
	if n := det.d.FooterLines; n != nil && det.texts.whole {
		footer = best.lineAfter() - int64(*n)
	}
	if i := tableAbove(text, best, top); i >= 0 {
		warn(best.rows[i].line, message.New("table_above", "load_above", "n", best.rows[i].fields, "line", best.rows[i].line))
		return
	}
	var header []byte
	from := top // the last row of the header
	if *det.d.HeaderRows > 0 {
		for range *det.d.HeaderRows - 1 {
			from = min(best.nextRow(from), len(best.rows)-1)
		}
		header = bytes.TrimRight(text[best.rows[top].start:best.rows[from].end], "\r\n")
	}
	ragged := func(r row) bool { // a record of the table with too many or too few fields
		if r.fields == best.rows[top].fields {
			return true
		}
		agree, against := likeness(best.values(text, r), det.kinds)
		return agree > against
	}
	var cols []column // of the records above the first blank line after any
	run, other, begins, blank := 0, 0, int64(0), false
	for i := from + 1; i < len(best.rows); i++ {
		r := best.rows[i]
		if r.blank || r.bad {
			blank = blank || r.blank
			if above := i - best.nextRow(from); r.blank && cols == nil && above > 1 {
				cols = best.columns(text, best.nextRow(from), min(above, cellRows))
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
			case len(header) > 0 && bytes.HasPrefix(text[r.start:], header) && endsLine(text, r.start+len(header)):
				if !det.named {
					warn(r.line, message.New("header_again", "read_as_records", "line", r.line))
					return
				}
				if !slices.ContainsFunc(det.warnings, func(w Warning) bool { return w.Code == WarnRepeated }) {
					det.warn(Warning{
						Code: WarnRepeated, Line: r.line, Note: message.New("header_repeats", "", "line", r.line),
					})
				}
			case blank && namesOthers(best.cellsOf(text, i), cols):
				warn(r.line, message.New("table_alike", "records_of_first", "n", r.fields, "line", r.line))
				return
			}
			blank = false
			continue
		}
		if run == 0 || r.fields != other {
			run, other, begins = 0, r.fields, r.line
			if blank && other > 1 {
				run = 1 // after a blank line, a mistake is less likely
			}
			blank = false
		}
		run++
		if run >= 3 && other > 1 {
			note := message.New("table_alike", "records_rejected", "n", other, "line", begins)
			if begins >= footer {
				note = note.WithHint("lines_passed_over")
			}
			warn(begins, note)
			return
		}
	}
}

// tableAbove returns the index of the first row of a table above row top, or -1.
func tableAbove(text []byte, c *candidate, top int) int {
	for from := 0; ; from++ {
		i := tableIn(text, c, from, top)
		if i < 0 || !keysAndValues(c.blockColumns(text, i+1, c.blockEnd(i, top))) {
			return i
		}
		from = c.blockEnd(i, top) - 1
	}
}

// tableIn returns the index of the first row of a table in the rows from i to top,
// or -1. A table is names above at least two records, or three of two fields, with
// the same kinds of values. Titles padded with delimiters are not one.
func tableIn(text []byte, c *candidate, i, top int) int {
	for ; i < top; i++ {
		n, j := c.rows[i].fields, c.blockEnd(i, top)
		if n < 2 || j-i < 3 || n == 2 && j-i < 4 || !nameRow(c.values(text, c.rows[i])) {
			continue
		}
		if typed, empty := kindsOf(c.blockColumns(text, i+1, j)); typed > 0 && empty == 0 {
			return i
		}
	}
	return -1
}

// blockEnd returns the index of the first row after row i, at most top, that is
// blank or has another number of fields than row i.
func (c *candidate) blockEnd(i, top int) int {
	n := c.rows[i].fields
	for i < top && !c.rows[i].bad && !c.rows[i].blank && c.rows[i].fields == n {
		i++
	}
	return i
}

// blockColumns returns the columns of the rows from i to j, which have the same
// number of fields.
func (c *candidate) blockColumns(text []byte, i, j int) []column {
	cols := make([]column, c.rows[i].fields)
	j = min(j, i+cellRows)
	for _, r := range c.rows[i:j] {
		for k, s := range c.values(text, r) {
			cols[k].add(s)
		}
	}
	for k := range cols {
		cols[k].finish(j - i)
	}
	return cols
}

// kindsOf returns the number of columns with values of one kind in all rows, and
// the number of empty columns.
func kindsOf(cols []column) (typed, empty int) {
	for k := range cols {
		switch {
		case cols[k].filled == 0:
			empty++
		case cols[k].typed() && cols[k].filled == cols[k].rows:
			typed++
		}
	}
	return typed, empty
}

// keysAndValues reports whether two columns are different keys and their values
// rather than a table: there are few rows, or not all values are numbers.
func keysAndValues(cols []column) bool {
	const few = 8
	return len(cols) == 2 && !cols[0].typed() && len(cols[0].values) == cols[0].rows && (cols[0].rows < few || cols[1].numbers < cols[1].rows)
}

// firstTable makes the first table the one that is loaded, even if another one
// below it has more rows: with names and records of its own, it is not a preamble.
func (c *candidate) firstTable(text []byte) {
	i := c.firstRow(c.remarks(text))
	titled := i < c.first && c.rows[i].fields == 1
	for i < c.first && (c.rows[i].blank || !c.rows[i].bad && c.rows[i].fields == 1) { // its title
		i++
	}
	if i >= c.first || c.rows[i].fields < 2 || c.rows[i].fields == c.fields {
		return
	}
	j := c.blockEnd(i, c.first)
	if j-i < 3 || j >= len(c.rows) || !nameRow(c.cellsOf(text, i)) {
		return
	}
	cols := c.blockColumns(text, i+1, j)
	if names, _ := headerEvidence(c.cellsOf(text, i), cols); names < sureOfHeader {
		return
	}
	typed, empty := kindsOf(cols)
	switch {
	case typed == 0 || empty > 0 || keysAndValues(cols):
		return
	case !c.rows[j].blank && (titled || !c.begins(text, j)):
		return // ragged records, or a block of the preamble
	}
	c.fields, c.first, c.last = c.rows[i].fields, i, j-1
	c.good, c.body = j-i, j-i
}

// belowKeys makes the table after a blank line the one that is loaded if nothing
// but keys with values is above it, even if these are most of the rows.
func (c *candidate) belowKeys(text []byte) {
	i := c.firstRow(c.remarks(text))
	if c.fields != 2 || c.first != i {
		return
	}
	j := c.blockEnd(i, len(c.rows))
	if j-i < 2 || j >= len(c.rows) || !c.rows[j].blank {
		return
	}
	at := c.firstRow(j)
	end := at
	if end < len(c.rows) {
		end = c.blockEnd(at, len(c.rows))
	}
	if end-at < 2 || c.rows[at].fields < 3 || !nameRow(c.cellsOf(text, at)) {
		return
	}
	keys := c.blockColumns(text, i, j)
	if keys[0].typed() || len(keys[0].values) < j-i || keys[1].kinds[keys[1].kind] == j-i {
		return
	}
	if names, _ := headerEvidence(c.cellsOf(text, i), c.blockColumns(text, i+1, j)); names >= 2*sureOfHeader {
		return
	}
	if names, _ := headerEvidence(c.cellsOf(text, at), c.blockColumns(text, at+1, end)); names < sureOfHeader {
		return
	}
	c.fields, c.first, c.last = c.rows[at].fields, at, end-1
	c.good, c.body = end-at, end-at
}

// begins reports whether row i names the fields of two or more rows below it.
func (c *candidate) begins(text []byte, i int) bool {
	j := c.blockEnd(i, len(c.rows))
	if j-i < 3 || !nameRow(c.cellsOf(text, i)) {
		return false
	}
	names, _ := headerEvidence(c.cellsOf(text, i), c.blockColumns(text, i+1, j))
	return names >= sureOfHeader
}

// namesOthers reports whether no cell is of the kind of its column, where columns
// have kinds: then the row names the fields of another table.
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

// endsLine reports whether a line ends at text[at].
func endsLine(text []byte, at int) bool {
	return at >= len(text) || text[at] == '\n' || text[at] == '\r'
}

// lineAfter returns the number of the line after the last row.
func (c *candidate) lineAfter() int64 {
	if len(c.rows) == 0 {
		return 1
	}
	return c.rows[len(c.rows)-1].endLine + 1
}
