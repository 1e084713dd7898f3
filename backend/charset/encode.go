package charset

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// Bytes returns text in the charset, without a byte order mark. The error is about a
// character that the charset does not have.
func (c *Charset) Bytes(text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("the text is no UTF-8")
	}
	order := binary.AppendByteOrder(binary.LittleEndian)
	if c.big {
		order = binary.BigEndian
	}
	var enc encoding.Encoding
	switch {
	case c.Unit == 2:
		b := make([]byte, 0, 2*len(text))
		for _, u := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, u)
		}
		return b, nil
	case c.Unit == 4:
		b := make([]byte, 0, 4*len(text))
		for _, r := range text {
			b = order.AppendUint32(b, uint32(r))
		}
		return b, nil
	case c.single != nil:
		enc = c.single
	case c.multi != nil:
		enc = c.multi
	default:
		return []byte(text), nil
	}
	return enc.NewEncoder().Bytes([]byte(text))
}
