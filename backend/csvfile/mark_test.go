package csvfile

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"linefeed/backend/charset"
)

// TestMark compares what the processor's own instructions mark with what
// the plain way does, and what they take for UTF-8 with what it is.
func TestMark(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	runes := []rune{'a', ',', '"', '\n', '\r', ';', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF, 'é', '日'}
	wrong := []string{"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe6\x97", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x98", "\xc3\x28", "\x00"}
	for i := range 20_000 {
		var text []byte
		for len(text) < 64*(1+r.IntN(4)) {
			text = utf8.AppendRune(text, runes[r.IntN(1+r.IntN(len(runes)))])
		}
		if i%2 == 0 { // one thing that is wrong
			at := r.IntN(len(text))
			for at > 0 && !utf8.RuneStart(text[at]) {
				at--
			}
			text = slices.Insert(text, at, []byte(wrong[r.IntN(len(wrong))])...)
		}
		from := 0
		if r.IntN(2) == 0 && len(text) > 100 {
			from = 32 + r.IntN(len(text)-100)
			for from > 32 && !utf8.RuneStart(text[from]) {
				from--
			}
			if !utf8.RuneStart(text[from]) {
				continue
			}
		}
		words := (len(text) - from) / 64
		if words == 0 {
			continue
		}
		got, want := make([]marks, words), make([]marks, words)
		m := marking{delim: ',', quote: '"', sum: counts{uint32(i), uint32(2 * i)}}
		if r.IntN(4) > 0 {
			m.quoting = ^uint64(0)
			m.inside = -uint64(r.IntN(2))
		}
		n := m
		odd := map[string]bool{
			"mark":      m.mark(text, from, got),
			"markWords": n.markWords(text, from, want),
		}
		if !slices.Equal(got, want) || m != n {
			t.Fatalf("%q: got %x, %+v, want %x, %+v", text[from:], got, m, want, n)
		}
		// A character may go on after the last block, or may be found not to,
		// and what is before from may be broken off.
		end := from + 64*words
		after := text[from:min(end+utf8.UTFMax-1, len(text))]
		last := end
		for last > from && last > end-utf8.UTFMax+1 && text[last-1] >= utf8.RuneSelf {
			last--
		}
		least := !validWhole(text[from:last]) || charset.CutRune(text[:from]) > 0
		most := !validWhole(text[from:end]) || least || !validWhole(after) || charset.CutRune(after) > 0
		for name, odd := range odd {
			if least && !odd || odd && !most {
				t.Fatalf("%s: %q from %d: odd %v, want %v", name, text, from, odd, least)
			}
		}
	}
}

// validWhole reports whether there is nothing wrong with the characters of b
// that are whole.
func validWhole(b []byte) bool {
	return utf8.Valid(b[:len(b)-charset.CutRune(b)]) && bytes.IndexByte(b, 0) < 0
}
