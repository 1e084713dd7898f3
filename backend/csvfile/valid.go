package csvfile

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// validUTF8 reports whether b is UTF-8, as utf8.Valid does. It goes back to
// eight bytes at a time behind every character beyond ASCII, which makes it
// several times faster on text in most languages.
func validUTF8(b []byte) bool {
	i := 0
	for i < len(b) {
		if i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:]) & 0x8080808080808080
			if w == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(w) >> 3
		} else if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		switch c := b[i]; {
		case c < 0xC2:
			return false
		case c < 0xE0:
			if i+1 >= len(b) || b[i+1]&0xC0 != 0x80 {
				return false
			}
			i += 2
		case c < 0xF0:
			if i+2 >= len(b) || b[i+1]&0xC0 != 0x80 || b[i+2]&0xC0 != 0x80 {
				return false
			}
			// Neither an overlong form nor half of a surrogate pair.
			if v := uint(c&0x0F)<<6 | uint(b[i+1]&0x3F); v < 0x20 || v-0x360 < 0x20 {
				return false
			}
			i += 3
		default:
			if !utf8.FullRune(b[i:]) {
				return false
			}
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return false
			}
			i += n
		}
	}
	return true
}
