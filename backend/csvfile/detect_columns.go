package csvfile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A column is what the values of one field look like.
type column struct {
	kind    cellKind // that of at least four in five values; otherwise cellText
	same    int      // the length of all values, or -1
	values  map[string]bool
	first   []string // the first few of the values
	filled  int
	rows    int // with values or without
	upper   int // values that begin with a capital
	average float64
	longest int
	least   float64       // of the plain numbers
	most    float64       // and the largest
	numbers int           // values that are plain numbers
	years   int           // values that may be years
	across  [sorts][3]int // values that are part of a series across their row, by its sort and length
	whole   bool          // all plain numbers are whole
	styles  [styles]int   // values of each style of writing
	blanks  int           // values with spaces in them
	kinds   kindCount     // values of each kind
}

type kindCount [cellText + 1]int

// firstValues is the number of a column's values that are kept, in order.
const firstValues = 20

// columns looks at the columns of at most that many rows from i on.
func (c *candidate) columns(text []byte, i, most int) []column {
	list, _ := c.columnsBut(text, i, most, nil)
	return list
}

// columnsBut is columns without the rows that equal header, which it counts: the
// header repeats where files were concatenated.
func (c *candidate) columnsBut(text []byte, i, most int, header []string) (list []column, again int) {
	list = make([]column, c.fields)
	rows := 0
	for ; i < len(c.rows) && i <= c.last && rows < most; i++ {
		if r := c.rows[i]; r.bad || r.blank || r.fields != c.fields {
			continue
		}
		cells := c.cellsOf(text, i)
		if header != nil && sameNames(cells, header) {
			again++
			continue
		}
		rows++
		for j, s := range cells {
			list[j].add(s)
		}
		for _, s := range seriesAcross(cells) {
			for _, j := range s.at {
				list[j].across[s.sort][s.class()]++
			}
		}
	}
	for j := range list {
		list[j].finish(rows)
	}
	return list, again
}

// sameNames reports whether two rows are not empty and equal, apart from blanks
// and byte order marks around their values.
func sameNames(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	some := false
	for i := range a {
		s := trimName(a[i])
		if s != trimName(b[i]) {
			return false
		}
		some = some || s != ""
	}
	return some
}

// trimName returns a name without blanks around it and, as in files that were
// concatenated, byte order marks.
func trimName(s string) string { return strings.TrimSpace(strings.Trim(s, "\ufeff")) }

// add takes a value into account.
func (c *column) add(s string) {
	if s == "" {
		return
	}
	if c.filled == 0 {
		c.same, c.values = len(s), map[string]bool{}
		c.least, c.most = math.Inf(1), math.Inf(-1)
	} else if c.same != len(s) {
		c.same = -1
	}
	c.filled++
	c.average += float64(len(s))
	c.longest = max(c.longest, len(s))
	known := len(c.values)
	c.values[s] = true
	if len(c.values) > known && known < firstValues {
		c.first = append(c.first, s)
	}
	if 'A' <= s[0] && s[0] <= 'Z' {
		c.upper++
	}
	if strings.Contains(strings.TrimSpace(s), " ") {
		c.blanks++
	}
	kind := kindOf([]byte(s))
	c.kinds[kind]++
	switch kind {
	case cellNumber:
		if v, ok := plainNumber(s); ok {
			c.whole = (c.whole || c.numbers == 0) && v == math.Trunc(v)
			c.numbers++
			c.least, c.most = min(c.least, v), max(c.most, v)
			if isYear(v) {
				c.years++
			}
		}
	case cellCode, cellText:
		c.styles[styleOf(s)]++
	}
}

// finish decides about the kind of all values.
func (c *column) finish(rows int) {
	c.rows, c.kind = rows, cellText
	if c.filled == 0 {
		c.kind = cellEmpty
		return
	}
	c.average /= float64(c.filled)
	for k, n := range c.kinds {
		if cellKind(k) != cellWord && n*5 >= c.filled*4 || cellKind(k) == cellWord && n == c.filled {
			c.kind = cellKind(k)
		}
	}
	// Numbers or dates with words for none among them.
	if w := c.kinds[cellWord]; w > 0 {
		for _, k := range []cellKind{cellNumber, cellDatetime} {
			if n := c.kinds[k]; (n+w)*5 >= c.filled*4 && n > w {
				c.kind = k
			}
		}
	}
}

