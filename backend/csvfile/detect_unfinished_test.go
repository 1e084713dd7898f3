package csvfile

import (
	"fmt"
	"strings"
	"testing"
)

// TestLongFirstRecord reads files whose first record is longer than what is
// looked at.
func TestLongFirstRecord(t *testing.T) {
	const fields = 60_000
	row := func(delim, format string) string {
		cells := make([]string, fields)
		for i := range cells {
			cells[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(cells, delim) + "\n"
	}
	for _, delim := range []string{",", ";", "\t", "|"} {
		for _, header := range []bool{true, false} {
			content := strings.Repeat(row(delim, "%d.5"), 3)
			if header {
				content = row(delim, "name %d") + content
			}
			got, f := readAll(t, content, Dialect{}, Options{})
			if len(f.Fields()) != fields || len(got) != 3 || f.Dialect().Delimiter != delim {
				t.Errorf("%q, header %v: %d fields, %d records, delimiter %q", delim, header, len(f.Fields()), len(got), f.Dialect().Delimiter)
			}
			for _, g := range got {
				if g.code != "" {
					t.Errorf("%q, header %v: record %d is rejected: %s", delim, header, g.number, g.code)
				}
			}
		}
	}
}

// TestUnfinishedOthers lists every delimiter but the chosen one as another, also
// where there is no whole record to tell by.
func TestUnfinishedOthers(t *testing.T) {
	for _, text := range []string{strings.Repeat("name;", 20) + "a,b|c", strings.Repeat("name|", 20) + "a,b;c", strings.Repeat("name,", 20) + "a;b|c"} {
		det := &detector{d: &Dialect{}, texts: texts{head: []byte(text)}}
		best, others := det.choose([]byte(text), "")
		seen := map[string]int{best.delim: 1}
		for _, c := range others {
			seen[c.delim]++
		}
		for _, delim := range delimiters([]byte(text)) {
			if seen[delim] != 1 {
				t.Errorf("%q: %q is listed %d times", text, delim, seen[delim])
			}
		}
	}
}
