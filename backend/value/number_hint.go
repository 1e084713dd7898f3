package value

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linefeed/backend/load"
)

// explainNumber says why text is no number in format f, and what it may be
// instead.
func explainNumber(text []byte, f *numberFormat, float bool) *load.Fault {
	flt := &load.Fault{Code: load.CodeNotANumber, Message: "not a number"}
	const longest = 128
	if len(text) > longest {
		flt.Hint = "a text of " + load.Count(int64(characters(text)), "character") + ": are the fields of this line shifted?"
		return flt
	}
	mantissa, exponent := cutExponent(text)
	switch {
	case len(exponent) > 0 && !float && isPlainNumber(mantissa):
		flt.Message = "not a number in plain digits"
		flt.Hint = "scientific notation: has a spreadsheet shortened an identifier? for such numbers the column has to be float"
	case text[0] == '#':
		flt.Hint = "a spreadsheet's error value; " + asNull(text)
	case bytes.EqualFold(text, []byte("nan")) || bytes.EqualFold(bytes.TrimLeft(text, "+-"), []byte("inf")) ||
		bytes.EqualFold(bytes.TrimLeft(text, "+-"), []byte("infinity")):
		flt.Message = "not a finite number"
		flt.Hint = asNull(text)
	case isNullMarker(text):
		flt.Hint = asNull(text)
	default:
		flt.Hint = numberHint(text, f)
	}
	return flt
}

// asNull is the hint for a text that stands for no value.
func asNull(text []byte) string {
	return "does " + load.Shown(text) + " stand for no value? add it to the texts for NULL (--null " + load.ShellWord(load.Shown(text)) + ")"
}

