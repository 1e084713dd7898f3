package csvfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/message"
)

// header decides how many rows, from top on, name the fields.
func (det *detector) header(text []byte, best *candidate, top int) {
	if det.d.HeaderRows != nil {
		det.number("headerRows", &det.d.HeaderRows, 0, 1, "")
		return
	}
	if best.fields == 0 || top >= len(best.rows) {
		if start := best.unfinished(text, det.texts.whole); start != nil {
			rows := 0
			if nameRow(start) {
				rows = 1
			}
			det.number("headerRows", &det.d.HeaderRows, rows, 0.5, "the first record is longer than what is looked at, and begins with %q", start[0])
			return
		}
		det.number("headerRows", &det.d.HeaderRows, 0, 0.5, "there is nothing to tell by")
		return
	}
	first := best.cellsOf(text, top)
	if best.rows[top].bad {
		first = best.piecesOf(text, top)
	} else if best.rows[top].fields != best.fields && !nameRow(first) {
		det.number("headerRows", &det.d.HeaderRows, 0, 0.7, "the first row is a record of %s", count(best.rows[top].fields, "field"))
		return
	}
	// Several rows, if the values below differ from them in kind.
	for rows := 3; rows >= 2; rows-- {
		if reason := best.manyRows(text, top, rows); reason != "" {
			det.number("headerRows", &det.d.HeaderRows, rows, 0.8, "%s", reason)
			det.warn(Warning{
				Code: WarnHeader, Line: best.rows[top].line, Note: message.New("several_name_rows", "look_at_names", "n", rows, "reason", reason),
			})
			return
		}
	}
	cols, again := best.columnsBut(text, best.nextRow(top), 2*cellRows, first)
	sum, reason := headerEvidence(first, cols)
	if again > 0 {
		// Either the header comes again, or a record does.
		if sum -= 0.6; sum > 0 {
			reason = fmt.Sprintf("%s, and it is there %s more", reason, times(again))
		} else {
			reason = fmt.Sprintf("no names, because the first row is there %s more", times(again))
		}
	}
	if n := best.rows[top].fields; n != best.fields {
		sum = max(sum, 0.3) // a record would not be in the list
		reason = fmt.Sprintf("names, with %s below that have %d fields", count(best.good, "record"), best.fields)
	}
	rows := 0
	if sum > 0 {
		rows, det.kinds = 1, cols
	}
	det.number("headerRows", &det.d.HeaderRows, rows, 1-0.5*math.Exp(-math.Abs(sum)), "%s", reason)
	if math.Abs(sum) >= sureOfHeader || len(cols) > 0 && cols[0].rows == 0 && sum > 0 {
		return
	}
	w := Warning{Code: WarnUnsure, Line: best.rows[top].line}
	if rows == 1 {
		w.Note = message.New("maybe_record", "if_record")
	} else {
		w.Note = message.New("maybe_names", "if_names")
	}
	det.warn(w)
}

// sureOfHeader is the evidence that makes a decision certain.
const sureOfHeader = 0.7

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// piecesOf returns the fields of row i, which breaks the rules, as they were
// probably meant.
func (c *candidate) piecesOf(text []byte, i int) []string {
	return c.grammar.pieces(text[c.rows[i].start:c.rows[i].end])
}

// manyRows says why that number of rows, from top on, are all names; it returns ""
// if they are not.
func (c *candidate) manyRows(text []byte, top, rows int) string {
	at := top
	var heads [][]string
	for range rows {
		if at >= len(c.rows) || c.rows[at].bad || c.rows[at].fields != c.fields {
			return ""
		}
		heads = append(heads, c.cellsOf(text, at))
		if at++; at < len(c.rows) && c.rows[at].blank {
			return ""
		}
	}
	twice := rows == 2 && sameNames(heads[0], heads[1])
	all := namesAll(heads[0])
	if !twice && (all && !mayBeUnits(heads) || !all && !completes(heads)) {
		return "" // the row below may be a record, which would be lost
	}
	cols, _ := c.columnsBut(text, at, 50, heads[0])
	if all && !twice {
		if sum, _ := headerEvidence(heads[0], cols); sum >= sureOfHeader && areUnits(heads[1:], cols) {
			return fmt.Sprintf("names, and %s of texts such as units above columns of numbers", count(rows-1, "row"))
		}
		return ""
	}
	if twice {
		if sum, _ := headerEvidence(heads[0], cols); sum >= sureOfHeader {
			return "the names are there twice"
		}
		return ""
	}
	if noneIsValue(heads, cols) {
		return fmt.Sprintf("%d rows that hold none of the values that the rows below them have", rows)
	}
	if rows == 2 && groups(heads[0]) && !slices.ContainsFunc(slices.Concat(heads...), isValue) {
		if sum, _ := headerEvidence(heads[1], cols); sum >= sureOfHeader && likeNames(distinct(heads[1])) {
			return "the names of groups, and below them those of their fields"
		}
	}
	return ""
}

