package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The sample's good lines, without Linefeed, and the first of its bad ones.
func TestSampleLines(t *testing.T) {
	good, bad, err := sampleLines("../../../examples/articles.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(good) != 19_762 || len(bad) != 238 {
		t.Errorf("%d lines are good and %d bad", len(good), len(bad))
	}
	if !good["A-00000001\tTall brass coat stand"] || bad[100] != 94 || bad[2] != 0 {
		t.Error("line 2 is bad, or line 100 is not record 94")
	}
}

func TestToldLines(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.csv")
	report := "time,record,line,end_line\n2026-11-30T16:10:02Z,94,100,100\n2026-11-30T16:10:02Z,153,161,162\n"
	if err := os.WriteFile(log, []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		c    contender
		said string
		want []int
	}{
		{contender{line: inThird, told: log}, "", []int{100, 161}},
		{contender{line: inThird, told: log + ".none"}, "", nil},
		{contender{line: inName}, "a/b.csv:7: unescaped\na/b.csv:12: INSERT failed\n", []int{7, 12}},
		{contender{line: atLine}, "CONTEXT:  COPY articles, line 226, column quantity", []int{226}},
		{contender{line: atRow}, "ValueError: Row 466 has 10 values\nat row 3 and row 3", []int{3, 466}},
	}
	for _, tt := range tests {
		got, err := tt.c.toldLines(tt.said)
		if lines := slices.Sorted(maps.Keys(got)); err != nil || !slices.Equal(lines, tt.want) {
			t.Errorf("%q: got %v, %v; want %v", tt.said, lines, err, tt.want)
		}
	}
}
