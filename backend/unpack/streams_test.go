package unpack

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// bzipped are texts as bzip2 packs them.
var bzipped = map[string]string{
	"":           "QlpoORdyRThQkAAAAAA=",
	"a,b\n1,2\n": "QlpoOTFBWSZTWb+HQH8AAANZAAAQAAQwADAAIAAwwAhpsogjJ4u5IpwoSF/DoD+A",
	"3,4\n":      "QlpoOTFBWSZTWS2f5zYAAAFYAAAQAAQMACAAIZpoM00XPF3JFOFCQLZ/nNg=",
}

// compress returns content as a file of that kind. Of bzip2, which Go does not
// write, there are only the files of bzipped.
func compress(t *testing.T, kind string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch kind {
	case Bzip2:
		packed, err := base64.StdEncoding.DecodeString(bzipped[string(content)])
		if err != nil || len(packed) == 0 {
			t.Fatalf("there is no bzip2 file of %q: %v", content, err)
		}
		return packed
	case Gzip:
		w = gzip.NewWriter(&b)
	case Zstd:
		w, err = zstd.NewWriter(&b)
	case XZ:
		w, err = xz.WriterConfig{BlockSize: 1 << 20}.NewWriter(&b)
	case Zip:
		z := zip.NewWriter(&b)
		f, err := z.Create("in.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpacked returns the text of a compressed file, as far as it can be read.
func unpacked(b []byte, format string) (string, error) {
	r, err := open(b, format, Limits{})
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

// open opens a file of that format, and of an archive the first member.
func open(b []byte, format string, limits Limits) (*Reader, error) {
	if format != Zip {
		return Streams(bytes.NewReader(b), format, limits)
	}
	a, err := OpenArchive(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	return a.Open(a.Members[0], limits)
}

// TestStreams reads files of several streams, with something between or after
// them.
func TestStreams(t *testing.T) {
	const both = "a,b\n1,2\n3,4\n"
	for _, kind := range []string{Gzip, Zstd, Bzip2, XZ} {
		one, two, none := compress(t, kind, []byte("a,b\n1,2\n")), compress(t, kind, []byte("3,4\n")), compress(t, kind, nil)
		if kind == Zstd {
			none = []byte("\x5e\x2a\x4d\x18\x03\x00\x00\x00abc") // a frame to be skipped
		}
		zeros := func(n int) []byte { return make([]byte, n) }
		trailing := func(at int) *Error { return &Error{Kind: Trailing, Format: kind, At: int64(at)} }
		end := len(one) + len(two)
		tests := []struct {
			name    string
			content [][]byte
			err     *Error // nil where all the text is read
		}{
			{"two", [][]byte{one, two}, nil},
			{"empty ones", [][]byte{none, one, none, none, two, none}, nil},
			{"a zero after", [][]byte{one, two, zeros(1)}, nil},
			{"two zeros after", [][]byte{one, two, zeros(2)}, nil},
			{"zeros after", [][]byte{one, two, zeros(100_000)}, nil},
			{"zeros between", [][]byte{one, zeros(4), none, zeros(3), two, zeros(1)}, nil},
			{"a byte after", [][]byte{one, two, {'x'}}, trailing(end)},
			{"two bytes after", [][]byte{one, two, {'x', 0}}, trailing(end)},
			{"a line end after", [][]byte{one, two, {'\n'}}, trailing(end)},
			{"text after", [][]byte{one, two, []byte("some text that was added")}, trailing(end)},
			{"text after zeros", [][]byte{one, two, zeros(7), []byte("BZ or what else")}, trailing(end + 7)},
			{"a stream after text", [][]byte{one, []byte("x"), two}, trailing(len(one))},
			{"a stream that begins", [][]byte{one, two[:len(two)/2]}, &Error{Kind: Truncated, Format: kind}},
		}
		for _, tt := range tests {
			content := slices.Concat(tt.content...)
			if f := FormatOf(content); f != kind {
				t.Errorf("%s, %s: taken for %q", kind, tt.name, f)
			}
			text, err := unpacked(content, kind)
			var e *Error
			switch {
			case tt.err == nil && (err != nil || text != both):
				t.Errorf("%s, %s: got %q, %v", kind, tt.name, text, err)
			case tt.err != nil && (!errors.As(err, &e) || *e != *tt.err):
				t.Errorf("%s, %s: got %q, %v; want %v", kind, tt.name, text, err, tt.err)
			}
		}
	}
}

// TestCutOff cuts files off at every byte: what is missing is always told.
func TestCutOff(t *testing.T) {
	for _, kind := range []string{Gzip, Zstd, Bzip2, XZ, Zip} {
		one, two := compress(t, kind, []byte("a,b\n1,2\n")), compress(t, kind, []byte("3,4\n"))
		whole := slices.Concat(one, two)
		if kind == Zip {
			whole = one
		}
		for n := range whole {
			text, err := unpacked(whole[:n], kind)
			if n == len(one) {
				if err != nil || text != "a,b\n1,2\n" {
					t.Errorf("%s: %q, %v", kind, text, err)
				}
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind == NotBegun && n >= lookStream {
				t.Errorf("%s, %d of %d bytes: got %q, %v", kind, n, len(whole), text, err)
			}
		}
	}
}

// TestXZBlocks cuts an xz stream off between and in the headers of its blocks.
func TestXZBlocks(t *testing.T) {
	var b bytes.Buffer
	w, err := xz.WriterConfig{BlockSize: 9}.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	const text = "a,b\n1,2\n3,4\n5,6\n"
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := unpacked(b.Bytes(), XZ); got != text || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for n := lookStream; n < b.Len(); n++ {
		if got, err := unpacked(b.Bytes()[:n], XZ); err == nil {
			t.Errorf("%d of %d bytes: got %q", n, b.Len(), got)
		}
	}
}
