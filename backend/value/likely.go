package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// likelyPatterns lists the patterns that a date or timestamp may be written
// in, by the looks of it: several where it does not tell what is the day and
// what the month. It is nil for ISO 8601's own form and for other texts.
func likelyPatterns(text []byte) []string {
	const longest = 48
	if len(text) < 6 || len(text) > longest {
		return nil
	}
	l := likeness{rest: string(text)}
	if !l.scan() {
		return nil
	}
	return l.patterns()
}

// A likeness is the shape of a text that may be a datetime.
type likeness struct {
	rest  string
	parts []likePart
	named bool // it has the name of a month
	clock bool // the time has begun
	half  bool // it has am or pm
}

// A likePart is a number of the date, whose place is not known yet, or a piece
// of the pattern.
type likePart struct {
	digits  int // of a number of the date; 0 for a piece
	pattern string
}

func (l *likeness) scan() bool {
	for l.rest != "" {
		r, n := utf8.DecodeRuneInString(l.rest)
		switch {
		case isASCIIDigit(r):
			if !l.number() {
				return false
			}
		case unicode.IsLetter(r) && r < '\u2e80':
			if !l.word() {
				return false
			}
		case l.clock && (r == '+' || r == '-'):
			var m datetime
			rest, f := m.readZone([]byte(l.rest))
			if f != flawNone {
				return false
			}
			l.add("Z", len(l.rest)-len(rest))
		case isWideBlank(r):
			l.add(" ", n)
		case strings.ContainsRune("./-, :年月日", r):
			l.add(l.rest[:n], n)
		default:
			return false
		}
	}
	return true
}

func (l *likeness) add(pattern string, n int) {
	l.parts = append(l.parts, likePart{pattern: pattern})
	l.rest = l.rest[n:]
}

// number takes a number, which is the beginning of a time when a colon and
// two digits follow.
func (l *likeness) number() bool {
	n := len(l.rest) - len(strings.TrimLeft(l.rest, "0123456789"))
	if n <= 2 && len(l.rest) > n+2 && l.rest[n] == ':' && !l.clock {
		l.clock = true
		l.add("HH", n)
		l.add(":", 1)
		if !l.pair("mm") {
			return false
		}
		if len(l.rest) > 2 && l.rest[0] == ':' {
			l.add(":", 1)
			if !l.pair("ss") {
				return false
			}
			if len(l.rest) > 1 && (l.rest[0] == '.' || l.rest[0] == ',') {
				l.rest = strings.TrimLeft(l.rest[1:], "0123456789") // seconds may have one anyway
			}
		}
		return true
	}
	if n > 4 || n == 3 {
		return false
	}
	l.parts = append(l.parts, likePart{digits: n})
	l.rest = l.rest[n:]
	return true
}

func (l *likeness) pair(pattern string) bool {
	if len(l.rest) < 2 || twoDigits(l.rest[0], l.rest[1]) > 99 {
		return false
	}
	l.add(pattern, 2)
	return true
}

// word takes a name, am or pm, a zone, or the T before a time.
func (l *likeness) word() bool {
	s := []byte(l.rest)
	if n, rest := matchName(s, monthNames); n > 0 && !l.named {
		l.named = true
		l.add("MMM", len(s)-len(rest))
		return true
	}
	if n, rest := matchName(s, weekdayNames); n > 0 && len(l.parts) == 0 {
		l.add("ddd", len(s)-len(rest))
		return true
	}
	if hours, rest := readHalf(s); hours >= 0 && l.clock {
		l.half = true
		l.add("A", len(s)-len(rest))
		return true
	}
	if s[0]|0x20 == 't' && !l.clock {
		l.add("T", 1)
		return true
	}
	var m datetime
	if rest, f := m.readZone(s); f == flawNone && l.clock {
		l.add("Z", len(s)-len(rest))
		return true
	}
	return false
}

// patterns puts the numbers of the date in the orders that they may have.
func (l *likeness) patterns() []string {
	var numbers []int
	for _, p := range l.parts {
		if p.digits > 0 {
			numbers = append(numbers, p.digits)
		}
	}
	var orders [][]string
	switch {
	case l.named && len(numbers) == 2 && numbers[0] == 4:
		orders = [][]string{{"YYYY", "DD"}}
	case l.named && len(numbers) == 2 && numbers[1] == 4:
		orders = [][]string{{"DD", "YYYY"}}
	case l.named && len(numbers) == 2:
		orders = [][]string{{"DD", "YY"}}
	case l.named || len(numbers) != 3:
		return nil
	case numbers[0] == 4:
		orders = [][]string{{"YYYY", "MM", "DD"}}
	case numbers[2] == 4 && numbers[1] <= 2:
		orders = [][]string{{"DD", "MM", "YYYY"}, {"MM", "DD", "YYYY"}}
	case numbers[2] == 2 && numbers[1] <= 2:
		orders = [][]string{{"DD", "MM", "YY"}, {"MM", "DD", "YY"}, {"YY", "MM", "DD"}}
	}
	for i := range l.parts {
		if l.half && l.parts[i].pattern == "HH" {
			l.parts[i].pattern = "hh"
		}
	}
	var list []string
	for _, order := range orders {
		var b strings.Builder
		for _, p := range l.parts {
			if p.digits > 0 {
				b.WriteString(order[0])
				order = order[1:]
			} else {
				b.WriteString(p.pattern)
			}
		}
		list = append(list, b.String())
	}
	return list
}
