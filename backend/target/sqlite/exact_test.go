package sqlite

import (
	"regexp"
	"testing"
)

// All texts of up to six of the characters that matter, against the grammar.
func TestLooksNumeric(t *testing.T) {
	number := regexp.MustCompile(`^[ \t\n\v\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\v\f\r]*$`)
	const alphabet = "7+-.eE x"
	var try func(text []byte)
	try = func(text []byte) {
		if got, want := looksNumeric(text), number.Match(text); got != want {
			t.Errorf("%q looks numeric: %v, want %v", text, got, want)
		}
		if len(text) == 6 {
			return
		}
		for _, c := range []byte(alphabet) {
			try(append(text, c))
		}
	}
	try(nil)
	for _, text := range []string{"2026-03-01 12:00:00", "2026", "\t\n\v\f\r 00420\r", "\u00a01", "1_000", "0x10", "+.", "1e+", "Inf", "NaN"} {
		if got, want := looksNumeric([]byte(text)), number.MatchString(text); got != want {
			t.Errorf("%q looks numeric: %v, want %v", text, got, want)
		}
	}
}
