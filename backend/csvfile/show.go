package csvfile

import (
	"cmp"
	"strings"

	"linefeed/backend/charset"
)

// Encode returns text in the encoding of that name, as a record of a file in it has
// it. The error is about a character that the encoding does not have.
func Encode(text, name string) ([]byte, error) {
	return cmp.Or(charset.Find(name), charset.Find(charset.UTF8)).Bytes(text)
}

// Lines returns the number of physical lines in bytes of a file in the encoding of that
// name; a last one need not end.
func Lines(b []byte, name string) int64 {
	if len(b) == 0 {
		return 0
	}
	return charset.CountLines([]byte(Decode(b, name)))
}

// Decode decodes bytes of a file in the encoding of that name, for display: what is
// invalid becomes U+FFFD. An unknown name is taken for UTF-8.
func Decode(b []byte, name string) string {
	c := cmp.Or(charset.Find(name), charset.Find(charset.UTF8))
	return strings.ToValidUTF8(string(c.Text(b, true)), "\uFFFD")
}
