package csvfile

import (
	"slices"
	"strings"

	"linefeed/backend/message"
)

// Rows with the usual number of fields are surely records. Rows above the first of
// them may not belong to the table (titles, free text, keys and values), or they
// may: its header, and records with too many or too few fields. What they hold
// decides.

// headAbove returns the index of the row above row i that is the header of the
// table or its first record, or i if there is none.
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
			break // no row above it belongs to the table
		}
		if typed {
			record = j
		}
	}
	return min(head, record)
}

// records collects what the reader has to know about the records.
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
	if det.kinds == nil { // the header has not looked at them
		det.kinds = best.columns(text, from, cellRows)
	}
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

// standsOut reports whether a name is not of the kind of its column.
func standsOut(cells []string, cols []column) bool {
	for j, s := range cells {
		if j < len(cols) && cols[j].typed() && kindOf([]byte(s)) != cols[j].kind {
			return true
		}
	}
	return false
}

// likeness returns the number of cells that are of the kind of their column, and
// of those that are not, as far as columns have kinds.
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

// nameRow reports whether the cells may name at least two fields: there are no
// values, no repeated names and no pieces of a sentence. Empty cells at the end
// don't matter.
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
			continue // above the names of rows
		}
		if seen[s] || len(s) > 80 {
			return false
		}
		seen[s] = true
		switch kindOf([]byte(s)) {
		case cellNumber, cellDatetime:
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

// trimEmpty returns the cells without the empty ones at the end.
func trimEmpty(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
