package job

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// A checkpoint is how far a job has come, as it is stored ahead of each commit.
type checkpoint struct {
	load.Counts
	load.Position                    // of the last record that is in the counts
	Bytes         int64              `json:"bytes"`           // of the file on disk, consumed for it
	Total         int64              `json:"total"`           // bytes of the file on disk
	Print         csvfile.Print      `json:"print"`           // of most of these
	Aside         *csvfile.Stats     `json:"aside,omitempty"` // what was read apart from the records, up to the last one; nil where that is not known
	Signs         [][]load.SignCount `json:"signs,omitempty"`
}

// earlier is what earlier runs of a job have left in the store.
type earlier struct {
	kept
	before, last *checkpoint // nil for none: the one that went through, and the one that may have
	through      bool        // the last one did
	complete     bool        // and it is the end
}

// earlier returns what earlier runs of a job have left.
func (r *Runner) earlier(ctx context.Context, id string) (*earlier, error) {
	k, _, err := r.kept(ctx, id)
	if err != nil {
		return nil, err
	}
	e := &earlier{kept: k}
	stored, err := r.store.Checkpoints(ctx, id)
	if err != nil {
		return nil, err
	}
	e.through, e.complete = stored.Through, stored.Complete
	for _, c := range []struct {
		text string
		to   **checkpoint
	}{{stored.Before, &e.before}, {stored.Last, &e.last}} {
		if c.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(c.text), c.to); err != nil {
			return nil, fmt.Errorf("decode how far job %s has come: %w", id, err)
		}
	}
	return e, nil
}

// at returns the checkpoint at a record, nil where there is none.
func (e *earlier) at(record int64) *checkpoint {
	for _, c := range []*checkpoint{e.last, e.before} {
		if c != nil && c.Record == record {
			return c
		}
	}
	return nil
}

// signs returns those of the checkpoint at a record.
func (e *earlier) signs(record int64) [][]load.SignCount {
	if c := e.at(record); c != nil {
		return c.Signs
	}
	return nil
}

// sure returns what is known to be in the table.
func (e *earlier) sure() load.Counts {
	switch {
	case e.through && e.last != nil:
		return e.last.Counts
	case e.before != nil:
		return e.before.Counts
	}
	return load.Counts{}
}

// loaded returns how many records are known to be in the table.
func (e *earlier) loaded() int64 {
	c := e.sure()
	return c.Inserted + c.Updated + c.Skipped
}

// reach returns up to where all is in the table, by its marks.
func reach(marks []load.Mark) load.Position {
	least := marks[0]
	for _, m := range marks {
		if m.Record < least.Record {
			least = m
		}
	}
	if len(marks) < least.Writers { // one of them has committed nothing
		return load.Position{}
	}
	return load.Position{Record: least.Record, Line: least.Line, Offset: least.Offset}
}

// takeUp looks up what a job that is taken up goes on with, and opens that: then
// p.earlier is set. It is not if nothing of the job is in the table: it begins anew.
func (p *prepared) takeUp(ctx context.Context, r *Runner, a *active) error {
	e, err := r.earlier(ctx, a.job.ID)
	if err != nil || e.Plan == nil {
		return err
	}
	p.earlier = e
	table := e.Plan.TableName()
	if p.table = table.Name; e.complete {
		return nil
	}
	if p.dst, err = openTarget(ctx, p.targets, p.req); err != nil {
		return err
	}
	if e.Plan.Marks == load.MarksInStore {
		return p.takeUpStored(ctx, r, a)
	}
	marks, err := p.dst.Marks(ctx, a.job.ID, table)
	switch {
	case err != nil:
		return err
	case len(marks) > 0:
		return p.goOn(ctx, a, marks)
	case e.loaded() > 0:
		return load.Problem{Note: message.New("marks_gone", "load_anew", "job", a.job.ID, "table", table.Name)}
	case !e.Marked && !e.Plan.Atomic:
		return load.Problem{Note: message.New("not_marked", "load_anew", "job", a.job.ID)}
	}
	p.earlier = nil
	return r.beginAnew(ctx, p, a.job.ID, e)
}

