package csvfile

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/unpack"
)

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCompressed reads compressed files; positions are those of the text, and
// progress is that of the bytes on disk.
func TestCompressed(t *testing.T) {
	var text bytes.Buffer
	text.WriteString("id,name\n")
	for i := range 60_000 {
		fmt.Fprintf(&text, "%d,name %x\n", i, i*7919)
	}
	for _, kind := range []string{unpack.Gzip, unpack.Zip} {
		t.Run(kind, func(t *testing.T) {
			content := packed(t, kind, text.Bytes())
			f, err := Open(writeFile(t, "in.bin", content), Dialect{}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.Dialect().Compression != kind || f.Findings()[0].What != "compression" {
				t.Errorf("compression %s, findings %+v", f.Dialect().Compression, f.Findings()[0])
			}
			var n, used, end int64
			steps := map[int64]bool{}
			for rec, err := range f.Records() {
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(rec.Raw, text.Bytes()[rec.Offset:rec.End]) {
					t.Fatalf("record %d is not at its place", rec.Number)
				}
				if rec.Consumed < used {
					t.Fatalf("progress fell from %d to %d", used, rec.Consumed)
				}
				n, used, end = n+1, rec.Consumed, rec.End
				steps[used] = true
			}
			if n != 60_000 || end != int64(text.Len()) || used > f.Size() || used < f.Size()*9/10 || len(steps) < 4 {
				t.Errorf("%d records, up to byte %d, %d of %d bytes consumed in %d steps", n, end, used, f.Size(), len(steps))
			}
		})
	}
}

// unpackedText returns the text of a compressed file, as far as it can be read.
func unpackedText(t *testing.T, b []byte, d Dialect, opt Options) (string, error) {
	t.Helper()
	f, err := Open(writeFile(t, "in.packed", b), d, opt)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text := bytes.NewBuffer(slices.Clone(f.Head()))
	for rec, err := range f.Records() {
		if rec == nil {
			return text.String(), err
		}
		text.Write(rec.Raw)
	}
	return text.String(), nil
}

func TestBzip2(t *testing.T) {
	content, err := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWb+HQH8AAANZAAAQAAQwADAAIAAwwAhpsogjJ4u5IpwoSF/DoD+A")
	if err != nil {
		t.Fatal(err)
	}
	fields, values := readValues(t, content, Dialect{})
	if fmt.Sprint(fields, values) != "[a b] [[1 2]]" {
		t.Errorf("got %v %v", fields, values)
	}
	// Text that only begins like it.
	if fields, _ := readValues(t, []byte("BZh,b\n1,2\n"), Dialect{}); fields[0] != "BZh" {
		t.Errorf("got %v", fields)
	}
}

// TestUnpackErrors says what is wrong with compressed files.
func TestUnpackErrors(t *testing.T) {
	text := []byte("id,name\n" + strings.Repeat("1,some name that is repeated\n2,another one\n", 50_000))
	content := packed(t, unpack.Gzip, text)
	for _, tt := range []struct {
		content []byte
		opt     Options
		kind    Kind
		want    string
	}{
		{content[:len(content)*2/3], Options{}, KindCompressed, "its gzip data ends too early"},
		{slices.Concat(content[:len(content)/2], bytes.Repeat([]byte{0xA5}, 64), content[len(content)/2+64:]), Options{}, KindCompressed, "its gzip data is damaged ("},
		{slices.Concat(content, []byte("x")), Options{}, KindCompressed, fmt.Sprintf("unexpected data after the gzip stream, at byte %d", len(content))},
		{content, Options{MaxUnpacked: 1 << 20}, KindTooLarge, "it unpacks to more than 1,048,576 bytes"},
		{packed(t, unpack.Gzip, []byte(strings.Repeat("1,"+strings.Repeat("x", 1<<20)+"\n", 65))), Options{MaxRatio: 9}, KindTooLarge, "it unpacks to more than 9 times its size"},
	} {
		_, err := unpackedText(t, tt.content, Dialect{}, tt.opt)
		var e *Error
		if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(e.Message, tt.want) {
			t.Errorf("got %v, want %s: %s", err, tt.kind, tt.want)
		}
	}
}

// TestNotPackedLikeThat says what is wrong with files that are compressed in
// another way than given, or in an unknown one.
func TestNotPackedLikeThat(t *testing.T) {
	text := []byte("a,b\n1,2\n")
	gzipped := packed(t, unpack.Gzip, text)
	lzma := packed(t, unpack.Zip, text)
	lzma[bytes.Index(lzma, []byte("PK\x01\x02"))+10] = 14 // the method, in the directory
	tests := []struct {
		content []byte
		given   string
		want    string
	}{
		{text, unpack.Gzip, "it does not begin as gzip does: leave out the compression to have it detected"},
		{text, unpack.Zstd, "it does not begin as zstd does"},
		{text, unpack.Bzip2, "it does not begin as bzip2 does"},
		{text, unpack.XZ, "it does not begin as xz does"},
		{text, "lz4", `"lz4" is not a known compression: use none, gzip`},
		{gzipped, None, "it is compressed with gzip once more: unpack it first"},
		{packed(t, unpack.Gzip, gzipped), "", "it is compressed with gzip once more: unpack it first"},
		{[]byte("\x04\x22\x4d\x18..."), "", "LZ4 data: unpack it first"},
		{lzma, "", "packed in a way that is not supported"},
		{packed(t, unpack.Zip, text)[:60], "", "its zip data is damaged or ends too early"},
		// The window of this frame is 512 MB.
		{[]byte("\x28\xb5\x2f\xfd\x00\x98\x11\x00\x00ab"), "", "packed in a way that is not supported"},
	}
	for _, tt := range tests {
		if _, err := unpackedText(t, tt.content, Dialect{Compression: tt.given}, Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.10q as %q: got %v, want %s", tt.content, tt.given, err, tt.want)
		}
	}
}

// archive makes a zip archive of the named files.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "/") {
			fmt.Fprintf(f, "a,b\n1,%s\n", name)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "in.zip", b.Bytes())
}

