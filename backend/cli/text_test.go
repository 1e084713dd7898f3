package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestSpelling(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{count(0), "0"}, {count(999), "999"}, {count(1000), "1,000"}, {count(-1234567), "-1,234,567"}, {count(100000), "100,000"},
		{records(1), "1 record"}, {records(2000), "2,000 records"},
		{size(0), "0 bytes"}, {size(999), "999 bytes"}, {size(1000), "1.0 kB"}, {size(158_000_000), "158 MB"},
		{size(999_999), "1.0 MB"}, {size(9_960_000), "10 MB"}, {size(1 << 62), "4.6 EB"},
		{seconds(0.416), "0.42 s"}, {seconds(2.44), "2.4 s"}, {seconds(185), "3:05"},
		{clock(3), "0:03"}, {clock(724), "12:04"}, {clock(3600), "1:00:00"},
		{visible("a\r\nb\tc\nd"), "a↵b→c↵d"}, {visible("\x1b[31mred\a"), "\uFFFD[31mred\uFFFD"},
		{visible("Größe ✓"), "Größe ✓"}, {visible("a\u00a0b"), "a b"}, {visible("\xff"), "\uFFFD"},
		{cut("abcdef", 0), "abcdef"}, {cut("abcdef", 6), "abcdef"}, {cut("abcdef", 5), "abcd…"},
		{cut("日本語です", 5), "日本…"}, {cut("ééééé", 3), "éé…"},
		{cut("\x1b[31mabcdef\x1b[0m", 6), "\x1b[31mabcdef\x1b[0m"},
		{cut("\x1b[31mabcdef\x1b[0m", 3), "\x1b[31mab…\x1b[0m"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestTable(t *testing.T) {
	tab := newTable("name", "n", "")
	tab.alignRight(1)
	tab.add("é", "1,000", "x")
	tab.add("a longer one", "2", "")
	var out bytes.Buffer
	tab.print(&screen{w: &out}, "  ", 8)
	want := strings.Join([]string{
		"  name          n",
		"  é         1,000  x",
		"  a longe…      2",
		"",
	}, "\n")
	if out.String() != want {
		t.Errorf("\n%s, want\n%s", out.String(), want)
	}
}