// goOn opens the file of a job that goes on after its marks.
func (p *prepared) goOn(ctx context.Context, a *active, marks []load.Mark) (err error) {
	e, changed, from := p.earlier, a.takenUp.Changed, reach(marks)
	var begins csvfile.Print
	p.req.Dialect, p.req.Plan.Ragged = e.Dialect, e.Plan.Ragged
	p.after = e.After
	at := e.at(from.Record)
	if at != nil && !changed {
		begins = at.Print
	}
	if p.file, err = openFile(ctx, p.req, begins); err != nil {
		return err
	}
	p.fields = p.file.Fields()
	switch was, is := e.size(), p.file.Raw().Size(); {
	case changed:
	case was >= 0 && was < is && begins.Bytes > 0 && e.Compression == csvfile.None && (e.FooterLines == nil || *e.FooterLines == 0):
		p.seam = &ending{Job: a.job.ID, Records: from.Record, Bytes: from.Offset}
	case was >= 0 && was != is:
		return load.Problem{Note: message.New("other_size", "resume_changed", "path", p.req.File, "was", was, "is", is)}
	case begins.Bytes > 0:
		a.passed[1] = passed{from.Record, at.Aside}
	}
	if at == nil && e.last != nil && !changed { // nothing is passed over by which it would be known
		if err := p.file.BeginsWith(e.last.Print); err != nil {
			return err
		}
		if now := p.contents(ctx); e.Print != "" && now != "" && now != e.Print {
			return load.Problem{Note: message.New("other_contents", "resume_changed", "path", p.req.File)}
		}
	}
	if len(p.fields) != len(e.Fields) {
		return load.Problem{Note: message.New("other_fields", "load_anew", "path", p.req.File, "was", len(e.Fields), "is", len(p.fields))}
	}
	p.table, p.schema = e.Plan.Table, e.Plan.Schema
	return p.lookAtTable(ctx)
}

// beginAnew removes what is left of a job of which nothing was committed.
func (r *Runner) beginAnew(ctx context.Context, p *prepared, id string, e *earlier) error {
	if e.Plan.Create && p.made == nil && p.dst.Place().File == "" { // it may have made its table already
		made, err := p.dst.Prepare(ctx, id, e.layout())
		if err == nil {
			err = made.Close()
		}
		if err != nil {
			return err
		}
	}
	return r.clearEarlier(ctx, id)
}

// clearEarlier removes what the store keeps of a job of which nothing was committed.
func (r *Runner) clearEarlier(ctx context.Context, id string) error {
	log, err := r.store.RejectLog(ctx, id)
	if err != nil {
		return err
	}
	err = log.Clear(ctx)
	return cmp.Or(err, log.Close(), r.store.RemoveCheckpoints(ctx, id))
}

// settled returns what was settled when the job began.
func (e *earlier) settled() Settled {
	return Settled{Create: e.Plan.Create, Fields: e.Fields, Columns: e.Columns, Warnings: e.Warnings}
}

// soFar returns the summary of a job whose program was killed, as far as it is known;
// nil where it is not.
func soFar(j Job, c store.Checkpoints) *Summary {
	var last checkpoint
	if json.Unmarshal([]byte(c.Sure()), &last) != nil {
		return nil
	}
	s := &Summary{Job: j.ID, File: j.Request.File, Table: j.Request.Plan.Table, State: j.State, Counts: last.Counts, Bytes: last.Bytes, BytesTotal: last.Total}
	s.Balanced = s.Counts.Balanced()
	return s
}

// summary returns what the job did, where it has only to be said.
func (e *earlier) summary() Summary {
	s := Summary{Counts: e.last.Counts, Bytes: e.last.Bytes, Created: e.Plan.Create, Warnings: e.Warnings}
	for i, signs := range e.last.Signs {
		for _, n := range signs {
			n.Column = e.Columns[i].Name
			s.Nulls = append(s.Nulls, n)
		}
	}
	return s
}
