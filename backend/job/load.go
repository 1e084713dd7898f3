package job

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"linefeed/backend/csvfile"
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
	var free func()
	a.soon, free = outlast(ctx, cancelFor)
	defer free()
	if a.req.Retry != nil {
		return r.retry(a)
	}
	req, err := r.liken(ctx, a.req)
	if err != nil {
		return s, err
	}
	p := &prepared{req: req, targets: r.targets}
	if err := r.joinMade(a, p); err != nil {
		return s, err
	}
	defer func() {
		if err != nil && p.earlier != nil && s.Read == 0 { // it did not go on
			s = r.notGoneOn(a, p.earlier)
		}
		err = errors.Join(err, p.close())
		s.afterClose(p.file)
	}()
	if a.takenUp != nil {
		if err := p.takeUp(ctx, r, a); err != nil {
			return s, err
		}
	}
	if p.earlier == nil {
		if p.req, err = Profiled(r.Profiles, p.req); err != nil {
			return s, err
		}
		if err := p.open(ctx); err != nil {
			return s, err
		}
		if p.req.Added {
			if err := r.loadAdded(ctx, p); err != nil {
				return s, err
			}
		}
	}
	if p.earlier != nil && p.earlier.complete {
		r.setTable(a, p.table)
		return r.sayDone(a, p), nil
	}
	if p.dst != nil {
		defer r.publishWaiting(a, p.dst)()
	}
	types, err := r.settleTypes(a, p)
	if err != nil {
		return s, err
	}
	if p.blank {
		r.publishWarnings(a, types.settled.Warnings)
		err := s.passBlank(p.file, types.settled.Warnings)
		return s, err
	}
	if err := types.readAhead(ctx); err != nil {
		s.Seconds = types.took.Seconds()
		return s, err
	}
	return r.loadInto(a, types)
}

// settleTypes settles what is loaded into which columns: for a job that goes on, as it
// was when it began.
func (r *Runner) settleTypes(a *active, p *prepared) (*types, error) {
	opt := load.Options{
		OnProgress: func(p load.Progress) { r.publishProgress(a, p) },
		Paused:     func() <-chan struct{} { return r.paused(a) },
		Check:      p.req.Check,
	}
	if p.dst != nil && !p.req.Check && (p.inStore() || p.dst.Place().Marks) {
		opt.Job = a.job.ID
		opt.OnCommit = func(c load.Checkpoint) error { return r.keepCheckpoint(a, p, c) }
		opt.OnCommitted = func() { r.checkpointWentThrough(a); r.madeTable(a) }
		opt.Skip = func(to load.Position) error { return a.skip(p.file, to) }
	}
	if p.after != nil {
		opt.After = p.after.Records
	}
	if e := p.earlier; e != nil {
		opt.Earlier = load.Earlier{Marks: p.marks, Rejected: r.store.RejectedRecords(a.ctx, a.job.ID), Signs: e.signs}
		return newTypes(p, opt, e.settled(), e.layout()), nil
	}
	if err := p.look(a.ctx); err != nil {
		return nil, err
	}
	took, err := r.lookAtSet(a, p)
	if err != nil {
		return nil, err
	}
	settled, layout, err := p.settle(a.ctx, p.guesses, false)
	if err != nil {
		return nil, err
	}
	t := newTypes(p, opt, settled, layout)
	t.took = took
	return t, load.JoinProblems(settled.Problems)
}

// loadInto loads the records into the table.
func (r *Runner) loadInto(a *active, types *types) (s Summary, err error) {
	ctx, p, file := a.ctx, types.prepared, types.file
	if p.earlier == nil {
		if types.more, err = r.loadedBefore(ctx, p, types.layout); err != nil {
			return s, err
		}
	}
	remember := func() kept {
		k := keep(file, types.layout, p.contents(ctx))
		k.Warnings, k.Marked, k.After = types.warnings(), types.opt.Job != "" && !p.inStore(), p.after
		return k
	}
	var log *store.RejectLog
	switch {
	case p.earlier == nil:
		log, err = r.log(a, remember(), file.Head())
	case p.seam != nil: // the file is another one now
		p.earlier.Print = p.contents(ctx)
		log, err = r.log(a, p.earlier.kept, file.Head())
	default:
		log, err = r.store.RejectLog(ctx, a.job.ID)
	}
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	table := types.layout.Plan.TableName()
	r.setTable(a, table.Name)

	r.publishWarnings(a, types.warnings())
	if err := r.keepsUndo(a, types.layout); err != nil {
		return s, err
	}
	types.opt.OnReject = func(rejects []load.Reject) error { return r.keepRejects(a, log, rejects) }
	did, err := types.run(ctx, log, func() error {
		r.publishWarnings(a, types.warnings())
		return r.setKept(context.WithoutCancel(ctx), a.job.ID, remember(), file.Head())
	})
	if err != nil {
		types.more = append(types.more, r.takeBack(a, p, types.layout, &did)...)
	}
	if types.opt.Job != "" {
		types.more = append(types.more, r.leaveMarks(a, p, table, err)...)
	}
	if p.dst != nil && !p.req.Check {
		r.tidyUndo(a, p.dst, types.layout, did)
	}
	types.more = append(types.more, did.Untold...)
	if did.Reconnects > 0 {
		types.more = append(types.more, load.Warning{Code: WarnReconnected, Note: message.New("reconnected", "", "n", did.Reconnects)})
	}
	if err == nil && p.req.Check && (types.all || p.ofAll) {
		s.Guesses = types.settled.Guesses
	}
	stats := file.Stats()
	s.Counts, s.Bytes, s.RolledBack, s.Nulls = did.Counts, did.Bytes, did.RolledBack, did.Signs
	s.Seconds = (types.took + did.Elapsed).Seconds()
	s.PassedOver, s.Warnings = stats.PassedOver, slices.Concat(file.Warnings(), types.warnings()) // the end of the file may add some
	if err == nil && s.Read == 0 {
		s.Warnings = append(withoutNoRecords(s.Warnings), noRecords(file, types.layout, p.req.Check))
	}
	if err != nil {
		s.BytesTotal = file.Raw().Size()
	}
	s.Created = types.layout.Plan.Create && !p.req.Check && (err == nil || s.Inserted > 0)
	s.Padded, s.Passed = stats.Padded+stats.Trimmed, stats.Comment+stats.Footer
	return s, err
}

