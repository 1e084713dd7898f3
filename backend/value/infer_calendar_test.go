package value

import (
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// dated returns dates of those days and years, by a format for day, month and
// year.
func dated(format string, days, years []int) []string {
	var all []string
	for i, year := range years {
		for j, day := range days {
			all = append(all, fmt.Sprintf(format, day, (i+j)%12+1, year))
		}
	}
	return all
}

// from returns the numbers from first to last.
func from(first, last int) []int {
	var all []int
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

const (
	dayMonthYear = "%02d.%02d.%02d"
	yearMonthDay = "%02[3]d.%02[2]d.%02[1]d"
)

// Years of two digits look like days, and days like years.
func TestInferShortYears(t *testing.T) {
	for _, tt := range []struct {
		about  string
		values []string
		format string // "" where it has to be asked
		says   string
	}{
		{"all days of three years", dated(dayMonthYear, from(1, 28), from(24, 26)), "DD.MM.YY",
			"day first because line 14 is 13.01.24 and the years are then 2024 to 2026, and 2001 to 2028 otherwise"},
		{"all days of one year", dated(dayMonthYear, from(1, 28), from(26, 26)), "DD.MM.YY", "the years are then 2026, and"},
		{"the year first", dated(yearMonthDay, from(1, 28), from(24, 26)), "YY.MM.DD",
			"year first because the years are then 2024 to 2026, and 2001 to 2028 otherwise"},
		{"few dates", dated(dayMonthYear, []int{3, 11, 30}, from(26, 26)), "", "day first or year first"},
		{"some days, of which one would be in the future", dated(dayMonthYear, []int{1, 5, 10, 15, 28}, from(22, 25)), "DD.MM.YY", "and 2001 to 2028 otherwise"},
		{"some days, of which none would be", dated(dayMonthYear, []int{1, 5, 10, 15, 20}, from(22, 25)), "", ""},
		{"the ends of the months of many years", dated(yearMonthDay, []int{28}, from(1, 26)), "", ""},
		{"the first days of them", dated(yearMonthDay, []int{1}, from(1, 26)), "", ""},
		{"hyphens", dated("%02[3]d-%02[2]d-%02[1]d", from(1, 28), from(24, 26)), "YY-MM-DD", "year first because"},
		{"hyphens, some days", dated("%02d-%02d-%02d", []int{1, 5, 10, 15, 28}, from(22, 25)), "", ""},
		{"slashes", dated("%02d/%02d/%02d", from(1, 28), from(24, 26)), "DD/MM/YY", "day first because line 14 is 13/01/24 and the years are then 2024 to 2026"},
		{"timestamps", dated(dayMonthYear+" 10:00", from(1, 28), from(24, 26)), "DD.MM.YY HH:mm", "day first because"},
	} {
		i, err := NewInference([]string{"f"}, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		i.fields[0].forms.thisYear = 2026
		for n, v := range tt.values {
			i.Add(recordOf(int64(n+2), v))
		}
		g := i.Guesses()[0]
		if g.Column.Format != tt.format || (tt.format == "") != (len(g.Ambiguous) == 2) || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%s: %s %q %v: %s; want %q, %s", tt.about, g.Column.Type, g.Column.Format, g.Ambiguous, g.Evidence, tt.format, tt.says)
		}
		converts(t, g, load.Plan{}, tt.values)
	}
}