// numberHint guesses how a text that is no number in format f came to be.
func numberHint(text []byte, f *numberFormat) string {
	if !bytes.ContainsAny(text, "0123456789") {
		if bytes.ContainsFunc(text, unicode.IsDigit) {
			return "digits of another script than 0 to 9"
		}
		return "no digits: are the fields of this line shifted?"
	}
	if hint := lookAlikeHint(text, f); hint != "" {
		return hint
	}
	if hint := otherFormat(text, f); hint != "" {
		return hint
	}
	if looksLikeMoment(text) {
		return "a date or time: are the fields of this line shifted?"
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

// A shownFormat is a way to write numbers that a hint tries, and what to say
// when it fits.
type shownFormat struct {
	numberFormat
	hint string
}

// otherFormats are the formats that a number may be in when it is not in the
// one that is wanted, the simplest first.
var otherFormats = slices.Concat(
	showFormats(`a decimal comma? try the decimal sign "," (--decimal ,)`, "1234,56"),
	showFormats(`a decimal point? try the decimal sign "." (--decimal .)`, "1234.56"),
	showFormats("thousands separators? give the column the format %s", "1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "1'234,56", "12,34,567.89"),
	showFormats("a negative number in parentheses? give the column the format %s", "(1,234.56)", "(1.234,56)"),
	showFormats("the minus behind the number? give the column the format %s", "1,234.56-", "1.234,56-"),
	showFormats("a percent sign? give the column the format %s", "12.5 %", "12,5 %"),
)

// unitFormats are those of numbers with a currency sign before or behind them.
var unitFormats = showFormats("%s", "1,234.56", "1.234,56", "1 234,56", "1'234.56")

// showFormats returns the formats of patterns, each with the hint, in which %s
// is the pattern.
func showFormats(hint string, patterns ...string) []shownFormat {
	var list []shownFormat
	for _, pattern := range patterns {
		f, err := parseNumberFormat(pattern, '.')
		if err != nil {
			panic(err) // the patterns are constants
		}
		list = append(list, shownFormat{f, strings.ReplaceAll(hint, "%s", pattern)})
	}
	return list
}

// otherFormat returns the hint of the format in which text is a number, ""
// for none.
func otherFormat(text []byte, f *numberFormat) string {
	var room [64]byte
	if f.percent {
		bare := *f
		bare.percent = false
		if _, _, _, ok := bare.scan(room[:0], text); ok {
			return "the percent sign is missing"
		}
	}
	found := ""
	for i := range otherFormats {
		other := &otherFormats[i]
		if _, _, _, ok := other.scan(room[:0], text); !ok {
			continue
		}
		if found == "" {
			found = other.hint
			if other.group != groupNone {
				break
			}
		} else if other.group != groupNone && other.point == f.point { // 1,234 may be either
			return found + " or " + other.hint
		}
	}
	if found != "" {
		return found
	}
	unit, before := unitOf(text)
	if unit == "" {
		return ""
	}
	for _, other := range unitFormats {
		other.unit = []byte(unit)
		if _, _, _, ok := other.scan(room[:0], text); ok {
			pattern := other.hint + " " + unit
			if before {
				pattern = unit + " " + other.hint
			}
			return "a currency or unit? give the column the format " + pattern
		}
	}
	return ""
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

// nullMarkers are the texts by which programs and people say that there is no
// value.
var nullMarkers = []string{
	"null", "\\n", "n/a", "na", "#n/a", "n.a.", "n.a", "n. a.", "#na", "<na>", "nil", "none", "nan", "(null)", "<null>", "[null]", "(none)",
	"(na)", "(n/a)", "nat", "-nan", "#n/a n/a",
	"-", "--", "---", "—", "–", "−", "?", "??", "???", ".", "..", "...", "…", ":",
	"#nv", "#n/d", "#n/v", "#н/д", "#yok",
	"k.a.", "k. a.", "k.a", "k/a", "s/d", "s.d.", "s/i", "n/d", "n.d.", "nd", "n.c.", "nc", "n/c", "n.v.", "n.v.t.", "nvt", "i.t.", "b.d.", "bd", "н/д", "нет данных",
	"unknown", "missing", "no data", "nodata", "not available", "not applicable", "empty", "blank", "(blank)", "undefined", "no value",
	"keine angabe", "keine angaben", "unbekannt", "sin datos", "sin dato", "no aplica", "non disponible", "inconnu", "non disponibile", "não informado",
	"não disponível", "desconhecido", "desconocido", "sconosciuto", "onbekend", "okänd", "okänt", "ukjent", "ukendt", "nieznany", "neznámé", "неизвестно",
	"brak danych", "brak", "nicht verfügbar", "nicht vorhanden", "not reported", "nr", "n.r.", "n/r", "ei tietoa", "н.д.", "不明", "不详", "未知", "无", "暂无", "無", "なし", "없음",
	"0000-00-00", "0000-00-00 00:00:00",
}

// nullMarkersBy holds the markers by the byte that they begin with.
var nullMarkersBy = func() (by [256][]string) {
	for _, m := range nullMarkers {
		by[m[0]] = append(by[m[0]], m)
		if upper := strings.ToUpper(m)[0]; upper != m[0] {
			by[upper] = append(by[upper], m)
		}
	}
	return by
}()

// isNullMarker reports whether text is one of nullMarkers, in any case, or the
// error of a spreadsheet.
func isNullMarker(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	for _, m := range nullMarkersBy[text[0]] {
		if len(m) == len(text) && strings.EqualFold(m, string(text)) {
			return true
		}
	}
	return text[0] == '#' && isSheetError(text)
}

// isSheetError reports whether text is what a spreadsheet shows in place of a
// value that it can't work out, in whatever language: #DIV/0!, #NAME?.
func isSheetError(text []byte) bool {
	const longest = 24 // #ДЕЛ/0! and the like
	if len(text) < 5 || len(text) > longest {
		return false
	}
	name, end := text[1:len(text)-1], text[len(text)-1]
	if end != '!' && end != '?' {
		return false
	}
	for _, r := range string(name) {
		if !unicode.IsUpper(r) && !unicode.IsLower(r) && r != '/' && r != '0' && r != '¡' && r != '¿' {
			return false
		}
	}
	return true
}
