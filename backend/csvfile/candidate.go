package csvfile

import (
	"bytes"
	"math"
	"slices"
	"strings"
)

// A row is a record of the sample under one candidate dialect.
type row struct {
	start, end    int // in the text
	line, endLine int64
	fields        int
	bad, blank    bool
}

// A candidate is a delimiter, a quote and an escape, and how well they fit the
// sample.
type candidate struct {
	delim, quote, escape string
	grammar              *grammar

	rows      []row
	fields    int     // in most records
	good      int     // records that have as many
	body      int     // records from the first of these to the last
	first     int     // index of the first of these
	last      int     // and of the last
	cells     float64 // 0 to 1: how much the values look like values
	atoms     float64 // 0 to 1: how many of them are times or addresses, which have delimiters in them
	score     float64
	asWhole   bool    // most records are a single value, such as a time
	within    float64 // share of the delimiters that are within dates and times, if it is large
	looked    bool    // within is known
	heads     bool    // the first row names the fields
	apart     bool    // the delimiter does not divide the first row
	keep      int     // a line that begins with the comment mark and has this number of fields is a record
	quoted    int     // fields in quotes
	needs     int     // fields that would be read differently without them
	bad       int     // records that break the rules
	allQuoted bool    // every field of the first record
	escapes   int     // quotes that are escaped in them
}

// share is how many of the records in the body have the usual number of fields.
func (c *candidate) share() float64 {
	if c.body == 0 {
		return 0
	}
	return float64(c.good) / float64(c.body)
}

// scored is the number of bytes of the head that each candidate is tried on, and
// cellRows the number of rows of which the cells are looked at.
const (
	scored   = 64 << 10
	cellRows = 200
)

// measure finds the usual number of fields and the score.
func (c *candidate) measure(text []byte) {
	type span struct{ n, half, from, first, last int }
	counts := map[int]*span{}
	var index []int // of the rows that are not blank
	c.bad = 0
	remarks := c.remarks(text)
	for i, r := range c.rows {
		if r.blank || i < remarks {
			continue
		}
		index = append(index, i)
		s := counts[r.fields]
		if s == nil {
			s = &span{from: len(index) - 1, first: -1}
			counts[r.fields] = s
		}
		s.last = len(index) - 1
		if r.bad {
			c.bad++
			s.half++ // by its delimiters it has that number
			continue
		}
		if s.first < 0 {
			s.first = len(index) - 1
		}
		s.n++
	}
	best, fit := 0.0, 0.0
	c.fields, c.good, c.body, c.score = 0, 0, 0, 0
	for n, s := range counts {
		if s.n == 0 {
			continue
		}
		body := s.last - s.from + 1
		f := (float64(s.n) + 0.5*float64(s.half)) / (float64(body) + 0.5*float64(len(index)-body))
		value := min(f, 1) * (1 - 0.5/float64(s.n))
		if n == 1 {
			value *= 0.5
		}
		if value > best || value == best && n > c.fields {
			best, fit = value, min(f, 1)
			c.fields, c.good, c.body, c.first, c.last = n, s.n, body, index[s.first], index[s.last]
		}
	}
	if c.fields == 0 {
		return
	}
	c.cells = c.cellScore(text)
	weak := c.fields > 1 && isWeak(c.delim)
	power := 1.5
	if weak && !(c.rows[index[0]].fields == c.fields && c.named(text, index[0])) {
		power = 3 // a character common in text has to divide nearly all records
	} else if c.fields > 1 && !weak {
		fit = min(1, fit+c.ragged(text, index))
	}
	c.score = math.Pow(fit, power) * (0.15 + 0.85*c.cells) * c.prior(text)
	if c.first != index[0] {
		c.score *= 0.96 // one that leaves out no line above is better
		if weak {
			c.score *= 0.8
		}
	}
	c.score *= 1 - 0.7*c.within
	c.heads, c.apart = false, false
	head := index[0]
	if head > 0 && remarks == head && c.named(text, head-1) {
		head--
	}
	if r := c.rows[head]; !r.bad {
		c.apart = r.fields == 1
		c.heads = c.fields > 1 && (!weak || c.fields > 2 && c.first == index[0] && c.good == len(index)) && r.fields >= 2 && c.good >= 2 && c.named(text, head) &&
			(r.fields == c.fields || headAbove(text, c, c.first) == head)
	}
}

