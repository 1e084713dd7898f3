package csvfile

import (
	"strings"

	"linefeed/backend/charset"
	"linefeed/backend/message"
)

// An Encoding is a character encoding that can be read.
type Encoding struct {
	Name  string `json:"name"`  // for a Dialect
	Label string `json:"label"` // for people
}

// Encodings returns the encodings that can be read, the usual ones first.
func Encodings() []Encoding {
	var list []Encoding
	for _, c := range charset.All() {
		list = append(list, Encoding{c.Name, c.Label})
	}
	return list
}

// findCharset returns the charset of that name.
func findCharset(s string) (*charset.Charset, error) {
	if c := charset.Find(s); c != nil {
		return c, nil
	}
	return nil, message.NewError(nil, "unknown_encoding", "see_encodings", "name", strings.ToLower(strings.TrimSpace(s)))
}
