package csvfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// alone reads one record of three fields by itself.
func alone(t *testing.T, d Dialect, raw string, ragged load.Ragged) string {
	t.Helper()
	a, err := NewAlone(d, []string{"a", "b", "c"}, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read([]byte("9,\"x\ny\",z\n"), 1, 1, ""); err != nil { // the next one finds nothing of it
		t.Error(err)
	}
	rec, err := a.Read([]byte(raw), 7, 20, ragged)
	if rec.Number != 7 || rec.Line != 20 || string(rec.Raw) != raw {
		t.Errorf("%q: number %d, line %d, bytes %q", raw, rec.Number, rec.Line, rec.Raw)
	}
	if reject, ok := errors.AsType[*load.Reject](err); ok {
		return fmt.Sprintf("%s %d-%d", reject.Code, reject.Line, reject.EndLine)
	}
	var fields []string
	for i := range rec.Fields {
		fields = append(fields, string(rec.Field(i)))
	}
	return fmt.Sprintf("%s %d-%d", strings.Join(fields, "|"), rec.Line, rec.EndLine)
}

func TestAlone(t *testing.T) {
	csv := Dialect{Encoding: "utf-8", Delimiter: ",", Quote: `"`, Escape: `"`, Comment: "#"}
	for _, c := range []struct{ raw, want string }{
		{"1,2,3\n", "1|2|3 20-20"},
		{"1,2,3", "1|2|3 20-20"},
		{"1,\"2\r\n2\",\"3\"\"\"\r\n", "1|2\r\n2|3\" 20-21"},
		{"#,2,3\n", "#|2|3 20-20"},
		{"1,2\n", "missing_field 20-20"},
		{"1,2,3,4\n", "extra_field 20-20"},
		{"1,\"2,3\n", "unclosed_quote 20-20"},
		{"1,\"2,3\nx\n", "unclosed_quote 20-21"},
		{"1,2\"2,3\n", "stray_quote 20-20"},
		{"1,\xff,3\n", "invalid_encoding 20-20"},
		{"1,2,3\n4,5,6\n", "several_records 20-21"},
		{"\n", "several_records 20-20"},
		{"1,\"a\n2,b,c\n3,b,c\n4,b,c\n\",z\n", "1|a\n2,b,c\n3,b,c\n4,b,c\n|z 20-24"},
	} {
		if got := alone(t, csv, c.raw, load.RaggedReject); got != c.want {
			t.Errorf("%q: %s, want %s", c.raw, got, c.want)
		}
	}
	if got := alone(t, csv, "1,2\n", load.RaggedPad); got != "1|2| 20-20" {
		t.Errorf("padded: %s", got)
	}
	latin := Dialect{Encoding: "windows-1252", Delimiter: ",", Quote: `"`, Escape: `"`, Comment: None}
	if got := alone(t, latin, "\xfc,2,3\n", ""); got != "ü|2|3 20-20" {
		t.Errorf("windows-1252: %s", got)
	}
	wide := Dialect{Encoding: "utf-16le", Delimiter: ",", Quote: `"`, Escape: `"`, Comment: None}
	a, err := NewAlone(wide, []string{"a", "b", "c"}, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := a.Read([]byte("1\x00,\x00\xfc\x00,\x003\x00\n\x00"), 3, 4, "")
	if err != nil || string(rec.Field(1)) != "ü" || len(rec.Raw) != 12 {
		t.Errorf("utf-16: %v %q", err, rec.Raw)
	}
}

// What was rejected when its file was read is rejected alone, for the same reason and
// with the same lines and bytes; what was read well has the same fields.
func TestAloneAsInItsFile(t *testing.T) {
	text := "a,b,c\n1,2,3\n4,\"5,6\n7,8,9\n\"10\",\"1\n1\",12\nx\"y,1,2\n1,2\n1,2,3,4\n\"a\"b,2,3\n5,\"6\n\",7\n1,\xff,2\n,,\n"
	f, err := Open(writeFile(t, "a.csv", []byte(text)), Dialect{Delimiter: ",", Encoding: "utf-8", Quote: `"`, Escape: `"`}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	one, err := NewAlone(f.Dialect(), f.Fields(), f.Padding(), 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rec, err := range f.Records() {
		if rec == nil {
			t.Fatal(err)
		}
		n++
		raw := bytes.Clone(rec.Raw)
		again, errAgain := one.Read(raw, rec.Number, rec.Line, "")
		reject, bad := errors.AsType[*load.Reject](err)
		rejectAgain, badAgain := errors.AsType[*load.Reject](errAgain)
		if bad != badAgain || rec.Line != again.Line || rec.EndLine != again.EndLine || !bytes.Equal(again.Raw, raw) {
			t.Errorf("%q: %v, alone %v", raw, err, errAgain)
			continue
		}
		if bad && (reject.Code != rejectAgain.Code || reject.Column != rejectAgain.Column || reject.Value != rejectAgain.Value) {
			t.Errorf("%q: %+v, alone %+v", raw, reject, rejectAgain)
		}
		if !bad {
			for i := range rec.Fields {
				if string(rec.Field(i)) != string(again.Field(i)) {
					t.Errorf("%q: field %d", raw, i)
				}
			}
		}
	}
	if n != 11 {
		t.Errorf("%d records", n)
	}
}

func BenchmarkAlone(b *testing.B) {
	a, err := NewAlone(Dialect{Encoding: "utf-8", Delimiter: ",", Quote: `"`, Escape: `"`, Comment: None}, strings.Split("abcdefghi", ""), 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	raw := []byte("A1000,\"Desk lamp, black\",A lamp for the desk with a long description of it,Light,12.50,EUR,20,2026-01-02 10:00:00,true\n")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Read(raw, 1, 1, ""); err != nil {
			b.Fatal(err)
		}
	}
}
