package charset

import (
	"bytes"
	"unicode/utf8"
)

// A Basis is what a guess rests on.
type Basis int

// What a guess can rest on.
const (
	ByMark     Basis = iota // a byte order mark
	ByZeros                 // where zero bytes are, as in UTF-16 and UTF-32
	ByASCII                 // there is nothing but ASCII
	ByUTF8                  // all characters beyond ASCII are well-formed UTF-8
	ByMostUTF8              // most of them are
	ByLetters               // the letters and words of the languages that are written in it
	Binary                  // none: it is not text
)

// A Guess is the encoding that a sample is likely in, and why.
type Guess struct {
	Basis      Basis
	Charset    *Charset // nil if it is Binary
	Confidence float64  // from 0 to 1

	// Candidates are the encodings that were considered, best first. Only
	// ByLetters has them.
	Candidates []Candidate

	Percent int // ByZeros: of the characters that have zero bytes
	Good    int // characters beyond ASCII that are well-formed UTF-8
	Bad     int // bytes beyond ASCII that are not

	// Controls is the number of control characters among the first Looked
	// bytes. Only Binary has it.
	Controls, Looked int

	// Odd is the offset in the head of the first thing not in Charset, -1 if there
	// is none: ByMostUTF8 a byte that is not UTF-8, on a line likely in OddCharset;
	// ByLetters a line that is UTF-8.
	Odd        int
	OddCharset *Charset // nil unless Odd is a byte that is not UTF-8
}

// A Candidate is an encoding that was considered.
type Candidate struct {
	Charset    *Charset
	Confidence float64 // from 0 to 1
}

// A Sample is a part of a file's bytes.
type Sample struct {
	Head  []byte   // the first ones
	Whole bool     // Head is all of the file
	Parts [][]byte // further on, from any byte on; the last one ends with the file
}

// GuessFrom guesses the encoding of a file from a sample of it, which must not be
// empty.
func GuessFrom(s Sample) *Guess {
	g := &Guess{Odd: -1}
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(s.Head, m.mark) && !(m.name == "utf-32le" && len(s.Head)%4 != 0 && s.Whole) {
			return g.by(ByMark, m.name, 1)
		}
	}
	if name, share := wideByZeros(s.Head); name != "" {
		g.Percent = share
		return g.by(ByZeros, name, 0.97)
	}
	look := s.Head[:min(len(s.Head), binaryLook)]
	if n := controls(look); n > 4 && n*50 > len(look) {
		g.Basis, g.Controls, g.Looked = Binary, n, len(look)
		return g
	}
	parts := append([][]byte{s.Head}, s.Parts...)
	high, firstBad := 0, -1
	for i, b := range parts {
		good, bad, all, at := utf8Share(b, i > 0, i < len(parts)-1 || !s.Whole)
		g.Good, g.Bad, high = g.Good+good, g.Bad+bad, high+all
		if i == 0 {
			firstBad = at
		}
	}
	switch {
	case high == 0 && s.Whole:
		return g.by(ByASCII, UTF8, 1)
	case high == 0:
		return g.by(ByASCII, UTF8, 0.95)
	case g.Bad == 0:
		return g.by(ByUTF8, UTF8, min(0.99, 0.9+0.02*float64(g.Good)))
	case g.Good >= 3*g.Bad:
		if g.Odd = firstBad; g.Odd >= 0 {
			line := s.Head[bytes.LastIndexByte(s.Head[:g.Odd], '\n')+1:]
			g.OddCharset = guessLegacy([][]byte{line[:LineEnd(line, true)]})[0].Charset
		}
		return g.by(ByMostUTF8, UTF8, 0.8)
	}
	old, odd := withoutUTF8(parts)
	g.Candidates = guessLegacy(old)
	best := g.Candidates[0]
	if g.Good > 0 && best.Charset.Single() {
		g.Odd = odd
	}
	return g.by(ByLetters, best.Charset.Name, best.Confidence)
}

