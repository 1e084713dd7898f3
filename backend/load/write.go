package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// A run is the writing stage of one load, and its account.
type run struct {
	src      Source
	conv     Converter
	dst      Target
	layout   Layout
	opt      Options
	limit    rejectLimit
	progress *progress
	log      *rejectLog
	panics   panicGuard // of any stage
	large    chan struct{}

	// Of the try at hand.
	load    Load // nil for a check
	pace    Pace
	lanes   []*lane
	flights []*flight     // those on their way, in the order of the file
	idle    []*flight     // those at hand for others
	free    chan<- *Block // where blocks go when they are in the account

	counts    Counts // of all blocks that were written
	committed Counts // as of the last commit
	consumed  int64
	uncounted int64     // bytes of text since the last commit
	position  Position  // of the last record that is in the counts
	aside     any       // of the source, up to there
	started   time.Time // moved forward by the time that the load stood still
	commitAt  time.Time
	signs     [][]SignCount // by column
	untold    []Warning     // of a check

	recovery // how it goes on after the connection was lost
}

// write takes the blocks in order to the writers, until they end or something
// goes wrong, and commits.
func (r *run) write(ctx context.Context, converted <-chan *Block) error {
	if r.started.IsZero() {
		r.started = time.Now()
	}
	r.postponeCommit()
	r.progress.phase(PhaseWriting)

	// A cancel lets the batch at hand come to its end, so that what was
	// written can be kept; only one that takes long is broken off. The commit
	// that keeps it has longer. An atomic plan keeps nothing.
	last := cmp.Or(r.pace.AfterCancel, commitAfterCancel)
	grace := min(graceAfterCancel, last)
	if r.layout.Plan.Atomic {
		grace, last = 0, 0
	}
	writing, done := outlast(ctx, grace)
	defer done()
	committing, done := outlast(ctx, last)
	defer done()
	land := r.takeOff(writing)
	defer land()

	for ctx.Err() == nil {
		if err := r.waitWhilePaused(ctx, committing); err != nil {
			return err
		}
		if ctx.Err() != nil { // while it stood still
			break
		}
		var b *Block
		select {
		case b = <-converted:
		case <-ctx.Done():
		}
		if b == nil {
			break
		}
		if r.opt.GiveWay && b.Unfit != nil {
			return b.Unfit
		}
		ahead, broken := r.depth(), b.err
		if b.large || broken != nil {
			ahead = 0
		}
		r.hand(b)
		if err := r.settle(ahead); err != nil { // b may have gone to the source again
			return err
		}
		if broken != nil {
			if ctx.Err() != nil { // the source was closed, or breaks off when nobody waits for more
				break
			}
			return broken
		}
		if !r.held() && r.commitIsDue() {
			if err := r.commit(committing); err != nil {
				return err
			}
			r.progress.phase(PhaseWriting)
		}
	}
	if err := r.panics.err(); err != nil { // what came is not all
		return err
	}
	if ctx.Err() != nil {
		return r.stop(ctx, committing)
	}
	if err := r.settle(0); err != nil {
		return err
	}
	if err := r.checkLimit(0); err != nil {
		return err
	}
	return r.commit(committing)
}

// settle waits until at most ahead blocks are on their way to the writers.
func (r *run) settle(ahead int) error {
	for len(r.flights) > ahead {
		f := r.flights[0]
		r.flights = r.flights[1:]
		f.left.Wait()
		if err := r.account(f); err != nil {
			return err
		}
		b := f.block
		r.idle = append(r.idle, f)
		f.block = nil
		for i := range f.shares {
			f.shares[i].batch = Batch{}
		}
		if b.err != nil { // nothing comes after it
			continue
		}
		if b.large {
			b.Arena = nil
			r.large <- struct{}{}
		}
		r.free <- b // holds all blocks: never waits
	}
	return nil
}

// account takes a block that was written into the account and has its rejects
// reported.
func (r *run) account(f *flight) error {
	b := f.block
	refused, err := f.result()
	if err != nil {
		return err
	}
	if r.opt.GiveWay {
		if unfit := r.refusedGuess(b, refused); unfit != nil {
			return unfit
		}
	}
	for _, ref := range refused {
		b.uncountSigns(ref.Row)
		var value []byte
		if ref.Column >= 0 {
			value = b.Text(b.Row(ref.Row)[ref.Column])
		}
		b.Reject(b.Rows[ref.Row], r.layout.columnName(ref.Column), value, Fault{ref.Code, ref.Note})
	}
	r.addSigns(b)
	r.counts.Read += b.read - f.passed
	for i, s := range f.shares {
		r.counts.Inserted += s.res.Inserted
		r.counts.Updated += s.res.Updated
		r.counts.Skipped += s.res.Skipped
		r.lanes[i].now.add(s.res)
	}
	r.counts.Rejected += int64(len(b.Rejects))
	if !r.counts.Balanced() {
		return fmt.Errorf("the counts do not balance after record %d: %+v; please report this", b.last.Record, r.counts)
	}
	r.consumed = max(r.consumed, b.Consumed)
	r.uncounted += int64(len(b.Arena))
	if b.last.Record > r.position.Record {
		r.position, r.aside = b.last, b.Aside
	}
	if b.last.Record > r.through {
		r.gotFurther()
	}
	if err := r.log.add(b.Rejects); err != nil {
		return err
	}
	r.remember(b.Rejects)
	if len(b.Rejects) > 0 {
		if err := r.checkLimit(leastForPercent); err != nil {
			return err
		}
	}
	r.progress.update(r.counts, r.consumed)
	return nil
}

func (r *run) checkLimit(leastForPercent int64) error {
	c := r.counts
	c.Read = max(c.Read, r.furthest) // the rejects of all tries are in the account
	if r.limit.exceeded(c, leastForPercent) {
		return &TooManyRejectsError{c.Rejected, c.Read, r.layout.Plan.MaxRejects}
	}
	return nil
}

// finish makes up the account. err is why the load ended.
func (r *run) finish(ctx context.Context, err error) (Summary, error) {
	s := Summary{Counts: r.counts, Untold: r.untold, Bytes: r.consumed, Signs: r.allSigns(), Reconnects: r.losses}
	if !r.started.IsZero() {
		s.Elapsed = time.Since(r.started)
	}
	if err == nil {
		r.progress.done()
		return s, nil
	}
	// What was read and rejected stays told; what was undone is no longer in
	// the table.
	if errors.Is(err, ErrLost) {
		s.Read = max(s.Read, r.furthest)
	}
	s.Inserted, s.Updated, s.Skipped = r.committed.Inserted, r.committed.Updated, r.committed.Skipped
	s.RolledBack = s.Read - s.Inserted - s.Updated - s.Skipped - s.Rejected
	switch unfit := (*UnfitError)(nil); {
	case r.unsure && s.RolledBack > 0:
		err = &UndoneError{Rows: s.RolledBack, Unknown: true, Err: err}
	case ctx.Err() == nil:
	case s.RolledBack > 0 && !r.layout.Plan.Atomic:
		err = &UndoneError{Rows: s.RolledBack, Cause: context.Cause(ctx), Err: err}
	case errors.As(err, &unfit), errors.Is(err, ErrLost): // no failure, but a reason to begin again
		err = context.Cause(ctx)
	}
	return s, err
}

// A discard is a Writer that takes everything and keeps nothing.
type discard struct{}

func (discard) Write(_ context.Context, b *Batch) (Result, error) {
	return Result{Inserted: int64(len(b.Rows))}, nil
}
func (discard) Commit(context.Context, Mark) error { return nil }
func (discard) Close() error                       { return nil }
