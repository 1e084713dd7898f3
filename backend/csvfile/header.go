package csvfile

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/charset"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// readHeader skips the preamble, reads the header and names the fields, going by
// what was detected about the records.
func (f *File) readHeader(found *detected) error {
	r, wanted := f.reader, found.fields
	for range *found.dialect.SkipLines {
		if done, err := r.skipPreamble(); err != nil || done {
			if err != nil {
				return err
			}
			break
		}
	}
	var names []string
	var text []byte // of all rows
	rows := *found.dialect.HeaderRows
	for range rows {
		row, err := f.headerRow(wanted)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if c := found.dialect.Comment; names == nil && (c == None || c == "") && len(row) > 1 {
			row[0] = unremarked(row[0])
		}
		names = joinNames(names, row)
		text = append(text, r.record.Text...)
	}
	if rows == 0 {
		if wanted == 0 { // not detected: the first record is longer than the sample
			var err error
			if wanted, err = r.firstWidth(); err != nil {
				return err
			}
		}
		names = make([]string, wanted)
	} else if found.firm && found.padding == 0 {
		names = f.fitNames(names, wanted)
	}
	if len(names) == 0 {
		names = make([]string, 1)
	}
	r.names = f.uniqueNames(names, rows > 0)
	r.want = len(r.names)
	r.number = 0
	if rows > 0 && found.named {
		r.setHeader(text)
	}
	return nil
}

// unremarked returns a name without the comment mark and blank before it, as where
// the names are the last of several comment lines.
func unremarked(s string) string {
	if m := commentMark([]byte(s)); m != "" && strings.HasPrefix(s[len(m):], " ") {
		return strings.TrimSpace(s[len(m):])
	}
	return s
}

// skipPreamble skips one physical line. It reports true at the end of the file.
func (r *reader) skipPreamble() (bool, error) {
	for {
		b := r.w.rest()
		if len(b) > 0 {
			if n := charset.LineEnd(b, r.w.eof); n > 0 && n <= r.maximum {
				r.pass(SkipPreamble, n, 1)
				return false, nil
			}
			if len(b) > r.maximum {
				return false, dialectError(r.path, message.New("line_too_long", "not_skippable", "line", r.line, "most", r.maximum))
			}
		}
		if r.w.eof {
			return true, nil
		}
		if err := r.fill(); err != nil {
			return false, err
		}
	}
}

// headerRow reads a record of names for records with that number of fields.
func (f *File) headerRow(wanted int) ([]string, error) {
	r := f.reader
	rec, err := r.next()
	var rej *load.Reject
	if errors.As(err, &rej) {
		if row := f.asItStands(rec, rej, wanted); row != nil {
			return f.tellHeader(rec, row), nil
		}
		return nil, dialectError(f.path, message.New("header_unreadable", "mend_header", "line", rej.Line, "reason", rej.Message))
	}
	if err != nil {
		return nil, err
	}
	row := make([]string, len(rec.Fields))
	for i := range row {
		row[i] = string(rec.Field(i))
	}
	return f.tellHeader(rec, row), nil
}

// asItStands returns the names in a header that breaks the rules of quotes, if
// their number is that of the fields, otherwise nil.
func (f *File) asItStands(rec *load.Record, rej *load.Reject, wanted int) []string {
	if rej.Code != load.CodeStrayQuote && rej.Code != load.CodeUnclosedQuote || rec.Line != rec.EndLine {
		return nil
	}
	row := f.reader.g.pieces(rec.Text)
	if wanted > 0 && len(row) != wanted {
		return nil
	}
	f.warnOfHeader(message.New("header_quotes", "look_at_them", "line", rec.Line))
	return row
}

// tellHeader counts the record as part of the header and returns its names.
func (f *File) tellHeader(rec *load.Record, row []string) []string {
	for i := range row {
		row[i] = trimName(row[i])
	}
	if r := f.reader; r.onSkip != nil {
		r.onSkip(skip{Kind: SkipHeader, Line: rec.Line, EndLine: rec.EndLine, Offset: rec.Offset, End: rec.End})
	}
	return row
}

// joinNames appends a row of names to the names above. A name that spans several
// fields is in the first of them only.
func joinNames(names, row []string) []string {
	if names == nil {
		return row
	}
	last := ""
	for i := range names {
		if names[i] == "" {
			names[i] = last
		}
		last = names[i]
	}
	for i, s := range row {
		switch {
		case i >= len(names):
			names = append(names, s)
		case names[i] == "":
			names[i] = s
		case s != "" && s != names[i]:
			names[i] += " " + s
		}
	}
	return names
}

// fitNames fits the header to records that all have another number of fields.
func (f *File) fitNames(names []string, wanted int) []string {
	n := len(names)
	switch {
	case wanted == n || wanted == 0:
		return names
	case wanted < n && len(trimEmpty(names)) <= wanted:
		f.warnOfHeader(message.New("header_longer", "", "n", n-wanted, "fields", wanted))
		return names[:wanted]
	case wanted > n:
		f.warnOfHeader(message.New("header_differs", "check_names", "n", n, "fields", wanted))
		return append(names, make([]string, wanted-n)...)
	}
	return names
}

// uniqueNames names the fields without names and makes equal names different.
func (f *File) uniqueNames(names []string, header bool) []string {
	taken := make(map[string]bool, len(names))
	for _, s := range names {
		taken[strings.ToLower(s)] = true
	}
	var empty, doubled []string
	seen := make(map[string]bool, len(names))
	last := map[string]int{}
	for i, s := range names {
		s = strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c == '\n' || c == '\r' }), " ")
		if s == "" {
			s = free("field_"+strconv.Itoa(i+1), taken, last)
			empty = append(empty, strconv.Itoa(i+1))
		} else if seen[strings.ToLower(s)] {
			doubled = append(doubled, strconv.Quote(s))
			s = free(s, taken, last)
		}
		names[i] = s
		taken[strings.ToLower(s)] = true
		seen[strings.ToLower(s)] = true
	}
	if header && len(empty) > 0 {
		f.warnOfHeader(message.New("fields_no_name", "called_by_place", "fields", empty))
	}
	if len(doubled) > 0 {
		slices.Sort(doubled)
		f.warnOfHeader(message.New("names_doubled", "later_numbered", "names", slices.Compact(doubled)))
	}
	return names
}

// free returns s, or s followed by a number if it is taken. Equal names before it
// have the numbers up to last.
func free(s string, taken map[string]bool, last map[string]int) string {
	lower := strings.ToLower(s)
	if !taken[lower] {
		return s
	}
	for n := max(2, last[lower]+1); ; n++ {
		if t := s + "_" + strconv.Itoa(n); !taken[strings.ToLower(t)] {
			last[lower] = n
			return t
		}
	}
}

func (f *File) warnOfHeader(note message.Note) {
	f.warnings = append(f.warnings, Warning{Code: WarnHeader, Note: note})
}
