package csvfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// The decoders put U+FFFD in the place of a character that is invalid, or is
// NUL. Unless such are to be replaced, they report it as a flaw.

// put appends the character c, whose bytes end at next, to the text.
func (w *window) put(c rune, next int) {
	if c < utf8.RuneSelf {
		w.text = append(w.text, byte(c))
		if c == '\n' || c == '\r' {
			w.lineEnd(next)
		}
		return
	}
	w.text = utf8.AppendRune(w.text, c)
}

// bad appends the stand-in of the invalid character at raw to the text.
func (w *window) bad(raw int, replace bool) {
	if !replace {
		w.flawed(raw)
	}
	w.text = append(w.text, "\uFFFD"...)
}

// room makes room for n bytes more in the text, so that it need not grow by
// and by.
func (w *window) room(n int) {
	if cap(w.text)-len(w.text) < n {
		w.grow(&w.text, n)
	}
}

// decode16 decodes UTF-16.
type decode16 struct{ big, replace bool }

func (d *decode16) decode(w *window, eof bool) {
	src := w.raw
	i := w.done
	w.room((len(src) - i) / 2 * 3)
	unit := func(i int) uint16 {
		if d.big {
			return binary.BigEndian.Uint16(src[i:])
		}
		return binary.LittleEndian.Uint16(src[i:])
	}
	for i+2 <= len(src) {
		c := rune(unit(i))
		n := 2
		if utf16.IsSurrogate(c) {
			if c >= 0xDC00 {
				c = 0
			} else if i+4 <= len(src) {
				if c = utf16.DecodeRune(c, rune(unit(i+2))); c == utf8.RuneError {
					c = 0
				} else {
					n = 4
				}
			} else if eof {
				c = 0
			} else {
				break
			}
		}
		if c == 0 {
			w.bad(i, d.replace)
		} else {
			w.put(c, i+n)
		}
		i += n
	}
	if eof && i < len(src) {
		w.bad(i, d.replace)
		i = len(src)
	}
	w.done = i
}

// decode32 decodes UTF-32.
type decode32 struct{ big, replace bool }

func (d *decode32) decode(w *window, eof bool) {
	src := w.raw
	i := w.done
	w.room(len(src) - i)
	for ; i+4 <= len(src); i += 4 {
		var c uint32
		if d.big {
			c = binary.BigEndian.Uint32(src[i:])
		} else {
			c = binary.LittleEndian.Uint32(src[i:])
		}
		if c == 0 || c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
			w.bad(i, d.replace)
		} else {
			w.put(rune(c), i+4)
		}
	}
	if eof && i < len(src) {
		w.bad(i, d.replace)
		i = len(src)
	}
	w.done = i
}

// decodeTable decodes encodings of one byte a character.
type decodeTable struct {
	chars   [256]struct{ n, b0, b1, b2 byte } // n is 0 where there is no such character
	replace bool
}

func newDecodeTable(m *charmap.Charmap, replace bool) *decodeTable {
	d := &decodeTable{replace: replace}
	for i := range d.chars {
		c := m.DecodeByte(byte(i))
		if c == utf8.RuneError && m == charmap.Windows1252 {
			c = rune(i) // as Windows and browsers do
		}
		if c == 0x85 && isEBCDIC(m) {
			c = '\n' // lines of text files on such systems end with NEL
		}
		if c == utf8.RuneError || c == 0 {
			continue
		}
		var b [4]byte
		d.chars[i].n = byte(utf8.EncodeRune(b[:], c))
		d.chars[i].b0, d.chars[i].b1, d.chars[i].b2 = b[0], b[1], b[2]
	}
	return d
}

func (d *decodeTable) decode(w *window, _ bool) {
	w.room(3*(len(w.raw)-w.done) + 3)
	text := w.text[:cap(w.text)]
	t := len(w.text)
	for i := w.done; i < len(w.raw); i++ {
		c := &d.chars[w.raw[i]]
		text[t], text[t+1], text[t+2] = c.b0, c.b1, c.b2
		t += int(c.n)
		if c.n > 1 || c.n == 1 && c.b0 > '\r' {
			continue
		}
		w.text = text[:t]
		if c.n == 0 {
			w.bad(i, d.replace)
			t = len(w.text)
		} else if c.b0 == '\n' || c.b0 == '\r' {
			w.lineEnd(i + 1)
		}
	}
	w.text = text[:t]
	w.done = len(w.raw)
}

