package csvfile

import (
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The prints of a file are those of its beginning, however often and in whatever pieces
// it is read.
func TestPrinter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 3<<20)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	p := newPrinter(int64(len(data)), Print{})
	for range 3 { // readings
		for at := 0; at < len(data); {
			n := min(1+r.IntN(100_000), len(data)-at)
			if !p.add(int64(at), data[at:at+n]) {
				t.Fatal("it is not the file")
			}
			at += n
		}
	}
	last := int64(0)
	for bytes := int64(0); bytes <= int64(len(data)); bytes += 50_000 {
		got := p.upTo(bytes)
		if got.Bytes > bytes || got.Bytes < bytes-2*leastApart || got.Bytes < last || got.Sum != crc32.Checksum(data[:got.Bytes], castagnoli) {
			t.Errorf("up to %d: %+v", bytes, got)
		}
		last = got.Bytes
	}
	if got := p.upTo(int64(len(data))); got.Bytes != int64(len(data)) {
		t.Errorf("all: %+v", got)
	}
}

// A file that has to begin with something is read as far as it does, whether it is
// compressed or not.
func TestBegins(t *testing.T) {
	text := "id,name\n" + strings.Repeat("1,some name\n", 100_000)
	path := filepath.Join(t.TempDir(), "in.csv")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(p Print) (n int, print Print, err error) {
		t.Helper()
		f, err := Open(path, Dialect{}, Options{Begins: p})
		if err != nil {
			return 0, Print{}, err
		}
		defer f.Close()
		for rec, err := range f.Records() {
			if err != nil {
				return n, Print{}, err
			}
			n++
			_ = rec
		}
		return n, f.PrintUpTo(f.Size()), nil
	}
	write(text)
	n, whole, err := read(Print{})
	if n != 100_000 || err != nil || whole != (Print{int64(len(text)), crc32.Checksum([]byte(text), castagnoli)}) {
		t.Fatalf("%d records, %+v, %v", n, whole, err)
	}
	for _, c := range []struct {
		name, text string
		records    int // read without an error; -1 for an error
	}{
		{"the same", text, 100_000},
		{"longer", text + "2,more\n", 100_001},
		{"shorter", text[:len(text)/2], -1},
		{"other at the beginning", "ID" + text[2:], -1},
		{"other at the end", text[:len(text)-2] + "x\n", -1},
	} {
		write(c.text)
		n, _, err := read(whole)
		var other *Error
		if c.records < 0 && (!errors.As(err, &other) || other.Kind != KindOther) || c.records >= 0 && (err != nil || n != c.records) {
			t.Errorf("%s: %d records, %v", c.name, n, err)
		}
	}
}
