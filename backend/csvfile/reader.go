package csvfile

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"linefeed/backend/load"
)

// A reader yields the records behind the header, one after the other.
type reader struct {
	w    *window
	g    *grammar
	scan *scanner // nil where the grammar is not simple

	path     string
	encoding string
	names    []string // of the fields; a record has as many
	want     int      // len(names), or 0 while the header is not read: then any number will do

	maximum int // bytes of a record
	ragged  load.Ragged
	packed  func() int64 // the bytes consumed on disk, for a compressed file
	onSkip  func(Skip)
	stats   Stats

	line   int64 // the physical line of text[pos]
	number int64 // of the last record
	used   int64 // Consumed of the last record
	record load.Record
	shape  shape
	other  shape // for looking ahead
}

// A Skip is a part of the file that holds no record. The records and the skips
// of a file follow each other and leave nothing out.
type Skip struct {
	Kind          SkipKind
	Line, EndLine int64 // the first and the last physical line
	Offset, End   int64 // the byte range, as of a record
}

// A SkipKind says what a skipped part of the file is.
type SkipKind string

// The kinds of skipped parts.
const (
	SkipMark     SkipKind = "mark"     // the byte order mark
	SkipPreamble SkipKind = "preamble" // lines above the header
	SkipHeader   SkipKind = "header"
	SkipBlank    SkipKind = "blank"
	SkipComment  SkipKind = "comment"
	SkipFooter   SkipKind = "footer"
)

// Stats count what was read beside the records.
type Stats struct {
	Padded  int64 `json:"padded"`  // records whose missing fields were filled with NULL
	Trimmed int64 `json:"trimmed"` // records whose extra empty fields were dropped
	Blank   int64 `json:"blank"`   // blank lines
	Comment int64 `json:"comment"` // comment lines
	Footer  int64 `json:"footer"`  // lines of the footer
}

// next returns the next record. Where it is spoiled, the error is a
// *load.Reject and the record is there too. At the end the error is io.EOF.
func (r *reader) next() (*load.Record, error) {
	for {
		w := r.w
		if w.pos == len(w.text) {
			if w.eof {
				return nil, r.finish()
			}
			if err := r.fill(); err != nil {
				return nil, err
			}
			continue
		}
		if c := w.text[w.pos]; c == '\n' || c == '\r' || len(r.g.comment) > 0 {
			skipped, err := r.skipLine()
			if err != nil {
				return nil, err
			}
			if skipped {
				continue
			}
		}
		switch r.parse() {
		case parsed:
			if len(r.shape.fields) == r.want && !r.suspect() {
				r.accept()
				return &r.record, nil
			}
			rec, err := r.examine()
			if rec == nil && err == nil {
				continue
			}
			return rec, err
		case needMore:
			if len(w.text)-w.pos > r.maximum {
				return r.tooLarge()
			}
			if err := r.fill(); err != nil {
				return nil, err
			}
		case broken:
			return r.repair()
		}
	}
}

// parse reads the record at text[pos] into shape.
func (r *reader) parse() status {
	w := r.w
	if r.scan != nil {
		if st := r.scan.scan(w.text, w.pos, w.eof, &r.shape); st != broken {
			return st
		}
		r.scan.skip(w.pos)
	}
	st := r.g.parse(w.rest(), w.eof, &r.shape)
	if r.scan != nil && st == parsed {
		r.scan.pass(w.pos + r.shape.end)
	}
	return st
}

// suspect reports whether there may be bytes that are no text in the record at
// text[pos].
func (r *reader) suspect() bool {
	return r.w.suspect || r.scan != nil && r.w.pos < r.scan.suspect
}

// fill reads more text.
func (r *reader) fill() error {
	if err := r.w.fill(); err != nil {
		return systemError("read", r.path, err)
	}
	if r.scan != nil {
		r.scan.reset(r.w.pos)
	}
	return nil
}

// accept makes record of the shape at text[pos] and moves on behind it.
func (r *reader) accept() {
	w, rec := r.w, &r.record
	r.advance(r.shape.end, r.shape.breaks)
	from := w.pos - r.shape.end
	rec.Text = w.text[from:w.pos:w.pos]
	rec.Unescaped = r.shape.unescaped
	rec.Fields = r.shape.fields
}

// advance moves on by n bytes of text, which are a record with that many line
// ends in it, and sets the record's place.
func (r *reader) advance(n, breaks int) {
	w, rec := r.w, &r.record
	to := w.pos + n
	r.number++
	rec.Number = r.number
	rec.Line = r.line
	rec.EndLine = r.line + int64(breaks)
	rec.Offset, rec.End, rec.Raw = w.span(w.pos, to)
	r.used = rec.End
	if r.packed != nil {
		r.used = r.packed()
	}
	rec.Consumed = r.used
	r.line = rec.EndLine + 1
	w.pos = to
}

