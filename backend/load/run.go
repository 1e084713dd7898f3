package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Options are the wishes of the one who calls [Run]. The zero value is useful.
type Options struct {
	// OnProgress is told how the load goes: at every change of phase, and in
	// between at most ten times a second.
	OnProgress func(Progress)

	// OnReject is told of records that were rejected, in the order of the
	// file, from a goroutine of its own: writing goes on meanwhile. Before a
	// commit it has been told of all that was read up to there. The rejects
	// and what they refer to are valid until it returns. An error from it
	// ends the load.
	OnReject func([]Reject) error

	// Paused returns nil, or a channel that is closed when a paused load may
	// go on. Before it waits, what was written is committed, unless the plan
	// is atomic or types may have to give way.
	Paused func() <-chan struct{}

	// Check converts all records and writes none. Inserted then counts those
	// that would have been written.
	Check bool

	// Before is how many bytes were read of the same source in readings before
	// this one: progress goes on after them.
	Before int64

	// GiveWay has the load commit nothing before its end, and stop with an
	// [UnfitError] ahead of the first block with a value that does not fit the
	// type that was guessed for its column: then nothing was loaded, and it can
	// be begun again with a type that fits. When ctx is done first, what was
	// written is still committed.
	GiveWay bool

	commitEvery time.Duration // for tests; 0 is commitInterval
}

// commitInterval is how long rows may stay uncommitted: long enough that
// committing costs little beside writing, and short enough that a power cut loses
// little, and that programs which wait 5 seconds for a lock, as most do, get it
// between two commits.
const commitInterval = 4 * time.Second

// progressEvery is the least time between two reports of the same phase.
const progressEvery = 100 * time.Millisecond

// blocks is how many blocks travel: one in each stage, and one between them. More
// would not stay in the processor's caches.
const blocks = 4

// A Summary says what a load did.
type Summary struct {
	Counts
	// RolledBack counts the rows that were written and then undone, because
	// the load did not reach its end. They are in none of the counts but Read.
	RolledBack int64
	Bytes      int64 // consumed on disk
	Elapsed    time.Duration

	// Signs counts the texts that were taken for NULL (see Column.NullSigns), in
	// the order of the columns, the most frequent first.
	Signs []SignCount
}

// Run loads all records of src, by way of conv, into the table of dst that l
// names, and returns what became of them.
//
// Reading, converting, writing and reporting of rejects overlap, each in a
// goroutine of its own; memory is bounded by a few blocks of records. When Run
// returns, its goroutines have ended. A source without a single record is no
// error: a table that is to be made is made, with nothing in it.
//
// When ctx is done, what was written so far is committed, unless the plan is
// atomic, and the error wraps ctx's cause; where it could not be kept, the error
// is an [*UndoneError]. After any other error what was not committed is undone.
// In all cases the summary tells what was kept.
func Run(ctx context.Context, src Source, conv Converter, dst Target, l Layout, opt Options) (Summary, error) {
	limit, err := parseLimit(l.Plan.MaxRejects)
	if err != nil {
		return Summary{}, err
	}
	r := &run{
		layout: l, opt: opt, limit: limit,
		progress: newProgress(src.Size(), opt.Before, opt.OnProgress),
		log:      newRejectLog(opt.OnReject),
	}
	r.progress.phase(PhaseOpening)
	if opt.Check {
		r.writer = discard{}
	} else if r.writer, err = dst.Begin(ctx, l); err != nil {
		return Summary{}, err
	}

	stages, stop := context.WithCancel(ctx)
	free, read, converted := make(chan *Block, blocks), make(chan *Block, blocks), make(chan *Block, blocks)
	r.large = make(chan struct{}, 1)
	for range blocks {
		free <- new(Block)
	}
	var group sync.WaitGroup
	group.Go(func() {
		defer close(read)
		r.panics.guard(func() { readStage(stages, src, len(l.Columns), free, read, r.large) })
	})
	group.Go(func() {
		defer close(converted)
		r.panics.guard(func() { convertStage(conv, read, converted) })
	})
	group.Go(r.log.stage)

	r.panics.guard(func() { err = r.write(ctx, converted, free) })
	if m := r.panics.err(); m != nil {
		err = m
	}
	stop()
	for range converted { // let the stages end
	}
	r.log.end()
	group.Wait()
	return r.finish(ctx, err)
}

// readStage has src fill blocks until it ends or ctx is done. Of those with a
// large record there is one at a time: after each it waits for large.
func readStage(ctx context.Context, src Source, cols int, free <-chan *Block, out chan<- *Block, large <-chan struct{}) {
	width := len(src.Fields())
	for {
		var b *Block
		select {
		case b = <-free:
		case <-ctx.Done():
			return
		}
		b.Reset(width, cols)
		err := src.Fill(b)
		b.read = int64(len(b.Rows) + len(b.Rejects))
		b.large = cap(b.Arena) > keepBytes
		if err != nil && !errors.Is(err, io.EOF) {
			b.err = err
		}
		alone := b.large
		out <- b // holds all blocks: never waits
		if err != nil {
			return
		}
		if alone {
			select {
			case <-large:
			case <-ctx.Done():
				return
			}
		}
	}
}

// convertStage turns the records of each block into rows of a batch.
func convertStage(conv Converter, in <-chan *Block, out chan<- *Block) {
	for b := range in {
		conv.Convert(b)
		out <- b // holds all blocks: never waits
	}
}

