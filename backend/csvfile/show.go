package csvfile

import "strings"

// Decode returns bytes of a file in the encoding of that name as text for
// showing: what can't be decoded becomes U+FFFD. A name that is not known is
// taken for UTF-8.
func Decode(b []byte, name string) string {
	c, err := findCharset(name)
	if err != nil {
		c = &charsets[0]
	}
	return strings.ToValidUTF8(string(c.text(b, true)), "\uFFFD")
}
