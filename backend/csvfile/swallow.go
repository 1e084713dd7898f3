package csvfile

import (
	"bytes"
	"slices"
	"sort"

	"linefeed/backend/charset"
)

// A stray quote and a later one can make one record of all that is between
// them, that follows all rules. What tells such a record from a text of several
// lines: its first and its last line would be records if the quotes were none,
// the lines between are records, and where columns have kinds, the values of
// these lines have them.

// swallows looks into a record of several lines and the right number of fields
// for records that a stray quote has made part of it. It returns where the
// first of them begins and where the quote opened, or 0.
func (r *reader) swallows(b []byte) (end, open int) {
	if r.want < 2 || r.want != len(r.names) {
		return 0, 0
	}
	first := charset.LineEnd(b, true)
	if first == len(b) || !r.mayFollow(b[first:]) || r.g.parse(b[:first], true, &r.other) != broken || r.other.fault.open < 0 {
		return 0, 0
	}
	f := r.other.fault
	if f.field+bytes.Count(b[f.open:first], r.g.delim)+1 != r.want {
		return 0, 0
	}
	last := lastLines(b, 1)
	if last < first || r.width(b[last:]) != r.want {
		return 0, 0
	}
	// Of the lines with the two quotes only what lies between these can tell.
	closing := b[last : last+max(0, bytes.IndexByte(b[last:], r.g.quote))]
	before := r.g.pieces(closing)
	agree, against := likeness(before[:len(before)-1], r.kinds)
	if against > 0 {
		return 0, 0
	}
	typed := slices.ContainsFunc(r.kinds, func(c column) bool { return c.typed() })
	lines, good := 0, 0
	for at := first; at < last && lines < lookLines; {
		n := charset.LineEnd(b[at:], true)
		if line := b[at : at+n]; len(bytes.TrimSpace(line)) > 0 {
			lines++
			if r.likeRecord(line, typed) {
				good++
			}
		}
		at += n
	}
	if 10*good < 9*lines || lines == 0 && agree == 0 || !typed && lines < 3 {
		return 0, 0
	}
	return first, f.open
}

// maySwallow reports whether swallows is to be asked of the record that begins at
// text[pos] and whose fields end at ends: whether the first line, up to where a
// quoted field breaks it, has as many delimiters as a record, quotes aside. Few
// texts of several lines do, and each of them is asked.
func (s *scanner) maySwallow(text []byte, pos int, ends []uint32) bool {
	field := sort.Search(len(ends)-1, func(i int) bool {
		_, breaks := s.before(int(ends[i]))
		return breaks != s.breaks
	})
	if field > 0 {
		pos = int(ends[field-1]) + 1
	}
	line := text[pos:ends[field]]
	line = line[:charset.LineEnd(line, true)]
	return field+bytes.Count(line, []byte{s.delim}) == len(ends)-1
}

// mayFollow reports whether one of the next two lines has delimiters enough for
// a record.
func (r *reader) mayFollow(b []byte) bool {
	for range 2 {
		n := charset.LineEnd(b, true)
		if bytes.Count(b[:n], r.g.delim)+1 >= r.want {
			return true
		}
		b = b[n:]
	}
	return false
}

// width returns how many fields the line has, quotes aside, if it may have as
// many as a record, and else 0.
func (r *reader) width(line []byte) int {
	if r.g.lenient(line) == r.want || bytes.Count(line, r.g.delim)+1 == r.want {
		return r.want
	}
	return 0
}

// likeRecord reports whether the line has as many fields as a record, quotes
// aside, and where columns have kinds, values of these.
func (r *reader) likeRecord(line []byte, typed bool) bool {
	if r.width(line) == 0 {
		return false
	}
	agree, against := likeness(r.g.pieces(line), r.kinds)
	return agree > against || !typed
}
