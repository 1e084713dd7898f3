package csvfile

import (
	"bytes"

	"linefeed/backend/charset"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A misplaced quote leaves open where its record ends: taken literally, it could
// swallow the rest of the file. So a broken record ends where the next plausible
// one begins.
//
// A record is plausible if it can be read and has as many fields as the header, or
// if at least its first line has, ignoring quotes.

const (
	lookLines  = 1000      // lines to look for a plausible record in
	lookBytes  = 256 << 10 // and bytes
	lookRecord = 64 << 10  // bytes of each line to look at
)

// repair rejects the record at text[pos], which breaks the rules as shape.fault
// says.
func (r *reader) repair() (*load.Record, error) {
	f := r.shape.fault
	for {
		b, eof := r.largest()
		n, _, st := r.extent(b, eof, f)
		switch {
		case st == parsed && n <= r.maximum:
			return r.rejectFault(f, n)
		case len(b) > r.maximum:
			return r.tooLarge()
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// extent returns where the broken record at the beginning of b ends, and whether
// that is sure, because a plausible record or nothing follows. It does not ask for
// more text than a record may have.
func (r *reader) extent(b []byte, eof bool, f fault) (n int, sure bool, st status) {
	at := f.at
	if f.open >= 0 {
		at = f.open
	}
	n = charset.LineEnd(b[at:], eof)
	if n == 0 {
		return 0, false, needMore
	}
	first := at + n // after the line with the quote
	if f.open < 0 || r.want == 0 || first == len(b) && eof {
		return first, true, parsed
	}
	if r.wantedIn(b[f.open:first], f.field) {
		return first, true, parsed
	}
	end := first
	for range lookLines {
		ok, st := r.plausible(b[end:], eof)
		if ok {
			return end, true, parsed
		}
		n = charset.LineEnd(b[end:], eof)
		if st == needMore || n == 0 && len(b)-first <= lookBytes {
			if len(b) > r.maximum {
				break
			}
			return 0, false, needMore
		}
		if end += n; n == 0 || end-first > lookBytes {
			break
		}
		if end == len(b) && eof {
			return end, true, parsed
		}
	}
	return first, false, parsed
}

// wantedIn reports whether the record has the right number of fields if it ends
// with line, which begins with that field and its quote. For the last field that
// proves nothing: it may go on in the next line.
func (r *reader) wantedIn(line []byte, field int) bool {
	return field+1 < r.want && (field+r.g.lenient(line) == r.want ||
		field+1+bytes.Count(line, r.g.delim) == r.want)
}

// plausible reports whether b begins with a plausible record.
func (r *reader) plausible(b []byte, eof bool) (bool, status) {
	part, all := b, eof
	if len(b) > lookRecord {
		part, all = b[:lookRecord], false
	}
	if len(part) == 0 {
		if eof {
			return false, parsed
		}
		return false, needMore
	}
	if part[0] == '\n' || part[0] == '\r' || len(r.g.comment) > 0 && bytes.HasPrefix(part, r.g.comment) {
		return false, parsed
	}
	if r.starts.at(part) {
		return true, parsed
	}
	switch r.g.parse(part, all, &r.other) {
	case parsed:
		if len(r.other.fields) == r.want {
			return true, parsed
		}
	case needMore:
		if len(part) == len(b) {
			return false, needMore
		}
	}
	n := charset.LineEnd(part, all)
	return n > 0 && r.want > 1 && r.g.lenient(part[:n]) == r.want, parsed
}

// lenient returns the number of fields of the line if a quote closes a field only
// before a delimiter or the end of the line, and is text anywhere else.
func (g *grammar) lenient(line []byte) int {
	n := 0
	g.split(line, func([]byte) { n++ })
	return n
}

// split calls f for each field of the line, with its quotes, as lenient counts
// them.
func (g *grammar) split(line []byte, f func(field []byte)) {
	line = bytes.TrimRight(line, "\r\n")
	for {
		var i int
		if g.quote != 0 && len(line) > 0 && line[0] == g.quote {
			if i = 1 + g.closing(line[1:]); i > 0 {
				if i++; i == len(line) {
					i = -1
				}
			} else {
				i = bytes.Index(line, g.delim)
			}
		} else {
			i = bytes.Index(line, g.delim)
		}
		if i < 0 {
			f(line)
			return
		}
		f(line[:i])
		line = line[i+len(g.delim):]
	}
}

// pieces returns the values of the fields of a line that breaks the rules, as
// lenient counts them: only quotes around a whole field are removed.
func (g *grammar) pieces(line []byte) []string {
	var list []string
	g.split(line, func(field []byte) {
		if n := len(field); n >= 2 && g.quote != 0 && field[0] == g.quote && field[n-1] == g.quote {
			field = bytes.ReplaceAll(field[1:n-1], []byte{g.quote, g.quote}, []byte{g.quote})
		}
		list = append(list, string(field))
	})
	return list
}

// closing returns the index of the first quote of b that is not escaped and is
// followed by a delimiter or the end, or -1.
func (g *grammar) closing(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == g.escape && g.escape != 0:
			i++
		case c != g.quote:
		case i+1 < len(b) && b[i+1] == g.quote:
			i++
		case g.apostrophe(b, i):
		case i+1 == len(b) || bytes.HasPrefix(b[i+1:], g.delim):
			return i
		}
	}
	return -1
}

// swallowed looks for records that an unclosed quote has made part of the
// well-formed record in shape, which spans lines and has the wrong number of
// fields. It returns where the first of them begins and where the quote opened, or
// 0.
func (r *reader) swallowed() (end, open int) {
	b := r.w.rest()[:r.shape.end]
	first := charset.LineEnd(b, true)
	if r.g.parse(b[:first], true, &r.other) != broken || r.other.fault.open < 0 {
		return 0, 0
	}
	f := r.other.fault
	if r.wantedIn(b[f.open:first], f.field) {
		return first, f.open
	}
	lines, good := 0, 0
	for at := first; lines < lookLines; lines++ {
		n := charset.LineEnd(b[at:], true)
		if at+n == len(b) {
			break // the line with the quote that closes
		}
		if r.g.parse(b[at:], true, &r.other) == parsed && len(r.other.fields) == r.want {
			if good++; end == 0 {
				end = at
			}
		}
		at += n
	}
	if 2*good > lines {
		return end, f.open
	}
	return 0, 0
}

// rejectFault rejects the next n bytes of text for the fault.
func (r *reader) rejectFault(f fault, n int) (*load.Record, error) {
	b := r.w.rest()[:n]
	var rej load.Reject
	start := f.open
	switch {
	case f.code == load.CodeExtraField:
		rej.Code = f.code
		rej.Note = message.New("too_many_fields", "check_delimiter", "most", maxFields)
		return r.spoil(n, breaksBefore(b), rej)
	case f.open < 0:
		rej.Code = load.CodeStrayQuote
		rej.Note = message.New("quote_in_field", "quote_field")
		if start = bytes.LastIndex(b[:f.at], r.g.delim) + 1; start > 0 {
			start += len(r.g.delim) - 1
		}
	case f.code == load.CodeStrayQuote && charset.CountBreaks(b[f.open:min(f.at, n)]) == 0 && f.at < n:
		rej.Code = load.CodeStrayQuote
		rej.Note = message.New("text_after_quote", "double_quotes")
	default:
		rej.Code = load.CodeUnclosedQuote
		rej.Note = message.New("quote_not_closed", "close_quote", "line", r.line+int64(charset.CountBreaks(b[:f.open])))
	}
	if f.field < len(r.names) {
		rej.Column = r.names[f.field]
	}
	value := b[start : start+charset.LineEnd(b[start:], true)]
	if at := f.at - start; rej.Code == load.CodeStrayQuote && at >= 0 && at < len(value) {
		if i := bytes.Index(value[at:], r.g.delim); i >= 0 {
			value = value[:at+i]
		}
	}
	rej.Value = cut(bytes.ToValidUTF8(bytes.TrimRight(value, "\r\n"), []byte("\uFFFD")))
	return r.spoil(n, breaksBefore(b), rej)
}

// breaksBefore returns the number of line ends in b before its own.
func breaksBefore(b []byte) int { return int(charset.CountLines(b)) - 1 }
