package value

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A format that is given for a column says which types it may have.
func TestInferSaid(t *testing.T) {
	for _, tt := range []struct {
		format     string
		values     []string
		typ        load.Type
		exceptions int64
		says       string
	}{
		{"enabled/disabled", []string{"enabled", "disabled"}, load.Boolean, 0, "boolean as enabled/disabled, as it was said, 2 of 2"},
		{"x/", []string{"x", "", "X"}, load.Boolean, 0, ""},
		{"1/0", []string{"1", "0"}, load.Boolean, 0, ""},
		{"YYYYMMDD", []string{"20260301", "20261231"}, load.Date, 0, ""},
		{"YYYYMMDD", []string{"20260301", "20261331"}, load.Date, 1, "date as YYYYMMDD, as it was said, 1 of 2; line 3 is 20261331"},
		{"MM/DD/YYYY", []string{"03/04/2026", "05/06/2026"}, load.Date, 0, ""},
		{"MM/DD/YYYY", []string{"03/04/2026", "05/06/2026 10:00"}, load.Timestamp, 0, ""},
		{"DD.MM.YYYY HH:mm", []string{"03.04.2026 10:00"}, load.Timestamp, 0, ""},
		{"DD.MM.YYYY HH:mm Z", []string{"03.04.2026 10:00 +02:00"}, load.TimestampTZ, 0, ""},
		{"hh:mm A", []string{"03:04 PM"}, load.Time, 0, ""},
		{"HH24:MI:SS", []string{"03:04:05"}, load.Time, 0, ""},
		{"ISO 8601", []string{"2026-03-01"}, load.Date, 0, ""},
		{"1,234", []string{"1,234", "12"}, load.Integer, 0, ""},
		{"1.234,56", []string{"1.234", "12,5"}, load.Decimal, 0, ""},
		{"1.234,56 €", []string{"1.234,56 €", "12"}, load.Decimal, 0, ""},
		{"1234.56", []string{"00420", "12"}, load.Decimal, 0, ""},
		{"1.234,56", []string{"7", "8"}, load.Decimal, 0, ""},
		{"1,234.56 EUR", nil, load.Decimal, 0, ""},
		{"DD.MM.YYYY HH:mm", nil, load.Timestamp, 0, ""},
		{"base64", []string{"YWJj"}, load.Binary, 0, ""},
		{"1.234,56", nil, load.Decimal, 0, "as it was said, 0 of 0"},
		{"such as that", []string{"5"}, load.Integer, 0, "integer, 1 of 1"},
	} {
		p := load.Plan{Formats: map[string]string{"column": tt.format}, Map: map[string]string{"f": "column"}}
		g := watched(t, "f", p, tt.values...)
		if g.Column.Type != tt.typ || g.Exceptions != tt.exceptions || !strings.Contains(g.Evidence, tt.says) {
			t.Errorf("%s %q: %s, %d exceptions: %s", tt.format, tt.values, g.Column.Type, g.Exceptions, g.Evidence)
		}
		converts(t, g, p, tt.values)
	}
}
