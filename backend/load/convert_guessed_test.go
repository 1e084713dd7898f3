package load

import (
	"strings"
	"testing"
)

// A column that was guessed to be of numbers takes no text that is more than one.
func TestGuessedColumns(t *testing.T) {
	for _, tt := range []struct {
		typ     Type
		text    string
		refused string // a piece of the message; "" where it is taken
	}{
		{Integer, "0", ""},
		{Integer, "-5", ""},
		{Integer, "+5", ""},
		{Integer, "10115", ""},
		{Integer, "00420", "it is 00420, whose leading zero a number would not keep"},
		{Integer, "-007", "leading zero"},
		{Integer, "+4917012345678", "a phone number"},
		{Integer, "12O", "not a number"},
		{Decimal, "0.5", ""},
		{Decimal, "-0.5", ""},
		{Decimal, "007.5", "leading zero"},
		{Float, "1.5e5", ""},
		{Float, "1e+05", ""},
		{Float, "1E5", "an identifier rather than"},
		{Text, "00420", ""},
		{Date, "2026-03-01", ""},
	} {
		for _, guessed := range []bool{true, false} {
			v, err := newConversion(Column{Name: "c", Type: tt.typ, Guessed: guessed}, Plan{})
			if err != nil {
				t.Fatal(err)
			}
			arena, f := arenaWith(tt.text)
			_, _, flt := v.convert(arena, f)
			switch {
			case guessed && tt.refused == "" && flt != nil:
				t.Errorf("%s refuses %q: %s", tt.typ, tt.text, flt.message)
			case guessed && tt.refused != "" && (flt == nil || !strings.Contains(flt.message, tt.refused)):
				t.Errorf("%s and %q: %+v, want %s", tt.typ, tt.text, flt, tt.refused)
			case !guessed && flt != nil && tt.text != "12O":
				t.Errorf("%s that was chosen refuses %q: %s", tt.typ, tt.text, flt.message)
			}
		}
	}
}
