package csvfile

import (
	"bytes"
	"slices"

	"linefeed/backend/load"
)

// A scanner finds the records of a simple grammar (see grammar.simple), and
// nothing but good ones: of any other it says that it is not sure, and leaves
// it to grammar.parse.
//
// It goes over the text twice: first sixty-four bytes at a time, to list where
// the separators are that stand outside of quotes, and then over that list
// only. Outside of quotes is where the number of quotes before is even, as it
// is wherever the text follows the rules. Whether a record does is checked
// afterwards, by counting: all of its quotes must be around its fields, or
// doubled. So plain text costs next to nothing, and what is in quotes as well.
type scanner struct {
	delim, quote   byte
	delims, quotes uint64 // the byte eight times
	quoting        uint64 // all ones, or 0 where there are no quotes
	compare        int32  // the quote, or -1
	trusted        bool   // the text is known to be UTF-8

	list  []uint32 // positions in the text of separators outside of quotes
	next  int      // list[next:] is to be read
	from  int      // text[from:until] is listed
	until int
	size  int // how much is listed next; it is little where it may be in vain

	inside  uint64 // all ones where text[until] is inside of quotes
	total   counts // before text[until]
	seen    uint32 // quotes before the record that is next, since the last reset
	breaks  uint32 // LF and CR inside of quotes before it
	suspect int    // a record that begins before may hold bytes that are no text

	marks []marks  // of each 64 bytes of text[from:until]
	sums  []counts // before them
}

const (
	// Text is listed in blocks, so that it and its list stay in the
	// processor's first cache. Blocks grow from the least to the most.
	leastBlock = 1 << 10
	mostBlock  = 8 << 10
	// sureRecord is how long a record may be for the scanner to be trusted
	// with it: a longer one may be a quote that is not closed.
	sureRecord = 4 << 10
	// pieceWords is how many times 64 bytes are looked at together for
	// whether they are UTF-8.
	pieceWords = 2

	ones = 0x0101010101010101
)

func newScanner(g *grammar, trusted bool) *scanner {
	s := &scanner{
		delim: g.delim[0], quote: g.quote, compare: -1, trusted: trusted,
		list:  make([]uint32, 0, mostBlock+64),
		marks: make([]marks, mostBlock/64),
		sums:  make([]counts, mostBlock/64),
	}
	if g.quote != 0 {
		s.quoting, s.compare = ^uint64(0), int32(g.quote)
	}
	s.delims, s.quotes = ones*uint64(s.delim), ones*uint64(s.quote)
	return s
}

// scan reads the record at text[pos], where the list must stand. It returns
// parsed, or needMore, or broken if it is not sure. Unless it returns parsed,
// skip or reset must be called before the next scan.
func (s *scanner) scan(text []byte, pos int, eof bool, out *shape) status {
	fields := out.fields[:0]
	start := 0 // of the field, from pos on, as all that follows
	found := tally{}
	for {
		if s.next == len(s.list) {
			if s.until-pos > sureRecord {
				return broken
			}
			if !s.more(text) {
				if eof {
					return broken
				}
				return needMore
			}
			if len(s.list) > 0 && int(s.list[0]) < pos {
				s.next = 1 // the LF of a CRLF
			}
			continue
		}
		if len(fields) == cap(fields) {
			fields = slices.Grow(fields, 16)
		}
		n := min(len(s.list)-s.next, cap(fields)-len(fields))
		room := fields[len(fields) : len(fields)+n]
		list := s.list[s.next : s.next+n]
		found, n = s.split(text[pos:], uint32(pos), list, room, start, found)
		fields = fields[:len(fields)+n]
		s.next += n
		start = int(list[n-1]) - pos + 1
		if text[pos+start-1] != s.delim {
			break
		}
	}
	end := pos + start
	if text[end-1] == '\r' {
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
	start += pos
	out.fields = fields
	out.end = end - pos
	out.breaks = 0
	out.unescaped = out.unescaped[:0]
	quotes, breaks := s.before(start - 1)
	if found.wrong != 0 || quotes-s.seen != 2*found.quoted && !s.undouble(text[pos:end], quotes-s.seen, out) {
		return broken
	}
	if breaks != s.breaks {
		out.breaks = countBreaks(text[pos : start-1])
	}
	s.seen, s.breaks = quotes, breaks
	return parsed
}

// split fills fields with those of the record in text that end where list
// says, up to the first that ends the record. The list counts from base before
// text; the first field begins at start. It returns how many there are.
func (s *scanner) split(text []byte, base uint32, list []uint32, fields []load.Field, start int, found tally) (tally, int) {
	quote, delim := s.compare, s.delim
	fields = fields[:len(list)]
	for i, p := range list {
		p -= base
		var open, closed uint32
		if int32(text[start]) == quote {
			open = 1
		}
		if int32(text[p-open]) == quote {
			closed = 1
		}
		fields[i] = load.Field{Start: uint32(start) + open, End: p - open, Quoted: open != 0}
		found.quoted += open
		found.wrong += open &^ closed
		start = int(p) + 1
		if text[p] != delim {
			return found, i + 1
		}
	}
	return found, len(list)
}

// A tally counts the fields of a record that begin with a quote, and those of
// them that do not end with one.
type tally struct{ quoted, wrong uint32 }

// undouble resolves the doubled quotes in the fields of a record that has so
// many quotes. It reports false where they are not all around fields or doubled.
func (s *scanner) undouble(text []byte, quotes uint32, out *shape) bool {
	for i := range out.fields {
		f := &out.fields[i]
		if !f.Quoted {
			continue
		}
		quotes -= 2
		b := text[f.Start:f.End]
		at := bytes.IndexByte(b, s.quote)
		if at < 0 {
			continue
		}
		from := len(out.unescaped)
		for ; at >= 0; at = bytes.IndexByte(b, s.quote) {
			if at+1 == len(b) || b[at+1] != s.quote {
				return false
			}
			quotes -= 2
			out.unescaped = append(out.unescaped, b[:at+1]...)
			b = b[at+2:]
		}
		out.unescaped = append(out.unescaped, b...)
		*f = load.Field{Start: uint32(from), End: uint32(len(out.unescaped)), Quoted: true, Escaped: true}
	}
	return quotes == 0
}
