package value

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// read reads the datetime that s begins with.
func (p *datetimePattern) read(s []byte) (m datetime, rest []byte, f flaw) {
	half := -1
	weekday := time.Weekday(-1)
	for i := range p.elements {
		e := &p.elements[i]
		ok := true
		switch e.kind {
		case elementLiteral:
			s, ok = matchLiteral(s, e.text)
		case elementYear:
			if ok = len(s) >= 4; ok {
				century, years := twoDigits(s[0], s[1]), twoDigits(s[2], s[3])
				ok = century <= 99 && years <= 99
				m.year = int16(century)*100 + int16(years)
				s = s[4:]
			}
		case elementShortYear:
			if ok = len(s) >= 2; ok {
				years := twoDigits(s[0], s[1])
				ok = years <= 99
				m.year = fullYear(years)
				s = s[2:]
			}
		case elementMonth:
			m.month, s, ok = readNumber(s, e.exact)
		case elementDay:
			m.day, s, ok = readNumber(s, e.exact)
		case elementHour:
			m.hour, s, ok = readNumber(s, e.exact)
		case elementMinute:
			m.minute, s, ok = readNumber(s, e.exact)
		case elementSecond:
			m.seconds, s, ok = readNumber(s, e.exact)
			// A fraction is taken where the pattern does not speak of it.
			if ok && len(s) > 1 && (s[0] == '.' || s[0] == ',') && s[1]-'0' <= 9 && !p.fractionFollows(i) {
				if m.nano, s, f = readFraction(s[1:]); f != flawNone {
					return m, s, f
				}
			}
		case elementFraction:
			if m.nano, s, f = readFraction(s); f != flawNone {
				return m, s, f
			}
		case elementMonthName:
			var n int
			n, s = matchName(s, monthNames)
			m.month, ok = uint8(n), n > 0
		case elementWeekday:
			var n int
			n, s = matchName(s, weekdayNames)
			weekday, ok = time.Weekday(n-1), n > 0
		case elementHalf:
			half, s = readHalf(s)
			ok = half >= 0
		case elementZone:
			if s, f = m.readZone(s); f != flawNone {
				return m, s, f
			}
		}
		if !ok {
			return m, s, flawForm
		}
	}
	m.dated, m.timed = p.dated, p.timed
	if half >= 0 {
		if m.hour < 1 || m.hour > 12 {
			return m, s, flawHour
		}
		m.hour = m.hour%12 + uint8(half)
	}
	if m.dated {
		if f = m.checkDate(); f != flawNone {
			return m, s, f
		}
		if weekday >= 0 && weekday != m.weekday() {
			return m, s, flawWeekday
		}
	}
	return m, s, m.checkTime()
}

// fractionFollows reports whether after element i the pattern itself has a
// point, a comma or a fraction.
func (p *datetimePattern) fractionFollows(i int) bool {
	if i+1 == len(p.elements) {
		return false
	}
	e := &p.elements[i+1]
	return e.kind == elementFraction || e.kind == elementLiteral && (e.text[0] == '.' || e.text[0] == ',')
}

// fullYear returns the year that two digits mean: 1969 to 2068, as in POSIX.
func fullYear(years uint8) int16 {
	if years >= 69 {
		return 1900 + int16(years)
	}
	return 2000 + int16(years)
}

// readNumber reads one or two digits; exactly two where exact.
func readNumber(s []byte, exact bool) (n uint8, rest []byte, ok bool) {
	if len(s) == 0 || s[0]-'0' > 9 {
		return 0, s, false
	}
	if len(s) > 1 && s[1]-'0' <= 9 {
		return (s[0]-'0')*10 + s[1] - '0', s[2:], true
	}
	return s[0] - '0', s[1:], !exact
}

// matchLiteral takes a literal from the beginning of s. A blank in it stands
// for one blank or more, of any kind; letters stand for both cases.
func matchLiteral(s, literal []byte) ([]byte, bool) {
	for len(literal) > 0 {
		if n := leadingBlank(literal); n > 0 {
			if leadingBlank(s) == 0 {
				return s, false
			}
			s, literal = trimLeftBlanks(s), literal[n:]
			continue
		}
		if len(s) == 0 || s[0] != literal[0] && !(isLetter(s[0]) && s[0]|0x20 == literal[0]|0x20) {
			return s, false
		}
		s, literal = s[1:], literal[1:]
	}
	return s, true
}

// readHalf reads am or pm, with points or without, and returns the hours that
// it adds, or -1.
func readHalf(s []byte) (int, []byte) {
	hours := 0
	if len(s) < 2 {
		return -1, s
	}
	switch s[0] | 0x20 {
	case 'a':
	case 'p':
		hours = 12
	default:
		return -1, s
	}
	switch {
	case s[1]|0x20 == 'm':
		return hours, s[2:]
	case len(s) >= 4 && s[1] == '.' && s[2]|0x20 == 'm' && s[3] == '.':
		return hours, s[4:]
	}
	return -1, s
}

// matchName finds the name that s begins with, in any case, with or without a
// point after it, and returns its number, from 1, or 0. The letters up to
// the first that is none have to be the whole name.
func matchName(s []byte, names map[string]int) (int, []byte) {
	end := 0
	for end < len(s) {
		r, n := utf8.DecodeRune(s[end:])
		if !unicode.IsLetter(r) {
			break
		}
		end += n
	}
	var lower [24]byte
	if end == 0 || end > len(lower) {
		return 0, s
	}
	for i, b := range s[:end] {
		if b >= 'A' && b <= 'Z' {
			b |= 0x20
		}
		lower[i] = b
	}
	n, ok := names[string(lower[:end])]
	if !ok {
		// Capitals beyond ASCII are rare enough to allocate.
		if n, ok = names[strings.ToLower(string(s[:end]))]; !ok {
			return 0, s
		}
	}
	s = s[end:]
	if len(s) > 0 && s[0] == '.' {
		s = s[1:]
	}
	return n, s
}
