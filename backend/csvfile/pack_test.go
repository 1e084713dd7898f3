package csvfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// TestFill compares what Fill packs with what Records yields, of files of
// which most records are good and some are anything but.
func TestFill(t *testing.T) {
	dialects := []Dialect{
		{Delimiter: ",", Quote: `"`, Encoding: "utf-8", Comment: None},
		{Delimiter: ";", Quote: None, Encoding: "utf-8", Comment: None},
		{Delimiter: ",", Quote: `"`, Encoding: "utf-8", Comment: "#"},
		{Delimiter: ",", Quote: `"`, Encoding: "utf-8", Comment: None, FooterLines: new(2)},
		{Delimiter: ",", Quote: `"`, Encoding: "windows-1252", Comment: None},
		{Delimiter: ",", Quote: `"`, Escape: `\`, Encoding: "utf-8", Comment: None},
	}
	packed, yielded := 0, 0
	for i := range 180 {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		d := dialects[i%len(dialects)]
		d.HeaderRows, d.SkipLines = new(1), new(int)
		text := mixedText(r, d)
		opt := Options{Ragged: []load.Ragged{load.RaggedReject, load.RaggedPad}[r.IntN(2)]}
		open := func() *File {
			f, err := openReader(&halting{bytes.NewReader(text), r.IntN(3) == 0}, "random", -1, d, opt)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		want := yieldedBy(open())
		got := packedBy(t, open())
		for j := range max(len(want), len(got)) {
			if j >= len(want) || j >= len(got) || got[j] != want[j] {
				t.Fatalf("file %d, %+v, record %d of %d:\ngot  %q\nwant %q", i, d, j, len(want), from(got, j), from(want, j))
			}
		}
		f := open()
		var b load.Block
		b.Reset(len(f.Fields()), 0)
		if f.reader.pack(&b); len(want) > 50 {
			packed += len(b.Rows)
			yielded++
		}
	}
	if packed < 5*yielded { // the way that is to be tested is gone at all
		t.Errorf("%d records of %d files were packed", packed, yielded)
	}
}

func from(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// halting is a reader that gives a little at a time, if it is slow.
type halting struct {
	io.Reader
	slow bool
}

func (h *halting) Read(b []byte) (int, error) {
	if h.slow {
		b = b[:min(len(b), 5000)]
	}
	return h.Reader.Read(b)
}

// mixedText returns a header and records of three fields, or of one.
func mixedText(r *rand.Rand, d Dialect) []byte {
	lineEnd := []string{"\n", "\r\n", "\r", "\n\r"}[min(r.IntN(8), 3)]
	if r.IntN(3) > 0 {
		lineEnd = "\n"
	}
	fields := 3
	if r.IntN(5) == 0 {
		fields = 1
	}
	long := r.IntN(4) == 0
	quoting, mistakes := r.IntN(3), r.IntN(3)*r.IntN(40)
	b := []byte(strings.Join([]string{"x", "y", "z"}[:fields], d.Delimiter) + lineEnd)
	for range []int{40, 400, 2000}[r.IntN(3)] {
		for i := range fields {
			if i > 0 {
				b = append(b, d.Delimiter...)
			}
			var value []byte
			for range r.IntN(12) {
				value = append(value, []string{"a", "1", " ", "é", "日", `\`}[min(r.IntN(20), 5)]...)
			}
			if long && r.IntN(30) == 0 {
				value = append(value, bytes.Repeat([]byte("long "), r.IntN(3000))...)
			}
			if d.Quote == `"` && r.IntN(4) < quoting {
				for range r.IntN(4) {
					value = append(value, []string{`""`, "\n", "\r\n", ",", "#"}[r.IntN(5)]...)
				}
				value = slices.Concat([]byte(`"`), value, []byte(`"`))
			}
			b = append(b, value...)
		}
		if r.IntN(400) < mistakes {
			b = append(b, []string{`"`, `"x`, ",", "\x00", "\xff", "\n\n", "\r", "#", "\n#x\n", `a"b`, "\xe6\x97", "   \n"}[r.IntN(12)]...)
		}
		b = append(b, lineEnd...)
	}
	return b
}

// yieldedBy returns what Records yields, in words.
func yieldedBy(f *File) []string {
	var list []string
	for rec, err := range f.Records() {
		reject, bad := errors.AsType[*load.Reject](err)
		switch {
		case bad:
			list = append(list, rejected(reject))
		case err != nil:
			return append(list, err.Error())
		default:
			s := fmt.Sprintf("%d line %d+%d at %d: %q", rec.Number, rec.Line, rec.EndLine-rec.Line, rec.Offset, rec.Raw)
			for i := range rec.Fields {
				s += fmt.Sprintf(" %q %v", rec.Field(i), rec.Fields[i].Quoted)
			}
			list = append(list, s)
		}
	}
	return list
}

func rejected(r *load.Reject) string {
	return fmt.Sprintf("%d lines %d to %d at %d to %d: %q %s %q %q %q", r.Record, r.Line, r.EndLine, r.Offset, r.End, r.Raw, r.Code, r.Column, r.Value, r.Message)
}

// packedBy returns what Fill packs, in the order of the file and in words.
func packedBy(t *testing.T, f *File) []string {
	t.Helper()
	return packedFrom(t, f, 0)
}

// packedFrom is packedBy for a file that goes on after that record.
func packedFrom(t *testing.T, f *File, after int64) []string {
	t.Helper()
	var list []string
	var b load.Block
	consumed := int64(0)
	for {
		b.Reset(len(f.Fields()), 0)
		err := f.Fill(&b)
		byNumber := map[int64]string{}
		for i, row := range b.Rows {
			s := fmt.Sprintf("%d line %d+%d at %d: %q", row.Number, row.Line, row.Breaks, row.Offset, b.Raw(i))
			for _, v := range b.Fields[i*b.Width : (i+1)*b.Width] {
				s += fmt.Sprintf(" %q %v", b.Arena[v.Start:v.End], v.Quoted)
			}
			byNumber[row.Number] = s
		}
		for i := range b.Rejects {
			byNumber[b.Rejects[i].Record] = rejected(&b.Rejects[i])
		}
		for range byNumber {
			list = append(list, byNumber[after+int64(len(list)+1)])
		}
		if len(byNumber) > 0 {
			if b.Consumed < consumed {
				t.Fatalf("consumed fell from %d to %d", consumed, b.Consumed)
			}
			consumed = b.Consumed
		}
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			return append(list, err.Error())
		}
	}
}

// TestFillFile compares the same of a file on disk, which is read ahead, with
// what comes from a reader, which is not.
func TestFillFile(t *testing.T) {
	for i := range 6 {
		r := rand.New(rand.NewPCG(8, uint64(i)))
		d := Dialect{Delimiter: ",", Quote: `"`, Encoding: "utf-8", Comment: None, HeaderRows: new(1), SkipLines: new(int), FooterLines: new(2)}
		if i%3 == 2 {
			d.Encoding = "windows-1252"
		}
		text := []byte("x,y,z\n")
		for len(text) < 2<<20 {
			text = append(text, mixedText(r, d)...)
			// Longer than what is read ahead at a time, now and then.
			text = append(text, "1,"+strings.Repeat("long ", r.IntN(80_000))+[]string{"", `"`, "\n"}[r.IntN(3)]+",3\n"...)
		}
		from, err := openReader(bytes.NewReader(text), "random", -1, d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		file, err := Open(writeFile(t, "in.csv", text), d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, got := yieldedBy(from), packedBy(t, file)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("file %d: %d records were packed, and are not the %d that were yielded", i, len(got), len(want))
		}
	}
}
