package csvfile

import (
	"slices"
	"testing"

	"linefeed/backend/load"
)

func TestJoin(t *testing.T) {
	fields := []string{"a", "", "b,;c", "say \"no\"", "two\nlines", " blanks ", `back\\slash\`, "'"}
	names := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	for _, d := range []Dialect{
		{Delimiter: ",", Quote: "\"", Escape: "\""},
		{Delimiter: ";", Quote: "\"", Escape: "\\"},
		{Delimiter: "||", Quote: "'", Escape: "'"},
		{Delimiter: ",", Quote: None, Escape: "\\"},
	} {
		d.Compression, d.Encoding, d.Comment = None, "utf-8", None
		a, err := NewAlone(d, names, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		text := d.Join(fields, nil)
		rec, err := a.Read([]byte(text), 1, 1, load.RaggedReject)
		if err != nil {
			t.Errorf("%+v: %q: %v", d, text, err)
			continue
		}
		var got []string
		for i := range rec.Fields {
			got = append(got, string(rec.Field(i)))
		}
		if !slices.Equal(got, fields) {
			t.Errorf("%+v: %q reads as %q", d, text, got)
		}
	}
	d := Dialect{Delimiter: ",", Quote: "\"", Escape: "\""}
	if got := d.Join([]string{"", "a"}, []bool{true, false}); got != `"",a` {
		t.Errorf("%s", got)
	}
}
