package charset

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// A Decoder makes UTF-8 text of bytes, part by part. U+FFFD takes the place of a
// character that is invalid or NUL; unless such are to be replaced, each is a
// flaw, or at least the first of a line is.
//
// Its caller holds the text and appends to Raw. Places in the text are counted
// from the first byte of it that was not dropped, those in Raw from Raw[0]: both
// begin with the same line. Records begin and end where lines do, so it is
// enough to remember where each line begins in both.
type Decoder struct {
	// Raw is the bytes of the text, those that are not decoded yet after them.
	Raw []byte
	// Grow, where it is not nil, makes room for n more bytes in text.
	Grow func(text *[]byte, n int)

	codec   codec
	replace bool

	text  []byte // while Decode works on it
	done  int    // Raw[:done] is decoded
	lines []place
	line  int // index of the line that was looked up last
	flaws []place
	flaw  int // flaws[:flaw] were looked up
}

// A place is where a line or a flaw begins.
type place struct{ text, raw int }

// A codec knows how characters are encoded.
type codec interface {
	// decode appends the text of d.Raw[d.done:] to d.text as far as the
	// characters are whole, and moves d.done. With eof, what is left over at
	// the end is invalid. It tells d of every line end and every flaw.
	decode(d *Decoder, eof bool)
}

// Decode appends to text what is new in Raw, as far as its characters are whole;
// at the end of the file, eof, all of it. text is what earlier calls returned,
// less what was dropped.
func (d *Decoder) Decode(text []byte, eof bool) []byte {
	d.text = text
	d.codec.decode(d, eof)
	text, d.text = d.text, nil
	return text
}

// Reset begins with another text, whose bytes are raw, of which Decode reads all.
func (d *Decoder) Reset(raw []byte) {
	d.Raw, d.done = raw, 0
	d.lines, d.line = append(d.lines[:0], place{}), 0
	d.flaws, d.flaw = d.flaws[:0], 0
}

// Drop forgets the first n bytes of the text, which end where a line does, or
// where CutLine was told. It returns how many bytes of Raw they were: the caller
// takes them off Raw.
func (d *Decoder) Drop(n int) (raw int) {
	d.seek(n)
	raw = d.lines[d.line].raw
	d.lines = d.lines[:copy(d.lines, d.lines[d.line:])]
	d.line = 0
	for i := range d.lines {
		d.lines[i].text = max(0, d.lines[i].text-n)
		d.lines[i].raw -= raw
	}
	d.Flaw(n, n)
	d.flaws = d.flaws[:copy(d.flaws, d.flaws[d.flaw:])]
	d.flaw = 0
	for i := range d.flaws {
		d.flaws[i].text -= n
		d.flaws[i].raw -= raw
	}
	d.done -= raw
	return raw
}

// Span returns the range in Raw of the lines text[from:to]. from may not be
// before that of an earlier call.
func (d *Decoder) Span(from, to int) (start, end int) {
	d.seek(from)
	start, end = d.lines[d.line].raw, d.done
	for _, l := range d.lines[d.line:] {
		if l.text >= to {
			return start, l.raw
		}
	}
	return start, end
}

// Offset returns where in Raw the byte text[pos] is, which begins a line or is
// the end of the text. pos may not be before that of an earlier call.
func (d *Decoder) Offset(pos int) int {
	d.seek(pos)
	if d.lines[d.line].text == pos {
		return d.lines[d.line].raw
	}
	return d.done
}

// CutLine lets a line begin at the end of the text, which is n bytes long, so
// that what was read of a long line can be dropped before it is whole.
func (d *Decoder) CutLine(n int) { d.lines = append(d.lines, place{n, d.done}) }

// Flawed reports whether there is a flaw in the text.
func (d *Decoder) Flawed() bool { return len(d.flaws) > 0 }

// Flaw returns where the first flaw of text[from:to] is, in the text and in Raw.
// from may not be before that of an earlier call.
func (d *Decoder) Flaw(from, to int) (text, raw int, ok bool) {
	for d.flaw < len(d.flaws) && d.flaws[d.flaw].text < from {
		d.flaw++
	}
	if d.flaw == len(d.flaws) || d.flaws[d.flaw].text >= to {
		return 0, 0, false
	}
	f := d.flaws[d.flaw]
	return f.text, f.raw, true
}

// seek moves to the line that holds text[pos].
func (d *Decoder) seek(pos int) {
	for d.line+1 < len(d.lines) && d.lines[d.line+1].text <= pos {
		d.line++
	}
}

// put appends the character c, whose bytes end at next, to the text.
func (d *Decoder) put(c rune, next int) {
	if c < utf8.RuneSelf {
		d.text = append(d.text, byte(c))
		if c == '\n' || c == '\r' {
			d.lineEnd(next)
		}
		return
	}
	d.text = utf8.AppendRune(d.text, c)
}

// bad appends the stand-in of the invalid character at Raw[raw] to the text.
func (d *Decoder) bad(raw int) {
	if !d.replace {
		d.flaws = append(d.flaws, place{len(d.text), raw})
	}
	d.text = append(d.text, "\uFFFD"...)
}

// lineEnd notes that a line end was put into the text. The next line begins at
// Raw[raw].
func (d *Decoder) lineEnd(raw int) {
	t, n := len(d.text), len(d.lines)
	if d.text[t-1] == '\n' && t >= 2 && d.text[t-2] == '\r' && d.lines[n-1].text == t-1 {
		d.lines[n-1] = place{t, raw} // CR and LF are one line end
		return
	}
	d.lines = append(d.lines, place{t, raw})
}

// room makes room for n more bytes in the text at once.
func (d *Decoder) room(n int) {
	switch {
	case cap(d.text)-len(d.text) >= n:
	case d.Grow != nil:
		d.Grow(&d.text, n)
	default:
		d.text = slices.Grow(d.text, n)
	}
}

// nextLine returns the next physical line of the bytes, up to and with its LF
// or CR, and whether it is whole.
func (d *Decoder) nextLine() (line []byte, whole bool) {
	b := d.Raw[d.done:]
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b, whole = b[:i+1], true
	}
	if i := bytes.IndexByte(b, '\r'); i >= 0 {
		b, whole = b[:i+1], true
	}
	return b, whole
}
