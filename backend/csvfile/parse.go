package csvfile

import (
	"bytes"

	"linefeed/backend/load"
)

// A status is the outcome of parsing one record.
type status uint8

const (
	parsed   status = iota // the record is whole
	needMore               // the record goes on after the text at hand
	broken                 // the record breaks the rules, see fault
)

// A shape is where the parts of a record are in the text. Offsets count from the
// first byte of the record.
type shape struct {
	fields    []load.Field
	unescaped []byte // the text of the fields that have escapes
	end       int    // one past the line end
	breaks    int    // line ends inside of the record, before its own
	spaced    int    // fields with blanks beside their quotes
	formulas  int    // fields written as ="text"
	fault     fault
}

// A fault is where a record breaks the rules.
type fault struct {
	code  load.Code
	field int // index of the field
	at    int // the byte that breaks the rule
	open  int // the opening quote of that field; -1 if it has none
}

// maxFields is the maximum number of fields of a record.
const maxFields = 1 << 16

// parse reads the record at the beginning of b, by every rule of the grammar.
// It is the reference for the fast scanner. With eof, b is all there is.
//
// The rules: a field that begins with the quote ends at the next quote that is
// not escaped, and a delimiter, a line end or the end of the text must follow.
// Blanks next to these quotes, and an equals sign before the first, are not part of
// the field. A quote in any other field breaks the record, unless it is an
// apostrophe. Outside of quotes, LF, CRLF and a lone CR end the record. More fields
// than maxFields break it, too.
func (g *grammar) parse(b []byte, eof bool, s *shape) status {
	s.fields, s.unescaped, s.breaks, s.spaced, s.formulas = s.fields[:0], s.unescaped[:0], 0, 0, 0
	i := 0
	for {
		open, st := g.opening(b, i, eof)
		switch {
		case st != parsed:
		case open < 0:
			i, st = g.unquoted(b, i, eof, s)
		case open == i:
			i, st = g.quoted(b, i, eof, s)
		default:
			i, st = g.opened(b, i, open, eof, s)
		}
		if st != parsed {
			return st
		}
		if len(s.fields) > maxFields {
			s.fault = fault{load.CodeExtraField, maxFields, i, -1}
			return broken
		}
		// b[i:] is a delimiter, a line end, or nothing at the end of the text.
		if i == len(b) {
			s.end = i
			if s.breaks > 0 && (b[i-1] == '\n' || b[i-1] == '\r') {
				s.breaks-- // an escaped line end with no line after it
			}
			return parsed
		}
		switch b[i] {
		case '\n':
			s.end = i + 1
			return parsed
		case '\r':
			if i+1 == len(b) && !eof {
				return needMore
			}
			s.end = i + 1
			if s.end < len(b) && b[s.end] == '\n' {
				s.end++
			}
			return parsed
		}
		i += len(g.delim)
		if i == len(b) && !eof {
			return needMore
		}
	}
}

// opened reads the field at b[i:], which has something before its quote at b[open].
// If anything else is outside of the quotes, the field is read as unquoted.
func (g *grammar) opened(b []byte, i, open int, eof bool, s *shape) (int, status) {
	unescaped, breaks := len(s.unescaped), s.breaks
	spaced := s.spaced
	end, st := g.quoted(b, open, eof, s)
	switch {
	case st == needMore:
		return end, st
	case st == broken:
		s.unescaped, s.breaks = s.unescaped[:unescaped], breaks
		if n := len(s.fields); n > 0 && s.fault.code == load.CodeStrayQuote {
			s.fields = s.fields[:n-1]
		}
		return g.unquoted(b, i, eof, s)
	case b[i] == '=':
		s.formulas++
	default:
		s.spaced = spaced + 1
	}
	return end, st
}

