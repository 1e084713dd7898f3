package csvfile

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"linefeed/backend/load"
)

// A scanner finds the records of a simple grammar (see grammar.simple), and
// nothing but good ones: where a record breaks the rules it leaves it to
// grammar.parse.
//
// It goes over the text twice. The first time eight bytes at a time, without a
// branch for any of them, to list where the bytes are that may have a meaning;
// the second time over that list only. A field costs the same however long it
// is, and plain text costs next to nothing.
type scanner struct {
	delim, quote   byte
	delims, quotes uint64 // the byte eight times

	list  []uint32 // positions in the text of delimiters, quotes and control characters
	next  int      // list[next:] is to be read
	from  int      // text[from:until] is listed
	until int
}

// block is how much text is listed at a time: the list and the text of it
// stay in the processor's first cache.
const block = 16 << 10

const (
	low7  = 0x7f7f7f7f7f7f7f7f
	high1 = 0x8080808080808080
	ones  = 0x0101010101010101
	// above14 carries every byte of at least 14 into its highest bit, so that
	// tabs, line ends and NULs are those that it does not.
	above14 = 0x7272727272727272
)

func newScanner(g *grammar) *scanner {
	s := &scanner{delim: g.delim[0], quote: g.quote, list: make([]uint32, 0, block+8)}
	if s.quote == 0 {
		s.quote = s.delim
	}
	s.delims, s.quotes = ones*uint64(s.delim), ones*uint64(s.quote)
	return s
}

// reset makes the scanner go on at text[pos], after the text was moved.
func (s *scanner) reset(pos int) {
	s.list, s.next, s.from, s.until = s.list[:0], 0, pos, pos
}

// skip makes the scanner go on at text[pos].
func (s *scanner) skip(pos int) {
	if pos < s.from || pos >= s.until {
		s.reset(pos)
		return
	}
	for s.next < len(s.list) && int(s.list[s.next]) < pos {
		s.next++
	}
}

// more lists the next block of text. It reports false at the end of it.
func (s *scanner) more(text []byte) bool {
	list := s.list[:cap(s.list)]
	n := 0
	for n == 0 {
		i, end := s.until, min(s.until+block, len(text))
		s.from = i
		if i == end {
			s.list, s.next = s.list[:0], 0
			return false
		}
		for ; i+8 <= end; i += 8 {
			w := binary.LittleEndian.Uint64(text[i:])
			d, q := w^s.delims, w^s.quotes
			m := ^(((d&low7 + low7) | d) & ((q&low7 + low7) | q) & ((w&low7 + above14) | w)) & high1
			for m != 0 {
				list[n] = uint32(i + bits.TrailingZeros64(m)>>3)
				n++
				m &= m - 1
			}
		}
		for ; i < end; i++ {
			if c := text[i]; c == s.delim || c == s.quote || c < 14 {
				list[n] = uint32(i)
				n++
			}
		}
		s.until = end
	}
	s.list, s.next = list[:n], 0
	return true
}

// scan reads the record at text[pos], where the list must stand. It returns
// broken without saying why. Unless it returns parsed, skip or reset must be
// called before the next scan.
func (s *scanner) scan(text []byte, pos int, eof bool, out *shape) status {
	fields := out.fields[:0]
	out.unescaped, out.breaks = out.unescaped[:0], 0
	list, next := s.list, s.next
	start := pos // of the field
	var p int
	for {
		if next == len(list) {
			if !s.more(text) {
				if !eof {
					return needMore
				}
				out.fields = append(fields, load.Field{Start: uint32(start - pos), End: uint32(len(text) - pos)})
				out.end = len(text) - pos
				return parsed
			}
			list, next = s.list, 0
		}
		p = int(list[next])
		next++
		c := text[p]
		if c == s.delim {
			fields = append(fields, load.Field{Start: uint32(start - pos), End: uint32(p - pos)})
			start = p + 1
			continue
		}
		if c == '\n' || c == '\r' {
			fields = append(fields, load.Field{Start: uint32(start - pos), End: uint32(p - pos)})
			break
		}
		if c != s.quote {
			continue // another control character
		}
		if p != start {
			return broken
		}
		// A quoted field.
		start++
		doubled := false
		for {
			if next == len(list) {
				if !s.more(text) {
					if !eof {
						return needMore
					}
					return broken
				}
				list, next = s.list, 0
			}
			p = int(list[next])
			next++
			c = text[p]
			if c == '\n' {
				if text[p-1] != '\r' {
					out.breaks++
				}
				continue
			}
			if c == '\r' {
				out.breaks++
				continue
			}
			if c != s.quote {
				continue
			}
			if p+1 < len(text) && text[p+1] == s.quote {
				doubled = true
				if next == len(list) {
					s.more(text)
					list, next = s.list, 0
				}
				next++
				continue
			}
			break
		}
		f := load.Field{Start: uint32(start - pos), End: uint32(p - pos), Quoted: true}
		if doubled {
			f = out.undouble(text[start:p], s.quote)
		}
		fields = append(fields, f)
		start = p + 1
		if start == len(text) {
			if !eof {
				return needMore
			}
			out.fields = fields
			out.end = len(text) - pos
			s.list, s.next = list, next
			return parsed
		}
		c = text[start]
		if c != s.delim && c != '\n' && c != '\r' {
			return broken
		}
		if next == len(list) {
			s.more(text)
			list, next = s.list, 0
		}
		next++
		p = start
		start++
		if c != s.delim {
			break
		}
	}
	// text[p] is the line end.
	end := p + 1
	if text[p] == '\r' {
		if end == len(text) {
			if !eof {
				return needMore
			}
		} else if text[end] == '\n' {
			end++
			if next == len(list) {
				s.more(text)
				list, next = s.list, 0
			}
			next++
		}
	}
	out.fields = fields
	out.end = end - pos
	s.list, s.next = list, next
	return parsed
}

// undouble puts the text of a field with doubled quotes into s.unescaped.
func (s *shape) undouble(b []byte, quote byte) load.Field {
	from := len(s.unescaped)
	for {
		i := bytes.IndexByte(b, quote)
		if i < 0 {
			break
		}
		s.unescaped = append(s.unescaped, b[:i+1]...)
		b = b[i+2:]
	}
	s.unescaped = append(s.unescaped, b...)
	return load.Field{Start: uint32(from), End: uint32(len(s.unescaped)), Quoted: true, Escaped: true}
}
