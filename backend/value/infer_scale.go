package value

import (
	"bytes"

	"linefeed/backend/load"
)

// scales are how many digits the numbers of a field have after the point. Where
// one ends with a zero, as 1.10, and another goes on to it, as 1.2 or 1.9, the
// zero says something, as it does in the numbers of chapters and releases, of
// which 1.1 and 1.10 are two. Measured and typed numbers, such as 0.510 beside
// 0.6 or 9.9 beside 12.50, do not count up like that.
type scales struct {
	least    int // of those that have any; 0 for none
	most     int
	zeroed   int // the most of those that end with a zero
	first    held
	negative bool

	// By the number of digits after the point: the integer parts of the first
	// number with as many, and of the first of those that ends with a zero.
	whole, wholeOfZero [mostZeroed + 1]string
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
	s.most = max(s.most, n)
	if n > mostZeroed {
		return
	}
	if s.whole[n] == "" {
		s.whole[n] = string(text[:at])
	}
	if text[len(text)-1] != '0' {
		return
	}
	if s.wholeOfZero[n] == "" {
		s.wholeOfZero[n] = string(text[:at])
	}
	if n > s.zeroed {
		s.zeroed, s.first = n, hold(text, line)
	}
}

// speak reports whether a zero at the end of a number says something: whether
// the numbers go on to it from those of one digit less and the same integer part.
func (s *scales) speak() bool {
	if s.negative {
		return false
	}
	for n := 2; n <= mostZeroed; n++ {
		if whole := s.wholeOfZero[n]; whole != "" && whole != "0" && whole == s.whole[n-1] {
			return true
		}
	}
	return false
}

// spread reports whether the numbers have been seen with a zero at the end, and
// with fewer digits: then it is judged what that says.
func (s *scales) spread() bool { return s.least > 0 && s.zeroed > s.least }

// mayBeCodes reports whether numbers of that kind may be those of chapters and
// the like: not amounts, by their name or by what stands beside them.
func (w *fieldWatch) mayBeCodes(c *candidate) bool {
	f := formatOf(c.notation)
	return c.typ == load.Decimal && f.group == groupNone && f.unit == nil && !f.percent && !f.parentheses && !f.trailingMinus &&
		!w.scales.negative && !namesAmount(w.name)
}

// contradicts reports whether a number with that many digits after the point, of
// which the last is a zero or not, makes zeros at the end say something.
func contradicts(s load.Scales, fraction int, zero bool) bool {
	if fraction == 0 {
		return false
	}
	return zero && s.Least > 0 && fraction > s.Least && fraction <= mostZeroed || fraction < s.Zeroed
}
