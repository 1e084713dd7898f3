package csvfile

import (
	"bytes"
	"fmt"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

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
	if r.padding > 0 && n > r.want && r.onlyPadding() {
		s.fields, n = s.fields[:r.want], r.want
	}
	if n == r.want || r.want == 0 {
		if s.breaks > 0 {
			if end, open := r.swallows(r.w.rest()[:s.end]); end > 0 {
				return r.rejectFault(fault{load.CodeUnclosedQuote, s.fieldAt(open), open, open}, end)
			}
		}
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
			return r.rejectFault(fault{load.CodeUnclosedQuote, s.fieldAt(open), open, open}, end)
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

// onlyPadding reports whether the fields of the record in shape that have no
// name are empty.
func (r *reader) onlyPadding() bool {
	for _, f := range r.shape.fields[r.want:] {
		if f.End > f.Start || f.Quoted {
			return false
		}
	}
	return true
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
		if at = charset.Invalid(text); at < 0 {
			return nil, nil
		}
		b, offset = text[at:], w.base+int64(w.pos+at)
	} else {
		found, raw, ok := w.dec.Flaw(w.pos, w.pos+s.end)
		if !ok {
			return nil, nil
		}
		at, b, offset = found-w.pos, w.dec.Raw[raw:], w.base+int64(raw)
	}
	rej := load.Reject{Code: load.CodeInvalidEncoding}
	line := r.line + int64(charset.CountBreaks(text[:at]))
	if len(bytes.Trim(b[:min(len(b), max(1, r.charset.Unit))], "\x00")) == 0 {
		rej.Message = fmt.Sprintf("a NUL byte on line %d, at byte %d of the file", line, offset)
		rej.Hint = "the file was damaged or is not all text: remove the byte"
	} else {
		rej.Message = fmt.Sprintf("the byte 0x%02X on line %d, at byte %d of the file, is no %s", b[0], line, offset, r.charset.Label)
		rej.Hint = "the line was written in another encoding: choose that one, or have such bytes replaced"
	}
	if i := s.fieldAt(at); i < len(r.names) {
		rej.Column = r.names[i]
		rej.Value = cut(bytes.ToValidUTF8(s.field(text, i), []byte("\uFFFD")))
	}
	return r.spoil(s.end, s.breaks, rej)
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
		b = b[:len(b)-charset.CutRune(b)]
	}
	return string(b)
}