// decodeUTF8 puts U+FFFD in the place of bytes that are not UTF-8, and of NUL.
type decodeUTF8 struct{}

func (decodeUTF8) decode(w *window, eof bool) {
	for {
		line, whole := w.nextLine()
		if len(line) == 0 {
			return
		}
		if !whole && !eof {
			line = line[:len(line)-cutRune(line)]
			if len(line) == 0 {
				return
			}
		}
		w.done += len(line)
		for len(line) > 0 {
			n := invalidText(line)
			if n < 0 {
				w.text = append(w.text, line...)
				break
			}
			w.text = append(w.text, line[:n]...)
			run := max(1, len(line)-n-len(bytes.TrimLeft(line[n:], "\x00")))
			w.text = append(w.text, bytes.Repeat([]byte("\uFFFD"), run)...)
			line = line[n+run:]
		}
		if whole {
			w.lineEnd(w.done)
		}
		if !whole {
			return
		}
	}
}

// nextLine returns the next physical line of the bytes, up to and with its LF
// or CR, and whether it is whole.
func (w *window) nextLine() (line []byte, whole bool) {
	b := w.raw[w.done:]
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b, whole = b[:i+1], true
	}
	if i := bytes.IndexByte(b, '\r'); i >= 0 {
		b, whole = b[:i+1], true
	}
	return b, whole
}

// decodeLines decodes encodings of several bytes a character, line by line: in
// all of them 0x0A and 0x0D are nothing but LF and CR.
type decodeLines struct {
	decoder *encoding.Decoder
	replace bool
	own     bool // the encoding has U+FFFD itself
}

func (d *decodeLines) decode(w *window, eof bool) {
	for {
		line, whole := w.nextLine()
		if len(line) == 0 {
			return
		}
		w.room(4*len(line) + 16)
		from := len(w.text)
		nDst, nSrc, err := d.decoder.Transformer.Transform(w.text[from:cap(w.text)], line, whole || eof)
		for errors.Is(err, transform.ErrShortDst) {
			w.room(2 * cap(w.text))
			var a, b int
			a, b, err = d.decoder.Transformer.Transform(w.text[from+nDst:cap(w.text)], line[nSrc:], whole || eof)
			nDst, nSrc = nDst+a, nSrc+b
		}
		got := w.text[from : from+nDst]
		zero := bytes.IndexByte(got, 0) >= 0
		switch {
		case d.replace && zero:
			w.text = append(w.text, bytes.ReplaceAll(got, []byte{0}, []byte("\uFFFD"))...)
		case !d.replace && (zero || bytes.Contains(got, []byte("\uFFFD"))):
			d.findFlaw(w, line[:nSrc])
			fallthrough
		default:
			w.text = w.text[:from+nDst]
		}
		w.done += nSrc
		if whole {
			d.decoder.Reset()
			w.lineEnd(w.done)
			continue
		}
		return
	}
}

// findFlaw reports the first invalid character of the line, which is about to
// be put into the text. It decodes it once more, one character at a time.
func (d *decodeLines) findFlaw(w *window, line []byte) {
	d.decoder.Reset()
	defer d.decoder.Reset()
	var dst [utf8.UTFMax]byte
	at := 0
	for i := 0; i < len(line); {
		nDst, nSrc := 0, 0
		for n := 1; nSrc == 0 && i+n <= len(line); n++ {
			nDst, nSrc, _ = d.decoder.Transformer.Transform(dst[:], line[i:i+n], i+n == len(line))
		}
		if nSrc == 0 {
			return
		}
		c, _ := utf8.DecodeRune(dst[:nDst])
		genuine := d.own && bytes.HasPrefix(line[i:], []byte{0x84, 0x31, 0xA4, 0x37})
		if nDst > 0 && (c == 0 || c == utf8.RuneError && !genuine) {
			w.flaws = append(w.flaws, flaw{len(w.text) + at, w.done + i})
			w.suspect = true
			return
		}
		at += nDst
		i += nSrc
	}
}
