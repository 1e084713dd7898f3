package charset

import (
	"bytes"
	"fmt"
)

// encode returns the text as bytes in the encoding. It panics where the encoding
// lacks a character.
func encode(text, name string) []byte {
	cs := Find(name)
	var b bytes.Buffer
	switch {
	case cs.Unit > 0:
		for _, c := range text {
			writeWide(&b, cs, c)
		}
		return b.Bytes()
	case cs.single != nil:
		out, err := cs.single.NewEncoder().String(text)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		b.WriteString(out)
	case cs.multi != nil:
		out, err := cs.multi.NewEncoder().String(text)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		b.WriteString(out)
	default:
		b.WriteString(text)
	}
	return b.Bytes()
}

func writeWide(b *bytes.Buffer, cs *Charset, c rune) {
	units := []uint32{uint32(c)}
	if cs.Unit == 2 && c > 0xFFFF {
		c -= 0x10000
		units = []uint32{0xD800 + uint32(c>>10), 0xDC00 + uint32(c&0x3FF)}
	}
	for _, u := range units {
		for i := range cs.Unit {
			shift := 8 * i
			if cs.big {
				shift = 8 * (cs.Unit - 1 - i)
			}
			b.WriteByte(byte(u >> shift))
		}
	}
}