// leaveMarks removes the marks of a job, unless it can go on from them.
func (r *Runner) leaveMarks(a *active, p *prepared, t load.TableName, err error) []load.Warning {
	var undone *load.UndoneError
	switch {
	case err == nil:
		if err := r.brieflyKeep(a, r.store.CompleteCheckpoint); err != nil && !p.inStore() {
			return []load.Warning{marksLeft(err)}
		}
	case p.inStore():
		r.dropUncommitted(a, err)
		if a.committing && a.ctx.Err() != nil { // it was cancelled in a commit
			return r.inDoubt(a)
		}
	case p.earlier != nil, a.committed, errors.Is(err, load.ErrLost), errors.As(err, &undone) && undone.Unknown:
		return nil
	}
	if p.inStore() {
		return nil
	}
	return r.forgetMarks(a, p.dst, t)
}

// sayDone returns the summary of a job that had only to be told to be done.
func (r *Runner) sayDone(a *active, p *prepared) Summary {
	s := p.earlier.summary()
	if p.inStore() {
		return s
	}
	var err error
	if p.dst, err = openTarget(a.ctx, p.targets, p.req); err != nil {
		s.Warnings = append(s.Warnings, marksLeft(err))
	} else {
		s.Warnings = append(s.Warnings, r.forgetMarks(a, p.dst, p.earlier.Plan.TableName())...)
	}
	return s
}

// setTable notes into which table a job loads.
func (r *Runner) setTable(a *active, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.table = name
}

// checkpointFor is how long it may take to store a checkpoint. Without it the marks in
// the target still say how far the job came.
const checkpointFor = time.Second

// keepCheckpoint stores how far a job has come. An error says that nothing else tells.
func (r *Runner) keepCheckpoint(a *active, p *prepared, c load.Checkpoint) error {
	read, _ := c.Aside.(*csvfile.Stats)
	a.passed = [2]passed{a.passed[1], {c.Record, read}}
	text, err := json.Marshal(checkpoint{Counts: c.Counts, Position: c.Position, Bytes: c.Bytes, Total: p.file.Raw().Size(), Print: p.file.PrintUpTo(c.Bytes), Aside: read, Signs: c.Signs})
	if err != nil { // no value of these types has one
		return err
	}
	a.checkpoint = string(text)
	if !p.inStore() {
		a.checkpointKept = r.brieflyKeep(a, r.store.AddCheckpoint) == nil
		return nil
	}
	ctx, cancel := context.WithTimeout(a.soon, markFor)
	defer cancel()
	err = r.store.AddCheckpoint(ctx, a.job.ID, a.checkpoint)
	a.checkpointKept, a.committing = err == nil, err == nil
	return err
}

// passed is what was read of a file apart from its records, up to the one with that
// number; nil where that is not known.
type passed struct {
	record int64
	read   *csvfile.Stats
}

// skip has a file go on after the record at a position, if that is the one of a
// checkpoint.
func (a *active) skip(file *csvfile.File, to load.Position) error {
	for _, c := range a.passed {
		if c.record == to.Record && c.read != nil {
			return file.Skip(to, *c.read)
		}
	}
	return nil
}

// checkpointWentThrough notes that the last checkpoint did.
func (r *Runner) checkpointWentThrough(a *active) {
	a.committed, a.committing = true, false
	if a.checkpointKept {
		_ = r.brieflyKeep(a, func(ctx context.Context, id, _ string) error { return r.store.CheckpointWentThrough(ctx, id) })
	}
}

// brieflyKeep has the store keep something about the last checkpoint, if that does not
// take long.
func (r *Runner) brieflyKeep(a *active, keep func(ctx context.Context, id, checkpoint string) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), checkpointFor)
	defer cancel()
	return keep(ctx, a.job.ID, a.checkpoint)
}

// WarnReconnected is the code of a warning that the connection to the database was
// lost, and that the load went on.
const WarnReconnected = "reconnected"

// WarnMarksLeft is the code of a warning that the marks of a job could not be
// removed from the database.
const WarnMarksLeft = "marks_left"

// How long the removal of a job's marks may take, and how long after a cancel it may
// go on: the cancel is over soon after, also at a server that does not answer.
const (
	forgetFor = 2 * time.Second
	cancelFor = time.Second
)

// forgetMarks removes the marks of a job that does not go on, and warns where it can't.
// After a cancel they may be left, for the job can still be taken up.
func (r *Runner) forgetMarks(a *active, dst target.Target, t load.TableName) []load.Warning {
	ctx, cancel := context.WithTimeout(a.soon, forgetFor)
	defer cancel()
	if ctx.Err() != nil {
		return nil
	}
	if err := dst.Forget(ctx, a.job.ID, t); err != nil && a.soon.Err() == nil {
		return []load.Warning{marksLeft(err)}
	}
	return nil
}

// outlast returns a context that is done when ctx has been done for as long as grace, and
// what frees it.
func outlast(ctx context.Context, grace time.Duration) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}

func marksLeft(err error) load.Warning {
	return load.Warning{Code: WarnMarksLeft, Note: message.New("marks_left", "marks_harmless", "cause", err)}
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
