package value

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A numberFormat says how numbers are written in a file. The zero value is
// not ready for use; plainNumbers is the usual one.
type numberFormat struct {
	point byte     // the decimal sign, '.' or ','
	group grouping // the thousands separator
	lakh  bool     // groups of two digits above the thousands: 12,34,567

	// unit is what may stand before or after the number, such as "€" or
	// "CHF"; nil for nothing.
	unit []byte

	percent       bool // a percent sign stands after every number, which counts hundredths
	parentheses   bool // (5) is -5
	trailingMinus bool // 5- is -5

	fraction bool // the pattern shows digits after the decimal sign
}

// A grouping is the kind of thousands separator.
type grouping uint8

const (
	groupNone grouping = iota
	groupComma
	groupPoint
	groupSpace      // space, no-break space, narrow no-break space, thin space
	groupApostrophe // ' and ’
)

// plainNumbers is how numbers are written where nothing else is said.
var plainNumbers = numberFormat{point: '.'}

// plain reports whether the fast paths do, which know only ASCII digits, a
// sign in front and a decimal point.
func (f *numberFormat) plain() bool {
	return f.point == '.' && f.group == groupNone && f.unit == nil && !f.percent
}

// numberFormatOf returns the format of column c's numbers: its own, or the
// plan's decimal sign.
func numberFormatOf(c load.Column, p load.Plan) (numberFormat, error) {
	f := plainNumbers
	switch p.Decimal {
	case "", ".":
	case ",":
		f.point = ','
	default:
		return f, message.NewError(nil, "decimal_sign", "", "sign", p.Decimal)
	}
	if c.Format == "" {
		return f, nil
	}
	return parseNumberFormat(c.Format, f.point)
}

// parseNumberFormat reads a pattern that shows how a number is written, such
// as "1.234,56", "1 234,56 €", "(1,234.56)" or "12,5 %". Where the pattern
// does not show the decimal sign, it is the one that is not the thousands
// separator, or point.
//
// One separator with three digits after and one to three before it separates
// thousands ("1.234"); any other single point or comma is the decimal sign
// ("1234,56").
func parseNumberFormat(pattern string, point byte) (numberFormat, error) {
	f := numberFormat{point: point}
	bad := func(why message.Text) (numberFormat, error) {
		return f, message.NewError(nil, "number_format", "", "format", pattern, "why", why)
	}
	s := string(trimBlanks([]byte(pattern)))
	if len(s) > 1 && s[0] == '(' && s[len(s)-1] == ')' {
		f.parentheses = true
		s = s[1 : len(s)-1]
	}
	first := strings.IndexFunc(s, isASCIIDigit)
	if first < 0 {
		return bad(message.T("format_without_digits"))
	}
	last := strings.LastIndexFunc(s, isASCIIDigit) + 1
	core := s[first:last]
	for i, around := range []string{s[:first], s[last:]} {
		around = strings.TrimFunc(around, unicode.IsSpace)
		if i == 0 {
			around = strings.TrimLeft(around, "+-")
		} else if strings.HasSuffix(around, "-") {
			f.trailingMinus = true
			around = strings.TrimSuffix(around, "-")
		}
		if i == 1 && strings.Contains(around, "%") {
			f.percent = true
			around = strings.Replace(around, "%", "", 1)
		}
		around = strings.TrimFunc(around, unicode.IsSpace)
		if around == "" {
			continue
		}
		if f.unit != nil {
			return bad(message.T("format_of_two_units"))
		}
		if strings.ContainsAny(around, "0123456789.,+-()%") && !strings.HasSuffix(around, ".") {
			return bad(message.T("format_no_unit", "unit", around))
		}
		f.unit = []byte(around)
	}
	if why := f.setSeparators(core); why.ID != "" {
		return bad(why)
	}
	return f, nil
}

func isASCIIDigit(r rune) bool { return r >= '0' && r <= '9' }

