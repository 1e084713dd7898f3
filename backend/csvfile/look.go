package csvfile

import (
	"context"
	"errors"
	"strings"

	"linefeed/backend/charset"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A Preview is what is known about a file from a bounded part of it. Its JSON
// is part of the program's contract.
type Preview struct {
	Dialect  Dialect   `json:"dialect"`
	Findings []Finding `json:"findings"`
	Warnings []Warning `json:"warnings"`
	Fields   []string  `json:"fields"`
	Rows     []Row     `json:"rows"`

	Size int64 `json:"size"` // bytes on disk, -1 where not known
	// Records is the number of records, estimated from the size of those in Rows;
	// exact if Complete is set; -1 if it is not known.
	Records  int64 `json:"records"`
	Complete bool  `json:"complete"` // Rows holds all records
}

// A Row is one of the first records of a file.
type Row struct {
	Number  int64    `json:"number"`
	Line    int64    `json:"line"`
	EndLine int64    `json:"endLine"`
	Values  []string `json:"values"` // of the fields; empty for a bad record
	Quoted  []bool   `json:"quoted"` // which of them were in quotes

	// Problem says why the record can't be read; Raw is its text then.
	Problem *Problem `json:"problem,omitempty"`
	Raw     string   `json:"raw,omitempty"`
}

// A Problem is why a record can't be read.
type Problem struct {
	Code    load.Code `json:"code"`
	Column  string    `json:"column"`
	Value   string    `json:"value"`
	Message string    `json:"message"`
	Hint    string    `json:"hint"`
	message.Origin
	Settings []message.Setting `json:"settings,omitempty"` // those that the hint is about
}

// maxShown is the maximum number of bytes of a value or a bad record in a preview.
const maxShown = 4 << 10

// maxLook is the number of bytes of text that a preview reads, more if records may
// be longer: it reaches the end of any record that an import would load.
const maxLook = 2 * DefaultMaxRecord

// LookContext opens the file at path and returns its first records, at most the
// given number of rows. It does as OpenContext does, but of an archive of several
// files it takes the first, and lists the others in the finding "member". It
// returns the file too, which can be rewound, and must be closed.
func LookContext(ctx context.Context, path string, d Dialect, opt Options, rows int) (*Preview, *File, error) {
	opt.MaxRead = max(maxLook, 2*int64(opt.MaxRecord))
	in, err := openFile(ctx, path, Print{})
	if err != nil {
		return nil, nil, err
	}
	f, err := open(in, d, opt, true)
	if err != nil {
		return nil, nil, err
	}
	p, err := f.look(rows)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return p, f, nil
}

func (f *File) look(rows int) (*Preview, error) {
	p := &Preview{
		Dialect: f.Dialect(), Findings: f.Findings(), Fields: f.Fields(),
		Rows: []Row{}, Size: f.Size(), Records: -1,
	}
	var start, end, used int64 = -1, 0, 0
	p.Complete = true
	cut := false
	for rec, err := range f.Records() {
		var rej *load.Reject
		if err != nil && !errors.As(err, &rej) {
			return nil, err
		}
		if len(p.Rows) >= rows {
			p.Complete = false
			break
		}
		if start < 0 {
			start = rec.Offset
		}
		end, used = rec.End, rec.Consumed
		cut = rej != nil && rej.Code == load.CodeRecordTooLarge && f.beginning.more
		p.Rows = append(p.Rows, newRow(rec, rej))
	}
	if f.beginning.more {
		p.Complete = false
	}
	p.Warnings = append([]Warning{}, f.Warnings()...)
	n := int64(len(p.Rows))
	switch {
	case p.Complete:
		p.Records = n
	case cut: // its end is not known
	case p.Size >= 0 && end > start && p.Dialect.Compression == None:
		p.Records = max(n+1, (p.Size-start)*n/(end-start))
	case p.Size >= 0 && used > 0 && used < p.Size:
		p.Records = max(n+1, p.Size*n/used)
	}
	return p, nil
}

func newRow(rec *load.Record, rej *load.Reject) Row {
	row := Row{Number: rec.Number, Line: rec.Line, EndLine: rec.EndLine, Values: []string{}, Quoted: []bool{}}
	if rej != nil {
		row.Problem = &Problem{Code: rej.Code, Column: rej.Column, Value: rej.Value, Message: rej.Message, Hint: rej.Hint, Origin: rej.Origin, Settings: rej.Settings}
		text := rec.Text
		if text == nil {
			text = rec.Raw
		}
		row.Raw = shown(text)
		return row
	}
	for i, f := range rec.Fields {
		row.Values = append(row.Values, shown(rec.Field(i)))
		row.Quoted = append(row.Quoted, f.Quoted)
	}
	return row
}

// shown returns b cut to what a preview shows, as valid text.
func shown(b []byte) string {
	if len(b) > maxShown {
		b = b[:maxShown]
		b = b[:len(b)-charset.CutRune(b)]
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
