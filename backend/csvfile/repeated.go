package csvfile

import (
	"bytes"

	"linefeed/backend/charset"
)

// Where files were put together the header comes again among the records. A
// record that is the header to the byte is passed over and counted.

const byteOrderMark = "\ufeff"

// setHeader makes the reader know the header by its text. One of a single field
// could be a value as well.
func (r *reader) setHeader(text []byte) {
	text = bytes.TrimRight(text, "\r\n")
	if len(r.names) < 2 || len(text) == 0 {
		return
	}
	r.header = text
	r.unusual[text[0]] = true
	r.unusual[byteOrderMark[0]] = true
}

// mayBeNone reports whether the line, which begins with an unusual byte, may be
// no record: a comment, or the header once more.
func (r *reader) mayBeNone(line []byte) bool {
	if len(r.g.comment) > 0 && line[0] == r.g.comment[0] {
		return true
	}
	line = bytes.TrimPrefix(line, []byte(byteOrderMark))
	return r.header != nil && bytes.HasPrefix(r.header, bytes.TrimRight(line, "\r\n"))
}

// skipRepeated passes over the header at text[pos], if it is there once more.
func (r *reader) skipRepeated() (bool, error) {
	for {
		b := bytes.TrimPrefix(r.w.rest(), []byte(byteOrderMark))
		mark := len(r.w.rest()) - len(b)
		n := len(r.header)
		if len(b) <= n+1 && !r.w.eof && bytes.HasPrefix(r.header, b[:min(n, len(b))]) {
			if err := r.fill(); err != nil {
				return false, err
			}
			continue
		}
		if !bytes.HasPrefix(b, r.header) || len(b) > n && b[n] != '\n' && b[n] != '\r' {
			return false, nil
		}
		if len(b) > n {
			n += charset.LineEnd(b[n:], r.w.eof)
		}
		r.pass(SkipRepeated, mark+n, charset.CountLines(b[:n]))
		return true, nil
	}
}
