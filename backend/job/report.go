package job

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gocarina/gocsv"

	"linefeed/backend/csvfile"
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

// SaveAs makes the file path with what write writes, whole or not at all: it is
// written next to its place and then renamed. A link stays a link, to a new file,
// which takes over the permissions of an existing one. A device or a pipe, such as
// /dev/stdout, is written to directly.
func SaveAs(path string, write func(io.Writer) error) error {
	if err := MaySave(path); err != nil {
		return err
	}
	if err := saveAs(path, write); err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	return nil
}

// MaySave returns an error if path is the program's own store, which saving to
// would destroy.
func MaySave(path string) error {
	return refuseOwn(context.Background(), message.New("own_saved", "choose_file", "path", path), path)
}

func saveAs(path string, write func(io.Writer) error) error {
	rights := fs.FileMode(0o644) // as any editor would save it
	switch old, err := os.Stat(path); {
	case err == nil && old.IsDir():
		return message.NewError(nil, "is_folder_save", "")
	case err == nil && !old.Mode().IsRegular():
		return writeTo(path, write)
	case err == nil:
		rights = old.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	removeUnsaved(path)
	f, err := os.CreateTemp(filepath.Dir(path), unsavedName(path, strconv.Itoa(os.Getpid()))+"-*")
	if err != nil {
		return err
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), rights)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error says more
	}
	return err
}

// writeTo writes to a device or a pipe.
func writeTo(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// RejectBytes is a rejected record to be shown.
type RejectBytes struct {
	Text      string `json:"text"`      // the record, decoded; at most the first 64 KiB of it
	Bytes     int64  `json:"bytes"`     // how long the record is in the file
	Truncated bool   `json:"truncated"` // Text is not all of it
	// [ValueStart, ValueEnd) is where the refused value is in Text, in UTF-16 units,
	// as scripts count; both are -1 if it is not found.
	ValueStart int `json:"valueStart"`
	ValueEnd   int `json:"valueEnd"`
}

const rejectTextBytes = 64 << 10

// RejectBytes returns a rejected record of a job to be shown.
func (r *Runner) RejectBytes(ctx context.Context, id string, reject int64) (RejectBytes, error) {
	raw, size, err := r.store.RejectBytes(ctx, id, reject, rejectTextBytes)
	if err != nil {
		return RejectBytes{}, err
	}
	head, err := r.store.Head(ctx, id)
	if err != nil {
		return RejectBytes{}, err
	}
	var d csvfile.Dialect
	if err := json.Unmarshal([]byte(head.Dialect), &d); err != nil {
		return RejectBytes{}, fmt.Errorf("decode the dialect of job %s: %w", id, err)
	}
	page, err := r.store.Rejects(ctx, RejectQuery{Job: id, After: reject - 1, Limit: 1})
	if err != nil {
		return RejectBytes{}, err
	}
	text := csvfile.Decode(raw, d.Encoding)
	b := RejectBytes{Text: text, Bytes: size, Truncated: int64(len(raw)) < size, ValueStart: -1, ValueEnd: -1}
	if len(page.Rejects) == 1 {
		b.mark(text, page.Rejects[0].Value)
	}
	return b, nil
}

// mark finds value in text, if it occurs there exactly once.
func (b *RejectBytes) mark(text, value string) {
	if value == "" || strings.Count(text, value) != 1 {
		return
	}
	at := strings.Index(text, value)
	b.ValueStart = utf16Len(text[:at])
	b.ValueEnd = b.ValueStart + utf16Len(value)
}

// utf16Len returns the number of UTF-16 units in s.
func utf16Len(s string) int {
	n := 0
	for _, c := range s {
		n++
		if c > 0xFFFF {
			n++
		}
	}
	return n
}