// move goes on at text[pos+n], outside of the fast scanner's way.
func (r *reader) move(n int) {
	r.w.pos += n
	if r.scan != nil {
		r.scan.skip(r.w.pos)
	}
}

// skipLine passes over a blank or comment line at text[pos], if there is one.
func (r *reader) skipLine() (bool, error) {
	w := r.w
	for {
		b := w.rest()
		kind, n := SkipBlank, 0
		switch {
		case b[0] == '\n' || b[0] == '\r':
			n = lineEnd(b, w.eof)
		case bytes.HasPrefix(b, r.g.comment):
			kind, n = SkipComment, lineEnd(b, w.eof)
		case !w.eof && bytes.HasPrefix(r.g.comment, b):
		default:
			return false, nil
		}
		if n > 0 {
			r.pass(kind, n, 1)
			return true, nil
		}
		if len(b) > r.maximum {
			return false, nil // a record that is too large, then
		}
		if err := r.fill(); err != nil {
			return false, err
		}
	}
}

// pass goes over n bytes of text that are so many lines and no record.
func (r *reader) pass(kind SkipKind, n int, lines int64) {
	switch kind {
	case SkipBlank:
		r.stats.Blank += lines
	case SkipComment:
		r.stats.Comment += lines
	case SkipFooter:
		r.stats.Footer += lines
	}
	if r.onSkip != nil {
		from, to, _ := r.w.span(r.w.pos, r.w.pos+n)
		r.onSkip(Skip{Kind: kind, Line: r.line, EndLine: r.line + lines - 1, Offset: from, End: to})
	}
	r.line += lines
	r.move(n)
}

// finish accounts for the footer and returns io.EOF.
func (r *reader) finish() error {
	w := r.w
	if n := len(w.held); n > 0 {
		w.text, w.held = w.text[:len(w.text)+n], nil
		r.pass(SkipFooter, n, countLines(w.rest()))
	}
	return io.EOF
}

// lineEnd returns where the physical line at the beginning of b ends, its line
// end included, or 0 if it needs more text to tell.
func lineEnd(b []byte, eof bool) int {
	i := bytes.IndexByte(b, '\n')
	head := b
	if i >= 0 {
		head = b[:i]
	}
	if j := bytes.IndexByte(head, '\r'); j >= 0 {
		switch {
		case j+1 == i:
			return i + 1
		case j+1 == len(b) && !eof:
			return 0
		}
		return j + 1
	}
	if i >= 0 {
		return i + 1
	}
	if eof {
		return len(b)
	}
	return 0
}

// countLines returns how many physical lines b is: LF, CRLF and a lone CR end
// one, and so does the end of b.
func countLines(b []byte) int64 {
	n := int64(countBreaks(b))
	if len(b) > 0 && b[len(b)-1] != '\n' && b[len(b)-1] != '\r' {
		n++
	}
	return n
}

// countBreaks returns how many line ends there are in b.
func countBreaks(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return n
		}
		if i+1 == len(b) || b[i+1] != '\n' {
			n++
		}
		b = b[i+1:]
	}
}

// examine decides about a record that is well formed, but has another number
// of fields than it should, or stands in suspect text. It returns nothing
// where it found a blank line.
func (r *reader) examine() (*load.Record, error) {
	s := &r.shape
	if r.suspect() {
		if rec, err := r.checkBytes(); rec != nil {
			return rec, err
		}
	}
	n := len(s.fields)
	if n == r.want || r.want == 0 {
		r.accept()
		return &r.record, nil
	}
	text := r.w.rest()[:s.end]
	if n == 1 && !s.fields[0].Quoted && len(bytes.TrimSpace(text)) == 0 {
		r.pass(SkipBlank, s.end, 1)
		return nil, nil
	}
	if s.breaks > 0 {
		if end, open := r.swallowed(); end > 0 {
			return r.rejectQuote(fault{load.CodeUnclosedQuote, s.fieldAt(open), open, open}, end)
		}
	}
	if n < r.want {
		if r.ragged == load.RaggedPad {
			for len(s.fields) < r.want {
				s.fields = append(s.fields, load.Field{})
			}
			r.stats.Padded++
			r.accept()
			return &r.record, nil
		}
		return r.spoil(s.end, s.breaks, load.Reject{
			Code:    load.CodeMissingField,
			Message: fmt.Sprintf("%s, but %d are wanted", count(n, "field"), r.want),
			Hint:    fmt.Sprintf("%d missing, from %q on", r.want-n, r.names[n]),
		})
	}
	extra := -1
	for i := r.want; i < n && extra < 0; i++ {
		if f := s.fields[i]; f.End > f.Start {
			extra = i
		}
	}
	if extra < 0 && r.ragged == load.RaggedPad {
		s.fields = s.fields[:r.want]
		r.stats.Trimmed++
		r.accept()
		return &r.record, nil
	}
	hint := fmt.Sprintf("put fields that hold the delimiter (%s) in quotes", name(string(r.g.delim)))
	if extra < 0 {
		hint = "the extra ones are empty: padding ragged records drops them"
		extra = r.want
	} else if r.g.quote == 0 {
		hint = fmt.Sprintf("%d too many", n-r.want)
	}
	return r.spoil(s.end, s.breaks, load.Reject{
		Code:    load.CodeExtraField,
		Value:   cut(s.field(text, extra)),
		Message: fmt.Sprintf("%s, but %d are wanted", count(n, "field"), r.want),
		Hint:    hint,
	})
}