// setSeparators finds the separators in the digits of a pattern. It returns what
// is wrong with them; a text without an ID for nothing.
func (f *numberFormat) setSeparators(core string) message.Text {
	type separator struct {
		r      rune
		before int // digits since the separator before it
	}
	var seps []separator
	digits := 0
	for _, r := range core {
		if isASCIIDigit(r) {
			digits++
			continue
		}
		if r == '’' {
			r = '\''
		}
		if isWideBlank(r) {
			r = ' '
		}
		if !strings.ContainsRune(".,' ", r) {
			return message.T("format_no_separator", "sign", string(r))
		}
		seps = append(seps, separator{r, digits})
		digits = 0
	}
	if len(seps) == 0 {
		return message.Text{}
	}
	end := seps[len(seps)-1]
	isPoint := end.r == '.' || end.r == ','
	if isPoint {
		for _, s := range seps[:len(seps)-1] {
			isPoint = isPoint && s.r != end.r
		}
	}
	if isPoint && len(seps) == 1 && digits == 3 && end.before <= 3 {
		isPoint = false
	}
	groups, last := seps, digits
	if f.fraction = isPoint; isPoint {
		f.point = byte(end.r)
		groups, last = seps[:len(seps)-1], end.before
	}
	if len(groups) == 0 {
		return message.Text{}
	}
	for i, s := range groups {
		if s.r != groups[0].r {
			return message.T("format_of_two_separators")
		}
		if i > 0 && s.before == 2 {
			f.lakh = true
		}
	}
	if last != 3 {
		return message.T("format_not_by_thousands", "n", last)
	}
	switch groups[0].r {
	case ',':
		f.group = groupComma
		f.point = '.'
	case '.':
		f.group = groupPoint
		f.point = ','
	case '\'':
		f.group = groupApostrophe
	default:
		f.group = groupSpace
	}
	if isPoint {
		f.point = byte(end.r)
	}
	return message.Text{}
}

// separator returns how many bytes the thousands separator takes that s
// begins with, 0 for none.
func (f *numberFormat) separator(s []byte) int {
	switch f.group {
	case groupComma:
		if s[0] == ',' {
			return 1
		}
	case groupPoint:
		if s[0] == '.' {
			return 1
		}
	case groupSpace:
		if s[0] == ' ' {
			return 1
		}
		if s[0] >= utf8.RuneSelf {
			if r, n := utf8.DecodeRune(s); isWideBlank(r) {
				return n
			}
		}
	case groupApostrophe:
		if s[0] == '\'' {
			return 1
		}
		if r, n := utf8.DecodeRune(s); r == '’' {
			return n
		}
	}
	return 0
}

// scan reads s as a number in format f and appends it to dst in the canonical
// form: -?digits[.digits], no zeros in front, the zeros after as they stood,
// no -0. It reports how many digits stand before the point, a single zero not
// counted, and how many after. When s is no such number, dst comes back as it was.
func (f *numberFormat) scan(dst, s []byte) (out []byte, whole, fraction int, ok bool) {
	core, negative, ok := f.strip(s)
	if !ok {
		return dst, 0, 0, false
	}
	out = append(dst, '-')
	digits := len(out) // where the digits begin
	i, n, groups := 0, 0, 0
	for i < len(core) {
		if b := core[i]; b >= '0' && b <= '9' {
			if b != '0' || len(out) > digits {
				out = append(out, b)
			}
			n++
			i++
			continue
		}
		width := f.separator(core[i:])
		if width == 0 {
			break
		}
		if !f.groupFits(n, groups, false) {
			return dst, 0, 0, false
		}
		groups++
		n = 0
		i += width
	}
	if groups > 0 && (!f.groupFits(n, groups, true) || core[0] == '0') {
		return dst, 0, 0, false
	}
	seen := n + groups
	whole = len(out) - digits
	if i < len(core) && core[i] == f.point {
		for i++; i < len(core) && core[i] >= '0' && core[i] <= '9'; i++ {
			out = append(out, core[i])
			fraction++
			seen++
		}
	}
	if i < len(core) || seen == 0 {
		return dst, 0, 0, false
	}
	if f.percent {
		for range 2 - whole {
			out = append(out, 0)
			copy(out[digits+1:], out[digits:])
			out[digits] = '0'
		}
		whole = max(whole-2, 0)
		fraction += 2
	}
	if fraction > 0 {
		at := len(out) - fraction
		out = append(out, 0)
		copy(out[at+1:], out[at:])
		out[at] = '.'
	}
	if whole == 0 {
		out = append(out, 0)
		copy(out[digits+1:], out[digits:])
		out[digits] = '0'
	}
	if !negative || isZero(out[digits:]) {
		copy(out[digits-1:], out[digits:])
		out = out[:len(out)-1]
	}
	return out, whole, fraction, true
}