// remarks returns the number of rows at the top that begin with a comment mark
// and the blank ones among them; 0 where nothing else follows.
func (c *candidate) remarks(text []byte) int {
	n := 0
	mark := ""
	for i, r := range c.rows {
		if r.blank {
			continue
		}
		m := commentMark(text[r.start:])
		if m == "" || mark != "" && m != mark {
			return n
		}
		mark, n = m, i+1
	}
	return 0
}

// named reports whether row i may name the fields, with a comment mark before them or without.
func (c *candidate) named(text []byte, i int) bool {
	r := c.rows[i]
	return !r.bad && !r.blank && r.fields > 1 && nameRow(unmarked(c.values(text, r)))
}

// unmarked returns the cells of a row without the comment mark that it begins with.
func unmarked(cells []string) []string {
	if len(cells) > 0 {
		cells[0] = strings.TrimLeft(strings.TrimPrefix(cells[0], commentMark([]byte(cells[0]))), " ")
	}
	return cells
}

// isWeak reports whether the delimiter also occurs in texts, times and addresses.
func isWeak(delim string) bool {
	switch delim {
	case " ", ":", "::", "#", "*":
		return true
	}
	return false
}

// ragged returns what records with another number of fields add to the share of
// those with the usual one, because their values are of the kinds of the columns.
func (c *candidate) ragged(text []byte, index []int) float64 {
	const rows = 300
	if c.good >= len(index) {
		return 0
	}
	cols := c.columns(text, c.first, cellRows)
	n, like := 0, 0
	for _, i := range index[:min(len(index), rows)] {
		r := c.rows[i]
		if n++; r.bad || r.fields == c.fields || r.fields < 2 {
			continue
		}
		if agree, against := likeness(c.values(text, r), cols); agree > against {
			like++
		}
	}
	if n == 0 {
		return 0
	}
	return 0.5 * float64(like) / float64(n)
}

// prior is how likely the delimiter is before its values are looked at.
func (c *candidate) prior(text []byte) float64 {
	if c.fields == 1 {
		switch {
		case c.atoms > 0.6:
			return 0.9 // the parts of a time
		case c.quoted >= c.good && c.good > 1:
			return 0.95 // quoted values belong together
		}
		return 0.55
	}
	switch c.delim {
	case " ", ":", "::", "#", "*": // common in text, but seldom the same number in every line
		switch {
		case c.delim == ":" && c.alwaysEmpty(text):
			return 0.5 // two of them are the delimiter
		case c.divides(text):
			return 0.93
		case c.asWhole:
			return 0.3 // each record is a time, or a number
		case c.fields == 2 && c.delim[0] != ':':
			return 0.5
		case c.fields == 2:
			return 0.65
		case c.fields == 3 || c.good < 4:
			return 0.75
		}
		return 0.9
	case ",", "; ", ", ":
		return 0.97
	case ",,", ";;", "\t\t":
		return 0.8 // rather an empty field
	}
	return 1
}

