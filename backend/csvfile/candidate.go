package csvfile

import (
	"bytes"
	"math"
	"slices"
)

// A row is a record of the sample under one candidate dialect.
type row struct {
	start, end    int // in the text
	line, endLine int64
	fields        int
	bad, blank    bool
}

// A candidate is a delimiter, a quote and an escape, and how well the sample
// fits them.
type candidate struct {
	delim, quote, escape string
	grammar              *grammar

	rows    []row
	fields  int     // in most records
	good    int     // records that have as many
	body    int     // records from the first of these to the last
	first   int     // index of the first of these
	last    int     // and of the last
	cells   float64 // 0 to 1: how much the values look like values
	atoms   float64 // 0 to 1: how many of them are times or addresses, which have delimiters in them
	score   float64
	keep    int // lines with the comment mark are records where they have so many fields
	quoted  int // fields in quotes
	escapes int // quotes that are escaped in them
}

// share is how many of the records in the body have the usual number of fields.
func (c *candidate) share() float64 {
	if c.body == 0 {
		return 0
	}
	return float64(c.good) / float64(c.body)
}

// scored is how much of the head each candidate is tried on, and cellRows how
// many rows of it have their cells looked at.
const (
	scored   = 64 << 10
	cellRows = 200
)

// parse finds the rows of the text.
func (c *candidate) parse(text []byte, whole bool) {
	c.rows, c.quoted, c.escapes = nil, 0, 0
	var s shape
	line := int64(1)
	for at := 0; at < len(text); {
		b := text[at:]
		r := row{start: at, line: line}
		st := c.grammar.parse(b, whole, &s)
		if st == needMore {
			if len(b) < lookRecord/2 {
				return
			}
			st = broken
		}
		switch {
		case b[0] == '\n' || b[0] == '\r' || st == parsed && len(s.fields) == 1 && !s.fields[0].Quoted && len(bytes.TrimSpace(b[:s.end])) == 0:
			r.end, r.blank = at+lineEnd(b, true), true
		case len(c.grammar.comment) > 0 && bytes.HasPrefix(b, c.grammar.comment) && (st != parsed || c.keep < 2 || len(s.fields) != c.keep):
			n := lineEnd(b, true)
			at += n
			line++
			continue
		case st == parsed:
			r.end, r.fields = at+s.end, len(s.fields)
			for _, f := range s.fields {
				if f.Quoted {
					c.quoted++
					if f.Escaped {
						c.escapes++
					}
				}
			}
		default:
			n := lineEnd(b, true)
			r.end, r.bad, r.fields = at+n, true, c.grammar.lenient(b[:n])
			s.breaks = 0
		}
		r.endLine = line
		if st == parsed && !r.blank {
			r.endLine += int64(s.breaks)
		}
		line = r.endLine + 1
		at = r.end
		c.rows = append(c.rows, r)
	}
}

// measure finds the usual number of fields and the score.
func (c *candidate) measure(text []byte) {
	type span struct{ n, half, from, first, last int }
	counts := map[int]*span{}
	var index []int // of the rows that are not blank
	for i, r := range c.rows {
		if r.blank {
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
			s.half++ // as its delimiters go, it has so many
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
	c.score = fit * math.Sqrt(fit) * (0.15 + 0.85*c.cells) * c.prior(text)
	if c.first != index[0] && commentMark(text[c.rows[index[0]].start:]) == "" {
		c.score *= 0.96 // where another leaves out no line above, that is better
	}
}

// prior is how likely the delimiter is before its values are looked at.
func (c *candidate) prior(text []byte) float64 {
	if c.fields == 1 {
		switch {
		case c.atoms > 0.7:
			return 0.9 // what a colon or a space divides is a time
		case c.quoted >= c.good && c.good > 1:
			return 0.95 // what is in quotes belongs together
		}
		return 0.55
	}
	switch c.delim {
	case " ", ":", "::", "#", "*": // in text everywhere, but seldom so many in each line
		switch {
		case c.delim == ":" && c.alwaysEmpty(text):
			return 0.5 // two of them are the delimiter
		case c.divides(text):
			return 0.93
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
			same++ // a unit, or a word that stands in all values
		case col.kind == cellCode && !col.addresses():
			codes++
		case col.kind == cellCode:
			typed++
		case col.typed():
			typed++
			if col.kind == cellNumber && col.zeros() {
				zeros++ // a part of a number that is none, such as that of a telephone
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

// oneValue reports whether the records are as a whole the values of a single
// column, such as times, or of numbers with units.
func (c *candidate) oneValue(text []byte, cols []column) bool {
	n, whole := 0, 0
	for i := c.first; i <= c.last && n < cellRows; i++ {
		r := c.rows[i]
		if r.bad || r.blank || r.fields != c.fields {
			continue
		}
		n++
		b := bytes.TrimRight(text[r.start:r.end], "\r\n")
		if k := kindOf(b); k == cellMoment || k == cellNumber || isAddress(b) {
			whole++
		}
	}
	few := c.fields == 2 && cols[1].kind == cellText && len(cols[1].values) <= 4 && 4*len(cols[1].values) < cols[1].filled
	return few || 2*whole > n
}

// cellScore is how much the values look like values rather than like pieces or
// heaps of them.
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
			if kindOf(b) == cellMoment || isAddress(b) {
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

// cellValue is how much one value looks like one.
func (c *candidate) cellValue(b []byte, quoted bool) float64 {
	if quoted {
		return 0.95
	}
	switch kindOf(b) {
	case cellEmpty:
		return 0.6
	case cellNumber, cellMoment, cellWord:
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