// typed reports whether a header's name would stand out in the column.
func (c *column) typed() bool {
	return c.kind == cellNumber || c.kind == cellDatetime || c.kind == cellWord
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

// far reports whether the number is further from all values than they are from
// each other.
func (c *column) far(s string) bool {
	v, ok := plainNumber(s)
	if !ok || c.numbers < 2 {
		return false
	}
	span := c.most - c.least
	return v > c.most+span && v > c.most+1 || v < c.least-span && v < c.least-1
}

// counts reports whether the first values number the rows, from 0 or 1.
func (c *column) counts() bool {
	if len(c.first) < 2 || len(c.values) != c.rows {
		return false
	}
	from, ok := plainNumber(c.first[0])
	if !ok || from != 0 && from != 1 {
		return false
	}
	for i, s := range c.first {
		if v, ok := plainNumber(s); !ok || v != from+float64(i) {
			return false
		}
	}
	return true
}

// nameLike reports whether many of the values look like names of fields.
func (c *column) nameLike() bool {
	n := 0
	for _, s := range c.first {
		if isNameLike(s) {
			n++
		}
	}
	return 5*n > len(c.first)
}

// shaped reports whether most values have digits at the same places among letters
// and punctuation as s has.
func (c *column) shaped(s string) bool {
	shape := shapeOf(s)
	if len(c.first) < 3 || !strings.Contains(shape, "9") {
		return false
	}
	n := 0
	for _, v := range c.first {
		if shapeOf(v) == shape {
			n++
		}
	}
	return 5*n >= 3*len(c.first)
}

// shapeOf returns s with one 9 for each run of digits, one letter for each run
// of letters and one blank for each run of blanks.
func shapeOf(s string) string {
	var b strings.Builder
	last := rune(-1)
	for _, c := range s {
		switch {
		case '0' <= c && c <= '9':
			c = '9'
		case c == ' ' || c == '\t':
			c = ' '
		case unicode.IsLetter(c):
			c = 'a'
		default:
			b.WriteRune(c)
			last = -1
			continue
		}
		if c != last {
			b.WriteRune(c)
		}
		last = c
	}
	return b.String()
}

// plainNumber returns the value of digits with a sign and a point, as in a header.
func plainNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsFunc(s, func(c rune) bool { return (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' }) {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func isYear(v float64) bool { return v >= 1800 && v <= 2200 && v == math.Trunc(v) }

// The styles of writing.
const (
	styleNone   = iota // no letters that have a case
	styleLower         // all small
	styleUpper         // all capitals
	styleTitle         // a capital, then small
	styleTitles        // each word with a capital
	styleCamel         // a capital within a word
	styleCode          // with digits in it
	styleOther
	styles // the number of styles
)

// styleOf returns how s is written.
func styleOf(s string) int {
	var titles, small, shouts, camels int // words by how they begin, and go on
	begin, lower, upper := true, false, false
	first := 0 // 1 where the first word begins with a capital
	for _, c := range s {
		switch {
		case '0' <= c && c <= '9':
			return styleCode
		case c == ' ':
			begin = true
			continue
		case 'a' <= c && c <= 'z' || c >= utf8.RuneSelf && unicode.IsLower(c):
			if begin {
				small++
			}
			lower = true
		case 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf && unicode.IsUpper(c):
			switch {
			case !begin && lower:
				camels++
			case !begin:
				shouts++
			default:
				if small+titles == 0 {
					first = 1
				}
				titles++
			}
			upper = true
		}
		begin = false
	}
	switch {
	case !lower && !upper:
		return styleNone
	case !upper:
		return styleLower
	case !lower:
		return styleUpper
	case camels > 0 || shouts > 0:
		return styleCamel
	case titles > 1 && small == 0:
		return styleTitles
	case first > 0:
		return styleTitle
	}
	return styleOther
}

// unlike reports whether no value of a column with some is written in the
// style of s.
func (c *column) unlike(s string) bool {
	style := styleOf(s)
	if style == styleNone || c.filled < 3 || c.styles[styleNone]*2 > c.filled {
		return false
	}
	if style == styleTitle && c.styles[styleTitles] > 0 {
		return false
	}
	return c.styles[style] == 0 && slices.Max(c.styles[:]) > 0
}