// A run is the writing stage of one load, and its account.
type run struct {
	layout   Layout
	opt      Options
	limit    rejectLimit
	writer   Writer
	progress *progress
	log      *rejectLog
	panics   panicGuard // of any stage
	large    chan struct{}

	counts    Counts // of all blocks that were written
	committed Counts // as of the last commit
	consumed  int64
	started   time.Time // moved forward by the time that the load stood still
	commitAt  time.Time
	signs     [][]SignCount // by column
}

// write takes the blocks in order to the writer, until they end or something
// goes wrong, and commits.
func (r *run) write(ctx context.Context, converted <-chan *Block, free chan<- *Block) error {
	r.started = time.Now()
	r.postponeCommit()
	r.progress.phase(PhaseWriting)

	// A cancel lets the batch at hand come to its end, so that what was
	// written can be kept; only one that takes long is broken off. The commit
	// that keeps it has longer. An atomic plan keeps nothing.
	grace, last := graceAfterCancel, commitAfterCancel
	if r.layout.Plan.Atomic {
		grace, last = 0, 0
	}
	writing, done := outlast(ctx, grace)
	defer done()
	committing, done := outlast(ctx, last)
	defer done()

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
		if err := r.writeBlock(writing, b); err != nil {
			return err
		}
		if b.err != nil {
			if ctx.Err() != nil { // the source was closed, or breaks off when nobody waits for more
				break
			}
			return b.err
		}
		if b.large {
			b.Arena = nil
			r.large <- struct{}{}
		}
		free <- b
		if !r.held() && time.Now().After(r.commitAt) {
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
	if err := r.checkLimit(0); err != nil {
		return err
	}
	return r.commit(committing)
}

// writeBlock writes the rows of b and has its rejects reported.
func (r *run) writeBlock(ctx context.Context, b *Block) error {
	if r.opt.GiveWay && b.Unfit != nil {
		return b.Unfit
	}
	var res Result
	if len(b.Rows) > 0 {
		var err error
		if res, err = r.writer.Write(ctx, &b.Batch); err != nil {
			return err
		}
	}
	if r.opt.GiveWay {
		if unfit := r.refusedGuess(b, res.Refused); unfit != nil {
			return unfit
		}
	}
	for _, ref := range res.Refused {
		b.uncountSigns(ref.Row)
		var value []byte
		if ref.Column >= 0 {
			value = b.text(b.Row(ref.Row)[ref.Column])
		}
		b.Reject(b.Rows[ref.Row], r.layout.columnName(ref.Column), value, Fault{ref.Code, ref.Note})
	}
	r.addSigns(b)
	r.counts.Read += b.read
	r.counts.Inserted += res.Inserted
	r.counts.Updated += res.Updated
	r.counts.Skipped += res.Skipped
	r.counts.Rejected += int64(len(b.Rejects))
	if !r.counts.Balanced() {
		return fmt.Errorf("the counts do not balance after record %d: %+v; please report this", r.counts.Read, r.counts)
	}
	r.consumed = max(r.consumed, b.Consumed)
	if err := r.log.add(b.Rejects); err != nil {
		return err
	}
	if len(b.Rejects) > 0 {
		if err := r.checkLimit(leastForPercent); err != nil {
			return err
		}
	}
	r.progress.update(r.counts, r.consumed)
	return nil
}

func (r *run) checkLimit(leastForPercent int64) error {
	if r.limit.exceeded(r.counts, leastForPercent) {
		return &TooManyRejectsError{r.counts.Rejected, r.counts.Read, r.layout.Plan.MaxRejects}
	}
	return nil
}

// finish closes the writer and makes up the account. err is why the load ended.
func (r *run) finish(ctx context.Context, err error) (Summary, error) {
	closeErr := r.writer.Close()
	s := Summary{Counts: r.counts, Bytes: r.consumed, Elapsed: time.Since(r.started), Signs: r.allSigns()}
	if err == nil {
		err = closeErr
	}
	if err == nil {
		r.progress.done()
		return s, nil
	}
	// What was read and rejected stays told; what was undone is no longer in
	// the table.
	s.Inserted, s.Updated, s.Skipped = r.committed.Inserted, r.committed.Updated, r.committed.Skipped
	s.RolledBack = s.Read - s.Inserted - s.Updated - s.Skipped - s.Rejected
	switch unfit := (*UnfitError)(nil); {
	case ctx.Err() == nil:
	case s.RolledBack > 0 && !r.layout.Plan.Atomic:
		err = &UndoneError{Rows: s.RolledBack, Cause: context.Cause(ctx), Err: err}
	case errors.As(err, &unfit): // no failure, but a reason to begin again
		err = context.Cause(ctx)
	}
	return s, err
}

// columnName returns the name of column i, "" for -1.
func (l *Layout) columnName(i int) string {
	if i < 0 {
		return ""
	}
	return l.Columns[i].Name
}

// A discard is a Writer that takes everything and keeps nothing.
type discard struct{}

func (discard) Write(_ context.Context, b *Batch) (Result, error) {
	return Result{Inserted: int64(len(b.Rows))}, nil
}
func (discard) Commit(context.Context) error { return nil }
func (discard) Close() error                 { return nil }
