package csvfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"linefeed/backend/charset"
)

// chunk is the number of bytes that a window reads at a time.
const chunk = 256 << 10

// smallStep is the same where nothing more is expected.
const smallStep = 1 << 10

// A window is the part of a file that is in memory, as UTF-8 text.
//
// In a file in UTF-8, the text is the bytes themselves. In any other, dec makes the
// text, and knows the bytes of each line, and so those of each record.
type window struct {
	head []byte // read from src already
	src  io.Reader
	buf  []byte // on loan from src, for text or dec.Raw
	text []byte // text[pos:] is not read yet
	pos  int
	base int64 // offset in the file of text[0], or of dec.Raw[0]
	eof  bool  // after text there is nothing but the footer

	// suspect is set if there may be invalid bytes in text[pos:].
	suspect bool
	checked int  // text[:checked] is checked for them
	lazy    bool // the scanner checks instead

	step   int              // how much room there is for what is read at a time
	most   int              // the size to which text grows in large steps
	footer int              // the number of lines at the end that are not records, or with tail may not be
	tail   func([]byte) int // decides how many of the last lines are not records; nil if all of footer are
	held   []byte           // these lines, as far as they are read; after text in the same memory
	last   bool             // src has no more

	dec *charset.Decoder // nil if the text is the bytes; Raw begins with those of text[0]
}

// newWindow returns a window on head and on src after it, for records of at most
// largest bytes. The head begins at offset base of the file.
func newWindow(head []byte, src io.Reader, base int64, dec *charset.Decoder, largest int) *window {
	w := &window{head: head, src: src, base: base, dec: dec, step: chunk, most: largest + 2*chunk}
	if dec != nil {
		dec.Grow = w.grow
	}
	return w
}

// rest returns the text that is not read yet.
func (w *window) rest() []byte { return w.text[w.pos:] }

// fill moves what is not read yet to the front and reads more after it. At the end
// of the file it sets eof.
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

// footerAt returns where the last lines begin that are not, or may not be, records.
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

// read appends at least one byte to b, unless src has ended.
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
	if cap(*b)-len(*b) < w.step/4 {
		w.grow(b, w.step)
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

// grow makes room for n more bytes in b. It grows b in large steps up to w.most, so
// that it is called only a few times.
func (w *window) grow(b *[]byte, n int) {
	size := max(w.step, min(4*cap(*b), w.most))
	if size < len(*b)+n {
		size = len(*b)/4*5 + n
	}
	*b = append(make([]byte, 0, size), *b...)
}

// compact drops what is read.
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

// keep returns b[from:] moved to the front of b, or to new memory if b is much
// larger because of a long record.
func keep(b []byte, from int) []byte {
	if left := b[from:]; cap(b) > 16*chunk && len(left) < chunk {
		return append(make([]byte, 0, 2*chunk), left...)
	}
	return b[:copy(b, b[from:])]
}

// inspect checks new text for invalid bytes.
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
		at-- // the line end, or the last byte
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

// cut lets what was read of the last line be dropped before it is whole.
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
