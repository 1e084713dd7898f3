package load

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"
)

// graceAfterCancel is how long the batch at hand may take after a cancel
// before it is broken off and undone.
const graceAfterCancel = 2 * time.Second

// commitAfterCancel is how long the commit after it may take, which keeps all
// that was written: long enough for another program's lock to go.
const commitAfterCancel = 10 * time.Second

// waitWhilePaused returns when the load may go on, or ctx is done.
func (r *run) waitWhilePaused(ctx, committing context.Context) error {
	if r.opt.Paused == nil {
		return nil
	}
	resumed := r.opt.Paused()
	if resumed == nil {
		return nil
	}
	if !r.held() {
		if err := r.commit(committing); err != nil {
			return err
		}
	}
	r.progress.standStill()
	since := time.Now()
	select {
	case <-resumed:
	case <-ctx.Done():
	}
	r.started = r.started.Add(time.Since(since))
	r.progress.standStill()
	r.postponeCommit()
	return nil
}

// commit settles what is on its way and has all writers commit.
func (r *run) commit(ctx context.Context) error {
	if err := r.settle(0); err != nil {
		return err
	}
	r.progress.phase(PhaseCommitting)
	if err := r.log.wait(); err != nil {
		return err
	}
	if r.opt.OnCommit != nil {
		if err := r.opt.OnCommit(Checkpoint{r.counts, r.position, r.consumed, r.signs, r.aside}); err != nil {
			return err
		}
	}
	errs := make([]error, len(r.lanes))
	var group sync.WaitGroup
	for i, n := range r.lanes {
		mark := r.mark(n)
		group.Go(func() {
			r.panics.guard(func() {
				if errs[i] = n.writer.Commit(ctx, mark); errs[i] == nil {
					n.done = mark
				}
			})
		})
	}
	group.Wait()
	if err := r.commitError(errs); err != nil {
		return err
	}
	r.wasCommitted()
	r.postponeCommit()
	return nil
}

// commitError returns what kept lanes from committing: rather an error after which
// the load can't go on.
func (r *run) commitError(errs []error) error {
	failed := r.panics.err()
	var lost error
	for _, err := range errs {
		if errors.Is(err, ErrLost) {
			lost, r.unsure = err, true
		} else if err != nil {
			failed = err
		}
	}
	err := cmp.Or(failed, lost)
	if err != nil {
		r.countCommitted()
	}
	return err
}

// countCommitted counts what those lanes have committed that did.
func (r *run) countCommitted() {
	c := &r.committed
	c.Inserted, c.Updated, c.Skipped = 0, 0, 0
	for _, n := range r.lanes {
		c.Inserted += n.done.Inserted
		c.Updated += n.done.Updated
		c.Skipped += n.done.Skipped
	}
}

// commitIsDue reports whether it is time for a commit.
func (r *run) commitIsDue() bool {
	return r.pace.Commit > 0 && r.uncounted >= r.pace.Commit || time.Now().After(r.commitAt)
}

func (r *run) postponeCommit() {
	every := r.opt.commitEvery
	if every == 0 {
		every = CommitInterval
	}
	r.commitAt = time.Now().Add(every)
}

// stop ends a load whose ctx is done: it keeps what was written, unless the plan
// is atomic.
func (r *run) stop(ctx, committing context.Context) error {
	if !r.layout.Plan.Atomic {
		if err := r.commit(committing); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// outlast returns a context that is done when ctx has been done for as long as
// grace, and what frees it.
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