// isZero reports whether a canonical number has no other digit than zero.
func isZero(s []byte) bool {
	for _, b := range s {
		if b >= '1' && b <= '9' {
			return false
		}
	}
	return true
}

// groupFits reports whether a group of n digits may stand after so many
// separators; last says that none follows it.
func (f *numberFormat) groupFits(n, separators int, last bool) bool {
	switch {
	case last:
		return n == 3
	case separators == 0 && f.lakh:
		return n == 1 || n == 2
	case separators == 0:
		return n >= 1 && n <= 3
	case f.lakh:
		return n == 2
	default:
		return n == 3
	}
}

// strip takes off what stands around the digits: sign, unit, percent sign and
// parentheses, as far as the format has them.
func (f *numberFormat) strip(s []byte) (core []byte, negative, ok bool) {
	signed := false
	if f.parentheses && len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		s, negative, signed = trimBlanks(s[1:len(s)-1]), true, true
	}
	unit := false
	for len(s) > 0 && (s[0] < '0' || s[0] > '9') {
		minus, width := signOf(s)
		if width > 0 {
			if signed {
				return nil, false, false
			}
			s, negative, signed = s[width:], minus, true
			continue
		}
		if f.unit != nil && !unit && len(s) >= len(f.unit) && bytes.EqualFold(s[:len(f.unit)], f.unit) {
			s, unit = trimLeftBlanks(s[len(f.unit):]), true
			continue
		}
		break
	}
	if f.trailingMinus && !signed && len(s) > 0 && s[len(s)-1] == '-' {
		s, negative = trimRightBlanks(s[:len(s)-1]), true
	}
	if f.percent {
		if len(s) == 0 || s[len(s)-1] != '%' {
			return nil, false, false
		}
		s = trimRightBlanks(s[:len(s)-1])
	}
	if n := len(s) - len(f.unit); f.unit != nil && !unit && n > 0 && bytes.EqualFold(s[n:], f.unit) {
		s = trimRightBlanks(s[:n])
		if f.trailingMinus && !signed && len(s) > 0 && s[len(s)-1] == '-' {
			s, negative = trimRightBlanks(s[:len(s)-1]), true
		}
	}
	return s, negative, len(s) > 0
}

// signOf returns the sign that s begins with, and its bytes.
func signOf(s []byte) (minus bool, width int) {
	switch {
	case s[0] == '-':
		return true, 1
	case s[0] == '+':
		return false, 1
	case bytes.HasPrefix(s, []byte("−")):
		return true, len("−")
	}
	return false, 0
}

func trimLeftBlanks(s []byte) []byte {
	for n := leadingBlank(s); n > 0; n = leadingBlank(s) {
		s = s[n:]
	}
	return s
}

func trimRightBlanks(s []byte) []byte {
	for n := trailingBlank(s); n > 0; n = trailingBlank(s) {
		s = s[:len(s)-n]
	}
	return s
}

// DecimalSign returns the decimal sign of column c's numbers, '.' or ','.
func DecimalSign(c load.Column, p load.Plan) byte {
	f, err := numberFormatOf(c, p)
	if err != nil {
		return '.'
	}
	return f.point
}
