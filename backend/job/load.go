package job

import (
	"context"
	"errors"
	"slices"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// load runs a job, from opening its file to the last commit.
func (r *Runner) load(a *active) (s Summary, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = message.Panic(p)
		}
	}()
	ctx := a.ctx
	req, err := r.liken(ctx, a.req)
	if err != nil {
		return s, err
	}
	p := &prepared{req: req, targets: r.targets}
	defer func() {
		err = errors.Join(err, p.close())
		s.afterClose(p.file)
	}()
	if err := p.open(ctx); err != nil {
		return s, err
	}
	if p.dst != nil {
		defer r.publishWaiting(a, p.dst)()
	}
	if err := p.look(ctx); err != nil {
		return s, err
	}
	settled, layout, err := p.settle(ctx, p.guesses, false)
	if err != nil {
		return s, err
	}
	if err := load.JoinProblems(settled.Problems); err != nil {
		return s, err
	}
	file := p.file
	if p.blank {
		r.publishWarnings(a, settled.Warnings)
		err := s.passBlank(file, settled.Warnings)
		return s, err
	}
	opt := load.Options{
		OnProgress: func(p load.Progress) { r.publishProgress(a, p) },
		Paused:     func() <-chan struct{} { return r.paused(a) },
		Check:      req.Check,
	}
	if p.dst != nil && p.dst.Place().File == "" {
		opt.Job = a.job.ID
	}
	types := newTypes(p, opt, settled, layout)
	if err := types.readAhead(ctx); err != nil {
		s.Seconds = types.took.Seconds()
		return s, err
	}
	if types.more, err = r.loadedBefore(ctx, p, layout); err != nil {
		return s, err
	}
	contents := p.contents(ctx)
	log, err := r.log(a, keep(file, types.layout, contents), file.Head())
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	r.mu.Lock()
	a.table = types.layout.Plan.Table
	r.mu.Unlock()

	r.publishWarnings(a, types.warnings())
	types.opt.OnReject = func(rejects []load.Reject) error { return r.keepRejects(a, log, rejects) }
	did, err := types.run(ctx, log, func() { r.publishWarnings(a, types.warnings()) })
	if opt.Job != "" && !req.Check {
		if e := forget(ctx, p.dst, a.job.ID, types.layout.Plan.TableName()); e != nil {
			types.more = append(types.more, load.Warning{Code: WarnMarksLeft, Note: message.New("marks_left", "marks_harmless", "cause", e)})
		}
	}
	types.more = append(types.more, did.Untold...)
	if did.Reconnects > 0 {
		types.more = append(types.more, load.Warning{Code: WarnReconnected, Note: message.New("reconnected", "", "n", did.Reconnects)})
	}
	if types.gave {
		err = errors.Join(err, r.setKept(context.WithoutCancel(ctx), a.job.ID, keep(file, types.layout, contents), file.Head()))
	}
	if err == nil && req.Check && types.all {
		s.Guesses = types.settled.Guesses
	}
	stats := file.Stats()
	s.Counts, s.Bytes, s.RolledBack, s.Nulls = did.Counts, did.Bytes, did.RolledBack, did.Signs
	s.Seconds = (types.took + did.Elapsed).Seconds()
	s.PassedOver, s.Warnings = stats.PassedOver, slices.Concat(file.Warnings(), types.warnings()) // the end of the file may add some
	if err == nil && s.Read == 0 {
		s.Warnings = append(withoutNoRecords(s.Warnings), noRecords(file, types.layout, req.Check))
	}
	s.Created = types.layout.Plan.Create && !req.Check && (err == nil || s.Inserted > 0)
	s.Padded, s.Passed = stats.Padded+stats.Trimmed, stats.Comment+stats.Footer
	return s, err
}

// WarnReconnected is the code of a warning that the connection to the database was
// lost, and that the load went on.
const WarnReconnected = "reconnected"

// WarnMarksLeft is the code of a warning that the marks of a job could not be
// removed from the database.
const WarnMarksLeft = "marks_left"

// forgetFor is how long the removal of a job's marks may take.
const forgetFor = 2 * time.Second

// forget removes the marks of a job that has ended, also after a cancel.
func forget(ctx context.Context, dst target.Target, id string, t load.TableName) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetFor)
	defer cancel()
	return dst.Forget(ctx, id, t)
}

// log opens the log of the job's rejects, and stores what a file of them needs.
func (r *Runner) log(a *active, k kept, head []byte) (*store.RejectLog, error) {
	if err := r.setKept(a.ctx, a.job.ID, k, head); err != nil {
		return nil, err
	}
	return r.store.RejectLog(a.ctx, a.job.ID)
}

// paused returns the channel that is closed when a paused job is resumed; nil
// unless the job is paused.
func (r *Runner) paused(a *active) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return a.resumed
}
