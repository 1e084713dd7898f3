//go:build !amd64 || purego

package csvfile

import (
	"encoding/binary"
	"unsafe"
)

const (
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
	lfs   = ones * '\n'
	crs   = ones * '\r'
)

// markText marks n blocks of 64 bytes from text on into n marks from out on; n
// is at least 1. delims and quotes hold the byte eight times. odd is not 0 where
// there are bytes beyond ASCII, or NULs.
func markText(text *byte, n int, delims, quotes uint64, out *marks) (odd uint32) {
	b := unsafe.Slice(text, 64*n)
	list := unsafe.Slice(out, n)
	var all, zero uint64
	for j := range list {
		var m marks
		for i := range 8 {
			w := binary.LittleEndian.Uint64(b[64*j+8*i:])
			all |= w
			zero |= zeros(w)
			breaks := zeros(w^lfs) | zeros(w^crs)
			m.seps |= gather(zeros(w^delims)|breaks) << (8 * i)
			m.quotes |= gather(zeros(w^quotes)) << (8 * i)
			m.breaks |= gather(breaks) << (8 * i)
		}
		list[j] = m
	}
	if all&high1|zero != 0 {
		return 1
	}
	return 0
}

// zeros returns w with the highest bit of every byte set that is 0, and no
// other bit.
func zeros(w uint64) uint64 { return ^(w&low7 + low7 | w | low7) }

// gather returns the highest bits of the eight bytes of w, of which no other
// bit is set.
func gather(w uint64) uint64 { return w >> 7 * 0x0102040810204080 >> 56 }
