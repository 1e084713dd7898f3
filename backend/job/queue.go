package job

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"linefeed/backend/event"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// Jobs begin in the order of the queue, as many side by side as the setting
// [store.ImportsAtOnce] says; each has its own memory. Those with the same database
// take turns: one may need what an earlier one has loaded. Those with the same SQLite file
// do so in all processes (see turn.go), as it has one writer at a time; only the files of a
// set may go into a server side by side. A paused job lets others begin, but none into its
// database. One that is resumed runs at once, whatever else does.

// enqueue queues a job, once keep has stored that.
func (r *Runner) enqueue(ctx context.Context, a *active, keep func(context.Context) error) (Job, error) {
	a.within(ctx)
	a.place = r.place(ctx, a.req)

	r.mu.Lock()
	if !r.closing.IsZero() {
		r.mu.Unlock()
		return Job{}, ErrClosed
	}
	r.work.Add(1) // or Close would not wait
	r.mu.Unlock()
	defer r.work.Done()

	if err := keep(ctx); err != nil {
		return Job{}, err
	}
	most := r.mostAtOnce(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs[a.job.ID] = a
	r.queue = append(r.queue, a)
	r.hub.State(a.job.ID, event.State{State: string(Queued), Again: a.takenUp != nil})
	j := a.job
	if !r.closing.IsZero() { // in the meantime; Close ended only the jobs it found
		a.cancel(ErrClosed)
		r.drop(a, ErrClosed)
	}
	r.begin(most)
	r.attendNow()
	return j, nil
}

// within gives a job a context of its own, with the values of ctx.
func (a *active) within(ctx context.Context) {
	a.ctx, a.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
}

// begin begins the jobs of the queue that may run now, with at most that many side by
// side. Runner.mu is held.
func (r *Runner) begin(most int) {
	r.atOnce = most
	for {
		i := slices.IndexFunc(r.queue, r.mayBegin)
		if i < 0 {
			return
		}
		a := r.queue[i]
		r.queue = slices.Delete(r.queue, i, i+1)
		r.setState(a, Running)
		r.work.Go(func() {
			summary, err := r.perform(a)
			r.end(a, summary, err)
			r.beginNext()
		})
	}
}

// beginNext begins the jobs that may run now, as the settings are.
func (r *Runner) beginNext() {
	most := r.mostAtOnce(r.open)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin(most)
}

// running returns the number of jobs that run. Runner.mu is held.
func (r *Runner) running() (n int) {
	for _, a := range r.jobs {
		if a.job.State == Running {
			n++
		}
	}
	return n
}

// taken reports whether another job that has begun loads into the database of a.
// Runner.mu is held.
func (r *Runner) taken(a *active) bool {
	for _, b := range r.jobs {
		if a.place != "" && b.job.State != Queued && target.Same(a.place, b.place) && !sharesPlace(a, b) {
			return true
		}
	}
	return false
}

// drop ends a job that has not begun. Runner.mu is held.
func (r *Runner) drop(a *active, cause error) {
	if i := slices.Index(r.queue, a); i >= 0 {
		r.queue = slices.Delete(r.queue, i, i+1)
	} else if a.set == nil || !a.set.drop(a) {
		return
	}
	r.work.Go(func() { r.end(a, r.dropped(a), cause) })
}

// toFront moves a job to the front of the queue, and reports whether it is in it.
// Runner.mu is held.
func (r *Runner) toFront(a *active) bool {
	i := slices.Index(r.queue, a)
	if i < 0 {
		return false
	}
	r.queue = slices.Insert(slices.Delete(r.queue, i, i+1), 0, a)
	return true
}

// mostAtOnce returns how many jobs may run side by side: as it was, where that can't be
// read.
func (r *Runner) mostAtOnce(ctx context.Context) int {
	if v, err := r.store.Setting(ctx, store.ImportsAtOnce); err == nil {
		if n, err := strconv.Atoi(v.Value); err == nil {
			return n
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.atOnce
}

// place returns the database that a request is for, "" for none, or where that is not
// known: then opening it returns an error.
func (r *Runner) place(ctx context.Context, req Request) string {
	url := req.Target
	if url == "" && req.Like != "" {
		j, err := r.Job(ctx, req.Like)
		if err != nil {
			return ""
		}
		url = j.Request.Target
	}
	address, err := r.targets.Address(ctx, url)
	if err != nil || address == "" {
		return ""
	}
	path := target.Path(address)
	if path == "" {
		return address
	}
	whole, ok := await(ctx, func() string {
		if whole, err := filepath.EvalSymlinks(path); err == nil {
			return whole
		}
		made := path // which is yet to be made, maybe by way of a link
		if to, err := os.Readlink(path); err == nil {
			if made = to; !filepath.IsAbs(to) {
				made = filepath.Join(filepath.Dir(path), to)
			}
		}
		folder, err := filepath.EvalSymlinks(filepath.Dir(made))
		if err != nil {
			return path
		}
		return filepath.Join(folder, filepath.Base(made))
	})
	if !ok {
		return path
	}
	return whole
}