// checkBytes rejects the record in shape if there are bytes in it that are no
// text.
func (r *reader) checkBytes() (*load.Record, error) {
	w, s := r.w, &r.shape
	text := w.rest()[:s.end]
	var at int // in text
	var b []byte
	var offset int64
	if w.dec == nil {
		if at = invalidText(text); at < 0 {
			return nil, nil
		}
		b, offset = text[at:], w.base+int64(w.pos+at)
	} else {
		f, ok := w.flawIn(w.pos, w.pos+s.end)
		if !ok {
			return nil, nil
		}
		at, b, offset = f.text-w.pos, w.raw[f.raw:], w.base+int64(f.raw)
	}
	rej := load.Reject{Code: load.CodeInvalidEncoding}
	line := r.line + int64(countBreaks(text[:at]))
	if zero := bytes.TrimLeft(b[:min(len(b), 4)], "\x00"); len(zero) < min(len(b), 4) && (w.dec == nil || text[at] == 0) {
		rej.Message = fmt.Sprintf("a NUL byte on line %d, at byte %d of the file", line, offset)
		rej.Hint = "the file was damaged or is not all text: remove the byte"
	} else {
		rej.Message = fmt.Sprintf("the byte 0x%02X on line %d, at byte %d of the file, is no %s", b[0], line, offset, encodingLabel(r.encoding))
		rej.Hint = "the line was written in another encoding: choose that one, or have such bytes replaced"
	}
	if i := s.fieldAt(at); i < len(r.names) {
		rej.Column = r.names[i]
		rej.Value = cut(bytes.ToValidUTF8(s.field(text, i), []byte("\uFFFD")))
	}
	return r.spoil(s.end, s.breaks, rej)
}

// invalidText returns where the first byte of b is that is not UTF-8, or NUL;
// -1 if there is none.
func invalidText(b []byte) int {
	zero := bytes.IndexByte(b, 0)
	if utf8.Valid(b) {
		return zero
	}
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			if b[i] == 0 {
				return i
			}
			i++
			continue
		}
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return zero
}

// spoil rejects the record that is the next n bytes of text.
func (r *reader) spoil(n, breaks int, rej load.Reject) (*load.Record, error) {
	w, rec := r.w, &r.record
	from := w.pos
	r.advance(n, breaks)
	if r.scan != nil {
		r.scan.skip(w.pos)
	}
	rec.Text = w.text[from:w.pos:w.pos]
	rec.Fields, rec.Unescaped = nil, nil
	return r.give(rej)
}

// give returns the record with the reject that spoils it.
func (r *reader) give(rej load.Reject) (*load.Record, error) {
	rec := &r.record
	rej.Record, rej.Line, rej.EndLine = rec.Number, rec.Line, rec.EndLine
	rej.Offset, rej.End, rej.Raw = rec.Offset, rec.End, rec.Raw
	return rec, &rej
}

// field returns the text of field i of the record in text.
func (s *shape) field(text []byte, i int) []byte {
	f := s.fields[i]
	if f.Escaped {
		return s.unescaped[f.Start:f.End]
	}
	return text[f.Start:f.End]
}

// fieldAt returns the index of the field that the byte at that place of the
// record belongs to, as far as the fields without escapes tell.
func (s *shape) fieldAt(at int) int {
	i := 0
	for j, f := range s.fields {
		if !f.Escaped && int(f.End) < at {
			i = j + 1
		} else if !f.Escaped && int(f.Start) > at {
			break
		}
	}
	return min(i, max(0, len(s.fields)-1))
}

// count returns n of something, in words.
func count[T int | int64](n T, what string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// cut returns b as a value that a reject can show.
func cut(b []byte) string {
	if len(b) > load.MaxValue {
		b = b[:load.MaxValue]
		b = b[:len(b)-cutRune(b)]
	}
	return string(b)
}
