package csvfile

import (
	"bytes"
	"slices"
	"strings"
)

// top returns the index of the row that is the header, or the first record.
func (det *detector) top(text []byte, best *candidate) int {
	if best.fields == 0 {
		return 0
	}
	if det.d.SkipLines != nil {
		return best.firstRow(0)
	}
	i := best.first
	if above := i - 1; above >= 0 && markedHeader(text, best, above) {
		return above
	}
	i = remarks(text, best, i)
	i = blockBelow(text, best, i)
	if j := brokenAbove(text, best, i); j < i {
		return j
	}
	if j := headAbove(text, best, i); j < i {
		return j
	}
	if j := thinAbove(text, best, i); j > i {
		return j
	}
	if j := metadataAbove(text, best, i); j > i {
		return j
	}
	// Titles, padded with delimiters to the width of the table.
	for best.fields >= 3 && i < best.last {
		cells := best.cellsOf(text, i)
		next := best.nextRow(i)
		n := filled(cells)
		if n > 1 || next > best.last || best.rows[next].fields != best.fields {
			break
		}
		below := best.cellsOf(text, next)
		if n == 1 && cells[0] == "" && filled(below) > 0 { // the name of a group
			break
		}
		if n == 1 && filled(below) > 1 && !namesSome(below) {
			break
		}
		i = next
	}
	return i
}

// commentMarks are what a comment line begins with.
var commentMarks = []string{"#", "//", "--", "%", "!"}

// commentMark returns the mark that the text begins with, or "".
func commentMark(text []byte) string {
	for _, m := range commentMarks {
		if bytes.HasPrefix(text, []byte(m)) {
			return m
		}
	}
	return ""
}

// remarks returns the index of the row below the lines, from row i on, that begin
// with a comment mark and have the usual number of fields only by coincidence: that
// row names the fields better.
func remarks(text []byte, best *candidate, i int) int {
	for best.fields > 1 {
		mark := commentMark(text[best.rows[i].start:])
		next := best.nextRow(i)
		if mark == "" || next >= best.last || best.rows[next].bad || best.rows[next].fields != best.fields {
			break
		}
		cols := best.columns(text, best.nextRow(next), cellRows)
		names := best.cellsOf(text, i)
		names[0] = strings.TrimPrefix(names[0], mark)
		this, _ := headerEvidence(names, cols)
		spaced := strings.HasPrefix(names[0], " ") // as in remarks, but seldom in names
		if below, _ := headerEvidence(best.cellsOf(text, next), cols); below < 0.5 || below <= this && !spaced {
			break
		}
		i = next
	}
	return i
}

// blockBelow returns the index of the row after a blank line that names the
// fields, if the rows above it, from row i on, hold no values of the kinds of the
// columns below, but an account's number or a period. Otherwise it returns i.
func blockBelow(text []byte, best *candidate, i int) int {
	const most = 20
	from := i
	for at := i; at < min(len(best.rows), from+most); at++ {
		next := best.nextRow(at)
		if !best.rows[at].blank || next > best.last || best.rows[next].bad || best.rows[next].fields != best.fields {
			continue
		}
		cols := best.columns(text, best.nextRow(next), cellRows)
		if names, _ := headerEvidence(best.cellsOf(text, next), cols); names < 0.5 {
			continue
		}
		if slices.ContainsFunc(best.rows[i:at], func(r row) bool { return !r.blank && !r.bad && fits(best.values(text, r), cols) }) {
			break
		}
		i, at = next, next
	}
	return i
}

// fits reports whether a cell is of the kind of its column, or the column has
// none.
func fits(cells []string, cols []column) bool {
	typed := false
	for j := range cols {
		if !cols[j].typed() {
			continue
		}
		typed = true
		if j < len(cells) && kindOf([]byte(cells[j])) == cols[j].kind {
			return true
		}
	}
	return !typed
}

