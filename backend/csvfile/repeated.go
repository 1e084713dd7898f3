package csvfile

import (
	"bytes"

	"linefeed/backend/charset"
)

// Where files were concatenated, the header comes again among the records. A
// record equal to the header, byte by byte, is skipped and counted.

const byteOrderMark = "\ufeff"

// setHeader sets the header to skip when it comes again. A header of one field
// never is: it could be a value.
func (r *reader) setHeader(text []byte) {
	text = bytes.TrimRight(text, "\r\n")
	if len(r.names) < 2 || len(text) == 0 {
		return
	}
	r.header = text
	r.unusual[text[0]] = true
	r.unusual[byteOrderMark[0]] = true
}

// mayBeNone reports whether the line, which begins with an unusual byte, may be a
// comment or the header again rather than a record.
func (r *reader) mayBeNone(line []byte) bool {
	if len(r.g.comment) > 0 && line[0] == r.g.comment[0] {
		return true
	}
	line = bytes.TrimPrefix(line, []byte(byteOrderMark))
	return r.header != nil && bytes.HasPrefix(r.header, bytes.TrimRight(line, "\r\n"))
}

// skipRepeated skips the header at text[pos], if it is there again.
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
