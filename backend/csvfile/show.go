package csvfile

import (
	"cmp"
	"strings"

	"linefeed/backend/charset"
)

// Decode decodes bytes of a file in the encoding of that name, for display: what is
// invalid becomes U+FFFD. An unknown name is taken for UTF-8.
func Decode(b []byte, name string) string {
	c := cmp.Or(charset.Find(name), charset.Find(charset.UTF8))
	return strings.ToValidUTF8(string(c.Text(b, true)), "\uFFFD")
}
