package job

import (
	"context"
	"io"

	"github.com/gocarina/gocsv"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// WriteRejects writes the rejected records of a job byte for byte, after what
// precedes the first record in its file: a file that can be mended and imported
// again. It leaves out records that were too large, of which only a part is
// stored that would pass for the whole.
func (r *Runner) WriteRejects(ctx context.Context, id string, w io.Writer) error {
	head, err := r.store.Head(ctx, id)
	if err != nil {
		return err
	}
	if _, err := w.Write(head.Bytes); err != nil {
		return err
	}
	for reject, err := range r.store.AllRejects(ctx, id) {
		if err != nil {
			return err
		}
		if reject.Code == load.CodeRecordTooLarge {
			continue
		}
		if _, err := w.Write(reject.Raw); err != nil {
			return err
		}
	}
	return nil
}

// A reportLine is a line of the error report.
type reportLine struct {
	Time    string `csv:"time"`
	Record  int64  `csv:"record"`
	Line    int64  `csv:"line"`
	EndLine int64  `csv:"end_line"`
	Column  string `csv:"column"`
	Value   string `csv:"value"`
	Code    string `csv:"code"`
	Message string `csv:"message"`
	Hint    string `csv:"hint"`
}

// reportLines is the number of lines of a report that are held at a time.
const reportLines = 1000

// WriteReport writes the error report of a job: a CSV file with a header and a
// line for each reject. Its hints spell settings by spell, or not where it is nil.
func (r *Runner) WriteReport(ctx context.Context, id string, w io.Writer, spell message.Speller) error {
	if _, err := r.Job(ctx, id); err != nil {
		return err
	}
	lines := make([]reportLine, 0, reportLines)
	if err := gocsv.Marshal(lines, w); err != nil { // the header
		return err
	}
	flush := func() error {
		defer func() { lines = lines[:0] }()
		return gocsv.MarshalWithoutHeaders(lines, w)
	}
	for v, err := range r.store.AllRejects(ctx, id) {
		if err != nil {
			return err
		}
		if spell != nil {
			v.Message, v.Hint = v.Spelled(v.Message, v.Hint, spell)
		}
		lines = append(lines, reportLine{v.Time, v.Record, v.Line, v.EndLine, v.Column, v.Value, string(v.Code), v.Message, v.Hint})
		if len(lines) == reportLines {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// SaveRejects saves what [Runner.WriteRejects] writes as the file path, as
// [SaveAs] does.
func (r *Runner) SaveRejects(ctx context.Context, id, path string) error {
	return SaveAs(path, func(w io.Writer) error { return r.WriteRejects(ctx, id, w) })
}

// SaveReport saves what [Runner.WriteReport] writes as the file path, as
// [SaveAs] does.
func (r *Runner) SaveReport(ctx context.Context, id, path string, spell message.Speller) error {
	return SaveAs(path, func(w io.Writer) error { return r.WriteReport(ctx, id, w, spell) })
}
