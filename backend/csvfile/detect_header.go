package csvfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// likeNames reports whether the cells may be the names of fields: none of them
// empty, twice there, or a value.
func likeNames(cells []string) bool {
	seen := map[string]bool{}
	for _, s := range cells {
		if s == "" || seen[s] {
			return false
		}
		seen[s] = true
		switch kindOf([]byte(s)) {
		case cellNumber, cellMoment, cellWord:
			return false
		}
	}
	return len(cells) > 0
}

// A column is what the values below each other in one field look like.
type column struct {
	kind    cellKind // that of at least four of five values; cellText where there is none such
	same    int      // the length of all values, or -1
	values  map[string]bool
	filled  int
	upper   int // values that begin with a capital
	average float64
}

// columns looks at the columns of the rows from i on, at most so many of them.
func (c *candidate) columns(text []byte, i, most int) []column {
	list := make([]column, c.fields)
	kinds := make([][cellText + 1]int, c.fields)
	rows := 0
	for ; i < len(c.rows) && i <= c.last && rows < most; i++ {
		if r := c.rows[i]; r.bad || r.blank || r.fields != c.fields {
			continue
		}
		rows++
		for j, s := range c.cellsOf(text, i) {
			c := &list[j]
			if s == "" {
				continue
			}
			if c.filled == 0 {
				c.same, c.values = len(s), map[string]bool{}
			} else if c.same != len(s) {
				c.same = -1
			}
			c.filled++
			c.average += float64(len(s))
			c.values[s] = true
			if 'A' <= s[0] && s[0] <= 'Z' {
				c.upper++
			}
			kinds[j][kindOf([]byte(s))]++
		}
	}
	for j := range list {
		c := &list[j]
		c.kind = cellText
		if c.filled == 0 {
			c.kind = cellEmpty
			continue
		}
		c.average /= float64(c.filled)
		for k, n := range kinds[j] {
			if cellKind(k) != cellWord && n*5 >= c.filled*4 || cellKind(k) == cellWord && n == c.filled {
				c.kind = cellKind(k)
			}
		}
		// Numbers with words for none among them.
		if w := kinds[j][cellWord]; w > 0 && (kinds[j][cellNumber]+w)*5 >= c.filled*4 && kinds[j][cellNumber] > w {
			c.kind = cellNumber
		}
	}
	return list
}

// typed reports whether a header's name would stand out in the column.
func (c *column) typed() bool {
	return c.kind == cellNumber || c.kind == cellMoment || c.kind == cellWord
}

// addresses reports whether all values are addresses with colons.
func (c *column) addresses() bool {
	for s := range c.values {
		if !isAddress([]byte(s)) {
			return false
		}
	}
	return c.filled > 0
}

// zeros reports whether there are whole numbers that begin with a zero.
func (c *column) zeros() bool {
	for s := range c.values {
		if len(s) > 1 && s[0] == '0' && '0' <= s[1] && s[1] <= '9' {
			return true
		}
	}
	return false
}

// header decides how many rows from top on name the fields.
func (det *detector) header(text []byte, best *candidate, top int) {
	if det.d.HeaderRows != nil {
		det.number("headerRows", &det.d.HeaderRows, 0, 1, "")
		return
	}
	if best.fields == 0 || top >= len(best.rows) {
		det.number("headerRows", &det.d.HeaderRows, 1, 0.5, "there is nothing to tell by")
		return
	}
	if best.rows[top].bad {
		det.number("headerRows", &det.d.HeaderRows, 0, 0.7, "the first record breaks the rules, and the one below it does not name the fields")
		return
	}
	first := best.cellsOf(text, top)
	if best.rows[top].fields != best.fields {
		det.number("headerRows", &det.d.HeaderRows, 1, 0.9, "names, with %s below that have %d fields", count(best.good, "record"), best.fields)
		return
	}
	// Several rows, where the values below show that these are none.
	for rows := 3; rows >= 2; rows-- {
		if det.manyRows(text, best, top, rows) {
			det.number("headerRows", &det.d.HeaderRows, rows, 0.8, "%d rows that hold none of the values that the rows below them have", rows)
			return
		}
	}
	next := best.nextRow(top)
	cols := best.columns(text, next, 2*cellRows)
	sum, reason := headerEvidence(first, cols)
	switch {
	case sum > 0:
		det.number("headerRows", &det.d.HeaderRows, 1, 0.5+0.5*sum/(sum+0.5), "%s", reason)
	default:
		det.number("headerRows", &det.d.HeaderRows, 0, 0.5+0.5*sum/(sum-0.5), "%s", reason)
	}
	if sum > -0.3 && sum < 0.3 {
		det.warn(Warning{Code: WarnUnsure, Line: best.rows[top].line, Message: "it is not certain whether the first row names the fields", Hint: "look at the first records in the preview"})
	}
}

