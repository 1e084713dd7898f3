package csvfile

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// marks are 64 bytes of text: bit i is byte i.
type marks struct {
	seps   uint64 // delimiters, LF and CR
	quotes uint64
	breaks uint64 // LF and CR
}

// counts are how much there was of something since the last reset.
type counts struct {
	quotes uint32
	breaks uint32 // LF and CR inside of quotes
}

// reset makes the scanner go on at text[pos], where a line begins, of text that
// is new to it.
func (s *scanner) reset(pos int) {
	s.list, s.next, s.from, s.until, s.size = s.list[:0], 0, pos, pos, leastBlock
	s.ends, s.end = s.ends[:0], 0
	s.inside, s.total, s.seen, s.breaks, s.suspect = 0, counts{}, 0, 0, 0
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

// pass makes the scanner go on at text[end], behind a record that it did not
// read itself, or not to its end: what is in it is suspect.
func (s *scanner) pass(end int) {
	if !s.trusted {
		s.suspect = max(s.suspect, end)
	}
	s.skip(end)
}

// before returns how many quotes there are before text[pos], and how many LF
// and CR inside of quotes.
func (s *scanner) before(pos int) (quotes, breaks uint32) {
	if s.plain {
		return s.total.quotes, s.total.breaks
	}
	i := uint(pos-s.from) / 64
	m, sum := &s.marks[i], &s.sums[i]
	below := uint64(1)<<(uint(pos-s.from)&63) - 1
	return sum.quotes + uint32(bits.OnesCount64(m.quotes&below)), sum.breaks + uint32(bits.OnesCount64(m.breaks&below))
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
	s.mark(text, marks)
	s.leaveQuoted(marks)
	list, ends := s.list[:cap(s.list)], s.ends[:cap(s.ends)]
	n, m := 0, 0
	for i := range marks {
		seps := marks[i].seps
		at := uint32(from + 64*i)
		count := bits.OnesCount64(seps)
		l := list[n : n+64 : n+64]
		// Writing some too many costs less than asking each time.
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

		lines := s.lines[i]
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

// mark marks text[from:until] and notes where it is no text.
func (s *scanner) mark(text []byte, out []marks) {
	words := (s.until - s.from) / 64
	odd := words > 0 && markText(text, s.from, s.delim, s.quote, out[:words])
	if n := (s.until - s.from) % 64; n > 0 {
		at := s.until - n
		var last [64]byte
		copy(last[:], text[at:s.until])
		m := &out[words]
		markText(last[:], 0, s.delim, s.quote, out[words:])
		within := uint64(1)<<n - 1
		m.seps &= within
		m.quotes &= within
		m.breaks &= within
		odd = odd || bytes.IndexByte(text[at:s.until], 0) >= 0
		// What ends the blocks before may be broken off here.
		for i := 0; i < utf8.UTFMax-1 && at > s.from && text[at-1] >= utf8.RuneSelf; i++ {
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

// leaveQuoted leaves of the separators those outside of quotes, and of the
// line ends those inside; those outside go to lines. It sums up what is before
// each of the marks.
func (s *scanner) leaveQuoted(list []marks) {
	lines, sums := s.lines[:len(list)], s.sums[:len(list)]
	seen := s.inside
	for i := range list {
		list[i].quotes &= s.quoting
		seen |= list[i].quotes
		lines[i] = list[i].breaks
	}
	if s.plain = seen == 0; s.plain {
		return
	}
	sum := s.total
	inside := s.inside
	for i := range list {
		m := &list[i]
		sums[i] = sum
		// Each bit becomes the parity of itself and those below it.
		q := m.quotes
		q ^= q << 1
		q ^= q << 2
		q ^= q << 4
		q ^= q << 8
		q ^= q << 16
		q ^= q << 32
		q ^= inside
		inside = uint64(int64(q) >> 63)
		m.seps &^= q
		m.breaks &= q
		lines[i] &^= q
		sum.quotes += uint32(bits.OnesCount64(m.quotes))
		sum.breaks += uint32(bits.OnesCount64(m.breaks))
	}
	s.inside, s.total = inside, sum
}
