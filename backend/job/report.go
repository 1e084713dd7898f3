package job

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gocarina/gocsv"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// WriteRejects writes the rejected records of a job byte for byte, after what
// precedes the first record in its file: a file that can be mended and loaded again.
// With open it writes those alone that are open. It leaves out records that were too
// large, of which only a part is stored that would pass for the whole.
func (r *Runner) WriteRejects(ctx context.Context, id string, open bool, w io.Writer) error {
	return r.eachInFile(ctx, id, open, func(head []byte) error {
		_, err := w.Write(head)
		return err
	}, func(v store.StoredReject) error {
		_, err := w.Write(v.Raw)
		return err
	})
}

// eachInFile calls begin with the head of a job's file of rejects, and each for every
// reject in it.
func (r *Runner) eachInFile(ctx context.Context, id string, open bool, begin func([]byte) error, each func(store.StoredReject) error) error {
	if err := r.store.Complete(ctx, id); err != nil { // before anything is written
		return err
	}
	head, err := r.store.Head(ctx, id)
	if err != nil {
		return err
	}
	if err := begin(head.Bytes); err != nil {
		return err
	}
	for reject, err := range r.store.SomeRejects(ctx, id, open) {
		if err != nil {
			return err
		}
		if reject.Code == load.CodeRecordTooLarge {
			continue
		}
		if err := each(reject); err != nil {
			return err
		}
	}
	return nil
}

// A ReportLine is a line of the error report. Its columns are part of the program's contract.
type ReportLine struct {
	Time    string `csv:"time"`
	Record  int64  `csv:"record"`
	Line    int64  `csv:"line"`
	EndLine int64  `csv:"end_line"`
	Column  string `csv:"column"`
	Value   string `csv:"value"`
	Code    string `csv:"code"`
	Message string `csv:"message"`
	Hint    string `csv:"hint"`

	State     string `csv:"state"` // open, loaded or dismissed
	ClosedBy  string `csv:"closed_by"`
	ClosedAt  string `csv:"closed_at"`
	ClosedJob string `csv:"closed_job"`
}

// newReportLine returns the line of a reject. Its texts are safe in a spreadsheet.
func newReportLine(v store.Reject, spell message.Speller) ReportLine {
	if spell != nil {
		v.Message, v.Hint = v.Spelled(v.Message, v.Hint, spell)
	}
	l := ReportLine{
		Time: v.Time, Record: v.Record, Line: v.Line, EndLine: v.EndLine, Column: safeCell(v.Column), Value: safeCell(v.Value),
		Code: string(v.Code), Message: safeCell(v.Message), Hint: safeCell(v.Hint), State: v.State,
	}
	if c := v.Closed; c != nil {
		l.ClosedBy, l.ClosedAt, l.ClosedJob = safeCell(c.Who), c.Time, c.Job
	}
	return l
}

// safeCell returns text as a spreadsheet takes it for a text, which may take it for a
// formula otherwise: with an apostrophe in front, where it begins as one does (see
// OWASP, CSV Injection). Numbers with a sign are left as they are.
func safeCell(text string) string {
	begins := func(signs string) bool { return strings.ContainsAny(text[:1], signs) }
	switch {
	case text == "":
		return text
	case begins("=@\t\r\n"), strings.HasPrefix(text, "＝"), strings.HasPrefix(text, "＋"), strings.HasPrefix(text, "－"), strings.HasPrefix(text, "＠"):
		return "'" + text
	case begins("+-") && !isSigned(text):
		return "'" + text
	}
	return text
}

// isSigned reports whether text is a sign and a number in digits, with points and
// commas.
func isSigned(text string) bool {
	digits := strings.TrimLeft(text[1:], "0123456789.,")
	return digits == "" && strings.ContainsAny(text, "0123456789")
}

// reportLines is the number of lines of a report that are held at a time.
const reportLines = 1000

// lines writes lines as CSV, with a header.
type lines[T any] struct {
	w    io.Writer
	held []T
}

func newLines[T any](w io.Writer) (*lines[T], error) {
	l := &lines[T]{w, make([]T, 0, reportLines)}
	return l, gocsv.Marshal(l.held, w)
}

func (l *lines[T]) add(v T) error {
	if l.held = append(l.held, v); len(l.held) < reportLines {
		return nil
	}
	return l.flush()
}

func (l *lines[T]) flush() error {
	defer func() { l.held = l.held[:0] }()
	return gocsv.MarshalWithoutHeaders(l.held, l.w)
}

