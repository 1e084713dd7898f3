package csvfile

import "bytes"

// unfinished returns the first values of a record that goes on after all that is
// looked at, and before which there is no other; nil where there is none such. A
// file of very many fields has only that to tell by.
func (c *candidate) unfinished(text []byte, whole bool) []string {
	if whole || len(c.rows) > 0 || len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	cells := c.grammar.pieces(text[:min(len(text), scored)])
	return cells[:max(1, len(cells)-1)] // the last one is cut
}

// often returns how often the delimiter stands in the text, -1 where it is one
// that stands in text everywhere.
func (c *candidate) often(text []byte) int {
	if isWeak(c.delim) {
		return -1
	}
	return bytes.Count(text, []byte(c.delim))
}

// firstWidth returns how many fields the record at text[pos] has, and reads none;
// 0 where there is none, or none that can be read.
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
