package csvfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// TestBroken reads records with quotes where none may be: each is rejected by
// itself, with the line where its quote opened, and those around it are read.
func TestBroken(t *testing.T) {
	plain := given(",", `"`, `"`)
	plain.HeaderRows = new(1)
	ok := func(n, line int64, values string) got { return got{n, line, line, "", "", values} }
	tests := []struct {
		name, content string
		want          []got
	}{
		{
			"quote in an unquoted field", "a,b,c\n1,x\"y,3\n2,z,4\n",
			[]got{{1, 2, 2, load.CodeStrayQuote, "b", ""}, ok(2, 3, "2|z|4")},
		},
		{
			"text after the closing quote", "a,b,c\n1,\"x\"y,3\n2,z,4\n",
			[]got{{1, 2, 2, load.CodeStrayQuote, "b", ""}, ok(2, 3, "2|z|4")},
		},
		{
			"quotes that should be doubled", "a,b,c\n1,\"a \"big, red\" house\",3\n2,z,4\n",
			[]got{{1, 2, 2, load.CodeStrayQuote, "b", ""}, ok(2, 3, "2|z|4")},
		},
		{
			"a quote that is not closed", "a,b,c\n1,\"x,3\n2,z,4\n3,y,5\n",
			[]got{{1, 2, 2, load.CodeUnclosedQuote, "b", ""}, ok(2, 3, "2|z|4"), ok(3, 4, "3|y|5")},
		},
		{
			"not closed, and a quoted field later", "a,b,c\n1,\"x,3\n2,z,4\n3,\"y, z\",5\n4,w,6\n",
			[]got{{1, 2, 2, load.CodeUnclosedQuote, "b", ""}, ok(2, 3, "2|z|4"), ok(3, 4, "3|y, z|5"), ok(4, 5, "4|w|6")},
		},
		{
			"not closed, one after another", "a,b,c\n1,\"x,3\n2,\"z,4\n3,\"y,5\n4,w,6\n",
			[]got{{1, 2, 2, load.CodeUnclosedQuote, "b", ""}, {2, 3, 3, load.CodeUnclosedQuote, "b", ""}, {3, 4, 4, load.CodeUnclosedQuote, "b", ""}, ok(4, 5, "4|w|6")},
		},
		{
			"not closed on the last line", "a,b,c\n1,x,3\n2,\"z,4\n",
			[]got{ok(1, 2, "1|x|3"), {2, 3, 3, load.CodeUnclosedQuote, "b", ""}},
		},
		{
			"not closed, and everything is quoted", "a,b,c\n\"1\",\"x,\"3\"\n\"2\",\"z\",\"4\"\n",
			[]got{{1, 2, 2, load.CodeStrayQuote, "b", ""}, ok(2, 3, "2|z|4")},
		},
		{
			"not closed, and too few fields", "a,b,c\n1,\"x\n2,z,4\n3,y,5\n",
			[]got{{1, 2, 2, load.CodeUnclosedQuote, "b", ""}, ok(2, 3, "2|z|4"), ok(3, 4, "3|y|5")},
		},
		{
			"swallowed records that close by chance", "a,b,c\n1,\"x,3\n2,z,4\n3,y,5\n4,w,6\n5,v\",\"u\",7\n6,s,8\n",
			[]got{
				{1, 2, 2, load.CodeUnclosedQuote, "b", ""}, ok(2, 3, "2|z|4"), ok(3, 4, "3|y|5"), ok(4, 5, "4|w|6"),
				{5, 6, 6, load.CodeStrayQuote, "b", ""}, ok(6, 7, "6|s|8"),
			},
		},
		{
			"broken in a field of several lines", "a,b,c\n1,\"one\ntwo \"2\" two\nthree\",3\n2,z,4\n",
			[]got{{1, 2, 4, load.CodeUnclosedQuote, "b", ""}, ok(2, 5, "2|z|4")},
		},
		{
			"several lines and a field too few", "a,b,c\n1,\"one\ntwo\nthree\"\n2,z,4\n",
			[]got{{1, 2, 4, load.CodeMissingField, "", ""}, ok(2, 5, "2|z|4")},
		},
		{
			"several lines that are good", "a,b,c\n1,\"one\n2,z,4\nthree\",3\n2,z,4\n",
			[]got{{1, 2, 4, "", "", "1|one\n2,z,4\nthree|3"}, ok(2, 5, "2|z|4")},
		},
		{
			"a quote alone", "a,b,c\n1,\",3\n2,z,4\n",
			[]got{{1, 2, 2, load.CodeUnclosedQuote, "b", ""}, ok(2, 3, "2|z|4")},
		},
		{
			"NUL", "a,b,c\n1,x\x00y,3\n2,z,4\n",
			[]got{{1, 2, 2, load.CodeInvalidEncoding, "b", ""}, ok(2, 3, "2|z|4")},
		},
		{
			"invalid byte", "a,b,c\n1,x,3\n2,\"z\n\xff\",4\n3,y,5\n",
			[]got{ok(1, 2, "1|x|3"), {2, 3, 4, load.CodeInvalidEncoding, "b", ""}, ok(3, 5, "3|y|5")},
		},
		{
			"a character broken off", "a,b,c\n1,x,\xc3\n2,z,4\n3,y,\xe6\x97",
			[]got{{1, 2, 2, load.CodeInvalidEncoding, "c", ""}, ok(2, 3, "2|z|4"), {3, 4, 4, load.CodeInvalidEncoding, "c", ""}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all, _ := readAll(t, tt.content, plain, Options{})
			compare(t, all, tt.want)
		})
	}
}