// WriteReport writes the error report of a job: a CSV file with a header and a
// line for each reject, with open for those alone that are open. Its hints spell
// settings by spell, or not where it is nil. Of a set it is that of all its jobs, with the
// file and the job in front.
func (r *Runner) WriteReport(ctx context.Context, id string, open bool, w io.Writer, spell message.Speller) error {
	if IsSet(id) {
		return r.writeSetReport(ctx, id, open, w, spell)
	}
	if err := r.store.Complete(ctx, id); err != nil { // before anything is written
		return err
	}
	out, err := newLines[ReportLine](w)
	if err != nil {
		return err
	}
	for v, err := range r.store.SomeRejects(ctx, id, open) {
		if err != nil {
			return err
		}
		if err := out.add(newReportLine(v.Reject, spell)); err != nil {
			return err
		}
	}
	return out.flush()
}

// A reasonLine is a line of the reasons for the records of a file of rejects.
type reasonLine struct {
	FileLine    int64 `csv:"file_line"` // in the file of rejects
	FileEndLine int64 `csv:"file_end_line"`
	ReportLine
}

// WriteReasons writes why the records of the job's file of rejects were rejected, by
// the lines of that file, as CSV.
func (r *Runner) WriteReasons(ctx context.Context, id string, open bool, w io.Writer, spell message.Speller) error {
	k, _, err := r.kept(ctx, id)
	if err == nil {
		err = r.store.Complete(ctx, id)
	}
	if err != nil {
		return err
	}
	out, err := newLines[reasonLine](w)
	if err != nil {
		return err
	}
	line := int64(1)
	err = r.eachInFile(ctx, id, open, func(head []byte) error {
		line += csvfile.Lines(head, k.Encoding)
		return nil
	}, func(v store.StoredReject) error {
		n := csvfile.Lines(v.Raw, k.Encoding)
		at := line
		line += n
		return out.add(reasonLine{at, at + max(n, 1) - 1, newReportLine(v.Reject, spell)})
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// SaveRejects saves what [Runner.WriteRejects] writes as the file path, as
// [SaveAs] does, and beside it what [Runner.WriteReasons] writes, unless that is a
// device or a pipe.
func (r *Runner) SaveRejects(ctx context.Context, id, path string) error {
	return r.SaveSomeRejects(ctx, id, false, path, nil)
}

// SaveSomeRejects saves the file of rejects, or with open of those alone that are
// open, and their reasons as [Runner.SaveRejects] does.
func (r *Runner) SaveSomeRejects(ctx context.Context, id string, open bool, path string, spell message.Speller) error {
	if err := SaveAs(path, func(w io.Writer) error { return r.WriteRejects(ctx, id, open, w) }); err != nil {
		return err
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return SaveAs(ReasonsPath(path), func(w io.Writer) error { return r.WriteReasons(ctx, id, open, w, spell) })
}

// ReasonsPath returns where the reasons for the records of a file of rejects are
// saved: bad.reasons.csv for bad.csv.
func ReasonsPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".reasons.csv"
}

// SaveReport saves what [Runner.WriteReport] writes as the file path, as
// [SaveAs] does.
func (r *Runner) SaveReport(ctx context.Context, id, path string, spell message.Speller) error {
	return SaveAs(path, func(w io.Writer) error { return r.WriteReport(ctx, id, false, w, spell) })
}

// WritePage writes the error report of a job, or of a set, as a page of HTML that can be
// printed.
func (r *Runner) WritePage(ctx context.Context, id string, open bool, w io.Writer, spell message.Speller) error {
	if IsSet(id) {
		return r.writeSetPage(ctx, id, open, w, spell)
	}
	j, err := r.Job(ctx, id)
	if err == nil {
		err = r.store.Complete(ctx, id)
	}
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := pageHead.Execute(out, pageTitle{filepath.Base(j.Request.File), open}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := r.writePart(ctx, j, open, out, spell); err != nil {
		return err
	}
	if _, err := out.WriteString(pageEnd); err != nil {
		return err
	}
	return out.Flush()
}

// writePart writes what a page has of one job.
func (r *Runner) writePart(ctx context.Context, j Job, open bool, out io.Writer, spell message.Speller) error {
	groups, err := r.store.RejectGroups(ctx, GroupQuery{Job: j.ID, Open: open, Limit: reportGroups})
	if err != nil {
		return err
	}
	if err := partHead.Execute(out, reportPart{j, groups}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for v, err := range r.store.SomeRejects(ctx, j.ID, open) {
		if err != nil {
			return err
		}
		if spell != nil {
			v.Message, v.Hint = v.Spelled(v.Message, v.Hint, spell)
		}
		if err := pageRow.Execute(out, v.Reject); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	_, err = io.WriteString(out, partEnd)
	return err
}
