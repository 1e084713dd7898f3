package csvfile

import (
	"encoding/binary"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
	lfs   = ones * '\n'
	crs   = ones * '\r'
)

// markWords does what markText does, eight bytes at a time, on any processor.
func markWords(text []byte, from int, delim, quote byte, out []marks) (odd bool) {
	delims, quotes := ones*uint64(delim), ones*uint64(quote)
	for j := range out {
		b := text[from+64*j : from+64*j+64]
		var m marks
		var all, zero uint64
		for i := range 8 {
			w := binary.LittleEndian.Uint64(b[8*i:])
			all |= w
			zero |= zeros(w)
			breaks := zeros(w^lfs) | zeros(w^crs)
			m.seps |= gather(zeros(w^delims)|breaks) << (8 * i)
			m.quotes |= gather(zeros(w^quotes)) << (8 * i)
			m.breaks |= gather(breaks) << (8 * i)
		}
		out[j] = m
		odd = odd || zero != 0 || all&high1 != 0 && !validPart(text, from+64*j, from+64*j+64)
	}
	return odd
}

// zeros returns w with the highest bit of every byte set that is 0, and no
// other bit.
func zeros(w uint64) uint64 { return ^(w&low7 + low7 | w | low7) }

// gather returns the highest bits of the eight bytes of w, of which no other
// bit is set.
func gather(w uint64) uint64 { return w >> 7 * 0x0102040810204080 >> 56 }

// validPart reports whether text[from:to] is UTF-8, as a continuation of what
// is before it, and where there is more behind it as far as characters go.
func validPart(text []byte, from, to int) bool {
	for i := 0; i < utf8.UTFMax-1 && from > 0 && !utf8.RuneStart(text[from]); i++ {
		from--
	}
	// What follows is looked at only if it is not plain ASCII: a character that
	// is broken off at the end has to be found here.
	part := text[from:min(to+utf8.UTFMax-1, len(text))]
	// At the end of the text it may go on in what is read next, or not at all.
	if n := cutRune(part); n == 0 || to < len(text) {
		part = part[:len(part)-n]
	}
	return utf8.Valid(part)
}
