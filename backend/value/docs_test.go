package value

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// TestDocs holds docs/types.md to what the conversion does: the formats for
// numbers, and the values beside them, and the values of ISO 8601.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/types.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`[^`]+`")
	texts := func(cell string) []string {
		all := quoted.FindAllString(cell, -1)
		for i := range all {
			all[i] = strings.Trim(all[i], "`")
		}
		return all
	}
	rows := func(header string) [][]string {
		_, table, ok := strings.Cut(string(page), header+"\n|---|---|")
		if !ok {
			t.Fatalf("docs/types.md has no table %q", header)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		var all [][]string
		for _, line := range strings.Split(table, "\n")[1:] {
			all = append(all, strings.Split(strings.Trim(line, "| "), " | "))
		}
		return all
	}
	taken := func(c load.Column, text string) {
		t.Helper()
		v, err := newConversion(c, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		arena, f := arenaWith(text)
		if _, _, flt := v.convert(arena, f); flt != nil {
			t.Errorf("docs/types.md says that %s in the format %q takes %s: %s", c.Type, c.Format, text, flt.Message)
		}
	}

	formats := rows("| format | also reads | written in |")
	for _, row := range formats {
		for _, format := range texts(row[0]) {
			taken(load.Column{Type: load.Decimal, Format: format}, format)
			for _, text := range texts(row[1]) {
				taken(load.Column{Type: load.Decimal, Format: format}, text)
			}
		}
	}
	moments := rows("| | taken |")
	types := []load.Type{load.Date, load.Time, load.Timestamp, load.TimestampTZ}
	if len(formats) < 10 || len(moments) != len(types) {
		t.Fatalf("docs/types.md has %d formats for numbers, %d types of dates and times", len(formats), len(moments))
	}
	for i, row := range moments {
		for _, text := range texts(row[1]) {
			if types[i] != load.TimestampTZ { // that row lists zones
				taken(load.Column{Type: types[i]}, text)
			} else {
				taken(load.Column{Type: types[i]}, "2026-03-01 15:04:05"+text)
			}
		}
	}
	numbers := rows("| | taken | refused |")
	for i, typ := range []load.Type{load.Integer, load.Decimal, load.Float} {
		c := load.Column{Type: typ, Precision: 20, Scale: 5}
		for _, text := range texts(numbers[i][1]) {
			taken(c, text)
		}
		v, err := newConversion(c, load.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts(numbers[i][2]) {
			if strings.Contains(text, "_") { // a code
				continue
			}
			arena, f := arenaWith(text)
			if _, _, flt := v.convert(arena, f); flt == nil {
				t.Errorf("docs/types.md says that %s refuses %s", typ, text)
			}
		}
	}
}
