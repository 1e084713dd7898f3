package csvfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
	for _, kind := range []string{Gzip, Zstd, XZ, Zip} {
		t.Run(kind, func(t *testing.T) {
			packed := compress(t, kind, text.Bytes())
			f, err := Open(writeFile(t, "in.bin", packed), Dialect{}, Options{})
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

func TestBzip2(t *testing.T) {
	fields, values := readValues(t, compress(t, Bzip2, []byte("a,b\n1,2\n")), Dialect{})
	if fmt.Sprint(fields, values) != "[a b] [[1 2]]" {
		t.Errorf("got %v %v", fields, values)
	}
	// Text that only begins like it.
	if fields, _ := readValues(t, []byte("BZh,b\n1,2\n"), Dialect{}); fields[0] != "BZh" {
		t.Errorf("got %v", fields)
	}
}

// TestDamaged reads compressed files that are cut off or overwritten.
func TestDamaged(t *testing.T) {
	text := []byte("id,name\n" + strings.Repeat("1,some name that is repeated\n2,another one\n", 50_000))
	for _, kind := range []string{Gzip, Zstd, XZ} {
		packed := compress(t, kind, text)
		for name, b := range map[string][]byte{
			"cut":     packed[:len(packed)*2/3],
			"changed": slices.Concat(packed[:len(packed)/2], bytes.Repeat([]byte{0xA5}, 64), packed[len(packed)/2+64:]),
		} {
			f, err := OpenReader(bytes.NewReader(b), "test", int64(len(b)), Dialect{}, Options{})
			if err == nil {
				for rec, e := range f.Records() {
					if rec == nil {
						err = e
					}
				}
				f.Close()
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindCompressed {
				t.Errorf("%s, %s: got %v", kind, name, err)
			}
		}
	}
}

// TestBomb stops where too much comes out of too little.
func TestBomb(t *testing.T) {
	tests := []struct {
		size, packed int64
		most, ratio  int64
		bad          bool
	}{
		{ratioFrom, 1, 1 << 40, 500, false},
		{ratioFrom + 1, 1, 1 << 40, 500, true},
		{ratioFrom + 1, ratioFrom / 500, 1 << 40, 500, false},
		{ratioFrom + 1, ratioFrom / 500, ratioFrom, 500, true},
	}
	for _, tt := range tests {
		g := &guarded{r: repeat("1,2\n", int(tt.size)), counter: &counter{}, path: "test", kind: Gzip, most: tt.most, ratio: tt.ratio}
		g.counter.n.Store(tt.packed)
		_, err := io.Copy(io.Discard, g)
		var e *Error
		if bad := errors.As(err, &e) && e.Kind == KindTooLarge; bad != tt.bad {
			t.Errorf("%d bytes of %d: %v", tt.size, tt.packed, err)
		}
	}
	f, err := OpenReader(bytes.NewReader(compress(t, Gzip, bytes.Repeat([]byte("1,2\n"), 1<<19))), "test", -1, Dialect{}, Options{MaxUnpacked: 1 << 20})
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
	var e *Error
	if !errors.As(last, &e) || e.Kind != KindTooLarge {
		t.Errorf("got %v", last)
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
		{[]string{"x.csv", "y.csv"}, "", `there are 2 files in the archive: choose one (--member): "x.csv", "y.csv"`},
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
	p, err := Look(path, Dialect{}, Options{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if p.Dialect.Member != "x.csv" || len(p.Findings[1].Alternatives) != 2 || len(p.Warnings) == 0 || p.Warnings[0].Code != WarnUnsure {
		t.Errorf("member %s, finding %+v, warnings %+v", p.Dialect.Member, p.Findings[1], p.Warnings)
	}
}

// TestCloseWhileUnpacking closes a file that has not been read to its end.
func TestCloseWhileUnpacking(t *testing.T) {
	packed := compress(t, Gzip, bytes.Repeat([]byte("some,text\n"), 200_000))
	for range 20 {
		f, err := Open(writeFile(t, "in.gz", packed), Dialect{}, Options{})
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
