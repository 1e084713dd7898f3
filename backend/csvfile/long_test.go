package csvfile

import (
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// Records that are too long for the fast scanner change nothing for those
// after them, and are checked for invalid bytes like any other.
func TestLongRecords(t *testing.T) {
	var content strings.Builder
	var want []got
	content.WriteString("a,b\n")
	line := int64(2)
	add := func(long int, field, value string, breaks int64, code load.Code) {
		n := int64(len(want) + 1)
		fmt.Fprintf(&content, "%d,%s\n", long, field)
		g := got{number: n, line: line, end: line + breaks, code: code, values: fmt.Sprintf("%d|%s", long, value)}
		if code != "" {
			g.column, g.values = "b", ""
		}
		want = append(want, g)
		line += breaks + 1
	}
	for long := 500; long < 20_000; long += 500 {
		x := strings.Repeat("x", long)
		add(long, x, x, 0, "")
		add(long, "short", "short", 0, "")
		add(long, `"`+x+`"`, x, 0, "")
		add(long, `"""`+x+"\n,"+x+`"`, `"`+x+"\n,"+x, 1, "")
		add(long, x+"\xff", "", 0, load.CodeInvalidEncoding)
		add(long, "\xff"+x, "", 0, load.CodeInvalidEncoding)
	}
	all, _ := readAll(t, content.String(), Dialect{Encoding: "utf-8", Delimiter: ",", Quote: `"`}, Options{})
	if len(all) != len(want) {
		t.Fatalf("%d records, want %d", len(all), len(want))
	}
	for i := range want {
		if all[i] != want[i] {
			t.Fatalf("record %d is %.80v, want %.80v", i+1, all[i], want[i])
		}
	}
}

func TestManyFields(t *testing.T) {
	record := strings.Repeat("12345,", 9999) + "12345\n"
	all, _ := readAll(t, strings.Repeat(record, 5), Dialect{HeaderRows: new(int)}, Options{})
	if len(all) != 5 {
		t.Fatalf("%d records, want 5", len(all))
	}
	for _, g := range all {
		if g.code != "" || g.values != strings.ReplaceAll(strings.TrimSpace(record), ",", "|") {
			t.Errorf("record %d: %s, %.80s", g.number, g.code, g.values)
		}
	}
}
