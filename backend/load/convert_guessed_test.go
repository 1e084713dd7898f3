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

// A column whose type was guessed refuses what would have made it another.
func TestGuessedColumnsRefuse(t *testing.T) {
	for _, tt := range []struct {
		seen    []string
		text    string
		refused bool
	}{
		{[]string{"yes", "no"}, "NO", false},
		{[]string{"yes", "no"}, "1", true},
		{[]string{"yes", "no"}, "true", true},
		{[]string{"Y", "N"}, "y", false},
		{[]string{"Y", "N"}, "T", true},
		{[]string{"Y", "N"}, "0", true},
		{[]string{"true", "false"}, "False", false},
		{[]string{"true", "false"}, "f", true},
		{[]string{"2026-03-01 10:00:00"}, "2026-03-01 10:00:00Z", true},
		{[]string{"2026-03-01 10:00:00"}, "2026-03-01T10:00:00+02:00", true},
		{[]string{"2026-03-01 10:00:00"}, "2026-03-02T10:00:00", false},
		{[]string{"276033e5-b72a-4218-8e8e-2b0575e00000"}, "d41d8cd98f00b204e9800998ecf8427e", true},
		{[]string{"276033e5-b72a-4218-8e8e-2b0575e00000"}, "276033e5b72a42188e8e2b0575e00000", false},
	} {
		g := watched(t, "f", Plan{}, tt.seen...)
		g.Column.Guessed = true
		v, err := newConversion(g.Column, Plan{})
		if err != nil {
			t.Fatal(err)
		}
		arena, f := arenaWith(tt.text)
		_, _, wrong := v.convert(arena, f)
		if refused := wrong != nil; refused != tt.refused || refused && wrong.message == "" {
			t.Errorf("%q and then %s: %+v", tt.seen, tt.text, wrong)
		}
	}
	g := watched(t, "is_new", Plan{}, "1", "0")
	g.Column.Guessed = true
	v, err := newConversion(g.Column, Plan{})
	if err != nil {
		t.Fatal(err)
	}
	arena, f := arenaWith("yes")
	if _, _, wrong := v.convert(arena, f); g.Column.Type != Boolean || wrong == nil {
		t.Errorf("%+v takes yes", g)
	}
}
