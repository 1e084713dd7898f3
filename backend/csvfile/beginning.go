package csvfile

import (
	"errors"
	"io"

	"linefeed/backend/load"
)

// A beginning is the first part of a text.
type beginning struct {
	r    io.Reader
	left int64
	more bool // the text goes on after it
}

func (p *beginning) Read(b []byte) (int, error) {
	if p.left > 0 {
		n, err := p.r.Read(b[:min(int64(len(b)), p.left)])
		p.left -= int64(n)
		return n, err
	}
	if !p.more {
		n, err := p.r.Read(make([]byte, 1))
		p.more = n > 0
		if n == 0 {
			return 0, err
		}
	}
	return 0, io.EOF
}

// cuts reports whether the record just read, with err, is the last one of a
// beginning and may be cut off by its end. One rejected as too large is not.
func (f *File) cuts(err error) bool {
	w := f.reader.w
	if f.beginning == nil || !f.beginning.more || !w.eof || w.pos < len(w.text) {
		return false
	}
	var rej *load.Reject
	return !errors.As(err, &rej) || rej.Code != load.CodeRecordTooLarge
}
