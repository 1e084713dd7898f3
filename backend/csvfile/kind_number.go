package csvfile

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// isNumber reports whether b is a number as people write them: with a sign or in
// brackets, with a currency or a percent sign on either side, with separators of
// thousands and decimals. With letters next to its digits it is a code.
func isNumber(b []byte) bool {
	if n := len(b); n > 2 && b[0] == '(' && b[n-1] == ')' {
		b = b[1 : n-1]
	}
	b = trimSign(b)
	before, b := trimUnit(b)
	b = trimSign(b)
	if len(b) == 0 || (b[0] < '0' || b[0] > '9') && b[0] != '.' && b[0] != ',' {
		return false
	}
	n := digitsIn(b)
	if n == 0 {
		return false
	}
	b = b[n:]
	if len(b) > 1 && b[0]|0x20 == 'e' {
		return !before && isExponent(b[1:])
	}
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	if len(b) == 0 {
		return true
	}
	after := trimSpaces(b)
	switch {
	case before || len(after) == 0:
		return false
	case after[0] == '%':
		return len(after) == 1
	}
	spaced := len(after) < len(b)
	c, size := utf8.DecodeRune(after)
	return (unicode.Is(unicode.Sc, c) || c == '‰') && size == len(after) || spaced && isCurrency(after)
}

// trimSign returns b without its leading sign.
func trimSign(b []byte) []byte {
	switch {
	case len(b) > 0 && (b[0] == '-' || b[0] == '+'):
		b = b[1:]
	case bytes.HasPrefix(b, []byte("\u2212")):
		b = b[3:]
	default:
		return b
	}
	return trimSpaces(b)
}

// trimUnit returns b without its leading currency.
func trimUnit(b []byte) (bool, []byte) {
	c, n := utf8.DecodeRune(b)
	if unicode.Is(unicode.Sc, c) {
		return true, trimSpaces(b[n:])
	}
	if i := bytes.IndexByte(b, ' '); i > 0 && i < len(b)-1 && isCurrency(b[:i]) {
		return true, b[i+1:]
	}
	return false, b
}

// trimSpaces returns b without its leading blanks, including no-break ones.
func trimSpaces(b []byte) []byte {
	for {
		n := spaceAt(b)
		if n == 0 {
			return b
		}
		b = b[n:]
	}
}

// spaceAt returns the length of the blank that b begins with, 0 if there is none.
func spaceAt(b []byte) int {
	switch {
	case len(b) == 0:
	case b[0] == ' ':
		return 1
	case b[0] == 0xC2 && len(b) > 1 && b[1] == 0xA0:
		return 2 // no-break
	case b[0] == 0xE2 && (bytes.HasPrefix(b, []byte("\u202f")) || bytes.HasPrefix(b, []byte("\u2009"))):
		return 3 // narrow or thin
	}
	return 0
}

// isCurrency reports whether b is the code or symbol of a currency.
func isCurrency(b []byte) bool {
	switch string(b) {
	case "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "RSD",
		"RUB", "UAH", "TRY", "INR", "BRL", "ARS", "CLP", "COP", "PEN", "MXN", "AUD", "CAD", "NZD", "KRW", "ZAR", "ILS", "SGD", "HKD",
		"kr", "kr.", "Kr", "zł", "Kč", "Ft", "lei", "руб.", "руб", "грн", "лв", "лв.", "Fr.", "R$", "US$", "TL":
		return true
	}
	return false
}

// digitsIn returns the length of the digits and separators of the number that b
// begins with, 0 if there is none: groups have three digits, or two before the
// last three, and the decimal separator differs from that of groups.
func digitsIn(b []byte) int {
	var runs [12]int
	var marks [12][3]byte // what is before each
	runs[0] = digitRun(b)
	i, k := runs[0], 0
	for i < len(b) {
		n, mark := separatorAt(b[i:])
		if n == 0 {
			break
		}
		if k++; k == len(runs) {
			return 0
		}
		marks[k], runs[k] = mark, digitRun(b[i+n:])
		i += n + runs[k]
	}
	if point := marks[k][0] == '.' || marks[k][0] == ','; point && (k == 1 || marks[k] != marks[k-1]) {
		if k == 1 {
			if runs[0]+runs[1] == 0 {
				return 0
			}
			return i
		}
		k-- // without the decimals
	}
	if runs[0] == 0 || k > 0 && runs[0] > 3 {
		return 0
	}
	for j := 1; j <= k; j++ {
		if marks[j] != marks[1] || runs[j] != 3 && (runs[j] != 2 || j == k || marks[j][0] != ',') || runs[j] == 3 && j > 1 && runs[j-1] == 2 && j < k {
			return 0
		}
	}
	return i
}

// digitRun returns the number of digits that b begins with.
func digitRun(b []byte) int {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// separatorAt returns the length of the separator of digits that b begins with,
// and its bytes.
func separatorAt(b []byte) (n int, mark [3]byte) {
	if len(b) == 0 {
		return 0, mark
	}
	if b[0] == '.' || b[0] == ',' || b[0] == '\'' {
		n = 1
	} else if bytes.HasPrefix(b, []byte("’")) {
		n = 3
	} else if n = spaceAt(b); n > 0 && (len(b) == n || b[n] < '0' || b[n] > '9') {
		n = 0
	}
	copy(mark[:], b[:n])
	return n, mark
}

// isExponent reports whether b is digits, perhaps with a sign.
func isExponent(b []byte) bool {
	if b[0] == '-' || b[0] == '+' {
		b = b[1:]
	}
	return len(b) > 0 && digitRun(b) == len(b)
}

// isDotted reports whether b is numbers with points between them: a version, an
// address, a number in a list.
func isDotted(b []byte) bool {
	return b[0] != '.' && b[len(b)-1] != '.' && bytes.IndexByte(b, ',') < 0 && !bytes.Contains(b, []byte(".."))
}
