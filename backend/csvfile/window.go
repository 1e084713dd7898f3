package csvfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"linefeed/backend/charset"
)

// chunk is how many bytes a window reads at a time.
const chunk = 256 << 10

// A window is the part of a file that is in memory, as UTF-8 text.
//
// Of a file in UTF-8 the text is the bytes themselves. Of any other the text
// is made of them by dec, and marks tell where each physical line begins in
// both: records begin and end where lines do, so that is all it takes to know
// the bytes of each.
type window struct {
	head []byte // what was read from src already
	src  io.Reader
	buf  []byte // what src has lent for text, or for dec.Raw
	text []byte // text[pos:] is to be read
	pos  int
	base int64 // offset in the file of text[0], or of dec.Raw[0]
	eof  bool  // behind text there is nothing but the footer

	// suspect is set where there may be invalid bytes in text[pos:].
	suspect bool
	checked int  // text[:checked] was looked at
	lazy    bool // the scanner looks at it; nothing was looked at

	most   int              // how much there is to be at a time, as far as it can be helped
	footer int              // how many lines at the end are no records, or may be none with tail
	tail   func([]byte) int // says how many of the last lines are no records, where that is open
	held   []byte           // they, as far as they are read; behind text in its memory
	last   bool             // src has no more

	dec *charset.Decoder // nil where the text is the bytes; Raw[0] is of text[0]
}

// newWindow returns a window on head and what src has behind it, for records of
// so many bytes at most. The head begins at offset base of the file.
func newWindow(head []byte, src io.Reader, base int64, dec *charset.Decoder, largest int) *window {
	w := &window{head: head, src: src, base: base, dec: dec, most: largest + 2*chunk}
	if dec != nil {
		dec.Grow = w.grow
	}
	return w
}

// rest returns the text that is to be read.
func (w *window) rest() []byte { return w.text[w.pos:] }

// fill moves what is to be read to the front and reads more behind it. At the
// end of the file it sets eof.
func (w *window) fill() error {
	if w.eof {
		return nil
	}
	w.text = w.text[:len(w.text)+len(w.held)]
	w.held = nil
	w.compact()
	if w.dec == nil {
		if err := w.read(&w.text); err != nil {
			return err
		}
		if !w.lazy {
			w.inspect()
		}
	} else {
		if err := w.read(&w.dec.Raw); err != nil {
			return err
		}
		w.text = w.dec.Decode(w.text, w.last)
		w.suspect = w.dec.Flawed()
	}
	w.eof = w.last
	if b, ok := w.src.(*beginning); w.footer > 0 && !(ok && b.more) {
		at := w.footerAt()
		w.held = w.text[at:]
		w.text = w.text[:at]
	}
	return nil
}

// footerAt returns where the last lines begin that are, or may be, no records.
func (w *window) footerAt() int {
	at := max(w.pos, lastLines(w.text, w.footer))
	if w.tail == nil {
		return at
	}
	if from := len(w.text) - footerMost; at < from {
		at = from + charset.LineEnd(w.text[from:], true)
	}
	if w.last {
		at = max(at, lastLines(w.text, w.tail(w.text[at:])))
	}
	return at
}

// read appends at least one byte to b, unless the end is reached.
func (w *window) read(b *[]byte) (err error) {
	if len(w.head) > 0 {
		*b, w.head = append(*b, w.head...), nil
		return nil
	}
	a, ok := w.src.(*ahead)
	if ok && len(*b) <= aheadRoom {
		*b, w.buf, err = a.take(*b, w.buf)
		if errors.Is(err, io.EOF) {
			w.last, err = true, nil
		}
		return err
	}
	if cap(*b)-len(*b) < chunk/4 {
		w.grow(b, chunk)
		if w.buf != nil {
			a.giveBack(w.buf)
			w.buf = nil
		}
	}
	for range 100 {
		n, err := w.src.Read((*b)[len(*b):min(cap(*b), len(*b)+chunk)])
		*b = (*b)[:len(*b)+n]
		if errors.Is(err, io.EOF) {
			w.last = true
			return nil
		}
		if n > 0 || err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// grow makes room for n bytes more in b, and for many more, so that it happens
// only a few times, but not for more than there is to be.
func (w *window) grow(b *[]byte, n int) {
	size := max(chunk, min(4*cap(*b), w.most))
	if size < len(*b)+n {
		size = len(*b)/4*5 + n
	}
	*b = append(make([]byte, 0, size), *b...)
}

// compact drops what was read.
func (w *window) compact() {
	if w.pos == 0 {
		return
	}
	if w.dec == nil {
		w.base += int64(w.pos)
	} else {
		n := w.dec.Drop(w.pos)
		w.dec.Raw = keep(w.dec.Raw, n)
		w.base += int64(n)
		w.suspect = w.dec.Flawed()
	}
	w.text = keep(w.text, w.pos)
	w.checked = max(0, w.checked-w.pos)
	w.pos = 0
}

// keep returns b[from:] at the front of b, or of new memory where b is much
// larger because of a long record.
func keep(b []byte, from int) []byte {
	if left := b[from:]; cap(b) > 16*chunk && len(left) < chunk {
		return append(make([]byte, 0, 2*chunk), left...)
	}
	return b[:copy(b, b[from:])]
}

// inspect finds out whether there may be invalid bytes in new text.
func (w *window) inspect() {
	b := w.text[w.checked:]
	if !w.last {
		b = b[:len(b)-charset.CutRune(b)]
	}
	if w.checked == 0 {
		w.suspect = false
	}
	if !w.suspect {
		w.suspect = !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0
	}
	w.checked += len(b)
}

// lastLines returns where the last n lines of b begin.
func lastLines(b []byte, n int) int {
	at := len(b)
	for ; n > 0 && at > 0; n-- {
		at-- // the line's own end, or its last byte
		if at > 0 && b[at] == '\n' && b[at-1] == '\r' {
			at--
		}
		for at > 0 && b[at-1] != '\n' && b[at-1] != '\r' {
			at--
		}
	}
	return at
}

// span returns the offsets in the file, and the bytes, of the lines
// text[from:to]. With a decoder, from may not be before that of an earlier call.
func (w *window) span(from, to int) (start, end int64, raw []byte) {
	if w.dec == nil {
		return w.base + int64(from), w.base + int64(to), w.text[from:to:to]
	}
	a, b := w.dec.Span(from, to)
	return w.base + int64(a), w.base + int64(b), w.dec.Raw[a:b:b]
}

// cut forgets where the line at the end of the text began, so that what was
// read of it can be dropped before it is whole.
func (w *window) cut() {
	if w.dec != nil {
		w.dec.CutLine(len(w.text))
	}
}

// offset returns the offset in the file of text[pos], which begins a line or is
// the end of the text.
func (w *window) offset(pos int) int64 {
	if w.dec == nil {
		return w.base + int64(pos)
	}
	return w.base + int64(w.dec.Offset(pos))
}
