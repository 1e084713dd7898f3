package csvfile

import (
	"bytes"
	"slices"
	"sort"

	"linefeed/backend/charset"
)

// A stray quote and a later one can make one record of everything between them,
// and the record follows all rules. It differs from a field of several lines in
// this: ignoring the quotes, its first and its last line are records, the lines
// between are records, and the values of these are of the kinds of their columns.

// swallows looks for records that a stray quote has made part of b, a record of
// several lines with the right number of fields. It returns where the first of them
// begins and where the quote opened, or 0.
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
	// Of the two lines with the quotes, only what is between the quotes counts.
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

// maySwallow reports whether to ask swallows about the record that begins at
// text[pos] and whose fields end at ends: its first line, which ends within quotes,
// has as many delimiters as a record, ignoring quotes. Few records of several lines
// are like that.
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

// mayFollow reports whether one of the next two lines has enough delimiters for a
// record.
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

// width returns r.want if the line has that number of fields, ignoring quotes, and
// 0 otherwise.
func (r *reader) width(line []byte) int {
	if r.g.lenient(line) == r.want || bytes.Count(line, r.g.delim)+1 == r.want {
		return r.want
	}
	return 0
}

// likeRecord reports whether the line has as many fields as a record, ignoring
// quotes, and values of the kinds of their columns.
func (r *reader) likeRecord(line []byte, typed bool) bool {
	if r.width(line) == 0 {
		return false
	}
	agree, against := likeness(r.g.pieces(line), r.kinds)
	return agree > against || !typed
}
