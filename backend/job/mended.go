package job

import (
	"bytes"
	"context"
	"hash/maphash"
	"iter"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// WarnMended is the code of a warning about records of a mended file that were not
// retried: those that were added, and those of rejects that are closed.
const WarnMended = "mended_file"

// edits returns the records with new texts; nil if the retry is of none.
func (t *retrying) edits(ctx context.Context) (iter.Seq2[store.Edit, error], error) {
	if t.File != "" {
		return t.mended(ctx)
	}
	if len(t.Edits) == 0 {
		return nil, nil
	}
	edits := make([]store.Edit, len(t.Edits))
	for i, e := range t.Edits {
		if len(e.Fields) > 0 {
			var err error
			if e.Text, err = t.joined(ctx, e); err != nil {
				return nil, err
			}
		}
		raw, err := csvfile.Encode(e.Text, t.kept.Encoding)
		if err != nil {
			return nil, load.Problem{Note: message.New("edit_not_encodable", "", "id", e.ID, "encoding", t.kept.Encoding, "cause", err)}
		}
		edits[i] = store.Edit{Reject: e.ID, Raw: raw}
	}
	slices.SortFunc(edits, func(a, b store.Edit) int { return int(a.Reject - b.Reject) })
	if len(slices.CompactFunc(slices.Clone(edits), func(a, b store.Edit) bool { return a.Reject == b.Reject })) < len(edits) {
		return nil, load.Problem{Note: message.New("edited_twice", "")}
	}
	open := map[int64]bool{}
	for item, err := range t.r.store.EditedItems(ctx, t.Job, listed(edits)) {
		if err != nil {
			return nil, err
		}
		open[item.Reject] = true
	}
	for _, e := range edits {
		if !open[e.Reject] {
			return nil, t.notOpen(e.Reject)
		}
	}
	return listed(edits), nil
}

func listed(edits []store.Edit) iter.Seq2[store.Edit, error] {
	return func(yield func(store.Edit, error) bool) {
		for _, e := range edits {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// A mendedRecord is a record of the mended file.
type mendedRecord struct {
	hash        uint64
	line        int64
	offset, end int64 // in the file
}

// A reject is one of the job's rejects, to be found in the mended file.
type rejected struct {
	hash uint64
	id   int64
	open bool
}

// mended returns the records of the mended file as edits of the rejects that they
// were: those that are unchanged without a text. A reject that is not in the file
// stays open.
func (t *retrying) mended(ctx context.Context) (iter.Seq2[store.Edit, error], error) {
	seed := maphash.MakeSeed()
	hash := func(raw []byte) uint64 { return maphash.Bytes(seed, bytes.TrimRight(raw, "\r\n\x00")) }
	rejects, starts, err := t.rejected(ctx, hash)
	if err != nil {
		return nil, err
	}
	records, err := t.readMended(ctx, starts, hash)
	if err != nil {
		return nil, err
	}
	raw := t.file.Raw()
	textOf := func(r mendedRecord) ([]byte, error) {
		b := make([]byte, r.end-r.offset)
		_, err := raw.ReadAt(b, r.offset)
		return b, err
	}
	a := aligner{
		left: func(i int) ([]byte, error) {
			b, _, err := t.r.store.RejectBytes(ctx, t.Job, rejects[i].id, mostCompared)
			return b, err
		},
		right: func(j int) ([]byte, error) {
			r := records[j]
			r.end = min(r.end, r.offset+mostCompared)
			return textOf(r)
		},
	}
	for _, v := range rejects {
		a.a = append(a.a, v.hash)
	}
	for _, r := range records {
		a.b = append(a.b, r.hash)
	}
	to, err := a.align()
	if err != nil {
		return nil, err
	}
	t.tellMended(rejects, records, to)
	return func(yield func(store.Edit, error) bool) {
		for i, j := range to {
			if j < 0 || !rejects[i].open {
				continue
			}
			e := store.Edit{Reject: rejects[i].id, Line: records[j].line}
			var err error
			if rejects[i].hash != records[j].hash {
				e.Raw, err = textOf(records[j])
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}, nil
}

// rejected returns the rejects of the job as the file of them has them.
func (t *retrying) rejected(ctx context.Context, hash func([]byte) uint64) (all []rejected, starts *csvfile.Starts, err error) {
	starts = csvfile.NewStarts()
	room := true
	for v, err := range t.r.store.AllRejects(ctx, t.Job) {
		if err != nil {
			return nil, nil, err
		}
		if v.Code == load.CodeRecordTooLarge {
			continue
		}
		all = append(all, rejected{hash(v.Raw), v.ID, v.State == store.StateOpen})
		if room {
			room = starts.Add(csvfile.Decode(v.Raw[:min(len(v.Raw), mostOfStart)], t.kept.Encoding))
		}
	}
	return all, starts, nil
}

// readMended opens the mended file, and returns where its records are. It is read as
// the first file was.
func (t *retrying) readMended(ctx context.Context, starts *csvfile.Starts, hash func([]byte) uint64) ([]mendedRecord, error) {
	own, err := fileBeginsLike(ctx, t.File, t.head)
	if err != nil {
		return nil, err
	}
	if !own {
		return nil, load.Problem{Note: message.New("mended_unlike", "import_like", "path", t.File, "job", t.Job)}
	}
	like := &likeness{kept: t.kept, job: t.Job, own: true, starts: starts}
	req := Request{File: t.File, like: like, Dialect: like.dialect(csvfile.Dialect{}, len(t.head) > 0), Plan: load.Plan{Ragged: t.kept.Plan.Ragged}}
	if t.file, err = openFile(ctx, req, csvfile.Print{}); err != nil {
		return nil, err
	}
	var records []mendedRecord
	for rec, err := range t.file.Records() {
		if rec == nil {
			return nil, err
		}
		records = append(records, mendedRecord{hash(rec.Raw), rec.Line, rec.Offset, rec.End}) // a broken one too
	}
	return records, nil
}

// mostToldLines is the number of lines that a warning names.
const mostToldLines = 20

// tellMended warns of what is in the file and is not retried, and of what is not in
// it.
func (t *retrying) tellMended(rejects []rejected, records []mendedRecord, to []int) {
	used := make([]bool, len(records))
	closed, gone := 0, 0
	for i, j := range to {
		switch {
		case j >= 0:
			if used[j] = true; !rejects[i].open {
				closed++
			}
		case rejects[i].open:
			gone++
		}
	}
	var lines []string
	added := 0
	for j, u := range used {
		if !u {
			if added++; len(lines) < mostToldLines {
				lines = append(lines, message.Grouped(records[j].line))
			}
		}
	}
	warn := func(n message.Note) { t.warnings = append(t.warnings, load.Warning{Code: WarnMended, Note: n}) }
	if added > 0 {
		warn(message.New("mended_added", "import_added", "n", added, "path", t.File, "lines", lines, "job", t.Job))
	}
	if closed > 0 {
		warn(message.New("mended_closed", "", "n", closed))
	}
	if gone > 0 {
		warn(message.New("mended_gone", "", "n", gone))
	}
}
