package csvfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
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
	buf  []byte // what src has lent for text, or for raw
	text []byte // text[pos:] is to be read
	pos  int
	base int64 // offset in the file of text[0], or of raw[0] with a decoder
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

	dec   decoder
	raw   []byte // the file's bytes, from those of text[0] on
	done  int    // raw[:done] is in text
	marks []mark // of the lines in text, in their order
	at    int    // index of the mark at or before pos
	flaws []flaw // the invalid characters in text, in their order
	ahead int    // flaws[ahead:] are not before pos
}

// A mark is where a physical line begins.
type mark struct{ text, raw int }

// A flaw is an invalid character: where its stand-in is in the text, and where
// its bytes are.
type flaw struct{ text, raw int }

// A decoder makes UTF-8 text of bytes in another encoding.
type decoder interface {
	// decode appends the text of w.raw[w.done:] to w.text as far as the
	// characters are whole, and moves w.done. With eof, what is left over at
	// the end is invalid. It tells w of every line end and every flaw.
	decode(w *window, eof bool)
}

// newWindow returns a window on head and what src has behind it, for records of
// so many bytes at most. The head begins at offset base of the file.
func newWindow(head []byte, src io.Reader, base int64, dec decoder, largest int) *window {
	w := &window{head: head, src: src, base: base, dec: dec, most: largest + 2*chunk}
	if dec != nil {
		w.marks = append(w.marks, mark{})
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
		if err := w.read(&w.raw); err != nil {
			return err
		}
		w.dec.decode(w, w.last)
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
		at = from + lineEnd(w.text[from:], true)
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
		w.seek(w.pos)
		from := w.marks[w.at].raw
		w.marks = w.marks[:copy(w.marks, w.marks[w.at:])]
		w.at = 0
		for i := range w.marks {
			w.marks[i].text = max(0, w.marks[i].text-w.pos)
			w.marks[i].raw -= from
		}
		w.flawIn(w.pos, w.pos)
		w.flaws = w.flaws[:copy(w.flaws, w.flaws[w.ahead:])]
		w.ahead = 0
		for i := range w.flaws {
			w.flaws[i].text -= w.pos
			w.flaws[i].raw -= from
		}
		w.suspect = len(w.flaws) > 0
		w.raw = keep(w.raw, from)
		w.done -= from
		w.base += int64(from)
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
		b = b[:len(b)-cutRune(b)]
	}
	if w.checked == 0 {
		w.suspect = false
	}
	if !w.suspect {
		w.suspect = !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0
	}
	w.checked += len(b)
}

// cutRune returns how many bytes at the end of b begin a character that goes
// on behind it.
func cutRune(b []byte) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return i
			}
			break
		}
	}
	return 0
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

// seek moves at to the line that holds text[pos].
func (w *window) seek(pos int) {
	for w.at+1 < len(w.marks) && w.marks[w.at+1].text <= pos {
		w.at++
	}
}

// span returns the offsets in the file, and the bytes, of the lines
// text[from:to]. With a decoder, from may not be before that of an earlier call.
func (w *window) span(from, to int) (start, end int64, raw []byte) {
	if w.dec == nil {
		return w.base + int64(from), w.base + int64(to), w.text[from:to:to]
	}
	w.seek(from)
	a, b := w.marks[w.at].raw, w.done
	for _, m := range w.marks[w.at:] {
		if m.text >= to {
			b = m.raw
			break
		}
	}
	return w.base + int64(a), w.base + int64(b), w.raw[a:b:b]
}

// lineEnd is called by a decoder when it has put a line end into the text. The
// bytes behind it begin at raw.
func (w *window) lineEnd(raw int) {
	t, n := len(w.text), len(w.marks)
	if w.text[t-1] == '\n' && t >= 2 && w.text[t-2] == '\r' && w.marks[n-1].text == t-1 {
		w.marks[n-1] = mark{t, raw} // CR and LF are one line end
		return
	}
	w.marks = append(w.marks, mark{t, raw})
}

// flawed is called by a decoder before it puts the stand-in of an invalid
// character into the text.
func (w *window) flawed(raw int) {
	w.flaws = append(w.flaws, flaw{len(w.text), raw})
	w.suspect = true
}

// flawIn returns the first flaw in text[from:to]. What is before from is not
// asked for again.
func (w *window) flawIn(from, to int) (flaw, bool) {
	for w.ahead < len(w.flaws) && w.flaws[w.ahead].text < from {
		w.ahead++
	}
	if w.ahead == len(w.flaws) || w.flaws[w.ahead].text >= to {
		return flaw{}, false
	}
	return w.flaws[w.ahead], true
}

// cut forgets where the line at the end of the text began, so that what was
// read of it can be dropped before it is whole.
func (w *window) cut() {
	if w.dec != nil {
		w.marks = append(w.marks, mark{len(w.text), w.done})
	}
}

// offset returns the offset in the file of text[pos], which begins a line or is
// the end of the text.
func (w *window) offset(pos int) int64 {
	if w.dec == nil {
		return w.base + int64(pos)
	}
	w.seek(pos)
	if w.marks[w.at].text == pos {
		return w.base + int64(w.marks[w.at].raw)
	}
	return w.base + int64(w.done)
}
