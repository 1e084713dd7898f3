package load

import (
	"context"
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

func (r *run) commit(ctx context.Context) error {
	r.progress.phase(PhaseCommitting)
	if err := r.log.wait(); err != nil {
		return err
	}
	if err := r.writer.Commit(ctx); err != nil {
		return err
	}
	r.committed = r.counts
	r.postponeCommit()
	return nil
}

func (r *run) postponeCommit() {
	every := r.opt.commitEvery
	if every == 0 {
		every = commitInterval
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
