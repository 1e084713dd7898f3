package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// load does the work of a job, from opening the file to the last commit.
func (r *Runner) load(a *active) (s Summary, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the program has a mistake, please report it: %v\n%s", p, debug.Stack())
		}
	}()
	ctx := a.ctx
	req, err := r.liken(ctx, a.req)
	if err != nil {
		return s, err
	}
	p := &prepared{req: req}
	defer func() {
		err = errors.Join(err, p.close())
		s.afterClose(p.file)
	}()
	if err := p.open(ctx); err != nil {
		return s, err
	}
	if p.dst != nil {
		defer r.tellWaiting(a, p.dst)()
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
		r.tellWarnings(a, settled.Warnings)
		err := s.passBlank(file, settled.Warnings)
		return s, err
	}
	opt := load.Options{
		OnProgress: func(p load.Progress) { r.tellProgress(a, p) },
		Paused:     func() <-chan struct{} { return r.paused(a) },
		Check:      req.Check,
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

	r.tellWarnings(a, types.warnings())
	types.opt.OnReject = func(rejects []load.Reject) error { return r.keepRejects(a, log, rejects) }
	did, err := types.run(ctx, log, func() { r.tellWarnings(a, types.warnings()) })
	if types.gave {
		err = errors.Join(err, r.setKept(context.WithoutCancel(ctx), a.job.ID, keep(file, types.layout, contents), file.Head()))
	}
	if err == nil && req.Check && types.all {
		s.Guesses = types.settled.Guesses
	}
	stats := file.Stats()
	s.Counts, s.Bytes, s.RolledBack, s.Nulls = did.Counts, did.Bytes, did.RolledBack, did.Signs
	s.Seconds = (types.took + did.Elapsed).Seconds()
	s.PassedOver, s.Warnings = stats.PassedOver, slices.Concat(file.Warnings(), types.warnings()) // of the file there may be more at its end
	if err == nil && s.Read == 0 {
		s.Warnings = append(withoutNoRecords(s.Warnings), noRecords(file, types.layout, req.Check))
	}
	s.Created = types.layout.Plan.Create && !req.Check && (err == nil || s.Inserted > 0)
	s.Padded, s.Passed = stats.Padded+stats.Trimmed, stats.Comment+stats.Footer
	return s, err
}

// tellWarnings tells what is to be known of the plan before the first record is
// loaded: the job's state comes once more, with the warnings.
func (r *Runner) tellWarnings(a *active, warnings []load.Warning) {
	if len(warnings) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hub.State(a.job.ID, event.State{State: string(a.job.State), Warnings: warnings})
}

// lookForWaiting is how often it is looked whether the target waits.
const lookForWaiting = 250 * time.Millisecond

// tellWaiting lets the job's progress say when dst waits for the lock of
// another program, until the func that it returns is called.
func (r *Runner) tellWaiting(a *active, dst target.Target) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(lookForWaiting)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			r.mu.Lock()
			if dst.Waiting() { // then nothing else is told until r.mu is free
				p := load.Progress{BytesTotal: -1}
				if a.progress != nil {
					p = *a.progress
				}
				p.Phase, p.RecordsPerSecond, p.BytesPerSecond, p.EtaMs = load.PhaseWaiting, 0, 0, nil
				r.setProgress(a, p)
			}
			r.mu.Unlock()
		}
	})
	return func() { cancel(); watch.Wait() }
}

// log opens the log of the job's rejects, and keeps what a file of them needs.
func (r *Runner) log(a *active, k kept, head []byte) (*store.RejectLog, error) {
	if err := r.setKept(a.ctx, a.job.ID, k, head); err != nil {
		return nil, err
	}
	return r.store.RejectLog(a.ctx, a.job.ID)
}

func (r *Runner) tellProgress(a *active, p load.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.setProgress(a, p)
}

// setProgress tells a job's progress. Runner.mu is held.
func (r *Runner) setProgress(a *active, p load.Progress) {
	if last := a.progress; last != nil && last.Percent != nil && p.Percent != nil && *p.Percent < *last.Percent {
		p.Percent = last.Percent // a file that is read once more takes longer than it seemed
	}
	a.progress = &p
	r.hub.Progress(a.job.ID, p)
}

// keepRejects keeps rejects and tells of them. A cancel does not keep them
// from being kept.
func (r *Runner) keepRejects(a *active, log *store.RejectLog, rejects []load.Reject) error {
	if err := log.Add(context.WithoutCancel(a.ctx), rejects); err != nil {
		return err
	}
	told := make([]event.Reject, len(rejects))
	for i := range rejects {
		v := &rejects[i]
		told[i] = event.Reject{
			Time: event.Time{Time: v.Time}, Record: v.Record, Line: v.Line, EndLine: v.EndLine,
			Column: v.Column, Value: store.Value(v), Code: string(v.Code), Message: v.Message, Hint: v.Hint,
		}
	}
	// What was told before types gave way is stored again, and not told again.
	first := slices.IndexFunc(told, func(v event.Reject) bool { return v.Record > a.toldUpTo })
	if first < 0 {
		return nil
	}
	told = told[first:]
	a.toldUpTo = told[len(told)-1].Record
	r.hub.Rejects(a.job.ID, told)
	return nil
}

// paused returns the channel by which a paused job goes on, nil for one that
// is not paused.
func (r *Runner) paused(a *active) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return a.goOn
}