// isValue reports whether the cell is a number, a date or a word for a value.
func isValue(s string) bool {
	switch kindOf([]byte(s)) {
	case cellNumber, cellDatetime, cellWord:
		return true
	}
	return false
}

// mayBeUnits reports whether every row below the first holds several different
// texts and no value.
func mayBeUnits(heads [][]string) bool {
	return !slices.ContainsFunc(heads[1:], func(row []string) bool {
		return len(distinct(row)) < 3 || slices.ContainsFunc(row, func(s string) bool { return isValue(s) && !isLetter(s) })
	})
}

// isLetter reports whether s is one letter of ASCII: a unit rather than a word for
// yes or no.
func isLetter(s string) bool { return len(s) == 1 && 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z' }

// areUnits reports whether each of the rows has different texts above at least
// three columns of nothing but numbers or dates, and no value above the others of
// these: a record would hardly be like that.
func areUnits(rows [][]string, cols []column) bool {
	for _, cells := range rows {
		var texts []string
		for j, s := range cells {
			c := &cols[j]
			pure := c.kinds[cellNumber] == c.filled || c.kinds[cellDatetime] == c.filled
			if c.filled < 3 || !pure || s == "" {
				continue
			}
			texts = append(texts, s)
		}
		if len(texts) < 3 || len(distinct(texts)) < 2 {
			return false
		}
	}
	return len(rows) > 0
}

// completes reports whether the rows below the first name fields that the first
// one does not, so that together they name every field.
func completes(heads [][]string) bool {
	seen := map[string]int{}
	for _, s := range heads[0] {
		seen[trimName(s)]++
	}
	gaps, named := 0, 0
	for j, s := range heads[0] {
		if s = trimName(s); s != "" && seen[s] == 1 {
			continue
		}
		gaps++
		if slices.ContainsFunc(heads[1:], func(row []string) bool { return trimName(row[j]) != "" }) {
			named++
		}
	}
	return gaps > 0 && 2*named > gaps
}

// noneIsValue reports whether the rows hold no value of the columns below them.
func noneIsValue(heads [][]string, cols []column) bool {
	for k, cells := range heads {
		against, typed := 0, 0
		years := k > 0 && areYears(cells)
		for j, s := range cells {
			if !cols[j].typed() || cols[j].filled < 2 {
				if s != "" && cols[j].values[s] {
					return false
				}
				continue
			}
			typed++
			switch kind := kindOf([]byte(s)); {
			case kind == cellEmpty:
			case years && kind == cellNumber && !cols[j].values[s]:
				against++
			case kind == cellNumber, kind == cellDatetime, kind == cellWord:
				return false
			default:
				against++
			}
		}
		if typed == 0 || against == 0 || 2*against < typed {
			return false
		}
	}
	return true
}

// groups reports whether a row names groups of fields: each name is above its
// first field and empty cells follow, or the name is repeated.
func groups(cells []string) bool {
	seen := map[string]bool{}
	names, more := 0, 0
	last := ""
	for _, s := range cells {
		switch s = trimName(s); {
		case s == "" && last == "":
		case s == "" || s == last:
			more++
		case seen[s]:
			return false
		default:
			names++
			seen[s], last = true, s
		}
	}
	return names > 0 && more > 0 && 2*more >= names
}

// distinct returns the different cells that are not empty.
func distinct(cells []string) []string {
	var list []string
	for _, s := range cells {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// namesAll reports whether a row names every field by itself.
func namesAll(cells []string) bool {
	seen := map[string]bool{"": true}
	for _, s := range cells {
		s = strings.TrimSpace(s)
		if seen[s] {
			return false
		}
		seen[s] = true
	}
	return true
}

// areYears reports whether all numbers in the row are years, as below the names of
// groups.
func areYears(cells []string) bool {
	n := 0
	for _, s := range cells {
		if kindOf([]byte(s)) != cellNumber {
			continue
		}
		if y, err := strconv.Atoi(strings.TrimSpace(s)); err != nil || y < 1800 || y > 2200 {
			return false
		}
		n++
	}
	return n >= 2
}