// TestRejectSays checks what a reject tells its reader.
func TestRejectSays(t *testing.T) {
	tests := []struct {
		content, message, hint, value string
	}{
		{"a,b,c\n1\n2,x,3\n", "1 field instead of 3", `2 missing, from "b" on`, ""},
		{"a,b,c\n1,2,3,4\n2,x,3\n", "4 fields instead of 3", "put fields that contain the delimiter (comma) in quotes", "4"},
		{"a,b,c\n1,\"x\n2,y,3\n", "the quote that opens on line 2 is not closed", "close it, or double it where it is part of the field", `"x`},
		{"a,b,c\n\"1\n1\",\"x\n2,y,3\n", "the quote that opens on line 3 is not closed", "close it, or double it where it is part of the field", `"x`},
		{"a,b,c\n1,x\"y,3\n2,y,3\n", "a quote inside a field that does not begin with one", "put the field in quotes and double those in it, or set the quote to none", `x"y`},
		{"a,b,c\n1,\"x\"y,3\n2,y,3\n", "text after the quote that closes a field", "double the quotes that are part of a field", `"x"y`},
		{"a,b,c\n1,\xe4,3\n2,y,3\n", "the byte 0xE4 on line 2, at byte 8 of the file, is not UTF-8", "the line was written in another encoding: choose that one, or have such bytes replaced", "\uFFFD"},
		{"a,b,c\n1,\x00,3\n2,y,3\n", "a NUL byte on line 2, at byte 8 of the file", "the file was damaged or is not all text: remove the byte", "\x00"},
	}
	d := given(",", `"`, `"`)
	d.HeaderRows = new(1)
	for _, tt := range tests {
		f, err := openReader(strings.NewReader(tt.content), "test", -1, d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range f.Records() {
			var rej *load.Reject
			if !errors.As(err, &rej) {
				t.Errorf("%q: %v", tt.content, err)
			} else if rej.Message != tt.message || rej.Hint != tt.hint || rej.Value != tt.value {
				t.Errorf("%q: got %q (%s), value %q; want %q (%s), value %q", tt.content, rej.Message, rej.Hint, rej.Value, tt.message, tt.hint, tt.value)
			}
			break
		}
		f.Close()
	}
}

// repeat reads a text again and again, up to that number of bytes.
func repeat(text string, size int) io.Reader {
	many := strings.Repeat(text, max(1, (64<<10)/len(text)))
	return io.LimitReader(&endless{many, many}, int64(size))
}

type endless struct{ text, left string }

func (e *endless) Read(b []byte) (int, error) {
	if e.left == "" {
		e.left = e.text
	}
	n := copy(b, e.left)
	e.left = e.left[n:]
	return n, nil
}

// TestTooLarge reads records that are longer than the limit, without holding
// them.
func TestTooLarge(t *testing.T) {
	const size = 9 << 19 // divides by 3
	tests := []struct {
		name         string
		before, text string
		after        string
		code         load.Code
		endLine      int64
	}{
		{"one line", "1,", "x", "\n", load.CodeRecordTooLarge, 2},
		{"a stray quote in it", "1,x\"", "x", "\n", load.CodeRecordTooLarge, 2},
		{"text after a closing quote", "1,\"x\"", "x", "\n", load.CodeRecordTooLarge, 2},
		{"fields without end", "1,", ",", "\n", load.CodeRecordTooLarge, 2},
		{"quotes without end", "1,\"", "\"\"", "\"\n", load.CodeRecordTooLarge, 2},
		{"several lines, and then one line", "\"1\n\n1\",", "x", "\n", load.CodeRecordTooLarge, 4},
		{"a quote that closes on a line of its own", "1,\"", "x\n\n", "\",\n", load.CodeRecordTooLarge, 2 + size/3*2},
		{"a field in quotes", "1,\"", "x", "\"\n", load.CodeRecordTooLarge, 2},
		{"lines in quotes", "1,\"", "x\ny\n", "\"\n", load.CodeRecordTooLarge, 2 + size/2},
		{"CR and LF in quotes", "1,\"", "x\r\n", "\"\n", load.CodeRecordTooLarge, 2 + size/3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := io.MultiReader(
				strings.NewReader("a,b\n"+tt.before), repeat(tt.text, size), strings.NewReader(tt.after+"2,y\n3,z\n"),
			)
			d := given(",", `"`, `"`)
			d.HeaderRows = new(1)
			f, err := openReader(r, "test", -1, d, Options{MaxRecord: 256 << 10})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			end := int64(4 + len(tt.before) + size + len(tt.after))
			n := 0
			for rec, err := range f.Records() {
				n++
				var rej *load.Reject
				switch {
				case n == 1 && !errors.As(err, &rej):
					t.Fatalf("got %v", err)
				case n == 1:
					if rej.Code != tt.code || rec.Line != 2 || rec.EndLine != tt.endLine || rec.Offset != 4 || rec.End != end || len(rec.Raw) != keptRaw {
						t.Fatalf("got %s, lines %d to %d of %d, bytes %d to %d of %d, %d kept", rej.Code, rec.Line, rec.EndLine, tt.endLine, rec.Offset, rec.End, end, len(rec.Raw))
					}
				case err != nil || string(rec.Raw) != fmt.Sprintf("%d,%c\n", n, 'w'+n) || rec.Line != tt.endLine+int64(n)-1:
					t.Fatalf("record %d: %q on line %d, %v", n, rec.Raw, rec.Line, err)
				}
			}
			if n != 3 {
				t.Errorf("%d records, want 3", n)
			}
			if c := cap(f.reader.w.text); c > 1<<20 {
				t.Errorf("%d bytes in memory", c)
			}
		})
	}
}

