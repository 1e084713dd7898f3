package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// A piece is a part of a file as it was read: a record or a skip.
type piece struct {
	what       string // "record", or the kind of skip
	from, to   int64
	line, last int64
	code       load.Code
	values     []string
}

// pieces reads all of data and checks what holds for every file: the pieces
// follow each other and leave nothing out, lines are counted by one rule, and
// each record has its own bytes.
func pieces(t *testing.T, data []byte, r io.Reader, d Dialect, opt Options, general bool) []piece {
	t.Helper()
	var list []piece
	at, line := int64(0), int64(1)
	add := func(p piece) {
		if p.from != at || p.to < p.from || p.to > int64(len(data)) {
			t.Fatalf("%s [%d, %d) after byte %d of %d", p.what, p.from, p.to, at, len(data))
		}
		at = p.to
		if p.what != string(skipMark) && d.Encoding == charset.UTF8 {
			if n := charset.CountLines(data[p.from:p.to]); p.line != line || p.last != line+n-1 {
				t.Fatalf("%s [%d, %d) %q on lines %d to %d, want %d to %d", p.what, p.from, p.to, data[p.from:p.to], p.line, p.last, line, line+n-1)
			}
			line = p.last + 1
		}
		list = append(list, p)
	}
	opt.onSkip = func(s skip) {
		add(piece{what: string(s.Kind), from: s.Offset, to: s.End, line: s.Line, last: s.EndLine})
	}
	f, err := openReader(r, "fuzz", int64(len(data)), d, opt)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("error %v of type %T", err, err)
		}
		return nil
	}
	defer f.Close()
	if general {
		f.reader.scan, f.reader.w.lazy = nil, false
		f.reader.w.suspect = true // what is in memory was not looked at
	}
	number := int64(0)
	for rec, err := range f.Records() {
		var rej *load.Reject
		if err != nil && !errors.As(err, &rej) {
			t.Fatalf("read: %v", err)
		}
		if number++; rec.Number != number {
			t.Fatalf("record %d, want %d", rec.Number, number)
		}
		p := piece{what: "record", from: rec.Offset, to: rec.End, line: rec.Line, last: rec.EndLine}
		if rej != nil {
			p.code = rej.Code
			if rej.Message == "" || rej.Offset != rec.Offset || rej.End != rec.End || rej.Line != rec.Line || rej.EndLine != rec.EndLine || rej.Record != rec.Number {
				t.Fatalf("incomplete reject %+v of %+v", rej, rec)
			}
		} else {
			for i := range rec.Fields {
				p.values = append(p.values, string(rec.Field(i)))
			}
			if len(p.values) != len(f.Fields()) {
				t.Fatalf("%d values, want %d", len(p.values), len(f.Fields()))
			}
		}
		if p.code != load.CodeRecordTooLarge && !bytes.Equal(rec.Raw, data[p.from:p.to]) {
			t.Fatalf("Raw is %q, want %q", rec.Raw, data[p.from:p.to])
		}
		add(p)
	}
	if at != int64(len(data)) {
		t.Fatalf("read up to byte %d of %d", at, len(data))
	}
	return list
}

// given is a dialect that leaves nothing to find out.
func given(delim, quote, escape string) Dialect {
	return Dialect{
		Compression: None, Encoding: charset.UTF8, Delimiter: delim, Quote: quote, Escape: escape, Comment: None,
		SkipLines: new(0), HeaderRows: new(0), FooterLines: new(0),
	}
}

