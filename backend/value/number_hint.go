package value

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// explainNumber says why text is no number in format f, and what it may be
// instead.
func explainNumber(text []byte, f *numberFormat, float bool) *load.Fault {
	flt := &load.Fault{Code: load.CodeNotANumber, Note: message.New("not_a_number", "")}
	const longest = 128
	if len(text) > longest {
		flt.Note = flt.WithHint("long_text", "n", characters(text))
		return flt
	}
	mantissa, exponent := cutExponent(text)
	switch {
	case len(exponent) > 0 && !float && isPlainNumber(mantissa):
		flt.Note = message.New("not_plain_digits", "scientific")
	case text[0] == '#':
		flt.Note = sheetError(flt.Note, text)
	case bytes.EqualFold(text, []byte("nan")) || bytes.EqualFold(bytes.TrimLeft(text, "+-"), []byte("inf")) ||
		bytes.EqualFold(bytes.TrimLeft(text, "+-"), []byte("infinity")):
		flt.Note = message.New("not_finite", "")
		flt.Note = asNull(flt.Note, text)
	case load.IsNullSign(text):
		flt.Note = asNull(flt.Note, text)
	default:
		flt.Note = flt.WithText(numberHint(text, f))
	}
	return flt
}

// asNull returns n with the hint for a text that stands for no value.
func asNull(n message.Note, text []byte) message.Note {
	return n.WithHint("stands_for_null", "text", load.Shown(text))
}

// sheetError returns n with the hint for what a spreadsheet shows for an error.
func sheetError(n message.Note, text []byte) message.Note {
	return n.WithHint("sheet_error", "text", load.Shown(text))
}

// numberHint guesses how a text that is no number in format f came to be.
func numberHint(text []byte, f *numberFormat) message.Text {
	if !bytes.ContainsAny(text, "0123456789") {
		if bytes.ContainsFunc(text, unicode.IsDigit) {
			return message.T("other_script")
		}
		return message.T("no_digits")
	}
	if hint := lookAlikeHint(text, f); hint.ID != "" {
		return hint
	}
	if hint := otherFormat(text, f); hint.ID != "" {
		return hint
	}
	if looksLikeDatetime(text) {
		return message.T("date_or_time")
	}
	if bytes.ContainsFunc(text, unicode.IsLetter) {
		return message.T("letters_in_digits")
	}
	return message.Text{}
}

// lookAlikes are the letters that are typed for digits.
var lookAlikes = []struct {
	letters string
	digit   byte
	hint    message.Text
}{
	{"Oo", '0', message.T("letter_for_zero")},
	{"lI", '1', message.T("letter_for_one")},
	{"S", '5', message.T("letter_for_five")},
	{"B", '8', message.T("letter_for_eight")},
}

// lookAlikeHint returns a hint when the text is a number but for letters that
// look like digits.
func lookAlikeHint(text []byte, f *numberFormat) message.Text {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r >= '0' && r <= '9' }) {
		return message.Text{}
	}
	mended := bytes.Clone(text)
	var hint message.Text
	for i, b := range mended {
		for _, l := range lookAlikes {
			if strings.IndexByte(l.letters, b) >= 0 {
				mended[i] = l.digit
				if hint.ID == "" {
					hint = l.hint
				}
			}
		}
	}
	if hint.ID == "" {
		return hint
	}
	if _, _, _, ok := f.scan(nil, mended); ok {
		return hint
	}
	// The decimal sign may be the other one as well: 12,5O.
	other := numberFormat{point: otherPoint(f.point)}
	if _, _, _, ok := other.scan(nil, mended); ok {
		return hint
	}
	return message.Text{}
}

func otherPoint(point byte) byte {
	if point == '.' {
		return ','
	}
	return '.'
}

// A shownFormat is a way to write numbers that a hint tries, and what to say
// when it fits.
type shownFormat struct {
	numberFormat
	pattern string
	hint    message.Text
}