// divides reports whether the delimiter stands between columns of their own
// kind, which the words of a text are not.
func (c *candidate) divides(text []byte) bool {
	cols := c.columns(text, c.nextRow(c.first), cellRows)
	typed, codes, same, zeros := 0, 0, 0, 0
	for i := range cols {
		col := &cols[i]
		switch {
		case col.filled < max(2, min(3, c.good-1), c.good/2):
		case len(col.values) == 1:
			same++ // a unit, or a word common to all values
		case col.kind == cellCode && !col.addresses():
			codes++
		case col.kind == cellCode:
			typed++
		case col.typed():
			typed++
			if col.kind == cellNumber && col.zeros() {
				zeros++ // part of something like a telephone number
			}
		}
	}
	if c.fields == 2 {
		return typed > 0 && zeros == 0 && same == 0 && !c.oneValue(text, cols)
	}
	return (typed > zeros || typed+codes > 1) && !c.oneValue(text, cols)
}

// alwaysEmpty reports whether a field between others is empty in all records.
func (c *candidate) alwaysEmpty(text []byte) bool {
	cols := c.columns(text, c.first, cellRows)
	return len(cols) > 2 && slices.ContainsFunc(cols[1:len(cols)-1], func(col column) bool { return col.filled == 0 })
}

// oneValue reports whether each record as a whole is one value, such as a time or
// a number with a unit.
func (c *candidate) oneValue(text []byte, cols []column) bool {
	n, whole := 0, 0
	for i := c.first; i <= c.last && n < cellRows; i++ {
		r := c.rows[i]
		if r.bad || r.blank || r.fields != c.fields {
			continue
		}
		n++
		b := bytes.TrimRight(text[r.start:r.end], "\r\n")
		if k := kindOf(b); k == cellDatetime || k == cellNumber || isAddress(b) {
			whole++
		}
	}
	c.asWhole = 2*whole > n
	few := c.fields == 2 && cols[1].kind == cellText && len(cols[1].values) <= 4 && 4*len(cols[1].values) < cols[1].filled
	return few || 2*whole > n
}

// cellScore is how much the cells look like values, rather than like pieces of
// values or several at once.
func (c *candidate) cellScore(text []byte) float64 {
	var sum float64
	var n, atoms int
	var s shape
	rows := 0
	for i := c.first; i <= c.last && rows < cellRows; i++ {
		r := c.rows[i]
		if r.bad || r.blank || r.fields != c.fields {
			continue
		}
		rows++
		c.grammar.parse(text[r.start:r.end], true, &s)
		for j, f := range s.fields {
			b := s.field(text[r.start:r.end], j)
			sum += c.cellValue(b, f.Quoted)
			n++
			if kindOf(b) == cellDatetime || isAddress(b) {
				atoms++
			}
		}
	}
	if n == 0 {
		return 0
	}
	c.atoms = float64(atoms) / float64(n)
	return sum / float64(n)
}

// cellValue is how much a cell looks like a value.
func (c *candidate) cellValue(b []byte, quoted bool) float64 {
	if quoted {
		return 0.95
	}
	switch kindOf(b) {
	case cellEmpty:
		return 0.6
	case cellNumber, cellDatetime, cellWord:
		if c.fields > 1 && b[0] == ' ' {
			return 0.9
		}
		return 1
	case cellCode:
		return 0.9
	}
	v := 0.8
	if c.fields > 1 && b[0] == ' ' {
		v -= 0.15
	}
	if q := b[0]; (q == '"' || q == '\'') && len(b) > 1 {
		v -= 0.3
		if b[len(b)-1] == q {
			v -= 0.4
		}
	}
	quotes, colons := 0, 0
	for i, d := range b {
		switch d {
		case ';', '|', '\t', '^', '~', 0x01, 0x02, 0x1e, 0x1f:
			return math.Min(v, 0.3)
		case ',':
			if i+1 < len(b) && b[i+1] != ' ' {
				return math.Min(v, 0.35)
			}
			v = math.Min(v, 0.6)
		case '"':
			quotes++
		case ':':
			colons++
		}
	}
	if quotes > 0 {
		v = math.Min(v, 0.65) - 0.1*math.Min(float64(quotes), 4)
	}
	if colons > 1 {
		v = math.Min(v, 0.4)
	}
	return math.Max(v, 0.05)
}