// dialects are what the fuzz tests read by.
var dialects = []Dialect{
	given(",", `"`, `"`),
	given(";", `'`, `'`),
	given("\t", None, None),
	given("|", `"`, `\`),
	given("||", `"`, `"`),
	given(", ", `"`, `"`),
	{Encoding: charset.UTF8, Delimiter: ",", Quote: `"`, Comment: "#", SkipLines: new(1), HeaderRows: new(1), FooterLines: new(2), InvalidBytes: InvalidReplace},
	{Encoding: "utf-16le", Delimiter: ",", Quote: `"`, HeaderRows: new(1)},
	{Encoding: "shift_jis", Delimiter: ",", Quote: `"`},
	{Encoding: "windows-1252"},
	{Encoding: "gb18030", InvalidBytes: InvalidReplace},
	{},
}

var seeds = []string{
	"a,b\n1,2\n", "a,b\r\n1,\"x\r\ny\"\r\n", "a,b\r1,2\r", "a;b\n'x;';y\n", "a\tb\n1\t2",
	"a,b\n1,\"x\n2,y\n3,z\n", "a,b\n\"x\"\"y\",z\n", "a,b\n\"x\"y,z\n1,2\n", "a,b\nx\"y,z\n",
	"a||b\n\"x||\"||y\n", "a|b\n\"x\\\"|y\"|z\\|\n", "\xef\xbb\xbfa,b\n1,2\n", "#x\n\na,b\n\n1,2\n#y\n3,4\nend\n",
	"a,b\n1\n1,2,3\n", "a,b\n\x00,2\n\xff,3\n", "\"", "\"\"", "\"\n", ",", "\n\n", "\r\n\r", "a, b\n\"x, y\", z\n",
	"a,\"b\n\"\"\",c\n\"d\",\"e\n", "é,ü\n\xc3,x\n日本,語\n",
}

// FuzzRead reads anything in many dialects: nothing of it may be lost or made
// up, and the fast scanner must find the same as the parser that knows all the
// rules, however the bytes come in.
func FuzzRead(f *testing.F) {
	for i := range dialects {
		for _, s := range seeds {
			f.Add([]byte(s), uint8(i), uint16(1), uint16(0))
		}
		f.Add([]byte("a,b\n1,\"x\n2,y\n3,z\n"), uint8(i), uint16(900), uint16(0))
		f.Add([]byte("a,\"b\nc\"\n"), uint8(i), uint16(2000), uint16(100))
	}
	f.Fuzz(func(t *testing.T, data []byte, dialect uint8, times, largest uint16) {
		d := dialects[int(dialect)%len(dialects)]
		data = bytes.Repeat(data, int(times%1000)+1)
		if len(data) > 1<<16 {
			data = data[:1<<16]
		}
		opt := Options{MaxRecord: int(largest)}
		if dialect >= 128 {
			opt.Ragged = load.RaggedPad
		}
		fast := pieces(t, data, bytes.NewReader(data), d, opt, false)
		for name, r := range map[string]io.Reader{
			"general":           nil,
			"one byte":          iotest.OneByteReader(bytes.NewReader(data)),
			"end with the data": iotest.DataErrReader(bytes.NewReader(data)),
		} {
			general := r == nil
			if general {
				r = bytes.NewReader(data)
			}
			other := pieces(t, data, r, d, opt, general)
			if !slices.EqualFunc(fast, other, samePiece) {
				for i := range min(len(fast), len(other)) {
					if !samePiece(fast[i], other[i]) {
						t.Fatalf("%s: %+v, but %+v", name, other[i], fast[i])
					}
				}
				t.Fatalf("%s: %d pieces, but %d", name, len(other), len(fast))
			}
		}
	})
}

func samePiece(a, b piece) bool {
	return a.what == b.what && a.from == b.from && a.to == b.to && a.line == b.line && a.code == b.code && slices.Equal(a.values, b.values)
}

// FuzzStandard reads what encoding/csv can read without an error and compares
// the records.
func FuzzStandard(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 || bytes.HasPrefix(data, []byte("\ufeff")) || len(data) == 0 {
			return
		}
		if strings.Contains(strings.ReplaceAll(string(data), "\r\n", ""), "\r") {
			return // there, a lone CR ends no record
		}
		r := csv.NewReader(bytes.NewReader(data))
		want, err := r.ReadAll()
		if err != nil {
			return
		}
		if slices.ContainsFunc(want, func(rec []string) bool {
			return len(want[0]) > 1 && strings.TrimSpace(strings.Join(rec, "")) == "" && len(rec) == 1
		}) {
			return
		}
		var got [][]string
		for _, p := range pieces(t, data, bytes.NewReader(data), given(",", `"`, `"`), Options{}, false) {
			if p.code != "" {
				t.Fatalf("rejected as %s: %q", p.code, data[p.from:p.to])
			}
			if p.what == "record" {
				for i := range p.values {
					p.values[i] = strings.ReplaceAll(p.values[i], "\r\n", "\n")
				}
				got = append(got, p.values)
			}
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}
