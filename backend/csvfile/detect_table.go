package csvfile

import (
	"slices"
	"strings"

	"linefeed/backend/message"
)

// The usual number of fields says which rows are surely records. Rows of other
// numbers above the first of them are either no part of the table (titles, free
// text, keys and values) or they are: its header, and records with fields too
// many or too few. What tells is what they hold.

// headAbove returns the index of the row above row i that is the header of the
// table, or the first of its records, where there is one; else it returns i.
func headAbove(text []byte, best *candidate, i int) int {
	if best.fields < 2 || i == 0 {
		return i
	}
	cols := best.columns(text, i, cellRows)
	own := 0.0 // how well row i names the columns
	self := best.cellsOf(text, i)
	if next := best.nextRow(i); next <= best.last && nameRow(self) {
		below := best.columns(text, next, cellRows)
		if own, _ = headerEvidence(self, below); own > 0.5 && standsOut(self, below) {
			return i
		}
	}
	const most = 5000
	head, record := i, i
	typed := slices.ContainsFunc(cols, func(c column) bool { return c.typed() })
	for j := i - 1; j >= max(0, i-most); j-- {
		r := best.rows[j]
		if r.blank || r.bad || r.fields < 2 {
			if r.bad && r.fields > 1 {
				continue
			}
			break
		}
		cells := best.values(text, r)
		agree, against := likeness(cells, cols)
		if nameRow(cells) && (against > 0 || !typed || agree == 0) {
			if e, _ := headerEvidence(trimEmpty(cells), cols); !typed || e > 0 && e >= own-1 {
				head = j
			}
		}
		if against > agree || typed && agree == 0 {
			break // nothing above it is a record of the table
		}
		if typed {
			record = j
		}
	}
	return min(head, record)
}

// records notes what the reading has to know of the records below the header.
func (det *detector) records(text []byte, best *candidate, top int) {
	if best.fields < 1 || top >= len(best.rows) {
		return
	}
	from := top
	for range *det.d.HeaderRows {
		from = best.nextRow(from)
	}
	if from >= len(best.rows) {
		return
	}
	det.kinds = best.columns(text, from, cellRows)
	if *det.d.HeaderRows == 0 {
		return
	}
	det.named = true
	for _, f := range det.findings {
		if f.What == "headerRows" && f.Confidence < 0.6 {
			det.named = false
		}
	}
	if *det.d.HeaderRows > 1 || best.rows[top].fields >= best.fields {
		return
	}
	named, padded, held, all := best.rows[top].fields, 0, 0, 0
	for _, r := range best.rows[from:] {
		if r.bad || r.blank {
			continue
		}
		all++
		if r.fields <= named {
			continue
		}
		if slices.ContainsFunc(best.values(text, r)[named:], func(s string) bool { return s != "" }) {
			held++
		}
		padded++
	}
	det.firm = best.good >= 3 && 10*best.good >= 9*all
	if held == 0 && padded > 0 && 2*padded >= all {
		det.padding = best.fields - named
		det.warn(Warning{
			Code: WarnHeader, Line: best.rows[from].line,
			Note: message.New("delimiters_more", "", "n", det.padding),
		})
	}
}

// standsOut reports whether a name is no value of its column, by the column's kind.
func standsOut(cells []string, cols []column) bool {
	for j, s := range cells {
		if j < len(cols) && cols[j].typed() && kindOf([]byte(s)) != cols[j].kind {
			return true
		}
	}
	return false
}

// likeness returns how many of the cells are values of the kind of their
// column, and how many are not, as far as columns have kinds.
func likeness(cells []string, cols []column) (agree, against int) {
	for j, s := range cells {
		if j >= len(cols) {
			break
		}
		c := &cols[j]
		switch kind := kindOf([]byte(s)); {
		case kind == cellEmpty || !c.typed():
		case kind == c.kind:
			agree++
		case kind != cellWord:
			against++
		}
	}
	return agree, against
}

// nameRow reports whether the cells may be the names of fields, of which there
// are at least two: no values, none of them twice, and no pieces of a sentence.
// Delimiters at the end name nothing.
func nameRow(cells []string) bool {
	cells = trimEmpty(cells)
	if len(cells) < 2 {
		return false
	}
	seen := map[string]bool{}
	spaced := 0
	for j, s := range cells {
		if j > 0 && strings.HasPrefix(s, " ") {
			spaced++
		}
		s = strings.TrimSpace(s)
		if s == "" {
			if j > 0 {
				return false
			}
			continue // above row names
		}
		if seen[s] || len(s) > 80 {
			return false
		}
		seen[s] = true
		switch kindOf([]byte(s)) {
		case cellNumber, cellMoment:
			return false
		case cellWord:
			if len(s) > 1 {
				return false
			}
		}
	}
	if last := strings.TrimSpace(cells[len(cells)-1]); spaced > 0 && (spaced < len(cells)-1 || strings.HasSuffix(last, ".")) {
		return false
	}
	return !strings.HasSuffix(strings.TrimSpace(cells[0]), ":")
}

// trimEmpty returns the cells up to the last that is not empty.
func trimEmpty(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
