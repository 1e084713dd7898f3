package csvfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linefeed/backend/unpack"
)

// TestErrors opens what can't be read: each error says what happened and what
// to do.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(content string) string { return writeFile(t, "in.csv", []byte(content)) }
	tests := []struct {
		name, path string
		d          Dialect
		kind       Kind
		usage      bool
		text       string
	}{
		{"missing", filepath.Join(dir, "none.csv"), Dialect{}, KindMissing, true, "there is no such file: check the name and the folder"},
		{"folder", dir, Dialect{}, KindFolder, true, "it is a folder: choose a file in it"},
		{"empty", file(""), Dialect{}, KindEmpty, false, "it is empty"},
		{"binary", file("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"), Dialect{}, KindBinary, false, "it is a binary file, not text: a program"},
		{"control characters", file("a,b\n" + strings.Repeat("\x00\x03\x05x", 100)), Dialect{}, KindBinary, false, "control characters"},
		{"database", file("SQLite format 3\x00"), Dialect{}, KindBinary, false, "an SQLite database"},
		{"delimiter with a line end", file("a"), Dialect{Delimiter: "\n"}, KindDialect, true, "a delimiter can't contain a line end"},
		{"delimiter that is the quote", file("a"), Dialect{Delimiter: `"`, Quote: `"`}, KindDialect, true, "is also in the delimiter"},
		{"long quote", file("a"), Dialect{Quote: "''"}, KindDialect, true, "is not one ASCII character"},
		{"encoding", file("a"), Dialect{Encoding: "nonsense"}, KindDialect, true, `"nonsense" is not a known encoding`},
		{"compression", file("a"), Dialect{Compression: "rar"}, KindDialect, true, `"rar" is not a known compression`},
		{"not compressed", file("a,b\n1,2\n3,4\n5,6\n"), Dialect{Compression: unpack.Gzip}, KindDialect, true, "it does not begin as gzip does"},
		{"lines to skip", file("a"), Dialect{SkipLines: new(-1)}, KindDialect, true, "-1 is not a number of lines to skip"},
		{"invalid bytes", file("a"), Dialect{InvalidBytes: "ignore"}, KindDialect, true, "use reject or replace"},
		{"comment", file("a"), Dialect{Comment: ",", Delimiter: ","}, KindDialect, true, "the comment mark is also the delimiter"},
		{"broken header", file("a,\"b\n1,2,3\n4,5,6\n"), Dialect{Delimiter: ",", Quote: `"`, HeaderRows: new(1), SkipLines: new(0)}, KindDialect, true, "the header on line 1 can't be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(tt.path, tt.d, Options{})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Kind != tt.kind || e.Usage() != tt.usage || !strings.Contains(err.Error(), tt.text) || e.Path != tt.path {
				t.Errorf("got %s, usage %v: %v", e.Kind, e.Usage(), err)
			}
			if _, err := look(tt.path, tt.d, Options{}, 1); err == nil {
				t.Error("there is a preview")
			}
		})
	}
}

// TestSystemErrors translates what the system says.
func TestSystemErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		kind Kind
		text string
	}{
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, KindPermission, "open x: you have no permission to read it: ask its owner, or copy it to a folder of your own"},
		{&fs.PathError{Op: "read", Path: "x", Err: errors.New("input/output error")}, KindUnreadable, "open x: input/output error"},
		{fs.ErrClosed, KindClosed, "open x: it was closed while it was being read"},
	} {
		err := systemError("open", "x", tt.err)
		var e *Error
		if !errors.As(err, &e) || e.Kind != tt.kind || err.Error() != tt.text || !errors.Is(err, tt.err) && tt.kind != KindUnreadable {
			t.Errorf("got %v", err)
		}
		if again := systemError("read", "y", err); !errors.Is(again, err) {
			t.Errorf("wrapped twice: %v", again)
		}
	}
}

// TestShrink reads a file that becomes shorter meanwhile.
func TestShrink(t *testing.T) {
	path := writeFile(t, "in.csv", []byte("a,b\n"+strings.Repeat("1,2\n", 500_000)))
	f, err := Open(path, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, 1_000_000); err != nil {
		t.Fatal(err)
	}
	var last error
	n := 0
	for rec, err := range f.Records() {
		if rec == nil {
			last = err
		} else {
			n++
		}
	}
	var e *Error
	if !errors.As(last, &e) || e.Kind != KindShrunk || e.Usage() {
		t.Errorf("got %v after %d records", last, n)
	}
}

// TestGrow reads a file that is written to meanwhile: what is there at the end
// is read.
func TestGrow(t *testing.T) {
	const rows = 2 * sampleHead / 4
	path := writeFile(t, "in.csv", []byte("a,b\n"+strings.Repeat("1,2\n", rows)))
	f, err := Open(path, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "3,4\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range f.Records() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != rows+1 {
		t.Errorf("%d records, want %d", n, rows+1)
	}
}

// TestCloseStalled closes a file while a read of it is stalled.
func TestCloseStalled(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, "a,b\n"+strings.Repeat("1,2\n", sampleHead/4)) //nolint:errcheck // the reader is closed
	}()
	f, err := openReader(r, "pipe", -1, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		var last error
		for rec, err := range f.Records() {
			if rec == nil {
				last = err
			}
		}
		done <- last
	}()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err == nil {
			t.Error("it ended without an error")
		}
	case <-time.After(time.Minute):
		t.Error("it did not end")
	}
}

// TestReadError passes on what the reader says.
func TestReadError(t *testing.T) {
	broken := errors.New("the cable was pulled")
	r := io.MultiReader(repeat("1,2\n", 1<<20), &failing{broken})
	f, err := openReader(r, "test", -1, Dialect{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var last error
	for rec, err := range f.Records() {
		if rec == nil {
			last = err
		}
	}
	if !errors.Is(last, broken) {
		t.Errorf("got %v", last)
	}
	if _, err := openReader(&failing{broken}, "test", -1, Dialect{}, Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }
