package csvfile

import (
	"cmp"
	"strings"

	"linefeed/backend/charset"
)

// Decode returns bytes of a file in the encoding of that name as text for
// showing: what can't be decoded becomes U+FFFD. A name that is not known is
// taken for UTF-8.
func Decode(b []byte, name string) string {
	c := cmp.Or(charset.Find(name), charset.Find(charset.UTF8))
	return strings.ToValidUTF8(string(c.Text(b, true)), "\uFFFD")
}
