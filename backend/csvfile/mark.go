package csvfile

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"linefeed/backend/charset"
)

const (
	ones  = 0x0101010101010101
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
	lfs   = ones * '\n'
	crs   = ones * '\r'
)

// marks are 64 bytes of text: bit i is byte i.
type marks struct {
	seps   uint64 // delimiters, LF and CR outside of quotes
	quotes uint64
	breaks uint64 // LF and CR inside of quotes
	ends   uint64 // LF and CR outside of them
	sum    counts // before them
}

// counts are numbers of characters since the last reset.
type counts struct {
	quotes uint32
	breaks uint32 // LF and CR inside of quotes
}

// A marking is what to mark, and the state of it.
type marking struct {
	delim, quote byte
	quoting      uint64 // all ones, or 0 if the grammar has no quotes
	inside       uint64 // all ones if what is next is inside of quotes
	sum          counts // before that
}

// markWords does what mark does, eight bytes at a time, on any processor.
func (m *marking) markWords(text []byte, from int, out []marks) (odd bool) {
	delims, quotes := ones*uint64(m.delim), ones*uint64(m.quote)
	for j := range out {
		b := text[from+64*j : from+64*j+64]
		var all, zero, seps, quoted, breaks uint64
		for i := range 8 {
			w := binary.LittleEndian.Uint64(b[8*i:])
			all |= w
			zero |= zeros(w)
			lines := zeros(w^lfs) | zeros(w^crs)
			seps |= gather(zeros(w^delims)|lines) << (8 * i)
			quoted |= gather(zeros(w^quotes)) << (8 * i)
			breaks |= gather(lines) << (8 * i)
		}
		quoted &= m.quoting
		// Each bit becomes the parity of itself and those below it.
		q := quoted
		q ^= q << 1
		q ^= q << 2
		q ^= q << 4
		q ^= q << 8
		q ^= q << 16
		q ^= q << 32
		q ^= m.inside
		m.inside = uint64(int64(q) >> 63)
		out[j] = marks{seps: seps &^ q, quotes: quoted, breaks: breaks & q, ends: breaks &^ q, sum: m.sum}
		m.sum.quotes += uint32(bits.OnesCount64(quoted))
		m.sum.breaks += uint32(bits.OnesCount64(breaks & q))
		odd = odd || zero != 0 || all&high1 != 0 && !validPart(text, from+64*j, from+64*j+64)
	}
	return odd
}

// zeros returns a word with the highest bit set of every byte that is 0 in w.
func zeros(w uint64) uint64 { return ^(w&low7 + low7 | w | low7) }

// gather returns the highest bits of the eight bytes of w, which has no other bits
// set.
func gather(w uint64) uint64 { return w >> 7 * 0x0102040810204080 >> 56 }

// validPart reports whether text[from:to] is UTF-8, as a continuation of what is
// before it; a character may go on after it if there is more text.
func validPart(text []byte, from, to int) bool {
	for i := 0; i < utf8.UTFMax-1 && from > 0 && !utf8.RuneStart(text[from]); i++ {
		from--
	}
	// The next part is looked at only if it is not plain ASCII: a character cut off
	// at the end has to be found here.
	part := text[from:min(to+utf8.UTFMax-1, len(text))]
	// At the end of the text, it may go on in what is read next, or not at all.
	if n := charset.CutRune(part); n == 0 || to < len(text) {
		part = part[:len(part)-n]
	}
	return utf8.Valid(part)
}