// TestLimitOfRecords reads records that are just as long as they may be, and
// those that are a byte longer, whoever reads them.
func TestLimitOfRecords(t *testing.T) {
	for _, limit := range []int{100, 4 << 10, 8 << 10, 64 << 10, 256 << 10, 1 << 20} {
		for _, tt := range []struct{ encoding, quote, end string }{
			{charset.UTF8, "", "\n"}, {charset.UTF8, "", "\r\n"}, {charset.UTF8, "", "\r"}, {charset.UTF8, "", ""},
			{charset.UTF8, `"`, "\n"}, {charset.UTF8, `"`, ""}, {"utf-16le", "", "\r\n"}, {"windows-1252", `"`, "\n"},
		} {
			for more := -1; more <= 1; more++ {
				text := strings.Repeat("x", limit+more-len("1,")-2*len(tt.quote)-len(tt.end))
				content := "a,b\n1," + tt.quote + text + tt.quote + tt.end
				if tt.end != "" {
					content += "2,y" + tt.end
				}
				if tt.encoding == "utf-16le" {
					content = string(encode(content, tt.encoding))
				}
				d := given(",", `"`, `"`)
				d.HeaderRows, d.Encoding = new(1), tt.encoding
				f, err := openReader(strings.NewReader(content), "test", -1, d, Options{MaxRecord: limit})
				if err != nil {
					t.Fatal(err)
				}
				for rec, err := range f.Records() {
					var rej *load.Reject
					if large := errors.As(err, &rej) && rej.Code == load.CodeRecordTooLarge; large != (more > 0 && rec.Number == 1) || err != nil && !large {
						t.Errorf("limit %d%+d, %+v: record %d: %v", limit, more, tt, rec.Number, err)
					}
				}
				f.Close()
			}
		}
	}
}

