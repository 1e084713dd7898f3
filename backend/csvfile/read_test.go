package csvfile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// openReader opens what r reads as a file of that size, -1 where it is not known,
// and of that name.
func openReader(r io.Reader, name string, size int64, d Dialect, opt Options) (*File, error) {
	in := &input{path: name, Reader: r, size: size, close: func() error { return nil }}
	if c, ok := r.(io.Closer); ok {
		in.close = c.Close
	}
	return open(in, d, opt, false)
}

// look returns the preview of the file at path.
func look(path string, d Dialect, opt Options, rows int) (*Preview, error) {
	p, f, err := LookContext(context.Background(), path, d, opt, rows)
	if err != nil {
		return nil, err
	}
	return p, f.Close()
}

// A got is what was read of one record.
type got struct {
	number, line, end int64
	code              load.Code
	column            string
	values            string // joined by |
}

// readAll reads everything from f and checks that nothing of the file is left
// out or read twice.
func readAll(t *testing.T, content string, d Dialect, opt Options) ([]got, *File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	at, line := int64(0), int64(1) // where the next part begins
	next := func(what string, from, to, first, last int64) {
		t.Helper()
		if from != at || first != line {
			t.Errorf("%s begins at byte %d, line %d, want byte %d, line %d", what, from, first, at, line)
		}
		part := []byte(content[from:to])
		at = to
		if what == string(skipMark) {
			return
		}
		if line = first + charset.CountLines(part); d.Encoding == "" && line != last+1 {
			t.Errorf("%s of %d lines ends on line %d, want %d", what, line-first, last, line-1)
		}
		line = last + 1
	}
	opt.onSkip = func(s skip) { next(string(s.Kind), s.Offset, s.End, s.Line, s.EndLine) }
	f, err := Open(path, d, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []got
	for rec, err := range f.Records() {
		var rej *load.Reject
		if err != nil && !errors.As(err, &rej) {
			t.Fatal(err)
		}
		next("a record", rec.Offset, rec.End, rec.Line, rec.EndLine)
		if string(rec.Raw) != content[rec.Offset:rec.End] {
			t.Errorf("record %d: Raw is %q, want %q", rec.Number, rec.Raw, content[rec.Offset:rec.End])
		}
		g := got{number: rec.Number, line: rec.Line, end: rec.EndLine}
		if rej != nil {
			g.code, g.column = rej.Code, rej.Column
			if rej.Message == "" || string(rej.Raw) != string(rec.Raw) || rej.Line != rec.Line {
				t.Errorf("incomplete reject %+v", rej)
			}
		} else {
			var values []string
			for i := range rec.Fields {
				values = append(values, string(rec.Field(i)))
			}
			g.values = strings.Join(values, "|")
		}
		all = append(all, g)
	}
	if at != int64(len(content)) {
		t.Errorf("read up to byte %d of %d", at, len(content))
	}
	return all, f
}

func compare(t *testing.T, all, want []got) {
	t.Helper()
	for i := range max(len(all), len(want)) {
		switch {
		case i >= len(all):
			t.Errorf("missing %+v", want[i])
		case i >= len(want):
			t.Errorf("too much: %+v", all[i])
		case all[i] != want[i]:
			t.Errorf("got  %+v\nwant %+v", all[i], want[i])
		}
	}
}

// TestArticles reads the sample and compares the records that can't be read
// with the list that the generator wrote of them.
func TestArticles(t *testing.T) {
	content, err := os.ReadFile("../../examples/articles.csv")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("../../examples/articles.rejects.csv")
	if err != nil {
		t.Fatal(err)
	}
	type fault struct {
		line, end int64
		code      load.Code
	}
	want := map[int64]fault{}
	for _, s := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		f := strings.Split(strings.TrimSpace(s), ",")
		n := func(i int) int64 {
			v, err := strconv.ParseInt(f[i], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		switch code := load.Code(f[4]); code {
		case load.CodeMissingField, load.CodeExtraField, load.CodeStrayQuote, load.CodeUnclosedQuote, load.CodeInvalidEncoding:
			want[n(0)] = fault{n(1), n(2), code}
		}
	}
	all, _ := readAll(t, string(content), Dialect{}, Options{})
	for _, g := range all {
		w, bad := want[g.number]
		delete(want, g.number)
		if bad != (g.code != "") || bad && w != (fault{g.line, g.end, g.code}) {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}
