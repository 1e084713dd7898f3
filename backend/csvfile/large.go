package csvfile

import (
	"bytes"

	"linefeed/backend/charset"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// keptRaw is the number of bytes kept of a record that is too large.
const keptRaw = 64 << 10

// tooLarge rejects the record at text[pos], which is longer than allowed, and skips
// the rest of it without keeping it in memory. Where the record ends depends only
// on its bytes, not on how many of them are in memory.
func (r *reader) tooLarge() (*load.Record, error) {
	all, _ := r.largest()
	// What the last quotes mean depends on what follows them.
	b := bytes.TrimRight(all[:r.maximum], "\r"+string([]byte{r.g.quote, r.g.escape}))
	quoted := false
	if r.g.parse(b, true, &r.shape) == broken && r.shape.fault.code == load.CodeUnclosedQuote {
		f := r.shape.fault
		if n, sure, st := r.extent(all, false, f); st == parsed && sure && n <= r.maximum {
			return r.rejectFault(f, n)
		}
		quoted = true
	}
	return r.discard(len(b), quoted)
}

// discard skips the record at text[pos], whose first n bytes were looked at; quoted
// says whether they end within quotes. It skips up to the end of the line, or of
// the line that closes the quote, or to a plausible record.
func (r *reader) discard(n int, quoted bool) (*load.Record, error) {
	w, rec := r.w, &r.record
	start, _, raw := w.span(w.pos, len(w.text))
	kept := bytes.Clone(raw[:min(len(raw), keptRaw)])
	line := r.line
	endLine := line + max(1, charset.CountLines(w.rest()[:n])) - 1
	r.line += int64(charset.CountBreaks(w.rest()[:n]))
	w.pos += n
	atLine := r.line > endLine // where a record may begin
	field := closer{g: r.g}
	for {
		b := w.rest()
		if len(b) == 0 && w.eof {
			break
		}
		if quoted && atLine {
			if len(b) <= lookRecord && !w.eof {
				if err := r.fill(); err != nil {
					return nil, err
				}
				continue
			}
			closed := r.g.closing(b[:min(len(b), 1+maxDelimiter)]) == 0
			if ok, _ := r.plausible(b, w.eof); ok && !closed {
				break
			}
		}
		atLine = false
		n := charset.LineEnd(b, w.eof)
		ended := n > 0
		if !ended {
			n = len(bytes.TrimRight(b, "\r"))
		}
		quoted = quoted && !field.closes(b[:n])
		w.pos += n
		endLine = r.line
		if ended {
			r.line++
			if !quoted {
				break
			}
			atLine = true
			continue
		}
		if w.pos == len(w.text) {
			w.cut()
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
	r.number++
	end := w.offset(w.pos)
	*rec = load.Record{Number: r.number, Line: line, EndLine: endLine, Offset: start, End: end, Raw: kept}
	if r.scan != nil {
		r.scan.reset(w.pos)
	}
	r.used = end
	if r.packed != nil {
		r.used = r.packed()
	}
	rec.Consumed = r.used
	return r.give(load.Reject{
		Code: load.CodeRecordTooLarge,
		Note: message.New("record_too_large", "raise_record", "most", r.maximum),
	})
}

// A closer looks for the closing quote of a field, in one part of its text after
// another.
type closer struct {
	g       *grammar
	escaped bool // the last byte was the escape
	quote   bool // the last byte was a quote, which may be doubled or close the field
	delim   int  // the number of bytes of the delimiter that followed the quote
}

// closes reports whether the field is closed within b.
func (c *closer) closes(b []byte) bool {
	for _, x := range b {
		if c.escaped {
			c.escaped = false
			continue
		}
		if c.quote {
			switch {
			case c.delim == 0 && (x == '\n' || x == '\r'):
				return true
			case c.delim == 0 && x == c.g.quote:
				c.quote = false
				continue
			case x == c.g.delim[c.delim]:
				if c.delim++; c.delim == len(c.g.delim) {
					return true
				}
				continue
			}
			c.quote, c.delim = false, 0 // it was text
		}
		c.escaped = x == c.g.escape && c.g.escape != 0
		c.quote = x == c.g.quote
	}
	return false
}
