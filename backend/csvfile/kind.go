package csvfile

import (
	"bytes"
	"strings"
	"time"

	"linefeed/backend/load"
)

// A cellKind is what a value looks like, only as precise as it takes to tell a
// delimiter from text and a header from records. It says nothing about the type of
// a column.
type cellKind uint8

const (
	cellEmpty    cellKind = iota
	cellNumber            // digits with signs, separators, currency or percent
	cellDatetime          // a date, a time or both
	cellWord              // true, no, NULL and the like
	cellCode              // letters and digits without spaces, such as A-0012 or a UUID
	cellText              // anything else
)

// kindOf returns what b looks like.
func kindOf(b []byte) cellKind {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	if len(b) == 0 {
		return cellEmpty
	}
	var digits, letters, spaces, marks, seps, colons, points int
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' || c == ',':
			points++
		case c == '-' || c == '/':
			seps++
		case c == ':':
			seps++
			colons++
		case c == '+' || c == '(' || c == ')' || c == '%' || c == '$' || c == '\'' || c == '_':
			marks++
		case c == ' ':
			spaces++
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			letters++
		case c >= 0x80:
			letters += 2
		default:
			if load.IsUsualNullSign(b) {
				return cellWord
			}
			return cellText
		}
	}
	switch {
	case digits > 0 && isDatetime(b, digits, letters, seps, points, spaces):
		return cellDatetime
	case digits > 0 && isNumber(b):
		return cellNumber
	case digits == 0 && letters <= 5 && letters == len(b) && isWord(b), load.IsUsualNullSign(b):
		return cellWord
	case spaces == 0 && digits > 0 && points == 0 && colons == 0, points > 1 && points+digits == len(b) && isDotted(b), isAddress(b):
		return cellCode
	}
	return cellText
}

// isAddress reports whether b is an address with colons: IPv6 or MAC.
func isAddress(b []byte) bool {
	colons, run, short := 0, 0, false
	for i, c := range b {
		switch {
		case c == ':':
			colons++
			short = short || i > 0 && b[i-1] == ':'
			run = 0
			continue
		case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'f':
		default:
			return false
		}
		if run++; run > 4 {
			return false
		}
	}
	return short && colons >= 2 && colons <= 7 || colons == 5 || colons == 7
}

// isDatetime reports whether b is a date, a time or both.
func isDatetime(b []byte, digits, letters, seps, points, spaces int) bool {
	if digits < 3 || digits > 25 || points > 3 || letters > 12 || spaces > 5 || seps == 0 && points != 2 && (letters < 3 || letters > 9 || spaces != 2) {
		return false
	}
	// Groups of digits and of letters, and what is between them.
	groups, long := 0, 0
	for i := 0; i < len(b); {
		c := b[i]
		j := i
		switch {
		case '0' <= c && c <= '9':
			for j < len(b) && '0' <= b[j] && b[j] <= '9' {
				j++
			}
			groups++
			if j-i > 4 && (i == 0 || b[i-1] != '.' && b[i-1] != ',' && b[i-1] != '+' && b[i-1] != '-') || j-i > 9 {
				return false
			}
			if j-i == 4 {
				long++
			}
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			for j < len(b) && ('a' <= b[j] && b[j] <= 'z' || 'A' <= b[j] && b[j] <= 'Z') {
				j++
			}
			if !isDatetimeWord(b[i:j]) {
				return false
			}
		case c == '(' || c == ')' || c == '%' || c == '$' || c == '\'' || c == '_' || c >= 0x80:
			return false
		default:
			j++
		}
		i = j
	}
	colons := 0
	if points > 1 && bytes.IndexByte(b, ',') >= 0 && bytes.IndexByte(b, ':') >= 0 {
		return false // a time and a number
	}
	for i, c := range b {
		if c == ':' {
			if i == 0 || i+1 == len(b) || b[i-1] < '0' || b[i-1] > '9' {
				return false
			}
			colons++
		}
	}
	switch {
	case colons > 0:
		return groups >= 2 && colons <= 3
	case b[0] == '-' || b[0] == '+' || b[0] == '/' || b[0] == '.':
		return false
	case letters > 0:
		return groups >= 2 && groups <= 3
	case points == 2 && seps == 0, seps == 2 && points == 0:
		return groups == 3 && digits >= 5 && digits <= 8 && long <= 1 && isDay(b)
	case seps == 1 && points == 0:
		return groups == 2 && long == 1 && digits <= 6
	}
	return false
}

// isDay reports whether the three numbers in b can be a day, a month and a year,
// in one of the usual orders.
func isDay(b []byte) bool {
	var n [3]int
	i := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			i++
			continue
		}
		if i > 2 {
			return false
		}
		n[i] = 10*n[i] + int(c-'0')
	}
	days := func(a, b int) bool { return a >= 1 && b >= 1 && min(a, b) <= 12 && max(a, b) <= 31 }
	return days(n[0], n[1]) || n[0] > 31 && days(n[1], n[2])
}

// datetimeWords are T, Z, AM, PM, some zones, and the English names of months and
// short ones of weekdays.
var datetimeWords = func() map[string]bool {
	words := map[string]bool{
		"t": true, "z": true, "am": true, "pm": true, "utc": true, "gmt": true, "cet": true, "cest": true, "est": true, "pst": true,
		"sept": true,
	}
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		words[name], words[name[:3]] = true, true
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		words[strings.ToLower(d.String()[:3])] = true
	}
	return words
}()

// isDatetimeWord reports whether b is one of datetimeWords.
func isDatetimeWord(b []byte) bool {
	var w [9]byte
	if len(b) > len(w) {
		return false
	}
	for i, c := range b {
		w[i] = c | 0x20
	}
	return datetimeWords[string(w[:len(b)])]
}

// isWord reports whether b is one of the words that stand for a value of a
// small set.
func isWord(b []byte) bool {
	var w [5]byte
	for i, c := range b {
		w[i] = c | 0x20
	}
	switch string(w[:len(b)]) {
	case "true", "false", "yes", "no", "y", "n", "t", "f", "on", "off":
		return true
	}
	return false
}
