package job

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// WarnUnlike is the code of a warning that a file is not written like the rejects
// of the job that it is to be read like.
const WarnUnlike = "unlike"

// A likeness is what a request takes from an earlier job, so that its mended
// rejects are read as its whole file was: too few records are left to infer that
// again.
type likeness struct {
	kept
	job    string
	own    bool // the file begins like a file of the job's rejects
	starts *csvfile.Starts
}

// complete completes a request from the profile or the job that it names.
func (r *Runner) complete(ctx context.Context, req Request) (Request, error) {
	req, err := Profiled(r.Profiles, req)
	if err != nil {
		return req, err
	}
	return r.liken(ctx, req)
}

// takeTarget has a request that is like an earlier job, and names no target, name that job's:
// it is listed, undone and retried by it. That there is no such job is told as it runs.
func (r *Runner) takeTarget(ctx context.Context, req *Request) {
	if req.Target != "" || req.Like == "" {
		return
	}
	if j, err := r.Job(ctx, req.Like); err == nil {
		req.Target = j.Request.Target
	}
}

// liken completes a request from the job that it names as Like. What the request
// itself says takes precedence.
func (r *Runner) liken(ctx context.Context, req Request) (Request, error) {
	if req.Like == "" || req.like != nil {
		return req, nil
	}
	j, err := r.Job(ctx, req.Like)
	if err != nil {
		return req, err
	}
	k, head, err := r.kept(ctx, req.Like)
	if err != nil {
		return req, err
	}
	if k.Plan == nil {
		return req, load.Problem{Note: message.New("job_keeps_nothing", "do_not_like", "job", j.ID)}
	}
	own, err := fileBeginsLike(ctx, req.File, head)
	if err != nil {
		return req, err
	}
	like := &likeness{kept: k, job: j.ID, own: own}
	if own {
		if like.starts, err = r.starts(ctx, j.ID, k.Encoding); err != nil {
			return req, err
		}
	}
	req.like = like
	req.Target = cmp.Or(req.Target, j.Request.Target)
	req.Dialect = like.dialect(req.Dialect, len(head) > 0)
	if len(req.Infer) == 0 {
		req.Infer = k.Guessed
	}
	return req, nil
}

// fileBeginsLike reports whether the file at path begins with head. It ignores
// errors, which opening the file to load it returns.
func fileBeginsLike(ctx context.Context, path string, head []byte) (bool, error) {
	return begins(ctx, head, func() (bool, error) {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return false, nil
		}
		f, err := os.Open(path)
		if err != nil {
			return false, nil
		}
		defer f.Close()
		return beginsLike(f, head)
	})
}

// begins returns what f returns, which reads the beginning of a file, unless ctx
// is done first. Every file begins with an empty head.
func begins(ctx context.Context, head []byte, f func() (bool, error)) (bool, error) {
	if len(head) == 0 {
		return true, nil
	}
	type answer struct {
		like bool
		err  error
	}
	a, ok := await(ctx, func() (a answer) { a.like, a.err = f(); return a })
	if !ok {
		return false, context.Cause(ctx)
	}
	return a.like, a.err
}

