package csvfile

import "bytes"

// unfinished returns the first values of a record that is longer than the sample
// and begins it; nil if there is none. A file with very many fields has nothing
// else to judge by.
func (c *candidate) unfinished(text []byte, whole bool) []string {
	if whole || len(c.rows) > 0 || len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	cells := c.grammar.pieces(text[:min(len(text), scored)])
	return cells[:max(1, len(cells)-1)] // the last one is cut
}

// often returns the number of times that the delimiter occurs in the text, -1 if
// it is one that is common in text.
func (c *candidate) often(text []byte) int {
	if isWeak(c.delim) {
		return -1
	}
	return bytes.Count(text, []byte(c.delim))
}

// firstWidth returns the number of fields of the record at text[pos], which it
// does not consume; 0 if there is none that can be read.
func (r *reader) firstWidth() (int, error) {
	for {
		b, eof := r.largest()
		if len(b) > 0 || eof {
			switch r.g.parse(b, eof, &r.other) {
			case parsed:
				return len(r.other.fields), nil
			case broken:
				return 0, nil
			}
			if eof || len(b) > r.maximum {
				return 0, nil
			}
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
}
