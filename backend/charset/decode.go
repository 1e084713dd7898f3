package charset

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

// utf16Codec decodes UTF-16.
type utf16Codec struct{ big bool }

func (u utf16Codec) decode(d *Decoder, eof bool) {
	src := d.Raw
	i := d.done
	d.room((len(src) - i) / 2 * 3)
	unit := func(i int) uint16 {
		if u.big {
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
			d.bad(i)
		} else {
			d.put(c, i+n)
		}
		i += n
	}
	if eof && i < len(src) {
		d.bad(i)
		i = len(src)
	}
	d.done = i
}

// utf32Codec decodes UTF-32.
type utf32Codec struct{ big bool }

func (u utf32Codec) decode(d *Decoder, eof bool) {
	src := d.Raw
	i := d.done
	d.room(len(src) - i)
	for ; i+4 <= len(src); i += 4 {
		var c uint32
		if u.big {
			c = binary.BigEndian.Uint32(src[i:])
		} else {
			c = binary.LittleEndian.Uint32(src[i:])
		}
		if c == 0 || c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
			d.bad(i)
		} else {
			d.put(rune(c), i+4)
		}
	}
	if eof && i < len(src) {
		d.bad(i)
		i = len(src)
	}
	d.done = i
}

// tableCodec decodes encodings with one byte for each character.
type tableCodec struct {
	chars [256]struct{ n, b0, b1, b2 byte } // n is 0 if there is no such character
}

func newTableCodec(m *charmap.Charmap) *tableCodec {
	t := &tableCodec{}
	for i := range t.chars {
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
		t.chars[i].n = byte(utf8.EncodeRune(b[:], c))
		t.chars[i].b0, t.chars[i].b1, t.chars[i].b2 = b[0], b[1], b[2]
	}
	return t
}

func (table *tableCodec) decode(d *Decoder, _ bool) {
	d.room(3*(len(d.Raw)-d.done) + 3)
	text := d.text[:cap(d.text)]
	t := len(d.text)
	for i := d.done; i < len(d.Raw); i++ {
		c := &table.chars[d.Raw[i]]
		text[t], text[t+1], text[t+2] = c.b0, c.b1, c.b2
		t += int(c.n)
		if c.n > 1 || c.n == 1 && c.b0 > '\r' {
			continue
		}
		d.text = text[:t]
		if c.n == 0 {
			d.bad(i)
			t = len(d.text)
		} else if c.b0 == '\n' || c.b0 == '\r' {
			d.lineEnd(i + 1)
		}
	}
	d.text = text[:t]
	d.done = len(d.Raw)
}

// utf8Codec replaces bytes that are not UTF-8, and NUL, with U+FFFD.
type utf8Codec struct{}

func (utf8Codec) decode(d *Decoder, eof bool) {
	for {
		line, whole := d.nextLine()
		if len(line) == 0 {
			return
		}
		if !whole && !eof {
			line = line[:len(line)-CutRune(line)]
			if len(line) == 0 {
				return
			}
		}
		d.done += len(line)
		for len(line) > 0 {
			n := Invalid(line)
			if n < 0 {
				d.text = append(d.text, line...)
				break
			}
			d.text = append(d.text, line[:n]...)
			run := max(1, len(line)-n-len(bytes.TrimLeft(line[n:], "\x00")))
			d.text = append(d.text, bytes.Repeat([]byte("\uFFFD"), run)...)
			line = line[n+run:]
		}
		if whole {
			d.lineEnd(d.done)
		}
		if !whole {
			return
		}
	}
}

// lineCodec decodes encodings with several bytes for a character, line by line: in
// all of them, 0x0A and 0x0D are only LF and CR.
type lineCodec struct {
	decoder *encoding.Decoder
	own     bool // the encoding can represent U+FFFD
}

func (l *lineCodec) decode(d *Decoder, eof bool) {
	for {
		line, whole := d.nextLine()
		if len(line) == 0 {
			return
		}
		d.room(4*len(line) + 16)
		from := len(d.text)
		nDst, nSrc, err := l.decoder.Transformer.Transform(d.text[from:cap(d.text)], line, whole || eof)
		for errors.Is(err, transform.ErrShortDst) {
			d.room(2 * cap(d.text))
			var a, b int
			a, b, err = l.decoder.Transformer.Transform(d.text[from+nDst:cap(d.text)], line[nSrc:], whole || eof)
			nDst, nSrc = nDst+a, nSrc+b
		}
		got := d.text[from : from+nDst]
		zero := bytes.IndexByte(got, 0) >= 0
		switch {
		case d.replace && zero:
			d.text = append(d.text, bytes.ReplaceAll(got, []byte{0}, []byte("\uFFFD"))...)
		case !d.replace && (zero || bytes.Contains(got, []byte("\uFFFD"))):
			l.findFlaw(d, line[:nSrc])
			fallthrough
		default:
			d.text = d.text[:from+nDst]
		}
		d.done += nSrc
		if whole {
			l.decoder.Reset()
			d.lineEnd(d.done)
			continue
		}
		return
	}
}

// findFlaw reports the first invalid character of the line, which is about to be
// added to the text. It decodes the line again, one character at a time.
func (l *lineCodec) findFlaw(d *Decoder, line []byte) {
	l.decoder.Reset()
	defer l.decoder.Reset()
	var dst [utf8.UTFMax]byte
	at := 0
	for i := 0; i < len(line); {
		nDst, nSrc := 0, 0
		for n := 1; nSrc == 0 && i+n <= len(line); n++ {
			nDst, nSrc, _ = l.decoder.Transformer.Transform(dst[:], line[i:i+n], i+n == len(line))
		}
		if nSrc == 0 {
			return
		}
		c, _ := utf8.DecodeRune(dst[:nDst])
		genuine := l.own && bytes.HasPrefix(line[i:], []byte{0x84, 0x31, 0xA4, 0x37})
		if nDst > 0 && (c == 0 || c == utf8.RuneError && !genuine) {
			d.flaws = append(d.flaws, place{len(d.text) + at, d.done + i})
			return
		}
		at += nDst
		i += nSrc
	}
}
