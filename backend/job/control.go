package job

import (
	"context"

	"linefeed/backend/message"
)

// An order changes a job that has not ended. Its JSON goes to the process that runs it.
type order struct {
	Do   string `json:"do"`
	Set  bool   `json:"set,omitempty"`  // it is about the set of the job
	Rows Rows   `json:"rows,omitempty"` // of doCancel
}

// What an order may say.
const (
	doPause  = "pause"
	doResume = "resume"
	doCancel = "cancel"
	doFirst  = "first"
)

// Pause pauses a running job after its current batch. Of a set, it pauses the jobs that
// run, and no other of it begins.
func (r *Runner) Pause(ctx context.Context, id string) error {
	return r.order(ctx, id, order{Do: doPause})
}

// Resume resumes a paused job, or a paused set. The error may wrap [ErrNotAllowed].
func (r *Runner) Resume(ctx context.Context, id string) error {
	if _, err := r.whoWorks(ctx); err != nil {
		return err
	}
	return r.order(ctx, id, order{Do: doResume})
}

// Cancel stops a job, or the jobs of a set that have not ended, and says what becomes of
// the rows that it has committed. The error wraps [ErrNotTakenBack], and the job goes on, if
// they are to be taken back and can't be; it wraps [ErrNotActive] if it is too late for that.
// An atomic plan keeps none. Cancel does not wait: the job's final state is published
// when it has ended.
func (r *Runner) Cancel(ctx context.Context, id string, rows Rows) error {
	if rows == TakeBackRows {
		if err := r.mayTakeBack(ctx, id); err != nil {
			return err
		}
	}
	return r.order(ctx, id, order{Do: doCancel, Rows: rows})
}

// First moves a queued job to the front of the queue.
func (r *Runner) First(ctx context.Context, id string) error {
	return r.order(ctx, id, order{Do: doFirst})
}

// order has an order obeyed, by the process that runs the job. Only where that is
// another one it waits, as [Runner.ask] does.
func (r *Runner) order(ctx context.Context, id string, o order) error {
	if IsSet(id) {
		return r.orderSet(ctx, id, o.Do)
	}
	own, err := r.obey(id, o)
	if own {
		return err
	}
	j, err := r.Job(ctx, id)
	if err != nil {
		return err
	}
	if j.State.Active() {
		return r.ask(ctx, j, o)
	}
	return hasEnded(j)
}

// obey obeys an order about a job of this process. own is false where it is none.
func (r *Runner) obey(id string, o order) (own bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.jobs[id]
	switch {
	case a == nil:
		return false, nil
	case o.Set && a.set != nil:
		return true, r.obeySet(a.set, o.Do)
	case o.Do == doCancel && o.Rows == TakeBackRows && (a.keeper.last || a.ctx.Err() != nil && context.Cause(a.ctx) != errTakeBack): //nolint:errorlint // itself
		return true, message.NewError(ErrNotActive, "job_ending", "", "job", id) // and its rows stay
	case o.Do == doCancel:
		cause := errCancelled
		if o.Rows == TakeBackRows {
			cause = errTakeBack
		}
		a.cancel(cause)
		r.drop(a, cause)
		return true, nil
	case a.ctx.Err() != nil || a.keeper.last:
		return true, message.NewError(ErrNotActive, "job_ending", "", "job", id)
	}
	state := string(a.job.State)
	switch o.Do {
	case doPause:
		if a.job.State != Running {
			return true, message.NewError(nil, "not_running", "", "job", id, "state", state)
		}
		r.pause(a)
		r.begin(r.atOnce) // a paused job lets others begin
	case doResume:
		if a.job.State != Paused {
			return true, message.NewError(nil, "not_paused", "", "job", id, "state", state)
		}
		r.unpause(a)
	case doFirst:
		if !r.toFront(a) {
			return true, message.NewError(nil, "not_queued", "", "job", id, "state", state)
		}
	default:
		return true, message.NewError(nil, "order_unknown", "use_newer_version", "order", o.Do)
	}
	return true, nil
}

// pause pauses a running job. Runner.mu is held.
func (r *Runner) pause(a *active) {
	a.resumed = make(chan struct{})
	r.setState(a, Paused)
}

// unpause resumes a paused job. Runner.mu is held.
func (r *Runner) unpause(a *active) {
	close(a.resumed)
	a.resumed = nil
	r.setState(a, Running)
}

// hasEnded returns the error of an order about a job that has ended.
func hasEnded(j Job) error {
	return message.NewError(ErrNotActive, "job_has_ended", "", "job", j.ID, "state", string(j.State))
}
