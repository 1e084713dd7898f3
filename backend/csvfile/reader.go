package csvfile

import (
	"bytes"
	"io"
	"slices"

	"linefeed/backend/charset"
	"linefeed/backend/load"
)

// A reader yields the records after the header, one after another.
type reader struct {
	w    *window
	g    *grammar
	scan *scanner // nil where the grammar is not simple

	path    string
	charset *charset.Charset
	names   []string // of the fields
	want    int      // the number of fields of a record: len(names), or 0, for any, until the header is read
	padding int      // the number of empty fields that records have after the named ones
	header  []byte   // its text; nil if it is not to be skipped when it comes again
	kinds   []column // of the fields, as detected

	unusual [256]bool // the first bytes of anything that is not a record

	commentFound bool // the comment mark was detected, not given for this file

	maximum int // bytes of a record
	ragged  load.Ragged
	packed  func() int64 // the bytes consumed on disk, for a compressed file
	onSkip  func(skip)   // nil but in tests
	starts  *Starts      // nil if none are known
	alone   bool         // the text is one record, which holds no others
	stats   Stats

	line   int64 // the physical line of text[pos]
	number int64 // of the last record
	used   int64 // Consumed of the last record
	record load.Record
	shape  shape
	other  shape // for looking ahead
}

// A skip is a part of the file that holds no record. Together, the records and the
// skips are the whole file.
type skip struct {
	Kind          SkipKind
	Line, EndLine int64 // the first and the last physical line
	Offset, End   int64 // the byte range, as of a record
}

// A SkipKind says what a skipped part of the file is.
type SkipKind string

// The kinds of skipped parts.
const (
	skipMark     SkipKind = "mark"     // the byte order mark; not in Stats
	SkipPreamble SkipKind = "preamble" // lines above the header
	SkipHeader   SkipKind = "header"
	SkipBlank    SkipKind = "blank"
	SkipComment  SkipKind = "comment"
	SkipFooter   SkipKind = "footer"
	SkipRepeated SkipKind = "repeated_header" // the header again, among the records
)

// Stats count what was read apart from the records.
type Stats struct {
	Padded  int64 `json:"padded"`  // records whose missing fields were filled with NULL
	Trimmed int64 `json:"trimmed"` // records whose extra empty fields were dropped
	Spaced  int64 `json:"spaced"`  // fields with blanks next to their quotes, which were removed
	Blank   int64 `json:"blank"`   // blank lines
	Comment int64 `json:"comment"` // comment lines
	Footer  int64 `json:"footer"`  // lines of the footer

	// Formulas counts the fields written as ="text", which are that text.
	Formulas int64 `json:"formulas"`

	// PassedOver says which lines hold no records, by kind, in the order in which
	// the kinds occurred.
	PassedOver []PassedOver `json:"passedOver"`
}

// clone returns a copy that reading on does not change.
func (s *Stats) clone() Stats {
	c := *s
	c.PassedOver = slices.Clone(s.PassedOver)
	for i := range c.PassedOver {
		c.PassedOver[i].Ranges = slices.Clone(c.PassedOver[i].Ranges)
	}
	return c
}

// equal reports whether s, which may be nil, counts the same as t.
func (s *Stats) equal(t *Stats) bool {
	if s == nil || len(s.PassedOver) != len(t.PassedOver) {
		return false
	}
	for i := range s.PassedOver { // the lines grow with the ranges
		if s.PassedOver[i].Lines != t.PassedOver[i].Lines {
			return false
		}
	}
	return s.Padded == t.Padded && s.Trimmed == t.Trimmed && s.Spaced == t.Spaced && s.Formulas == t.Formulas
}

// PassedOver is the lines of one kind that hold no records and were not loaded.
// Its JSON is part of the program's contract.
type PassedOver struct {
	Kind   SkipKind `json:"kind"`
	Lines  int64    `json:"lines"`  // the number of physical lines
	Ranges []Range  `json:"ranges"` // where they are: the first mostRanges runs of lines
}

// A Range is a run of physical lines.
type Range struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// mostRanges bounds PassedOver.Ranges.
const mostRanges = 20

// passOver counts lines, the first of them line, as skipped.
func (s *Stats) passOver(kind SkipKind, line, lines int64) {
	at := slices.IndexFunc(s.PassedOver, func(p PassedOver) bool { return p.Kind == kind })
	if at < 0 {
		at = len(s.PassedOver)
		s.PassedOver = append(s.PassedOver, PassedOver{Kind: kind, Ranges: []Range{}})
	}
	p := &s.PassedOver[at]
	p.Lines += lines
	if n := len(p.Ranges); n > 0 && p.Ranges[n-1].To == line-1 {
		p.Ranges[n-1].To = line + lines - 1
	} else if n < mostRanges {
		p.Ranges = append(p.Ranges, Range{line, line + lines - 1})
	}
}

