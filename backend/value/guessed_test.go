package value

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A column that was guessed to be of numbers takes no text that is more than one.
func TestGuessedColumns(t *testing.T) {
	for _, tt := range []struct {
		typ     load.Type
		text    string
		refused string // a piece of the message; "" where it is taken
	}{
		{load.Integer, "0", ""},
		{load.Integer, "-5", ""},
		{load.Integer, "+5", ""},
		{load.Integer, "10115", ""},
		{load.Integer, "00420", "it is 00420, whose leading zero a number would not keep"},
		{load.Integer, "-007", "leading zero"},
		{load.Integer, "+4917012345678", "a phone number"},
		{load.Integer, "12O", "not a number"},
		{load.Decimal, "0.5", ""},
		{load.Decimal, "-0.5", ""},
		{load.Decimal, "007.5", "leading zero"},
		{load.Float, "1.5e5", ""},
		{load.Float, "1e+05", ""},
		{load.Float, "1E5", "an identifier rather than"},
		{load.Text, "00420", ""},
		{load.Date, "2026-03-01", ""},
	} {
		for _, guessed := range []bool{true, false} {
			v, err := newConversion(load.Column{Name: "c", Type: tt.typ, Guessed: guessed}, load.Plan{})
			if err != nil {
				t.Fatal(err)
			}
			arena, f := arenaWith(tt.text)
			_, _, flt := v.convert(arena, f)
			switch {
			case guessed && tt.refused == "" && flt != nil:
				t.Errorf("%s refuses %q: %s", tt.typ, tt.text, flt.Message)
			case guessed && tt.refused != "" && (flt == nil || !strings.Contains(flt.Message, tt.refused)):
				t.Errorf("%s and %q: %+v, want %s", tt.typ, tt.text, flt, tt.refused)
			case !guessed && flt != nil && tt.text != "12O":
				t.Errorf("%s that was chosen refuses %q: %s", tt.typ, tt.text, flt.Message)
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
		g := watched(t, "f", load.Plan{}, tt.seen...)
		g.Column.Guessed = true
		v, err := newConversion(g.Column, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		arena, f := arenaWith(tt.text)
		_, _, wrong := v.convert(arena, f)
		if refused := wrong != nil; refused != tt.refused || refused && wrong.Message == "" {
			t.Errorf("%q and then %s: %+v", tt.seen, tt.text, wrong)
		}
	}
	g := watched(t, "is_new", load.Plan{}, "1", "0")
	g.Column.Guessed = true
	v, err := newConversion(g.Column, load.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	arena, f := arenaWith("yes")
	if _, _, wrong := v.convert(arena, f); g.Column.Type != load.Boolean || wrong == nil {
		t.Errorf("%+v takes yes", g)
	}
}