// beginsLike reports whether r begins with head, ignoring line ends and byte
// order marks, which an editor may have changed.
func beginsLike(r io.Reader, head []byte) (bool, error) {
	plain := func(b []byte) []byte {
		b = bytes.TrimPrefix(b, []byte("\ufeff"))
		return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	b := make([]byte, 2*len(head)+4) // a line end may have become two bytes
	n, err := io.ReadFull(r, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return bytes.HasPrefix(plain(b[:n]), bytes.TrimRight(plain(head), "\n")), nil
}

// mostOfStart is how many bytes of a rejected record are searched for its first
// line.
const mostOfStart = 64 << 10

// starts returns the first lines of the rejects of a job.
func (r *Runner) starts(ctx context.Context, id, encoding string) (*csvfile.Starts, error) {
	starts := csvfile.NewStarts()
	for reject, err := range r.store.AllRejects(ctx, id) {
		if err != nil {
			return starts, unlessForgotten(err)
		}
		if !starts.Add(csvfile.Decode(reject.Raw[:min(len(reject.Raw), mostOfStart)], encoding)) {
			break
		}
	}
	return starts, nil
}

// dialect completes d by the job's dialect. A file of rejects has no footer, and
// has the lines above the first record only if these were stored.
func (l *likeness) dialect(d csvfile.Dialect, head bool) csvfile.Dialect {
	none := 0
	was := csvfile.Dialect{InvalidBytes: l.InvalidBytes, FooterLines: &none}
	if l.own {
		was = l.Dialect
		was.Compression, was.Member, was.FooterLines = "", "", &none
		if !head {
			was.SkipLines, was.HeaderRows = &none, &none
		}
	}
	return completedDialect(d, was)
}

// completedDialect completes d by was.
func completedDialect(d, was csvfile.Dialect) csvfile.Dialect {
	return csvfile.Dialect{
		Compression: cmp.Or(d.Compression, was.Compression), Member: cmp.Or(d.Member, was.Member),
		Encoding: cmp.Or(d.Encoding, was.Encoding), InvalidBytes: cmp.Or(d.InvalidBytes, was.InvalidBytes),
		Delimiter: cmp.Or(d.Delimiter, was.Delimiter), Quote: cmp.Or(d.Quote, was.Quote), Escape: cmp.Or(d.Escape, was.Escape),
		Comment:   cmp.Or(d.Comment, was.Comment),
		SkipLines: cmp.Or(d.SkipLines, was.SkipLines), HeaderRows: cmp.Or(d.HeaderRows, was.HeaderRows), FooterLines: cmp.Or(d.FooterLines, was.FooterLines),
	}
}

// liked completes the request's plan from the job that it is like, for a file
// with the given fields.
func (req Request) liked(fields []string) Request {
	if req.like != nil {
		req.Plan = req.like.plan(req.Plan, fields)
	}
	return req
}

// plan completes the plan p for a file with the given fields. It leaves limits,
// such as that of rejects, to p.
func (l *likeness) plan(p load.Plan, fields []string) load.Plan {
	was := *l.Plan
	same := p.Table == "" || strings.EqualFold(p.Table, was.Table)
	p.Table = cmp.Or(p.Table, was.Table)
	if p.Create && len(p.Columns) == 0 {
		if p.Columns = was.Columns; len(p.Columns) == 0 {
			p.Columns = l.Columns
		}
		same = true
	}
	rulesOf(&p, was)
	if !same { // its columns are its own
		return p
	}
	if len(p.Key) == 0 {
		p.Key = was.Key
	}
	formats := map[string]string{}
	for _, c := range l.Columns {
		formats[c.Name] = c.Format // an empty one says that there is none
	}
	maps.Copy(formats, p.Formats)
	p.Formats, p.Map = formats, l.mapping(p.Map, fields)
	return p
}

// rulesOf completes the rules of p, by which values are read and conflicts decided, by
// those of was.
func rulesOf(p *load.Plan, was load.Plan) {
	p.Types = cmp.Or(p.Types, was.Types)
	p.OnConflict, p.Ragged = cmp.Or(p.OnConflict, was.OnConflict), cmp.Or(p.Ragged, was.Ragged)
	p.Decimal, p.DateFormat = cmp.Or(p.Decimal, was.Decimal), cmp.Or(p.DateFormat, was.DateFormat)
	p.Marks = cmp.Or(p.Marks, was.Marks)
	p.QuotedNull = p.QuotedNull || was.QuotedNull
	if p.Null == nil {
		p.Null = was.Null
	}
}

// mapping completes the given map of fields to columns by that of the job. Where
// the file has no header, fields are matched by position.
func (l *likeness) mapping(given map[string]string, fields []string) map[string]string {
	to := make([]string, len(l.Fields)) // "" for those that were not loaded
	for i, f := range l.Index {
		if f < len(to) {
			to[f] = l.Columns[i].Name
		}
	}
	byPlace := len(fields) == len(l.Fields) && !slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(l.Fields, f) })
	fed := slices.Collect(maps.Values(given))
	m := map[string]string{}
	for i, field := range l.Fields {
		if byPlace {
			field = fields[i]
		}
		taken := to[i] != "" && slices.Contains(fed, to[i])
		if slices.Contains(fields, field) && !taken {
			m[field] = to[i]
		}
	}
	maps.Copy(m, given)
	return m
}

// guessed marks the columns whose type nobody had chosen, so that they refuse,
// and take for NULL, the same values as in that job.
func (l *likeness) guessed(table []load.Column) []load.Column {
	for i := range table {
		table[i].Guessed = slices.Contains(l.Guessed, table[i].Name)
		table[i].NullSigns = slices.ContainsFunc(l.Columns, func(c load.Column) bool { return c.Name == table[i].Name && c.NullSigns })
	}
	return table
}

// warnings returns a warning if the file is not written as the job's was.
func (l *likeness) warnings() []load.Warning {
	if l.own {
		return nil
	}
	return []load.Warning{{Code: WarnUnlike, Note: message.New("unlike", "check_fields", "job", l.job)}}
}
