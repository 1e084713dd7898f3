package load

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// A lane is one writer of a load, with a goroutine of its own.
type lane struct {
	writer Writer
	work   chan *flight
	index  int

	flights []*flight // those whose shares are written together
	packed  Batch     // memory for them

	done Mark  // as it was last committed
	now  tally // of what it wrote, with what is not committed
}

// A tally counts what one writer did.
type tally struct{ inserted, updated, skipped int64 }

func (t *tally) add(res Result) {
	t.inserted += res.Inserted
	t.updated += res.Updated
	t.skipped += res.Skipped
}

// open prepares the load and opens its writers.
func (r *run) open(ctx context.Context) error {
	was, l := r.lanes, r.layout
	r.load, r.pace, r.lanes, r.flights, r.idle = nil, Pace{}, nil, nil, nil
	if r.opt.Check {
		return r.openCheck(ctx)
	}
	if r.made && !r.marked {
		l.Plan.Create = false
	}
	var err error
	if r.load, err = r.dst.Prepare(ctx, r.opt.Job, l); err != nil {
		r.lanes = was
		return err
	}
	r.pace = r.load.Pace()
	writers := max(r.pace.Writers, 1)
	marks, kept := r.load.Marks()
	if r.marked = kept; !kept {
		marks = r.opt.Earlier.Marks
		if len(was) > 0 { // the memory of an earlier try
			marks = nil
		}
		for _, n := range was {
			marks = append(marks, n.done)
		}
	}
	for _, m := range marks {
		writers = max(m.Writers, 1)
	}
	for i := range writers {
		n := &lane{index: i, done: Mark{Writer: i, Writers: writers, Record: r.opt.After}}
		for _, m := range marks {
			if m.Writer == i {
				n.done = m
			}
		}
		n.now = tally{n.done.Inserted, n.done.Updated, n.done.Skipped}
		r.lanes = append(r.lanes, n)
	}
	r.goBack()
	errs := make([]error, len(r.lanes))
	var group sync.WaitGroup
	for i, n := range r.lanes {
		group.Go(func() {
			r.panics.guard(func() { n.writer, errs[i] = r.load.Writer(ctx, n.index) })
		})
	}
	group.Wait()
	return cmp.Or(r.panics.err(), firstError(errs))
}

// firstError returns the first error: rather one after which the load can't go on.
func firstError(errs []error) error {
	var lost error
	for _, err := range errs {
		if err != nil && !errors.Is(err, ErrLost) {
			return err
		}
		lost = cmp.Or(lost, err)
	}
	return lost
}

// openCheck opens the only writer of a check.
func (r *run) openCheck(ctx context.Context) (err error) {
	n := &lane{writer: discard{}, done: Mark{Record: r.opt.After}}
	r.lanes = []*lane{n}
	r.goBack()
	p, ok := r.dst.(Prober)
	if !ok {
		return nil
	}
	into, untold, err := p.Probe(ctx, r.layout)
	r.untold = untold
	if err != nil || into == nil {
		return err
	}
	r.load, r.pace = into, into.Pace()
	n.writer, err = into.Writer(ctx, 0)
	return err
}

// close closes the writers and the load of a try.
func (r *run) close() error {
	var errs []error
	for _, n := range r.lanes {
		if n.writer != nil {
			errs = append(errs, n.writer.Close())
			n.writer = nil
		}
	}
	if r.load != nil {
		errs = append(errs, r.load.Close())
		r.load = nil
	}
	return errors.Join(errs...)
}

// depth is how many blocks may be on their way to the writers while another one is
// taken: so many that all writers have work.
func (r *run) depth() int {
	if n := len(r.lanes); n > 1 {
		return n * max(1, max(shareBytes, r.pace.Batch*3/4)/r.blockSize())
	}
	return 0
}

// takeOff starts the lanes. The func that it returns ends them.
func (r *run) takeOff(ctx context.Context) (land func()) {
	ctx, cancel := context.WithCancel(ctx)
	for _, n := range r.lanes {
		n.work = make(chan *flight, r.depth()+1)
		r.flying.Go(func() {
			n.fly(ctx, r.pace.Batch, &r.panics)
		})
	}
	return func() {
		cancel()
		for _, n := range r.lanes {
			close(n.work)
		}
		r.flying.Wait()
	}
}

// A flight is one block on its way to the writers.
type flight struct {
	block  *Block
	shares []share        // one for each lane
	passed int64          // records of the block that an earlier try has dealt with
	left   sync.WaitGroup // its shares that are not written yet
}

// A share is the rows of a block that go to one writer.
type share struct {
	batch Batch
	rows  []int // which of the block's rows they are; nil where they are all
	size  int   // bytes of their records
	res   Result

	space Batch // memory that serves again
	index []int
	err   error
}

// result returns the rows that were refused, as the block's.
func (f *flight) result() ([]Refusal, error) {
	var refused []Refusal
	var lost error
	for i := range f.shares {
		s := &f.shares[i]
		switch {
		case errors.Is(s.err, ErrLost):
			lost = s.err
		case s.err != nil:
			return nil, s.err
		}
		if s.rows != nil {
			for k := range s.res.Refused {
				s.res.Refused[k].Row = s.rows[s.res.Refused[k].Row]
			}
		}
		refused = append(refused, s.res.Refused...)
	}
	if len(f.shares) > 1 {
		slices.SortFunc(refused, func(a, b Refusal) int { return cmp.Compare(a.Row, b.Row) })
	}
	return refused, lost
}
