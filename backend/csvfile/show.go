package csvfile

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Decode returns bytes of a file in the encoding of that name as text for
// showing: what can't be decoded becomes U+FFFD. A name that is not known is
// taken for UTF-8.
func Decode(b []byte, name string) string {
	c, err := findCharset(name)
	if err != nil {
		c = &charsets[0]
	}
	var enc encoding.Encoding
	switch {
	case c.unit == 2 && c.big:
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case c.unit == 2:
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case c.unit == 4 && c.big:
		enc = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case c.unit == 4:
		enc = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case c.single != nil:
		enc = c.single
	case c.multi != nil:
		enc = c.multi
	default:
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	text, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		text = b
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}