// otherFormats are the formats that a number may be in when it is not in the
// one that is wanted, the simplest first.
var otherFormats = slices.Concat(
	showFormats(func(string) message.Text { return message.T("decimal_comma") }, "1234,56"),
	showFormats(func(string) message.Text { return message.T("decimal_point") }, "1234.56"),
	showFormats(func(pattern string) message.Text { return message.T("thousands", "pattern", pattern) },
		"1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "1'234,56", "12,34,567.89"),
	showFormats(func(pattern string) message.Text { return message.T("in_parentheses", "pattern", pattern) }, "(1,234.56)", "(1.234,56)"),
	showFormats(func(pattern string) message.Text { return message.T("minus_after", "pattern", pattern) }, "1,234.56-", "1.234,56-"),
	showFormats(func(pattern string) message.Text { return message.T("percent_sign", "pattern", pattern) }, "12.5 %", "12,5 %"),
)

// unitFormats are those of numbers with a currency sign before or after them.
var unitFormats = showFormats(func(pattern string) message.Text { return message.T("currency", "pattern", pattern) },
	"1,234.56", "1.234,56", "1 234,56", "1'234.56")

// showFormats returns the formats of patterns, each with the hint for it.
func showFormats(hint func(pattern string) message.Text, patterns ...string) []shownFormat {
	var list []shownFormat
	for _, pattern := range patterns {
		f, err := parseNumberFormat(pattern, '.')
		if err != nil {
			panic(err) // the patterns are constants
		}
		list = append(list, shownFormat{f, pattern, hint(pattern)})
	}
	return list
}

// otherFormat returns the hint of the format in which text is a number; none
// has no ID.
func otherFormat(text []byte, f *numberFormat) message.Text {
	var room [64]byte
	if f.percent {
		bare := *f
		bare.percent = false
		if _, _, _, ok := bare.scan(room[:0], text); ok {
			return message.T("percent_missing")
		}
	}
	var found message.Text
	for i := range otherFormats {
		other := &otherFormats[i]
		if _, _, _, ok := other.scan(room[:0], text); !ok {
			continue
		}
		if found.ID == "" {
			found = other.hint
			if other.group != groupNone {
				break
			}
		} else if other.group != groupNone && other.point == f.point { // 1,234 may be either
			return message.T("either", "one", found, "other", other.hint)
		}
	}
	if found.ID != "" {
		return found
	}
	unit, before := unitOf(text)
	if unit == "" {
		return message.Text{}
	}
	for _, other := range unitFormats {
		other.unit = []byte(unit)
		if _, _, _, ok := other.scan(room[:0], text); ok {
			pattern := other.pattern + " " + unit
			if before {
				pattern = unit + " " + other.pattern
			}
			return message.T("currency", "pattern", pattern)
		}
	}
	return message.Text{}
}

// unitOf returns the currency sign or code at the beginning or the end of a
// text, and which of the two; "" for none.
func unitOf(text []byte) (unit string, before bool) {
	s := bytes.TrimLeft(text, "+-")
	if i := bytes.IndexAny(s, "+-0123456789"); i > 0 {
		for _, u := range [][]byte{trimBlanks(s[:i]), trimBlanks(bytes.TrimRight(s[:i], ".,"))} { // Rs. 5, and € .50
			if isCurrency(string(u)) {
				return string(u), true
			}
		}
	}
	if i := bytes.LastIndexAny(text, "0123456789"); i >= 0 && i < len(text)-1 {
		if u := string(trimBlanks(bytes.TrimLeft(text[i+1:], ".,-"))); isCurrency(u) {
			return u, false
		}
	}
	return "", false
}

// sticks reports whether a unit of letters stands right beside the digits of a
// text, as in identifiers: PEN101.
func sticks(text []byte, unit string, before bool) bool {
	if strings.ContainsFunc(unit, func(r rune) bool { return !unicode.IsLetter(r) || r >= '\u2e80' }) {
		return false
	}
	if before {
		at := bytes.Index(text, []byte(unit)) + len(unit)
		return at < len(text) && text[at]-'0' <= 9
	}
	at := bytes.LastIndex(text, []byte(unit))
	return at > 0 && text[at-1]-'0' <= 9
}

// currencyCodes are the letters that stand for a currency beside its sign.
// More are understood when a format names them; these are only recognised.
const currencyCodes = " EUR USD GBP CHF JPY CNY RMB INR BRL CAD AUD NZD SEK NOK DKK ISK PLN CZK HUF RON BGN HRK RSD " +
	"RUB UAH TRY ILS ZAR MXN ARS CLP COP PEN SGD HKD TWD KRW THB IDR MYR PHP VND AED SAR EGP NGN KES " +
	"KR KR. KČ ZŁ FT LEI R$ US$ A$ C$ FR. RS RS. EURO РУБ РУБ. ГРН ЛВ 元 円 원 "

// isCurrency reports whether s is the sign or code of a currency.
func isCurrency(s string) bool {
	if r, n := utf8.DecodeRuneInString(s); n == len(s) && n > 0 {
		return unicode.Is(unicode.Sc, r)
	}
	return s != "" && !strings.Contains(s, " ") && strings.Contains(currencyCodes, " "+strings.ToUpper(s)+" ")
}

// isPlainNumber reports whether s is a number with a point or a comma.
func isPlainNumber(s []byte) bool {
	for _, point := range []byte{'.', ','} {
		f := numberFormat{point: point}
		if _, _, _, ok := f.scan(nil, s); ok {
			return true
		}
	}
	return false
}
