package load

import (
	"slices"
	"strings"
	"unicode"
)

// The signs for NULL: texts by which programs and people say that there is no
// value, in lower case.
var (
	// A program wrote these; they are no value anywhere.
	clearUsualSigns = []string{"null", `\n`, "n/a", "#n/a", "nil"}
	clearSigns      = []string{"(null)", "<null>", "#null!"}

	// These may be texts: a dash, or the name Na.
	usualSigns = []string{"-", "?", "na", "nan", "none"}
	otherSigns = []string{
		"n.a.", "n.a", "n. a.", "#na", "<na>", "[null]", "(none)",
		"(na)", "(n/a)", "nat", "-nan", "#n/a n/a",
		"--", "---", "—", "–", "−", "??", "???", ".", "..", "...", "…", ":",
		"#nv", "#n/d", "#n/v", "#н/д", "#yok",
		"k.a.", "k. a.", "k.a", "k/a", "s/d", "s.d.", "s/i", "n/d", "n.d.", "nd", "n.c.", "nc", "n/c", "n.v.", "n.v.t.", "nvt", "i.t.", "b.d.", "bd", "н/д", "нет данных",
		"unknown", "missing", "no data", "nodata", "not available", "not applicable", "empty", "blank", "(blank)", "undefined", "no value",
		"keine angabe", "keine angaben", "unbekannt", "sin datos", "sin dato", "no aplica", "non disponible", "inconnu", "non disponibile", "não informado",
		"não disponível", "desconhecido", "desconocido", "sconosciuto", "onbekend", "okänd", "okänt", "ukjent", "ukendt", "nieznany", "neznámé", "неизвестно",
		"brak danych", "brak", "nicht verfügbar", "nicht vorhanden", "not reported", "nr", "n.r.", "n/r", "ei tietoa", "н.д.", "不明", "不详", "未知", "无", "暂无", "無", "なし", "없음",
		"0000-00-00", "0000-00-00 00:00:00",
	}
)

// A signKind says how likely a sign means NULL.
type signKind struct {
	text         string
	clear, usual bool
}

// signsBy holds the signs by the byte that they begin with.
var signsBy = func() (by [256][]signKind) {
	for _, signs := range [][]string{clearUsualSigns, clearSigns, usualSigns, otherSigns} {
		for _, text := range signs {
			s := signKind{text, slices.Contains(clearUsualSigns, text) || slices.Contains(clearSigns, text),
				slices.Contains(clearUsualSigns, text) || slices.Contains(usualSigns, text)}
			by[text[0]] = append(by[text[0]], s)
			if upper := strings.ToUpper(text)[0]; upper != text[0] {
				by[upper] = append(by[upper], s)
			}
		}
	}
	return by
}()

// mayBeSign reports whether a sign begins as text does.
func mayBeSign(text []byte) bool { return len(text) > 0 && len(signsBy[text[0]]) > 0 }

// findSign returns the sign that text, which is not empty, is in any case; nil
// for none.
func findSign(text []byte) *signKind {
	signs := signsBy[text[0]]
	for i := range signs {
		if s := &signs[i]; len(s.text) == len(text) && strings.EqualFold(s.text, string(text)) {
			return s
		}
	}
	return nil
}

// IsNullSign reports whether text is a sign for NULL, or the error of a
// spreadsheet.
func IsNullSign(text []byte) bool {
	return mayBeSign(text) && (findSign(text) != nil || text[0] == '#' && isSheetError(text))
}

// IsClearNullSign reports whether text means NULL even among texts.
func IsClearNullSign(text []byte) bool {
	if !mayBeSign(text) {
		return false
	}
	s := findSign(text)
	return s != nil && s.clear
}

// IsUsualNullSign reports whether text is one of the few signs for NULL that are
// frequent.
func IsUsualNullSign(text []byte) bool {
	const longest = 4
	if !mayBeSign(text) || len(text) > longest {
		return false
	}
	s := findSign(text)
	return s != nil && s.usual
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