// TestTooManyFields rejects a record of more fields than one can have, and the
// fields of no header are more.
func TestTooManyFields(t *testing.T) {
	d := given(",", `"`, `"`)
	d.HeaderRows = new(1)
	all, _ := readAll(t, "a,b\n1,"+strings.Repeat(",", maxFields)+"\n2,x\n", d, Options{Ragged: load.RaggedPad})
	compare(t, all, []got{{1, 2, 2, load.CodeExtraField, "", ""}, {2, 3, 3, "", "", "2|x"}})
	_, err := openReader(strings.NewReader(strings.Repeat(",", maxFields)+"\n1,2\n"), "test", -1, d, Options{})
	if err == nil || !strings.Contains(err.Error(), "more than 65,536 fields") {
		t.Errorf("got %v", err)
	}
}

// TestLargeRecord reads a record of 100 MB, which is within the limit.
func TestLargeRecord(t *testing.T) {
	const size = largeRecord
	r := io.MultiReader(strings.NewReader("a,b\n1,\""), repeat("x, y\n", size), strings.NewReader("\"\n2,z\n"))
	d := given(",", `"`, `"`)
	d.HeaderRows = new(1)
	f, err := openReader(r, "test", -1, d, Options{MaxRecord: 128 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lengths []int
	for rec, err := range f.Records() {
		if err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, len(rec.Field(1)))
	}
	if fmt.Sprint(lengths) != fmt.Sprint([]int{size, 1}) {
		t.Errorf("got fields of %d bytes", lengths)
	}
}

// TestSwallowNothing reads a large file whose first record has a quote that
// is not closed.
func TestSwallowNothing(t *testing.T) {
	r := io.MultiReader(strings.NewReader("a,b,c\n1,\"x,3\n"), repeat("2,y,4\n", 20<<20/6*6))
	d := given(",", `"`, `"`)
	d.HeaderRows = new(1)
	f, err := openReader(r, "test", -1, d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	good, bad := 0, 0
	for _, err := range f.Records() {
		if err != nil {
			bad++
		} else {
			good++
		}
	}
	if good != 20<<20/6 || bad != 1 {
		t.Errorf("%d good, %d bad", good, bad)
	}
}

// TestStop stops in the middle, and a second sequence goes nowhere.
func TestStop(t *testing.T) {
	f, err := openReader(bytes.NewReader([]byte("a,b\n1,2\n3,4\n")), "test", -1, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for range f.Records() { //nolint:errcheck // only what comes of them matters here
		n++
		break
	}
	for range f.Records() { //nolint:errcheck // only what comes of them matters here
		n++
	}
	if n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// TestBrokenOff finds characters that are broken off, wherever the file ends.
func TestBrokenOff(t *testing.T) {
	d := given(",", `"`, `"`)
	d.HeaderRows = new(1)
	for _, bad := range []string{"\xff", "\xc3", "\xe6\x97", "\xf0\x9f\x98", "\x80"} {
		for n := range 200 {
			for _, end := range []string{"", "\n", "\n2,y\n"} {
				content := "a,b\n1," + strings.Repeat("x", n) + bad + end
				f, err := openReader(strings.NewReader(content), "test", -1, d, Options{})
				if err != nil {
					t.Fatal(err)
				}
				for rec, err := range f.Records() {
					var rej *load.Reject
					if rec == nil || errors.As(err, &rej) != (rec.Number == 1) {
						t.Fatalf("%q: record %d: %v", content, rec.Number, err)
					}
				}
				f.Close()
			}
		}
	}
}
