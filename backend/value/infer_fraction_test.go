package value

import (
	"testing"

	"linefeed/backend/load"
)

// How many digits decimals have after the point is known where all have as many.
func TestFraction(t *testing.T) {
	for _, tt := range []struct {
		values []string
		want   int
	}{
		{[]string{"1.50", "2.25", "3"}, 2},
		{[]string{"1.5", "2.25"}, 0},
		{[]string{"1", "2"}, 0},
		{[]string{"0.12345", "1.00000"}, 5},
	} {
		if g := watched(t, "price", load.Plan{}, tt.values...); g.Column.Fraction != tt.want {
			t.Errorf("%v: %d, want %d (%s)", tt.values, g.Column.Fraction, tt.want, g.Evidence)
		}
	}
}
