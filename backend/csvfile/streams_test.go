package csvfile

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
	case None:
		return content
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

// unpack returns the text of a compressed file, as far as it can be read.
func unpack(t *testing.T, b []byte, d Dialect) (string, error) {
	t.Helper()
	f, err := Open(writeFile(t, "in.packed", b), d, Options{})
	if err != nil {
		return "", err
	}
	defer f.Close()
	text := string(f.Head())
	for rec, err := range f.Records() {
		if rec == nil {
			return text, err
		}
		text += string(rec.Raw)
	}
	return text, nil
}

// TestStreams reads files of several streams, with something between or behind.
func TestStreams(t *testing.T) {
	const both = "a,b\n1,2\n3,4\n"
	for _, kind := range []string{Gzip, Zstd, Bzip2, XZ} {
		one, two, none := compress(t, kind, []byte("a,b\n1,2\n")), compress(t, kind, []byte("3,4\n")), compress(t, kind, nil)
		if kind == Zstd {
			none = []byte("\x5e\x2a\x4d\x18\x03\x00\x00\x00abc") // a frame to be skipped
		}
		zeros := func(n int) []byte { return make([]byte, n) }
		strange := func(at int) string {
			return fmt.Sprintf("behind its %s data, from byte %d on, stands something else", kind, at)
		}
		end := len(one) + len(two)
		tests := []struct {
			name    string
			content [][]byte
			want    string // the text, or a part of the error
		}{
			{"two", [][]byte{one, two}, both},
			{"empty ones", [][]byte{none, one, none, none, two, none}, both},
			{"a zero behind", [][]byte{one, two, zeros(1)}, both},
			{"two zeros behind", [][]byte{one, two, zeros(2)}, both},
			{"zeros behind", [][]byte{one, two, zeros(100_000)}, both},
			{"zeros between", [][]byte{one, zeros(4), none, zeros(3), two, zeros(1)}, both},
			{"a byte behind", [][]byte{one, two, {'x'}}, strange(end)},
			{"two bytes behind", [][]byte{one, two, {'x', 0}}, strange(end)},
			{"a line end behind", [][]byte{one, two, {'\n'}}, strange(end)},
			{"text behind", [][]byte{one, two, []byte("some text that was added")}, strange(end)},
			{"text behind zeros", [][]byte{one, two, zeros(7), []byte("BZ or what else")}, strange(end + 7)},
			{"a stream behind text", [][]byte{one, []byte("x"), two}, strange(len(one))},
			{"a stream that begins", [][]byte{one, two[:len(two)/2]}, "ends too early"},
		}
		for _, tt := range tests {
			text, err := unpack(t, slices.Concat(tt.content...), Dialect{})
			if text != tt.want && (err == nil || !strings.Contains(err.Error(), tt.want)) || err != nil && tt.want == both {
				t.Errorf("%s, %s: got %q, %v; want %s", kind, tt.name, text, err, tt.want)
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
			text, err := unpack(t, whole[:n], Dialect{Compression: kind})
			if n == len(one) {
				if err != nil || text != "a,b\n1,2\n" {
					t.Errorf("%s: %q, %v", kind, text, err)
				}
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindCompressed && n >= lookStream {
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
	if got, err := unpack(t, b.Bytes(), Dialect{}); got != text || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for n := lookStream; n < b.Len(); n++ {
		if got, err := unpack(t, b.Bytes()[:n], Dialect{}); err == nil {
			t.Errorf("%d of %d bytes: got %q", n, b.Len(), got)
		}
	}
}

// TestNotPackedLikeThat says what is wrong with files that are compressed in
// another way than it was said, or in one that is not known.
func TestNotPackedLikeThat(t *testing.T) {
	text := []byte("a,b\n1,2\n")
	gzipped := compress(t, Gzip, text)
	lzma := compress(t, Zip, text)
	lzma[bytes.Index(lzma, []byte("PK\x01\x02"))+10] = 14 // the method, in the directory
	tests := []struct {
		content []byte
		given   string
		want    string
	}{
		{text, Gzip, "it does not begin as gzip does: leave out the compression to have it found out"},
		{text, Zstd, "it does not begin as zstd does"},
		{text, Bzip2, "it does not begin as bzip2 does"},
		{text, XZ, "it does not begin as xz does"},
		{text, "lz4", `"lz4" is no compression that is known: use none, gzip`},
		{gzipped, None, "it is compressed with gzip once more: unpack it first"},
		{compress(t, Gzip, gzipped), "", "it is compressed with gzip once more: unpack it first"},
		{[]byte("\x04\x22\x4d\x18..."), "", "LZ4 data: unpack it first"},
		{lzma, "", "packed in a way that is not known here"},
		{compress(t, Zip, text)[:60], "", "its zip data is damaged or ends too early"},
		// The window of this frame is 512 MB.
		{[]byte("\x28\xb5\x2f\xfd\x00\x98\x11\x00\x00ab"), "", "packed in a way that is not known here"},
	}
	for _, tt := range tests {
		if _, err := unpack(t, tt.content, Dialect{Compression: tt.given}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.10q as %q: got %v, want %s", tt.content, tt.given, err, tt.want)
		}
	}
}