// next returns the next record. If it is bad, the error is a *load.Reject, and the
// record is returned as well. At the end the error is io.EOF.
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
		if r.header != nil && r.unusual[w.text[w.pos]] {
			skipped, err := r.skipRepeated()
			if err != nil {
				return nil, err
			}
			if skipped {
				continue
			}
		}
		switch r.parse() {
		case parsed:
			if r.shape.end > r.maximum {
				return r.tooLarge()
			}
			if r.starts != nil && r.shape.breaks > 0 && r.joins() {
				return r.repair()
			}
			if len(r.shape.fields) == r.want && r.shape.breaks == 0 && !r.suspect() {
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
		st := r.scan.scan(w.text, w.pos, w.eof, &r.shape)
		if st == parsed || st == needMore && len(w.text)-w.pos <= r.maximum {
			return st
		}
		r.scan.skip(w.pos)
	}
	b, eof := r.largest()
	st := r.g.parse(b, eof, &r.shape)
	if r.scan != nil && st == parsed {
		r.scan.pass(w.pos + r.shape.end)
	}
	return st
}

// largest returns the text at pos in which a record must end, which is one byte
// more than a record may have, and whether the file ends with it.
func (r *reader) largest() (b []byte, eof bool) {
	b = r.w.rest()
	if len(b) > r.maximum {
		return b[:r.maximum+1], false
	}
	return b, r.w.eof
}

// suspect reports whether the record at text[pos] may have invalid bytes.
func (r *reader) suspect() bool {
	return r.w.suspect || r.scan != nil && r.w.pos < r.scan.suspect
}

// fill reads more text: at least as much again as there is, so that a long record
// is parsed from its beginning only a few times.
func (r *reader) fill() error {
	had := len(r.w.rest())
	for {
		if err := r.w.fill(); err != nil {
			return systemError("read", r.path, err)
		}
		if n := len(r.w.rest()); had < chunk || r.w.eof || n >= 2*had || n > r.maximum {
			break
		}
	}
	if r.scan != nil {
		r.scan.reset(r.w.pos)
	}
	return nil
}

// accept sets record from shape and moves on past it.
func (r *reader) accept() {
	w, rec := r.w, &r.record
	r.advance(r.shape.end, r.shape.breaks)
	from := w.pos - r.shape.end
	rec.Text = w.text[from:w.pos:w.pos]
	rec.Unescaped = r.shape.unescaped
	rec.Fields = r.shape.fields
	r.stats.Spaced += int64(r.shape.spaced)
	r.stats.Formulas += int64(r.shape.formulas)
}

// advance moves on by n bytes of text, a record with breaks line ends in it, and
// sets the record's number, lines and range.
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

// move goes on at text[pos+n], and makes the scanner do so.
func (r *reader) move(n int) {
	r.w.pos += n
	if r.scan != nil {
		r.scan.skip(r.w.pos)
	}
}

// skipLine skips a blank or comment line at text[pos], if there is one.
func (r *reader) skipLine() (bool, error) {
	w := r.w
	for {
		b := w.rest()
		kind, n := SkipBlank, 0
		switch {
		case b[0] == '\n' || b[0] == '\r':
			n = charset.LineEnd(b, w.eof)
		case bytes.HasPrefix(b, r.g.comment):
			record, st := r.recordWithMark(b)
			if record {
				return false, nil
			}
			if kind = SkipComment; st != needMore {
				n = charset.LineEnd(b, w.eof)
			}
		case !w.eof && bytes.HasPrefix(r.g.comment, b):
		default:
			return false, nil
		}
		switch {
		case n > 0 && (n <= r.maximum || kind == SkipBlank):
			r.pass(kind, n, 1)
			return true, nil
		case len(b) > r.maximum:
			return false, nil // so it is a record that is too large
		}
		if err := r.fill(); err != nil {
			return false, err
		}
	}
}

// recordWithMark reports whether b is a record although it begins with the comment
// mark: if the mark was detected, a line that is a whole record is not a comment.
func (r *reader) recordWithMark(b []byte) (bool, status) {
	if !r.commentFound || r.want < 2 {
		return false, parsed
	}
	part, all := b, r.w.eof
	if len(b) > lookRecord {
		part, all = b[:lookRecord], false
	}
	st := r.g.parse(part, all, &r.other)
	if st == needMore && len(part) < len(b) {
		st = broken
	}
	return st == parsed && len(r.other.fields) == r.want, st
}

// pass skips n bytes of text, which are that number of lines and not a record.
func (r *reader) pass(kind SkipKind, n int, lines int64) {
	switch kind {
	case SkipBlank:
		r.stats.Blank += lines
	case SkipComment:
		r.stats.Comment += lines
	case SkipFooter:
		r.stats.Footer += lines
	}
	r.stats.passOver(kind, r.line, lines)
	if r.onSkip != nil {
		from, to, _ := r.w.span(r.w.pos, r.w.pos+n)
		r.onSkip(skip{Kind: kind, Line: r.line, EndLine: r.line + lines - 1, Offset: from, End: to})
	}
	r.line += lines
	r.move(n)
}

// finish counts the footer and returns io.EOF.
func (r *reader) finish() error {
	w := r.w
	if n := len(w.held); n > 0 {
		w.text, w.held = w.text[:len(w.text)+n], nil
		r.pass(SkipFooter, n, charset.CountLines(w.rest()))
	}
	return io.EOF
}