func (g *Guess) by(basis Basis, name string, confidence float64) *Guess {
	g.Basis, g.Charset, g.Confidence = basis, Find(name), confidence
	return g
}

// binaryLook is the number of bytes searched for control characters.
const binaryLook = 64 << 10

// withoutUTF8 returns the parts without the lines that are UTF-8 beyond ASCII, and
// where the first such line of the first part begins, or -1.
func withoutUTF8(parts [][]byte) (old [][]byte, first int) {
	first = -1
	for i, part := range parts {
		var rest []byte
		for b := part; len(b) > 0; {
			n := LineEnd(b, true)
			text := b[:n]
			switch {
			case !utf8.Valid(text) || !bytes.ContainsFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }):
				rest = append(rest, text...)
			case i == 0 && first < 0:
				first = len(part) - len(b)
			}
			b = b[n:]
		}
		old = append(old, rest)
	}
	return old, first
}

// wideByZeros recognizes UTF-16 and UTF-32 without a byte order mark by the zero
// bytes of ASCII characters, at least of line ends and delimiters.
func wideByZeros(b []byte) (name string, percent int) {
	b = b[:min(len(b), 64<<10)]
	var zeros [4]int
	for i, c := range b {
		if c == 0 {
			zeros[i&3]++
		}
	}
	n := len(b) / 4
	share := func(i int) float64 { return float64(zeros[i]) / float64(max(n, 1)) }
	switch {
	case n == 0:
	case share(2) > 0.9 && share(3) > 0.9 && share(0) < 0.1:
		return "utf-32le", int(share(3) * 100)
	case share(0) > 0.9 && share(1) > 0.9 && share(3) < 0.1:
		return "utf-32be", int(share(0) * 100)
	}
	units := float64(max(len(b)/2, 1))
	odd, even := float64(zeros[1]+zeros[3])/units, float64(zeros[0]+zeros[2])/units
	switch {
	case odd > 0.08 && even < odd/8 && wideMarks(b, 1) && validWide(b, false):
		return "utf-16le", int(odd * 100)
	case even > 0.08 && odd < even/8 && wideMarks(b, 0) && validWide(b, true):
		return "utf-16be", int(even * 100)
	}
	return "", 0
}

// wideMarks reports whether most line ends and delimiters among the bytes are two
// bytes, with a zero at the even or odd offset: a few zeros in other text can be
// anywhere.
func wideMarks(b []byte, zero int) bool {
	wide, all := 0, 0
	for i, c := range b[:len(b)&^1] {
		switch c {
		case '\n', '\r', ',', ';', '\t', '|':
			all++
			if i&1 != zero && b[i^1] == 0 {
				wide++
			}
		}
	}
	return 2*wide > all
}

// validWide reports whether b is text in UTF-16.
func validWide(b []byte, big bool) bool {
	name := "utf-16le"
	if big {
		name = "utf-16be"
	}
	text := Find(name).Text(b[:len(b)&^1], false)
	bad := bytes.Count(text, []byte("\uFFFD")) + controls(text)
	return bad*100 <= utf8.RuneCount(text)
}

// controls counts the control characters that do not occur in text, not even as
// delimiters.
func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && (c < 0x1c || c > 0x1f) && c != 0x01 && c != 0x02 {
			n++
		}
	}
	return n
}

// utf8Share counts the characters of b beyond ASCII that are well-formed, the bytes
// that are not, and both together. With from, b may begin within a character; with
// to, it may end within one. at is the first bad byte, or -1.
func utf8Share(b []byte, from, to bool) (good, bad, high, at int) {
	at = -1
	i := 0
	for from && i < len(b) && i < 3 && !utf8.RuneStart(b[i]) {
		i++
	}
	if to {
		b = b[:len(b)-CutRune(b)]
	}
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			if bad++; at < 0 {
				at = i
			}
		} else {
			good++
		}
		high++
		i += n
	}
	return good, bad, high, at
}
