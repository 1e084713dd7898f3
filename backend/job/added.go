package job

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// The codes of warnings about a file of which the table holds the beginning.
const (
	WarnGrown = "grown" // all of it is loaded, also what was loaded before
	WarnAdded = "added" // only what was added is loaded
)

// An ending is where an earlier job came to the end of a file that was added to since.
type ending struct {
	Job     string `json:"job"`
	Records int64  `json:"records"` // the number of its last record; 0 for none
	Bytes   int64  `json:"bytes"`   // one past the last byte of that
	Size    int64  `json:"size"`    // of the file then
}

// endingOf returns where a job came to the end of its file.
func endingOf(j Job, k kept) ending {
	e := ending{Job: j.ID, Records: j.Summary.Read, Bytes: j.Summary.Bytes, Size: k.size()}
	if before := k.After; before != nil { // it had loaded only what was added
		e.Records += before.Records
		e.Bytes = max(e.Bytes, before.Bytes)
	}
	return e
}

// grownFrom returns that of some jobs that loaded the longest beginning of the file, under
// its own path, and still has rows in the table; the ID is empty for none.
func (r *Runner) grownFrom(ctx context.Context, p *prepared, all []store.Job) (from Job, k kept, err error) {
	type beginning struct {
		store.Job
		size int64
	}
	var list []beginning
	size := p.file.Raw().Size()
	for _, s := range all {
		if n := (&kept{Print: s.Print}).size(); n > 0 && n <= size && s.File == p.req.File {
			list = append(list, beginning{s, n})
		}
	}
	slices.SortStableFunc(list, func(a, b beginning) int { return cmp.Compare(b.size, a.size) })
	prints := map[int64]string{}
	for _, b := range list {
		if _, known := prints[b.size]; !known {
			prints[b.size], _ = await(ctx, func() string { return printOf(io.NewSectionReader(p.file.Raw(), 0, b.size)) })
		}
		if prints[b.size] != b.Print {
			continue
		}
		j, err := r.Job(ctx, b.ID)
		if err != nil {
			return from, k, err
		}
		v := j.Summary
		switch {
		case v == nil, j.Request.Retry != nil, j.Undone != nil:
			continue
		case j.State == Done && !strings.EqualFold(v.Table, p.table), j.State != Done && v.Inserted+v.Updated == 0:
			continue
		}
		k, _, err = r.kept(ctx, j.ID)
		if err != nil || k.Plan == nil || k.Compression != csvfile.None {
			return Job{}, k, err
		}
		return j, k, nil
	}
	return from, k, nil
}

// loadAdded has only what was added to the file loaded, which is open: from the end on
// that an earlier job has come to, and read as it was then.
func (r *Runner) loadAdded(ctx context.Context, p *prepared) error {
	if p.req.like != nil {
		return load.Problem{Note: message.New("added_and_like", "added_or_like")}
	}
	if err := p.findTable(ctx); err != nil {
		return err
	}
	var from Job
	var k kept
	if p.exists {
		of, err := r.jobsOf(ctx, p)
		if err == nil {
			from, k, err = r.grownFrom(ctx, p, of)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case from.ID == "":
		return load.Problem{Note: message.New("added_to_none", "load_all", "path", p.req.File, "table", p.table)}
	case from.State != Done:
		return load.Problem{Note: message.New("added_to_unfinished", "resume_first", "job", from.ID, "state", string(from.State))}
	}
	begins := csvfile.Print{}
	if e, err := r.earlier(ctx, from.ID); err != nil {
		return err
	} else if e.last != nil && e.through {
		begins = e.last.Print
	}
	was := k.Dialect
	was.FooterLines = from.Request.Dialect.FooterLines // the end is another one now
	p.req.like = &likeness{kept: k, job: from.ID, own: true}
	p.req.Dialect = completedDialect(p.req.Dialect, was)
	p.req.Limits.MaxRecord = cmp.Or(p.req.Limits.MaxRecord, from.Request.Limits.MaxRecord)
	p.req.Plan.Table, p.req.Plan.Schema = p.table, p.schema
	_ = p.file.Close() // it was only read
	file, err := openFile(ctx, p.req, begins)
	if err != nil {
		return err
	}
	p.file = file
	p.fields = p.file.Fields()
	p.req = p.req.liked(p.fields)
	at := endingOf(from, k)
	p.after, p.seam = &at, &at
	return nil
}

// addedTo returns the warning of a job that loads what was added to its file.
func (p *prepared) addedTo() load.Warning {
	added := p.file.Raw().Size() - p.after.Size
	return load.Warning{Code: WarnAdded, Note: message.New("added", "", "n", p.after.Records, "job", p.after.Job, "added", added)}
}

// grown returns the warning of a job that loads all of a file whose beginning another has
// loaded.
func (p *prepared) grown(from Job, k kept) load.Warning {
	added := p.file.Raw().Size() - k.size()
	return load.Warning{Code: WarnGrown, Note: message.New("grown", "load_added", "table", p.table, "size", k.size(), "job", from.ID, "time", minute(from.Created), "added", added)}
}

// A seamed file is one that was added to. It is an error if what was loaded of it earlier
// does not end, in the file as it is now, where a record does.
type seamed struct {
	*csvfile.File
	at     ending
	past   bool  // the file was read past its end of then
	record int64 // the last one that was read
}

// Fill implements [load.Source].
func (s *seamed) Fill(b *load.Block) error {
	err := s.File.Fill(b)
	if s.past {
		return err
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		raw := b.Raw(i)
		if bad := s.check(row.Number, row.Line, row.Offset, row.Offset+int64(len(raw)), raw); bad != nil {
			b.Reset(b.Width, b.Cols)
			return bad
		}
	}
	for i := range b.Rejects {
		v := &b.Rejects[i]
		if bad := s.check(v.Record, v.Line, v.Offset, v.End, v.Raw); bad != nil {
			b.Reset(b.Width, b.Cols)
			return bad
		}
	}
	s.past = s.record > s.at.Records
	if errors.Is(err, io.EOF) && s.record < s.at.Records {
		return s.other()
	}
	return err
}

// check checks a record: its number, its first line, its bytes and where they are.
func (s *seamed) check(record, line, offset, end int64, raw []byte) error {
	s.record = max(s.record, record)
	switch more := end - s.at.Bytes; {
	case record > s.at.Records && offset >= max(s.at.Bytes, s.at.Size), record < s.at.Records && more <= 0, record == s.at.Records && more == 0:
		return nil
	case record == s.at.Records && more > 0 && offset < s.at.Bytes:
		if more < int64(len(raw)) && isLineEnd(csvfile.Decode(raw[int64(len(raw))-more:], s.Dialect().Encoding)) {
			return nil // it was the last line of the file, and had none
		}
		return load.Problem{Note: message.New("added_continues", "load_anew", "job", s.at.Job, "line", line)}
	}
	return s.other()
}

func isLineEnd(text string) bool { return text == "\n" || text == "\r\n" || text == "\r" }

// other returns the error of a file whose records are others than they were.
func (s *seamed) other() error {
	return load.Problem{Note: message.New("added_otherwise", "load_anew", "job", s.at.Job, "n", s.at.Records, "bytes", max(s.at.Bytes, s.at.Size))}
}

// source returns the file as a load reads it.
func (p *prepared) source() load.Source {
	if p.seam == nil {
		return p.file
	}
	return &seamed{File: p.file, at: *p.seam}
}
