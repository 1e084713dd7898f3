package csvfile

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// reset makes the scanner go on at text[pos], where a line begins, in new text.
func (s *scanner) reset(pos int) {
	s.list, s.next, s.from, s.until, s.size = s.list[:0], 0, pos, pos, leastBlock
	s.ends, s.end = s.ends[:0], 0
	s.inside, s.sum, s.seen, s.breaks, s.suspect = 0, counts{}, 0, 0, 0
}

// skip makes the scanner go on at text[pos], where a line begins.
func (s *scanner) skip(pos int) {
	if pos >= s.from && pos < s.until {
		if quotes, _ := s.before(pos); quotes == s.seen {
			for s.next < len(s.list) && int(s.list[s.next]) < pos {
				s.next++
			}
			return
		}
	}
	suspect := s.suspect
	s.reset(pos)
	s.suspect = suspect
}

// pass makes the scanner go on at text[end], after a record that it did not read
// itself, or not to its end: the record is suspect.
func (s *scanner) pass(end int) {
	if !s.trusted {
		s.suspect = max(s.suspect, end)
	}
	s.skip(end)
}

// before returns the number of quotes before text[pos], and of LF and CR inside of
// quotes.
func (s *scanner) before(pos int) (quotes, breaks uint32) {
	m := &s.marks[uint(pos-s.from)/64]
	below := uint64(1)<<(uint(pos-s.from)&63) - 1
	return m.sum.quotes + uint32(bits.OnesCount64(m.quotes&below)), m.sum.breaks + uint32(bits.OnesCount64(m.breaks&below))
}

// more lists the next block of text, of which text[pos:] is to be read. It
// reports false at the end of the text.
func (s *scanner) more(text []byte, pos int) bool {
	from := s.until
	size := min(s.size, len(text)-from)
	s.from, s.until = from, from+size
	s.list, s.next = s.list[:0], 0
	s.ends, s.end = s.ends[:0], 0
	if size == 0 {
		return false
	}
	s.size = min(2*s.size, mostBlock)
	marks := s.marks[:(size+63)/64]
	seen := s.sum.quotes
	s.plain = s.inside == 0
	s.markListed(text, marks)
	s.plain = s.plain && seen == s.sum.quotes
	list, ends := s.list[:cap(s.list)], s.ends[:cap(s.ends)]
	n, m := 0, 0
	for i := range marks {
		seps := marks[i].seps
		at := uint32(from + 64*i)
		count := bits.OnesCount64(seps)
		l := list[n : n+64 : n+64]
		// Writing a few too many costs less than a branch for each.
		l[0] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[1] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[2] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[3] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[4] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[5] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[6] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		l[7] = at + uint32(bits.TrailingZeros64(seps))
		seps &= seps - 1
		for j := 8; j < count; j++ {
			l[j] = at + uint32(bits.TrailingZeros64(seps))
			seps &= seps - 1
		}
		n += count

		lines := marks[i].ends
		count = bits.OnesCount64(lines)
		l = ends[m : m+64 : m+64]
		l[0] = at + uint32(bits.TrailingZeros64(lines))
		lines &= lines - 1
		l[1] = at + uint32(bits.TrailingZeros64(lines))
		lines &= lines - 1
		for j := 2; j < count; j++ {
			l[j] = at + uint32(bits.TrailingZeros64(lines))
			lines &= lines - 1
		}
		m += count
	}
	s.list, s.ends = list[:n], ends[:m]
	if n > 0 && int(list[0]) < pos {
		s.next = 1 // the LF of a CRLF
	}
	return true
}

// markListed marks text[from:until], and as suspect if it is not valid text.
func (s *scanner) markListed(text []byte, out []marks) {
	words := (s.until - s.from) / 64
	odd := words > 0 && s.mark(text, s.from, out[:words])
	if n := (s.until - s.from) % 64; n > 0 {
		at := s.until - n
		var last [64]byte
		copy(last[:], text[at:s.until])
		s.mark(last[:], 0, out[words:])
		if within := uint64(1)<<n - 1; s.delim == 0 {
			out[words].seps &= within // not the padding of the block
		}
		odd = odd || bytes.IndexByte(text[at:s.until], 0) >= 0
		// A character that the words or the block before end with may be cut off here.
		for i := 0; i < utf8.UTFMax-1 && at > 0 && text[at-1] >= utf8.RuneSelf; i++ {
			at--
		}
		odd = odd || !validPart(text, at, s.until)
	} else if c, size := utf8.DecodeLastRune(text); s.until == len(text) && c == utf8.RuneError && size == 1 {
		odd = true // it may go on in what is read next, or not at all
	}
	if odd && !s.trusted {
		s.suspect = s.until
	}
}
