package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"linefeed/backend/job"
)

// setRejects prints or saves what the flags ask for of the rejects of a set.
func (p *program) setRejects(ctx context.Context, r *job.Runner, id string, f *rejectsFlags) error {
	set, err := r.Set(ctx, id)
	if err != nil {
		return err
	}
	for _, flag := range []string{"values", "id", "value", "code", "column", "find"} {
		if f.set.Changed(flag) && (flag != "code" && flag != "column" && flag != "find" || !f.groups) {
			return usagef("--%s is of one job: `linefeed rejects %s --groups` is of the whole set", flag, id)
		}
	}
	for _, j := range set.Jobs {
		if j.RejectsForgotten != "" {
			p.err.printf("%s: its rejects are no longer kept\n", visible(short(j.Request.File)))
		}
	}
	switch {
	case f.groups:
		return p.printGroups(ctx, r, id, f)
	case f.save != "":
		return p.saveSetRejects(ctx, r, id, f)
	}
	switch f.format {
	case "csv":
		return r.WriteReport(ctx, id, f.open, p.out.w, flag)
	case "html":
		return r.WritePage(ctx, id, f.open, p.out.w, flag)
	case "json":
		for v, err := range r.EachSetReject(ctx, id, f.open) {
			if err != nil {
				return err
			}
			v.Reject = spelledReject(v.Reject)
			if err := p.out.printJSON(v); err != nil {
				return err
			}
		}
		return nil
	case "list":
		return p.printSetList(ctx, r, id, f)
	}
	return usagef("each file of a set is written in its own way: --save FOLDER saves the rejects of each, to be mended; --format csv, json, html or list print all of them")
}

// saveSetRejects saves the files of rejects of a set, and tells which is of which job.
func (p *program) saveSetRejects(ctx context.Context, r *job.Runner, id string, f *rejectsFlags) error {
	folder, err := filepath.Abs(f.save)
	if err != nil {
		return err
	}
	saved, err := r.SaveSetRejects(ctx, id, f.open, folder, flag)
	for _, s := range saved {
		p.out.printf("%s  %s\n", s.Job, visible(short(s.Path)))
	}
	if err == nil && len(saved) == 0 {
		p.err.printf("there is nothing to save\n")
	}
	return err
}

// printSetList prints some of the rejects of a set.
func (p *program) printSetList(ctx context.Context, r *job.Runner, id string, f *rejectsFlags) error {
	t := newTable("job", "id", "file", "line", "state", "column", "value", "reason")
	t.alignRight(1, 3)
	n := int64(0)
	for v, err := range r.EachSetReject(ctx, id, f.open) {
		if err != nil {
			return err
		}
		if n++; n <= f.offset || n > f.offset+int64(f.limit) {
			continue
		}
		v.Reject = spelledReject(v.Reject)
		reason, column, value := v.Message, v.Column, v.Value
		if v.Latest != nil {
			reason, column, value = v.Latest.Message, v.Latest.Column, v.Latest.Value
		}
		t.add(v.Job, fmt.Sprint(v.ID), filepath.Base(v.File), lineOf(v.Reject), stateOf(v.Reject), column, value, reason)
	}
	t.print(p.out, "", 60)
	if next := f.offset + int64(f.limit); n > next {
		p.out.printf("%s\n", p.out.dim(fmt.Sprintf("and %s more: --offset %d", count(n-next), next)))
	}
	return nil
}

// undoSet undoes a set, or says what that would do.
func (l *loader) undoSet(ctx context.Context, id string, dryRun, partly, asJSON bool) error {
	set, err := l.engine.Runner.Set(ctx, id)
	if err != nil {
		return err
	}
	if err := l.unlock(ctx, set.Request.Import); err != nil {
		return err
	}
	n, err := l.engine.Runner.UndoSet(ctx, id, dryRun, partly)
	if n.Jobs == nil { // there was nothing to look at
		return err
	}
	n.Warnings = spelledWarnings(n.Warnings)
	if asJSON {
		return errors.Join(err, l.out.printJSON(n))
	}
	for _, left := range n.Left {
		l.err.printf("%s: its %s can't be undone: %s\n", visible(short(left.File)), rowsOf(left.Rows), left.Spelled(flag))
	}
	for _, j := range n.Jobs {
		l.out.printf("%s:\n", visible(short(j.File)))
		l.printUndoing(j.Undoing, dryRun)
	}
	return err
}

func rowsOf(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return count(n) + " rows"
}
