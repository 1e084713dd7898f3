package load

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// explainNumber says why text is no number in format f, and what it may be
// instead.
func explainNumber(text []byte, f *numberFormat, float bool) *fault {
	flt := &fault{code: CodeNotANumber, message: "not a number"}
	mantissa, exponent := cutExponent(text)
	switch {
	case len(exponent) > 0 && !float && isPlainNumber(mantissa):
		flt.message = "not a number in plain digits"
		flt.hint = "scientific notation: has a spreadsheet shortened an identifier? for such numbers the column has to be float"
	case text[0] == '#':
		flt.hint = "a spreadsheet's error value; " + asNull(text)
	case bytes.EqualFold(text, []byte("nan")) || bytes.EqualFold(bytes.TrimLeft(text, "+-"), []byte("inf")) ||
		bytes.EqualFold(bytes.TrimLeft(text, "+-"), []byte("infinity")):
		flt.message = "not a finite number"
		flt.hint = asNull(text)
	case isNullMarker(text):
		flt.hint = asNull(text)
	default:
		flt.hint = numberHint(text, f)
	}
	return flt
}

// asNull is the hint for a text that stands for no value.
func asNull(text []byte) string {
	return "does " + shown(text) + " stand for no value? add it to the texts for NULL"
}

// numberHint guesses how a text that is no number in format f came to be.
func numberHint(text []byte, f *numberFormat) string {
	if hint := lookAlikeHint(text, f); hint != "" {
		return hint
	}
	for _, pattern := range hintPatterns(text, f) {
		other, err := parseNumberFormat(pattern.pattern, f.point)
		if err != nil {
			continue
		}
		if _, _, _, ok := other.scan(nil, text); ok {
			return pattern.hint
		}
	}
	if looksLikeMoment(text) {
		return "a date or time: are the fields of this line shifted?"
	}
	digits := bytes.ContainsFunc(text, unicode.IsDigit)
	if !digits {
		return "a word where a number belongs: are the fields of this line shifted?"
	}
	if bytes.ContainsFunc(text, unicode.IsLetter) {
		return "letters among the digits"
	}
	return ""
}

// lookAlikes are the letters that are typed for digits.
var lookAlikes = []struct {
	letters string
	digit   byte
	hint    string
}{
	{"Oo", '0', "a letter O for a zero?"},
	{"lI", '1', "a letter l or I for a one?"},
	{"S", '5', "a letter S for a five?"},
	{"B", '8', "a letter B for an eight?"},
}

// lookAlikeHint returns a hint when the text is a number but for letters that
// look like digits.
func lookAlikeHint(text []byte, f *numberFormat) string {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r >= '0' && r <= '9' }) {
		return ""
	}
	mended := bytes.Clone(text)
	hint := ""
	for i, b := range mended {
		for _, l := range lookAlikes {
			if strings.IndexByte(l.letters, b) >= 0 {
				mended[i] = l.digit
				if hint == "" {
					hint = l.hint
				}
			}
		}
	}
	if hint == "" {
		return ""
	}
	if _, _, _, ok := f.scan(nil, mended); ok {
		return hint
	}
	// The decimal sign may be the other one as well: 12,5O.
	other := numberFormat{point: otherPoint(f.point)}
	if _, _, _, ok := other.scan(nil, mended); ok {
		return hint
	}
	return ""
}

func otherPoint(point byte) byte {
	if point == '.' {
		return ','
	}
	return '.'
}

type patternHint struct{ pattern, hint string }

// hintPatterns are the formats that text may be in, with what to say then.
func hintPatterns(text []byte, f *numberFormat) []patternHint {
	var list []patternHint
	if f.point == '.' {
		list = append(list, patternHint{"1234,56", `a decimal comma? try the decimal sign "," (--decimal ,)`})
	} else {
		list = append(list, patternHint{"1234.56", `a decimal point? try the decimal sign "." (--decimal .)`})
	}
	for _, pattern := range []string{"1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "1'234,56"} {
		list = append(list, patternHint{pattern, "thousands separators? give the column the format " + pattern})
	}
	for _, pattern := range []string{"(1,234.56)", "(1.234,56)"} {
		list = append(list, patternHint{pattern, "a negative number in parentheses? give the column the format " + pattern})
	}
	for _, pattern := range []string{"1,234.56-", "1.234,56-"} {
		list = append(list, patternHint{pattern, "the minus behind the number? give the column the format " + pattern})
	}
	for _, pattern := range []string{"12.5 %", "12,5 %"} {
		list = append(list, patternHint{pattern, "a percent sign? give the column the format " + pattern})
	}
	if f.percent {
		list = append(list, patternHint{"1234.56", "the percent sign is missing"}, patternHint{"1234,56", "the percent sign is missing"})
	}
	if unit, before := unitOf(text); unit != "" {
		for _, number := range []string{"1,234.56", "1.234,56", "1 234,56", "1'234.56"} {
			pattern := number + " " + unit
			if before {
				pattern = unit + " " + number
			}
			list = append(list, patternHint{pattern, "a currency or unit? give the column the format " + pattern})
		}
	}
	return list
}

// unitOf returns the currency sign or code at the beginning or the end of a
// text, and which of the two; "" for none.
func unitOf(text []byte) (unit string, before bool) {
	s := bytes.TrimLeft(text, "+-")
	if i := bytes.IndexAny(s, "+-0123456789.,"); i > 0 {
		if u := string(trimBlanks(s[:i])); isCurrency(u) {
			return u, true
		}
	}
	if i := bytes.LastIndexAny(text, "0123456789"); i >= 0 && i < len(text)-1 {
		if u := string(trimBlanks(bytes.TrimLeft(text[i+1:], ".,-"))); isCurrency(u) {
			return u, false
		}
	}
	return "", false
}

// currencyCodes are the letters that stand for a currency beside its sign.
// More are understood when a format names them; these are only recognised.
const currencyCodes = " EUR USD GBP CHF JPY CNY RMB INR BRL CAD AUD NZD SEK NOK DKK ISK PLN CZK HUF RON BGN HRK RSD " +
	"RUB UAH TRY ILS ZAR MXN ARS CLP COP PEN SGD HKD TWD KRW THB IDR MYR PHP VND AED SAR EGP NGN KES " +
	"KR KR. KČ ZŁ FT LEI R$ US$ A$ C$ FR. RS. "

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

// nullMarkers are the texts by which programs and people say that there is no
// value.
var nullMarkers = [...]string{
	"null", "\\n", "n/a", "na", "#n/a", "nil", "none", "-", "--", "---", "—", "–", "?", ".", "nan", "(null)", "<null>",
	"#null!", "#ref!", "#value!", "#div/0!", "#num!", "#name?", "k.a.", "unknown", "0000-00-00", "0000-00-00 00:00:00",
}

// isNullMarker reports whether text is one of nullMarkers, in any case.
func isNullMarker(text []byte) bool {
	if len(text) == 0 || len(text) > len("0000-00-00 00:00:00") {
		return false
	}
	for _, m := range nullMarkers {
		if len(m) == len(text) && strings.EqualFold(m, string(text)) {
			return true
		}
	}
	return false
}

// shown returns a text for a message, cut where it is long.
func shown(text []byte) string {
	const most = 40
	if len(text) <= most {
		return string(text)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return string(text[:cut]) + "…"
}
