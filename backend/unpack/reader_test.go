package unpack

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestConsumed reads compressed files part by part: what was consumed grows, and
// is in the end all of the file, or of the member.
func TestConsumed(t *testing.T) {
	var text []byte
	for i := range 300_000 {
		text = append(text, byte(i*i>>7), byte(i>>9))
	}
	for _, format := range []string{Gzip, Zstd, XZ, Zip} {
		packed := compress(t, format, text)
		r, err := open(packed, format, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		var used int64
		steps := 0
		b := make([]byte, 4<<10)
		for err == nil {
			var n int
			n, err = r.Read(b)
			got = append(got, b[:n]...)
			now := r.Consumed()
			if now < used {
				t.Fatalf("%s: from %d bytes to %d", format, used, now)
			}
			if now > used {
				steps++
			}
			used = now
		}
		if !errors.Is(err, io.EOF) || !bytes.Equal(got, text) || used > int64(len(packed)) || used < int64(len(packed))*8/10 || steps < 2 {
			t.Errorf("%s: %d bytes, consumed %d of %d in %d steps, %v", format, len(got), used, len(packed), steps, err)
		}
	}
}

// TestDamaged reads compressed files that are cut off or overwritten.
func TestDamaged(t *testing.T) {
	text := []byte("id,name\n" + strings.Repeat("1,some name that is repeated\n2,another one\n", 50_000))
	for _, format := range []string{Gzip, Zstd, XZ} {
		packed := compress(t, format, text)
		for kind, b := range map[Kind][]byte{
			Truncated: packed[:len(packed)*2/3],
			Damaged:   slices.Concat(packed[:len(packed)/2], bytes.Repeat([]byte{0xA5}, 64), packed[len(packed)/2+64:]),
		} {
			_, err := unpacked(b, format)
			var e *Error
			if !errors.As(err, &e) || e.Kind != kind || e.Format != format {
				t.Errorf("%s, %s: got %v", format, kind, err)
			}
		}
	}
}

// TestLimits stops where too much comes out of too little.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		size, packed int64
		limits       Limits
		kind         Kind // "" where all is read
	}{
		{ratioFrom, 1, Limits{}, ""},
		{ratioFrom + 1, 1, Limits{}, TooRepetitive},
		{ratioFrom + 1, ratioFrom / DefaultRatio, Limits{}, ""},
		{ratioFrom + 1, ratioFrom / DefaultRatio, Limits{Ratio: DefaultRatio / 2}, TooRepetitive},
		{ratioFrom + 1, ratioFrom / DefaultRatio, Limits{Bytes: ratioFrom}, TooLarge},
	} {
		c := &counter{}
		c.n.Store(tt.packed)
		r := newReader(io.LimitReader(zeros{}, tt.size), c, Gzip, tt.limits)
		_, err := io.Copy(io.Discard, r)
		var e *Error
		if errors.As(err, &e) != (tt.kind != "") || e != nil && e.Kind != tt.kind {
			t.Errorf("%d bytes of %d, %+v: %v", tt.size, tt.packed, tt.limits, err)
		}
	}
	r, err := open(compress(t, Gzip, bytes.Repeat([]byte("1,2\n"), 1<<19)), Gzip, Limits{Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, r)
	var e *Error
	if !errors.As(err, &e) || e.Kind != TooLarge || e.Limit != 1<<20 {
		t.Errorf("got %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// TestFormats takes no other file for a compressed one.
func TestFormats(t *testing.T) {
	for content, want := range map[string]string{"": "", "a,b\n1,2\n": "", "BZh,b\n1,2\n": "", "PK": "", "PK\x05\x06": Zip, "\x1f\x8b": ""} {
		if got := FormatOf([]byte(content)); got != want {
			t.Errorf("%q is taken for %q", content, got)
		}
	}
	for format, want := range map[string]Kind{Gzip: NotBegun, Zstd: NotBegun, Bzip2: NotBegun, XZ: NotBegun, "lz4": Unknown} {
		_, err := unpacked([]byte("a,b\n1,2\n"), format)
		var e *Error
		if !errors.As(err, &e) || e.Kind != want || e.Format != format {
			t.Errorf("%s: got %v, want %s", format, err, want)
		}
	}
}
