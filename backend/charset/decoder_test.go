package charset

import (
	"bytes"
	"strings"
	"testing"
)

// TestDecoder decodes text byte by byte, looks each line up in the bytes and
// drops it, in an encoding of each kind.
func TestDecoder(t *testing.T) {
	lines := []string{"a,é\r\n", "\n", "b\r", "c\n", strings.Repeat("é ", 300) + "\r\n", "end"}
	for _, name := range []string{"utf-16le", "utf-16be", "utf-32le", "utf-32be", "windows-1252", "gb18030"} {
		d := Find(name).NewDecoder(false)
		var text []byte
		next := 0
		take := func(line string) {
			start, end := d.Span(0, len(line))
			if got := string(text[:len(line)]); got != line || !bytes.Equal(d.Raw[start:end], encode(line, name)) {
				t.Errorf("%s: line %d is %q of % x, want %q", name, next+1, got, d.Raw[start:end], line)
			}
			next++
			if next < len(lines) {
				d.Raw = d.Raw[d.Drop(len(line)):]
				text = text[len(line):]
			}
		}
		for _, c := range encode(strings.Join(lines, ""), name) {
			d.Raw = append(d.Raw, c)
			text = d.Decode(text, false)
			// A line is whole when something of the next one is there.
			for next < len(lines)-1 && len(text) > len(lines[next]) {
				take(lines[next])
			}
		}
		text = d.Decode(text, true)
		take(lines[next])
		if next != len(lines) || d.Flawed() {
			t.Errorf("%s: %d lines, flawed: %t", name, next, d.Flawed())
		}
	}
}

// TestFlaws tells where invalid characters are, in the text and in the bytes.
func TestFlaws(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		text, raw     int // of the first flaw
	}{
		{"utf-16le", "a\x00\n\x00b\x00\x00\xd8c\x00", 3, 6},
		{"utf-32be", "\x00\x00\x00a\x00\x11\x00\x00", 1, 4},
		{"windows-1253", "ab\n\xd2", 3, 3},
		{"shift_jis", "\x83\x65\n\x83\x20", 4, 3},
		{"windows-1252", "a\x00", 1, 1},
	} {
		d := Find(tt.name).NewDecoder(false)
		d.Raw = []byte(tt.content)
		text := d.Decode(nil, true)
		at, raw, ok := d.Flaw(0, len(text))
		if !ok || at != tt.text || raw != tt.raw || !bytes.HasPrefix(text[at:], []byte("\uFFFD")) {
			t.Errorf("%s: %q: flaw at %d, %d, %t, want %d, %d", tt.name, text, at, raw, ok, tt.text, tt.raw)
		}
		if _, _, ok := d.Flaw(at+1, at+1); ok {
			t.Errorf("%s: a flaw where none is", tt.name)
		}
		d = Find(tt.name).NewDecoder(true)
		d.Raw = []byte(tt.content)
		if again := d.Decode(nil, true); !bytes.Equal(again, text) || d.Flawed() {
			t.Errorf("%s: replaced it is %q, flawed: %t, want %q", tt.name, again, d.Flawed(), text)
		}
	}
}

// TestGuessBasis tells by what an encoding was guessed.
func TestGuessBasis(t *testing.T) {
	for content, want := range map[string]struct {
		basis Basis
		name  string
		odd   int
	}{
		"\xef\xbb\xbfa\n": {ByMark, UTF8, -1},
		"a\x00,\x00b\x00\n\x00c\x00,\x00d\x00\n\x00": {ByZeros, "utf-16le", -1},
		"a,b\n":                     {ByASCII, UTF8, -1},
		"é\n":                       {ByUTF8, UTF8, -1},
		"é\né\né\né\na\nJ\xe4ger\n": {ByMostUTF8, UTF8, 15},
		"J\xe4ger\nM\xfcller\nSch\xe4fer\nK\xf6nig\nTür\n": {ByLetters, "windows-1252", 27},
		strings.Repeat("\x03\x04\x05\x06a", 10):            {Binary, "", -1},
	} {
		g := GuessFrom(Sample{Head: []byte(content), Whole: true})
		name := ""
		if g.Charset != nil {
			name = g.Charset.Name
		}
		if g.Basis != want.basis || name != want.name || g.Odd != want.odd {
			t.Errorf("%q: %+v (%s), want %+v", content, g, name, want)
		}
	}
	if g := GuessFrom(Sample{Head: []byte("a\n"), Parts: [][]byte{[]byte("\xe9t\xe9\n")}}); g.Basis != ByLetters {
		t.Errorf("what is beyond ASCII in a part is not seen: %+v", g)
	}
}