// unquoted reads the field at b[i:], which does not begin with a quote.
func (g *grammar) unquoted(b []byte, i int, eof bool, s *shape) (int, status) {
	start := i
	copied := -1 // where the copy of the field begins in s.unescaped
	for {
		for i < len(b) && !g.stops[b[i]] {
			i++
		}
		if i == len(b) {
			if !eof {
				return i, needMore
			}
			break
		}
		c := b[i]
		if c == '\n' || c == '\r' {
			break
		}
		if bytes.HasPrefix(b[i:], g.delim) {
			break
		}
		if !eof && len(b)-i < len(g.delim) && bytes.HasPrefix(g.delim, b[i:]) {
			return i, needMore
		}
		switch {
		case c == g.escape && g.escape != 0:
			n := g.escaped(b, i, eof)
			if n < 0 {
				return i, needMore
			}
			if n == 0 { // the escape is an ordinary character
				i++
				continue
			}
			if copied < 0 {
				copied = len(s.unescaped)
				s.unescaped = append(s.unescaped, b[start:i]...)
				start = i
			}
			s.unescaped = append(s.unescaped, b[start:i]...)
			s.breaks += breaksIn(b[i+1 : i+1+n])
			start = i + 1
			i += 1 + n
		case c == g.quote && g.quote == '\'':
			i++ // an apostrophe
		case c == g.quote && g.quote != 0:
			s.fault = fault{load.CodeStrayQuote, len(s.fields), i, -1}
			return i, broken
		default: // only the first byte of a longer delimiter
			i++
		}
	}
	if copied >= 0 {
		s.unescaped = append(s.unescaped, b[start:i]...)
		s.fields = append(s.fields, load.Field{Start: uint32(copied), End: uint32(len(s.unescaped)), Escaped: true})
	} else {
		s.fields = append(s.fields, load.Field{Start: uint32(start), End: uint32(i)})
	}
	return i, parsed
}

// quoted reads the field at b[i:], which begins with the quote, and checks that it
// ends after the closing quote.
func (g *grammar) quoted(b []byte, i int, eof bool, s *shape) (int, status) {
	open := i
	i++
	start := i
	copied := -1
	keep := func(to int) { // copies what was read so far
		if copied < 0 {
			copied = len(s.unescaped)
		}
		s.unescaped = append(s.unescaped, b[start:to]...)
	}
	for {
		for i < len(b) && b[i] != g.quote && b[i] != '\n' && b[i] != '\r' && (b[i] != g.escape || g.escape == 0) {
			i++
		}
		if i == len(b) {
			if !eof {
				return i, needMore
			}
			s.fault = fault{load.CodeUnclosedQuote, len(s.fields), i, open}
			return i, broken
		}
		switch c := b[i]; {
		case c == g.quote:
			if i+1 == len(b) {
				if !eof {
					return i, needMore
				}
			} else if b[i+1] == g.quote {
				keep(i + 1)
				i += 2
				start = i
				continue
			} else if g.apostrophe(b, i) {
				i++
				continue
			}
		case c == '\n' || c == '\r':
			if i+1 == len(b) && !eof {
				return i, needMore
			}
			i++
			if c == '\r' && i < len(b) && b[i] == '\n' {
				i++
			}
			s.breaks++
			continue
		default:
			n := g.escaped(b, i, eof)
			if n < 0 {
				return i, needMore
			}
			if n > 0 {
				keep(i)
				s.breaks += breaksIn(b[i+1 : i+1+n])
				start = i + 1
			}
			i += 1 + n
			continue
		}
		break
	}
	// b[i] is the closing quote.
	if copied >= 0 {
		s.unescaped = append(s.unescaped, b[start:i]...)
		s.fields = append(s.fields, load.Field{Start: uint32(copied), End: uint32(len(s.unescaped)), Quoted: true, Escaped: true})
	} else {
		s.fields = append(s.fields, load.Field{Start: uint32(start), End: uint32(i), Quoted: true})
	}
	i++
	closed := i
	i = g.afterBlanks(b, i)
	rest := b[i:]
	if i > closed {
		if len(rest) == 0 && !eof {
			return i, needMore
		}
		s.spaced++
	}
	switch {
	case len(rest) == 0, rest[0] == '\n', rest[0] == '\r', bytes.HasPrefix(rest, g.delim):
		return i, parsed
	case !eof && bytes.HasPrefix(g.delim, rest):
		return i, needMore
	}
	s.fault = fault{load.CodeStrayQuote, len(s.fields) - 1, closed - 1, open}
	return i, broken
}

// escaped returns the number of bytes after the escape at b[i] that it makes part
// of the text: 0 if the escape is an ordinary character, -1 if more text is needed
// to decide.
func (g *grammar) escaped(b []byte, i int, eof bool) int {
	rest := b[i+1:]
	if len(rest) == 0 {
		if eof {
			return 0
		}
		return -1
	}
	switch c := rest[0]; {
	case c == g.escape, c == g.quote && g.quote != 0, c == '\n':
		return 1
	case c == '\r':
		if len(rest) == 1 && !eof {
			return -1
		}
		if len(rest) > 1 && rest[1] == '\n' {
			return 2
		}
		return 1
	case bytes.HasPrefix(rest, g.delim):
		return len(g.delim)
	case !eof && len(rest) < len(g.delim) && bytes.HasPrefix(g.delim, rest):
		return -1
	}
	return 0
}

// breaksIn returns the number of line ends in the escaped bytes.
func breaksIn(b []byte) int {
	if b[0] == '\n' || b[0] == '\r' {
		return 1
	}
	return 0
}
