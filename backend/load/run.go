package load

import (
	"context"
	"errors"
	"io"
	"iter"
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

	// Check converts all records and writes none. A target that is a [Prober] is
	// asked what it would do with them; without one, all would be inserted.
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

	// Job names the load for its marks (see Target.Prepare); "" keeps none.
	Job string

	// Earlier is what an earlier run of the same job has left, which this one goes
	// on with if the target has marks of it.
	Earlier Earlier

	// OnCommit is told ahead of each commit how far the load has come, once OnReject
	// has been told of all rejects up to there: what both were told can be made durable
	// now. The signs are valid until it returns. An error from it ends the load, and
	// nothing is committed.
	OnCommit func(Checkpoint) error

	// OnCommitted is told after each commit that it went through.
	OnCommitted func()

	// Rewind begins another reading of the source, from its first record. With it, a
	// load goes on after an error that wraps [ErrLost]: it is prepared again, and
	// reads past what its marks, or where none are kept its own memory, say is in the
	// table. A check does not go on.
	Rewind func() error

	// Skip has a reading of the source that has just begun go on after the record at a
	// position, which the marks tell, rather than yield all that come before it. It may
	// leave that as it is. nil never skips.
	Skip func(Position) error

	// After is the number of the last record that is none of this load's: the source
	// yields it, and it is passed over.
	After int64

	// Reconnect is how long to try, from when the connection was lost until records
	// are written, or committed, that were not before; 0 is 10 minutes.
	Reconnect time.Duration

	commitEvery time.Duration // for tests; 0 is CommitInterval
}

// A Checkpoint is how far a load has come at a commit. It says nothing about whether
// the commit went through: that is for the marks in the target to say.
type Checkpoint struct {
	Counts
	Position               // of the last record that is in the counts
	Bytes    int64         // consumed on disk for it
	Signs    [][]SignCount // by column, as [Earlier] takes them
	Aside    any           // of the source, see Block.Aside; nil where that is not known
}

// Earlier is what runs of a job that did not reach its end have left, beside the marks
// in the target.
type Earlier struct {
	// Marks are those that are kept elsewhere, where the target keeps none: at most one for
	// each writer. Where there are any, a table that is to be made is there already.
	Marks []Mark

	// Rejected are the numbers of all records that were rejected, in any order; nil
	// for none. They stay so: their commit may have been undone, but they were told.
	Rejected iter.Seq2[int64, error]

	// Signs returns those of the checkpoint at a record, nil where there is none.
	Signs func(record int64) [][]SignCount
}

// CommitInterval is how long rows may stay uncommitted: long enough that
// committing costs little beside writing, and short enough that a power cut loses
// little, and that programs which wait 5 seconds for a lock, as most do, get it
// between two commits. Only tests change it, before the first load.
var CommitInterval = 4 * time.Second

// progressEvery is the least time between two reports of the same phase.
const progressEvery = 100 * time.Millisecond

// blocks is how many blocks travel: one in each stage, and one between them. More
// would not stay in the processor's caches.
const blocks = 4

// Of batches beyond largeBatch, which are for servers far away, fewer travel: while
// one is written there is time enough to read and convert the next.
const (
	largeBatch = 1 << 20
	fewBlocks  = 2
)

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

	Untold []Warning // what a check could not find out

	Reconnects int // how often the load went on after the connection was lost
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
		src: src, conv: conv, dst: dst,
		layout: l, opt: opt, limit: limit,
		progress: newProgress(src.Size(), opt.Before, opt.OnProgress),
		log:      newRejectLog(opt.OnReject),
	}
	r.progress.phase(PhaseOpening)
	var reporting sync.WaitGroup
	reporting.Go(r.log.stage)
	err = r.recall()
	for err == nil {
		if err = r.try(ctx); err == nil || !r.canGoOn(ctx, err) {
			break
		}
		if e := r.reconnect(ctx, err); e != nil {
			err = e
			break
		}
		err = nil
	}
	r.log.end()
	reporting.Wait()
	return r.finish(ctx, err)
}

// try runs the load once, from its marks to its end or an error.
func (r *run) try(ctx context.Context) error {
	err := r.open(ctx)
	if err == nil && r.opt.Skip != nil && r.position.Line > 0 { // of After the place is not known
		err = r.opt.Skip(r.position)
	}
	if err == nil {
		err = r.flow(ctx)
	}
	if closing := r.close(); err == nil && !errors.Is(closing, ErrLost) { // which frees all that there was to free
		err = closing
	}
	return err
}

// flow has the records go through all stages.
func (r *run) flow(ctx context.Context) (err error) {
	stages, stop := context.WithCancel(ctx)
	n, from := blocks+r.depth(), r.from
	if r.pace.Batch > largeBatch {
		n = fewBlocks + r.depth()
	}
	free, read, converted := make(chan *Block, n), make(chan *Block, n), make(chan *Block, n)
	r.large, r.free = make(chan struct{}, 1), free
	fields := make(chan []Field, blocks)
	for range n {
		free <- &Block{most: r.blockSize()}
	}
	var group sync.WaitGroup
	group.Go(func() {
		defer close(read)
		r.panics.guard(func() { readStage(stages, r.src, len(r.layout.Columns), from, free, read, r.large, fields) })
	})
	group.Go(func() {
		defer close(converted)
		r.panics.guard(func() { convertStage(r.conv, read, converted, fields) })
	})
	r.panics.guard(func() { err = r.write(ctx, converted) })
	if m := r.panics.err(); m != nil {
		err = m
	}
	stop()
	for range converted { // let the stages end
	}
	group.Wait()
	return err
}

// readStage has src fill blocks until it ends or ctx is done, and hands on those
// with records after from. Of those with a large record there is one at a time:
// after each it waits for large.
func readStage(ctx context.Context, src Source, cols int, from int64, free <-chan *Block, out chan<- *Block, large <-chan struct{}, fields <-chan []Field) {
	width := len(src.Fields())
	var usual room
	for {
		var b *Block
		select {
		case b = <-free:
		case <-ctx.Done():
			return
		}
		var err error
		for {
			b.Reset(width, cols)
			b.reserve(usual, fields)
			err = src.Fill(b)
			b.found()
			if err != nil || b.last.Record > from || ctx.Err() != nil {
				break
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			b.err = err
		}
		alone := b.large
		if !alone {
			usual = usual.or(b)
		}
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

// convertStage turns the records of each block into rows of a batch. Their fields are
// then of no more use, and serve for other blocks.
func convertStage(conv Converter, in <-chan *Block, out chan<- *Block, fields chan<- []Field) {
	for b := range in {
		conv.Convert(b)
		select {
		case fields <- b.Fields[:0]:
			b.Fields = nil
		default: // others have theirs
		}
		out <- b // holds all blocks: never waits
	}
}

// columnName returns the name of column i, "" for -1.
func (l *Layout) columnName(i int) string {
	if i < 0 {
		return ""
	}
	return l.Columns[i].Name
}