// brokenAbove returns the index of the first of the rows above row i that break
// the rules but have the delimiters of a record, if row i is a record and not the
// header: they are records to be rejected, not a preamble.
func brokenAbove(text []byte, best *candidate, i int) int {
	j := i
	for j > 0 && best.fields > 1 && best.rows[j-1].bad && best.rows[j-1].fields == best.fields {
		j--
	}
	if j < i {
		names, _ := headerEvidence(best.cellsOf(text, i), best.columns(text, best.nextRow(i), cellRows))
		if names > 0 {
			return i
		}
	}
	return j
}

// markedHeader reports whether row i names the fields of the row below it although
// it begins with a comment mark.
func markedHeader(text []byte, best *candidate, i int) bool {
	next := best.nextRow(i)
	if best.fields < 2 || commentMark(text[best.rows[i].start:]) == "" || best.rows[i].fields != best.fields || !best.named(text, i) ||
		next >= len(best.rows) || commentMark(text[best.rows[next].start:]) != "" {
		return false
	}
	cols := best.columns(text, best.nextRow(next), cellRows)
	below := 0.0
	if r := best.rows[next]; !r.bad && r.fields == best.fields {
		below, _ = headerEvidence(best.cellsOf(text, next), cols)
	}
	this, _ := headerEvidence(unmarked(best.cellsOf(text, i)), best.columns(text, next, cellRows))
	return this > 0 && this > below && (below < 2*sureOfHeader || !spacedRemark(text[best.rows[i].start:]))
}

// spacedRemark reports whether the line begins with a comment mark and a blank, as
// remarks do, but seldom names.
func spacedRemark(line []byte) bool {
	mark := commentMark(line)
	return mark != "" && bytes.HasPrefix(line[len(mark):], []byte(" "))
}

// thinAbove returns the index of the row that names the fields, below rows of one
// or two cells (titles, keys with values) padded with delimiters to the width of
// the table. If there are none, it returns i.
func thinAbove(text []byte, best *candidate, i int) int {
	const most = 100
	if best.fields < 3 {
		return i
	}
	pairs := 0
	for j := i; j <= min(best.last, i+most); j++ {
		r := best.rows[j]
		if r.blank || r.bad {
			continue
		}
		cells := best.values(text, r)
		switch n := filled(cells); {
		case n <= 1, n == 2 && best.fields > 2 && strings.TrimSpace(cells[0]) != "" && strings.TrimSpace(cells[1]) != "" && r.fields != 2:
			if n == 2 {
				pairs++
			}
			continue
		case pairs == 0 || r.fields != best.fields || 3*n < 2*best.fields || !nameRow(cells):
			return i
		}
		next := best.nextRow(j)
		if next > best.last {
			return i
		}
		if names, _ := headerEvidence(cells, best.columns(text, next, cellRows)); names < sureOfHeader {
			return i
		}
		return j
	}
	return i
}

// metadataAbove returns the index of the row below row i that names all fields, if
// row i holds values such as a place and its height that are not of the columns,
// or names with such values in the row below. Otherwise it returns i.
func metadataAbove(text []byte, best *candidate, i int) int {
	if best.fields < 3 || best.rows[i].bad {
		return i
	}
	at := i
	if nameRow(best.cellsOf(text, i)) {
		at = best.nextRow(i)
	}
	next := best.nextRow(at)
	if next >= best.last || best.rows[at].bad || best.rows[at].fields != best.fields || best.rows[next].bad || best.rows[next].fields != best.fields {
		return i
	}
	cells, names := best.cellsOf(text, at), best.cellsOf(text, next)
	values := 0
	for _, s := range cells {
		if k := kindOf([]byte(s)); k == cellNumber || k == cellDatetime {
			values++
		}
	}
	if values == 0 || !nameRow(names) {
		return i
	}
	cols := best.columns(text, best.nextRow(next), cellRows)
	for j := range cols {
		if cols[j].filled > 0 && strings.TrimSpace(names[j]) == "" {
			return i
		}
	}
	agree, against := likeness(cells, cols)
	if sum, _ := headerEvidence(names, cols); against == 0 || at > i && against <= agree || sum < 2*sureOfHeader {
		return i
	}
	return next
}
