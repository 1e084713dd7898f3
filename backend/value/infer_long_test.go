package value

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

// How many digits of a decimal a new table keeps is its database's to say.
func TestForNewTable(t *testing.T) {
	g := watched(t, "f", load.Plan{}, "1.5", "12345678901234.56", "123456789012345678.91", "2.5")
	for _, tt := range []struct {
		digits int
		typ    load.Type
		says   string
	}{
		{15, load.Text, "text, because line 3 is 12345678901234.56: not every database keeps more than 15 digits"},
		{16, load.Text, "text, because line 4 is 123456789012345678.91: not every database keeps more than 16 digits"},
		{19, load.Text, "line 4"},
		{20, load.Decimal, "decimal, 4 of 4"},
		{0, load.Decimal, "decimal, 4 of 4"},
	} {
		if g := g.ForNewTable(tt.digits); g.Column.Type != tt.typ || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%d digits: %s, %s", tt.digits, g.Column.Type, g.Evidence)
		}
	}
}

// Of ever longer numbers a few are kept, with the longest.
func TestLongNumbersAreFew(t *testing.T) {
	var values []string
	for n := range 100 {
		values = append(values, strings.Repeat("7", 16+n)+".5")
	}
	g := watched(t, "f", load.Plan{}, values...)
	if len(g.long) != mostLong || g.ForNewTable(100).Column.Type != load.Text || g.ForNewTable(200).Column.Type != load.Decimal {
		t.Errorf("%d are kept, %s", len(g.long), g.ForNewTable(100).Evidence)
	}
}
