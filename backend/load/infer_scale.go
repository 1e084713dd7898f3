package load

import "bytes"

// scales are how many digits the numbers of a field have after the point. Where
// one ends with a zero, as 1.10, and another has fewer digits, as 1.2, they are
// not written with so many digits for all: the zero says something, as it does in
// the numbers of chapters and releases, of which 1.1 and 1.10 are two.
type scales struct {
	least    int // of those that have any; 0 for none
	zeroed   int // the most of those that end with a zero
	first    held
	negative bool
}

// mostZeroed is how many digits such a number may have after the point: more
// have been measured.
const mostZeroed = 3

// add takes a number into account, or what may be one.
func (s *scales) add(text []byte, line int64) {
	if text[0] == '-' {
		s.negative = true
	}
	at := bytes.LastIndexAny(text, ".,")
	if at < 0 || bytes.ContainsAny(text[:at], ".,") || bytes.IndexFunc(text[at+1:], notDigit) >= 0 {
		return
	}
	n := len(text) - at - 1
	if n == 0 {
		return
	}
	if s.least == 0 || n < s.least {
		s.least = n
	}
	if text[len(text)-1] == '0' && n > s.zeroed && n <= mostZeroed {
		s.zeroed, s.first = n, hold(text, line)
	}
}

// speak reports whether a zero at the end of a number says something.
func (s *scales) speak() bool { return s.least > 0 && s.zeroed > s.least && !s.negative }

// mayBeCodes reports whether numbers of that kind may be those of chapters and
// the like: not amounts, by their name or by what stands beside them.
func (w *fieldWatch) mayBeCodes(c *candidate) bool {
	f := formatOf(c)
	return c.typ == Decimal && f.group == groupNone && f.unit == nil && !f.percent && !f.parentheses && !f.minusBehind &&
		!w.scales.negative && !namesAmount(w.name)
}

// A decimalScales is what a column of decimals that was guessed has of scales. The
// zero value is that of a column where they say nothing.
type decimalScales struct {
	known         bool
	least, zeroed int
}

// contradicts reports whether a number with so many digits after the point, of
// which the last is a zero or not, makes zeros at the end say something.
func (s *decimalScales) contradicts(fraction int, zero bool) bool {
	if fraction == 0 {
		return false
	}
	return zero && s.least > 0 && fraction > s.least && fraction <= mostZeroed || fraction < s.zeroed
}
