package csvfile

import (
	"bytes"
	"fmt"

	"linefeed/backend/charset"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// examine decides about a well-formed record that has an unexpected number of
// fields, spans lines or is in suspect text. It returns nil for a blank line.
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
		if s.breaks > 0 && !r.alone {
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
	if s.breaks > 0 && !r.alone {
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
			Code: load.CodeMissingField,
			Note: message.New("wrong_fields", "fields_missing", "fields", n, "want", r.want, "n", r.want-n, "name", r.names[n]),
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
	var note message.Note
	switch {
	case extra < 0:
		note = message.New("wrong_fields", "extra_are_empty", "fields", n, "want", r.want)
		extra = r.want
	case r.g.quote == 0:
		note = message.New("wrong_fields", "fields_too_many", "fields", n, "want", r.want, "n", n-r.want)
	default:
		note = message.New("wrong_fields", "quote_delimiters", "fields", n, "want", r.want, "delimiter", name(string(r.g.delim)))
	}
	return r.spoil(s.end, s.breaks, load.Reject{Code: load.CodeExtraField, Value: cut(s.field(text, extra)), Note: note})
}

// onlyPadding reports whether the unnamed fields of the record in shape are empty.
func (r *reader) onlyPadding() bool {
	for _, f := range r.shape.fields[r.want:] {
		if f.End > f.Start || f.Quoted {
			return false
		}
	}
	return true
}

// checkBytes rejects the record in shape if it has invalid bytes.
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
		rej.Note = message.New("nul_byte", "remove_byte", "line", line, "byte", offset)
	} else {
		rej.Note = message.New("bad_byte", "other_encoding", "value", fmt.Sprintf("0x%02X", b[0]), "line", line, "byte", offset, "encoding", r.charset.Label)
	}
	if i := s.fieldAt(at); i < len(r.names) {
		rej.Column = r.names[i]
		rej.Value = cut(bytes.ToValidUTF8(s.field(text, i), []byte("\uFFFD")))
	}
	return r.spoil(s.end, s.breaks, rej)
}

// spoil rejects the next n bytes of text as a record.
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

// give returns the record with its reject.
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

// fieldAt returns the index of the field that contains the record's byte at that
// offset, going by the fields without escapes.
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

// count returns "1 field" or "2 fields".
func count[T int | int64](n T, what string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// cut returns b cut to what a reject shows of a value.
func cut(b []byte) string {
	if len(b) > load.MaxValue {
		b = b[:load.MaxValue]
		b = b[:len(b)-charset.CutRune(b)]
	}
	return string(b)
}