// TestArchive chooses among the files of an archive.
func TestArchive(t *testing.T) {
	tests := []struct {
		names        []string
		member, want string // want is the member that is read, or part of the error
	}{
		{[]string{"data/", "data/x.csv", "__MACOSX/data/._x.csv"}, "", "data/x.csv"},
		{[]string{"readme.md", "x.csv"}, "", "x.csv"},
		{[]string{"x.csv", "y.csv"}, "", `there are 2 files in the archive: choose one: "x.csv", "y.csv"`},
		{[]string{"x.csv", "y.csv"}, "y.csv", "y.csv"},
		{[]string{"x.csv"}, "z.csv", `there is no "z.csv" in the archive: there is "x.csv"`},
		{[]string{"x.xml"}, "", "x.xml"},
		{[]string{"data/"}, "", "there is no file in the archive"},
		{[]string{"[Content_Types].xml", "xl/workbook.xml"}, "", "an office document"},
	}
	for _, tt := range tests {
		path := archive(t, tt.names...)
		f, err := Open(path, Dialect{Member: tt.member}, Options{})
		if err != nil {
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v: got %v, want %s", tt.names, err, tt.want)
			}
			continue
		}
		got := ""
		for rec, err := range f.Records() {
			if err != nil {
				t.Fatal(err)
			}
			got = string(rec.Field(1))
		}
		f.Close()
		if got != tt.want || f.Dialect().Member != tt.want {
			t.Errorf("%v: got %s, member %s, want %s", tt.names, got, f.Dialect().Member, tt.want)
		}
	}
	path := archive(t, "x.csv", "y.csv", "z.md")
	p, err := look(path, Dialect{}, Options{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if p.Dialect.Member != "x.csv" || len(p.Findings[1].Alternatives) != 2 || len(p.Warnings) == 0 || p.Warnings[0].Code != WarnUnsure {
		t.Errorf("member %s, finding %+v, warnings %+v", p.Dialect.Member, p.Findings[1], p.Warnings)
	}
}

// TestCloseWhileUnpacking closes a file that has not been read to its end.
func TestCloseWhileUnpacking(t *testing.T) {
	content := packed(t, unpack.Gzip, bytes.Repeat([]byte("some,text\n"), 200_000))
	for range 20 {
		f, err := Open(writeFile(t, "in.gz", content), Dialect{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range f.Records() { //nolint:errcheck // only what comes of them matters here
			break
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
	}
}