// manyRows reports whether the first rows, so many, are all names.
func (det *detector) manyRows(text []byte, best *candidate, top, rows int) bool {
	at := top
	var heads [][]string
	for range rows {
		if at >= len(best.rows) || best.rows[at].fields != best.fields {
			return false
		}
		heads = append(heads, best.cellsOf(text, at))
		if at++; at < len(best.rows) && best.rows[at].blank {
			return false
		}
	}
	if namesAll(heads[0]) {
		return false // what is below it may be a record, which would be lost
	}
	cols := best.columns(text, at, 50)
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
			case kind == cellNumber, kind == cellMoment, kind == cellWord:
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

// nameWords are words that name fields more often than they are values.
var nameWords = regexp.MustCompile(`(?i)^(id|ids|uuid|guid|key|code|sku|ean|isbn|name|names|title|label|text|notes?|comments?|remarks?|description|desc|e-?mail|mail|phone|tel|fax|mobile|address|addr|street|city|town|state|country|county|region|zip|postcode|postal|lat|lon|lng|latitude|longitude|date|time|datetime|timestamp|created|updated|modified|year|month|day|hour|age|sex|gender|birthday|price|cost|amount|total|sum|qty|quantity|count|number|no|nr|num|value|unit|units|currency|rate|tax|status|active|enabled|type|kind|category|group|class|tags?|url|link|website|file|path|size|weight|height|width|length|color|colour|first|last|user|username|login|company|organi[sz]ation|department|role|job|score|rank|level|version|index|row|line|order|product|item|customer|client|account|invoice|vorname|nachname|straße|strasse|ort|plz|stadt|land|datum|preis|menge|betrag|nombre|fecha|precio|nom|prénom|ville|prix|cognome|città|prezzo|naam)$`)

// headerEvidence weighs whether cells are the names of the columns below them:
// above 0 they are.
func headerEvidence(cells []string, cols []column) (float64, string) {
	sum := 0.3 // most files have one
	var pro, con []string
	seen := map[string]bool{}
	empty := 0
	for j, s := range cells {
		if j >= len(cols) {
			break
		}
		c := &cols[j]
		s = strings.TrimSpace(s)
		if s == "" {
			empty++
			if c.typed() {
				sum -= 0.3
			}
			continue
		}
		if seen[s] {
			sum -= 0.5
		}
		seen[s] = true
		kind := kindOf([]byte(s))
		switch {
		case c.filled == 0:
		case c.typed() && kind == c.kind:
			sum -= 1
			con = append(con, s)
		case c.typed() && (kind == cellText || kind == cellCode):
			sum += 1
			pro = append(pro, s)
		case c.typed():
			sum -= 0.3
		case c.values[s]:
			sum -= 1
			con = append(con, s)
		default:
			sum += textEvidence(s, kind, c)
		}
		if c.filled == 0 && (kind == cellNumber || kind == cellMoment || kind == cellWord) {
			sum -= 0.8
			con = append(con, s)
		}
		if isNameLike(s) {
			sum += 0.6
			pro = append(pro, s)
		}
	}
	if yearsAcross(cells) {
		sum += float64(len(con)) + 0.5
	}
	if empty > 0 && sum > 0 {
		sum *= 0.8
	}
	if sum > 0 {
		if len(pro) > 0 {
			return sum, fmt.Sprintf("names, because %q is no value like those below it", pro[0])
		}
		return sum, "the first row differs from those below it"
	}
	if len(con) > 0 {
		return sum, fmt.Sprintf("no names, because %q is a value like those below it", con[0])
	}
	return sum, "the first row is like those below it"
}

// isNameLike reports whether s is, or is made of, a word that names fields.
func isNameLike(s string) bool {
	parts := strings.FieldsFunc(s, func(c rune) bool { return c == '_' || c == ' ' || c == '-' || c == '.' || c == '/' })
	return len(parts) <= 4 && slices.ContainsFunc(parts, nameWords.MatchString)
}

// textEvidence weighs a cell above a column of text.
func textEvidence(s string, kind cellKind, c *column) float64 {
	e := 0.0
	switch {
	case kind == cellNumber || kind == cellMoment:
		return -0.6
	case c.kind == cellCode && kind == cellText:
		e += 0.7
	}
	if c.same > 0 && c.filled >= 3 && c.same != len(s) {
		e += 0.5
	}
	if strings.ContainsAny(s, "@") || len(s) > 60 {
		e -= 0.6
	}
	lower := s == strings.ToLower(s) && s != strings.ToUpper(s)
	if lower && c.upper*2 > c.filled {
		e += 0.4
	}
	if strings.Contains(s, "_") && !strings.Contains(s, " ") {
		e += 0.3
	}
	if c.average > 25 && len(s) < 20 {
		e += 0.4
	}
	if c.filled >= 10 && len(c.values)*4 < c.filled {
		e += 0.4 // few values, again and again, and this is none of them
	}
	return e
}

// areYears reports whether all numbers in the row are years, as they stand below
// the names of groups.
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

// yearsAcross reports whether the row has years that follow each other.
func yearsAcross(cells []string) bool {
	n, last := 0, 0
	for _, s := range cells {
		y := 0
		if len(s) == 4 {
			if _, err := fmt.Sscanf(s, "%d", &y); err != nil || y < 1800 || y > 2200 {
				y = 0
			}
		}
		if y == 0 {
			if n > 0 {
				break
			}
			continue
		}
		if n > 0 && y != last+1 && y != last-1 {
			return false
		}
		n, last = n+1, y
	}
	return n >= 2
}
