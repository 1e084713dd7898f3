package csvfile

import (
	"bytes"
	"slices"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// parse finds the rows of the text.
func (c *candidate) parse(text []byte, whole bool) { c.parseUpTo(text, whole, len(text)) }

// parseUpTo finds the rows of the text that begin before the limit. A record that
// goes on past the end of the text is left out.
func (c *candidate) parseUpTo(text []byte, whole bool, limit int) {
	c.rows, c.quoted, c.escapes, c.needs = nil, 0, 0, 0
	var s shape
	line := int64(1)
	strays := 0
	for at := 0; at < min(len(text), limit); {
		b, all := text[at:], whole
		if strays > mostStrays && len(b) > strayLook {
			b, all = b[:strayLook], false
		}
		r := row{start: at, line: line}
		st := c.grammar.parse(b, all, &s)
		if st == needMore {
			if strays <= mostStrays && !c.stray(b, &s) {
				return
			}
			strays++
			st = broken
		}
		switch {
		case b[0] == '\n' || b[0] == '\r' || st == parsed && len(s.fields) == 1 && !s.fields[0].Quoted && len(bytes.TrimSpace(b[:s.end])) == 0:
			r.end, r.blank = at+charset.LineEnd(b, true), true
		case len(c.grammar.comment) > 0 && bytes.HasPrefix(b, c.grammar.comment) && (st != parsed || c.keep < 2 || len(s.fields) != c.keep):
			n := charset.LineEnd(b, true)
			at += n
			line++
			continue
		case st == parsed:
			r.end, r.fields = at+s.end, len(s.fields)
			for _, f := range s.fields {
				if f.Quoted {
					c.quoted++
					if f.Escaped {
						c.escapes++
					}
				}
			}
			c.needs += c.needQuotes(b, &s)
			if at == 0 {
				c.allQuoted = !slices.ContainsFunc(s.fields, func(f load.Field) bool { return !f.Quoted })
			}
		default:
			n := charset.LineEnd(b, true)
			r.end, r.bad, r.fields = at+n, true, c.grammar.lenient(b[:n])
			s.breaks = 0
		}
		r.endLine = line
		if st == parsed && !r.blank {
			r.endLine += int64(s.breaks)
		}
		line = r.endLine + 1
		at = r.end
		c.rows = append(c.rows, r)
	}
}

const (
	mostStrays = 20       // the number of unclosed quotes that are examined
	strayLook  = 16 << 10 // bytes after such a quote to look for records in,
	strayLines = 50       // and lines
)

// stray reports whether the quote still open at the end of b, which begins with a
// record, is a stray one: the lines after it are records like those before.
// Otherwise the record is just not finished.
func (c *candidate) stray(b []byte, s *shape) bool {
	if c.grammar.parse(b, true, s) != broken || s.fault.open < 0 {
		return false
	}
	at := s.fault.open + charset.LineEnd(b[s.fault.open:], true)
	want := c.grammar.lenient(b[:at])
	counts := map[int]int{}
	for _, r := range c.rows[max(0, len(c.rows)-strayLines):] {
		if counts[r.fields]++; !r.bad && counts[r.fields] >= counts[want] {
			want = r.fields
		}
	}
	lines, good := 0, 0
	for at < len(b) && lines < strayLines {
		n := charset.LineEnd(b[at:], true)
		line := b[at : at+n]
		if at += n; len(bytes.TrimSpace(line)) > 0 {
			lines++
			if want > 1 && c.grammar.lenient(line) == want {
				good++
			}
		}
	}
	return lines > 0 && 3*good >= 2*lines
}

// needQuotes returns the number of fields of the record at the beginning of b that
// hold what only a quoted field can. Line ends do not count: they may be there by
// mistake.
func (c *candidate) needQuotes(b []byte, s *shape) int {
	if s.breaks > 0 {
		return 0
	}
	n := 0
	for i, f := range s.fields {
		if f.Quoted && (f.Escaped || bytes.Contains(s.field(b, i), c.grammar.delim)) {
			n++
		}
	}
	return n
}
