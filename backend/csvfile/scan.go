package csvfile

import (
	"bytes"
	"slices"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// A scanner finds the records of a simple grammar (see grammar.simple), if they are
// good: it is not sure of any other, and leaves it to grammar.parse.
//
// It works in two passes: one over the text, 64 bytes at a time, lists the
// separators outside of quotes; the other goes over that list only. A separator is
// outside of quotes if the number of quotes before it is even, which is right if
// the text follows the rules. Whether a record does is checked afterwards, by
// counting: all of its quotes must surround fields or be doubled. So plain text
// costs next to nothing, and so does text in quotes.
type scanner struct {
	marking      // up to text[until]
	trusted bool // the text is known to be UTF-8

	list  []uint32 // positions in the text of separators outside of quotes
	next  int      // list[next:] is not read yet
	ends  []uint32 // those of them that are LF or CR
	end   int      // ends[end:] are not read yet; the first of them may be before next
	from  int      // text[from:until] is listed
	until int
	size  int // the number of bytes to list next; small where they may not be needed

	plain   bool   // text[from:until] has no quotes and is not inside of any
	seen    uint32 // quotes before the next record, since the last reset
	breaks  uint32 // LF and CR inside of quotes before it
	suspect int    // a record that begins before it may have invalid bytes

	marks []marks // of each 64 bytes of text[from:until]
}

const (
	// Text is listed in blocks, so that it and its list stay in the first-level
	// cache. Blocks grow from leastBlock to mostBlock.
	leastBlock = 1 << 10
	mostBlock  = 16 << 10
	// sureRecord is the length up to which the scanner is trusted with a record: a
	// longer one may have an unclosed quote.
	sureRecord = 4 << 10
)

func newScanner(g *grammar, trusted bool) *scanner {
	s := &scanner{
		marking: marking{delim: g.delim[0], quote: g.quote}, trusted: trusted,
		list:  make([]uint32, 0, mostBlock+64),
		ends:  make([]uint32, 0, mostBlock+64),
		marks: make([]marks, mostBlock/64),
	}
	if g.quote != 0 {
		s.quoting = ^uint64(0)
	}
	return s
}

// scan reads the record at text[pos], which must be where the list is. It returns
// parsed, needMore, or broken if it is not sure. Unless it returns parsed, skip or
// reset must be called before the next scan.
func (s *scanner) scan(text []byte, pos int, eof bool, out *shape) status {
	fields := out.fields[:0]
	start := uint32(0) // of the field, from pos on
	for {
		if s.next == len(s.list) {
			if s.until-pos > sureRecord {
				return broken
			}
			if !s.more(text, pos) {
				if eof {
					return broken
				}
				return needMore
			}
			continue
		}
		if len(fields) == cap(fields) {
			fields = slices.Grow(fields, 16)
		}
		n := min(len(s.list)-s.next, cap(fields)-len(fields))
		list := s.list[s.next : s.next+n]
		n = split(text, uint32(pos), list, fields[len(fields):len(fields)+n], start, s.delim)
		fields = fields[:len(fields)+n]
		s.next += n
		last := list[n-1]
		start = last - uint32(pos) + 1
		if text[last] != s.delim {
			break
		}
	}
	at := pos + int(start) - 1 // the line end
	end := at + 1
	if text[at] == '\r' {
		if end == len(text) && !eof {
			return needMore
		}
		if end < len(text) && text[end] == '\n' {
			end++
			if s.next < len(s.list) {
				s.next++
			}
		}
	}
	out.fields = fields
	out.end = end - pos
	out.breaks, out.spaced, out.formulas = 0, 0, 0
	out.unescaped = out.unescaped[:0]
	quotes, breaks := s.before(at)
	if quotes == s.seen {
		return parsed
	}
	if !out.unquote(text[pos:at], quotes-s.seen, s.quote) {
		return broken
	}
	if breaks != s.breaks {
		out.breaks = charset.CountBreaks(text[pos:at])
	}
	s.seen, s.breaks = quotes, breaks
	return parsed
}

// split fills fields with those of the record at text[base] that end at the
// separators in list, up to the last one of the record, and returns their number.
// The first one begins at start; fields is as long as list.
func split(text []byte, base uint32, list []uint32, fields []load.Field, start uint32, delim byte) int {
	fields = fields[:len(list)]
	for i, p := range list {
		fields[i] = load.Field{Start: start, End: p - base}
		start = p - base + 1
		if text[p] != delim {
			return i + 1
		}
	}
	return len(list)
}

// unquote removes the quotes around the fields of a record, which has that number
// of quotes, and resolves doubled ones. It reports false if there are others.
func (s *shape) unquote(text []byte, quotes uint32, quote byte) bool {
	left, ok := unquote(text, 0, s.fields, quotes, quote)
	if !ok || left == 0 {
		return ok
	}
	for i := range s.fields {
		f := &s.fields[i]
		if b := text[f.Start:f.End]; f.Quoted && bytes.IndexByte(b, quote) >= 0 {
			from := len(s.unescaped)
			var n uint32
			if s.unescaped, n, ok = undouble(s.unescaped, b, quote); !ok {
				return false
			}
			left -= n
			*f = load.Field{Start: uint32(from), End: uint32(len(s.unescaped)), Quoted: true, Escaped: true}
		}
	}
	return left == 0
}

// unquote removes the quotes around the fields of a record, which has that number
// of quotes, and returns the number of those left, which are inside of fields. The
// offsets of the fields less shift are those in text. It reports false if the
// quotes of a field don't surround it.
func unquote(text []byte, shift uint32, fields []load.Field, quotes uint32, quote byte) (left uint32, ok bool) {
	for i := range fields {
		f := &fields[i]
		if f.Start == f.End || text[f.Start-shift] != quote {
			continue
		}
		if text[f.End-1-shift] != quote || f.Start+1 == f.End {
			return 0, false
		}
		f.Start, f.End, f.Quoted = f.Start+1, f.End-1, true
		quotes -= 2
	}
	return quotes, true
}

// undoubleFields resolves the doubled quotes, that number of quotes in all, in the
// quoted fields of a record in arena: the text of such a field is appended to arena.
// It reports false if there are others.
func undoubleFields(arena []byte, fields []load.Field, quotes uint32, quote byte) ([]byte, bool) {
	for i := range fields {
		f := &fields[i]
		if b := arena[f.Start:f.End]; f.Quoted && bytes.IndexByte(b, quote) >= 0 {
			from := len(arena)
			var n uint32
			var ok bool
			if arena, n, ok = undouble(arena, b, quote); !ok {
				return arena, false
			}
			quotes -= n
			f.Start, f.End = uint32(from), uint32(len(arena))
		}
	}
	return arena, quotes == 0
}

// undouble appends b to dst with each doubled quote as one, and returns the number
// of quotes in b. It reports false if one is not doubled.
func undouble(dst, b []byte, quote byte) (out []byte, quotes uint32, ok bool) {
	for at := bytes.IndexByte(b, quote); at >= 0; at = bytes.IndexByte(b, quote) {
		if at+1 == len(b) || b[at+1] != quote {
			return dst, quotes, false
		}
		quotes += 2
		dst = append(dst, b[:at+1]...)
		b = b[at+2:]
	}
	return append(dst, b...), quotes, true
}
