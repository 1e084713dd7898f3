package job

import (
	"context"
	"slices"

	"linefeed/backend/message"
)

// Pause pauses a running job after its current batch.
func (r *Runner) Pause(id string) error {
	return r.change(id, func(a *active) (State, error) {
		if a.job.State != Running {
			return "", message.NewError(nil, "not_running", "", "job", id, "state", string(a.job.State))
		}
		a.resumed = make(chan struct{})
		return Paused, nil
	})
}

// Resume resumes a paused job.
func (r *Runner) Resume(id string) error {
	return r.change(id, func(a *active) (State, error) {
		if a.job.State != Paused {
			return "", message.NewError(nil, "not_paused", "", "job", id, "state", string(a.job.State))
		}
		close(a.resumed)
		a.resumed = nil
		return Running, nil
	})
}

// Cancel stops a job. Rows it has written are kept, unless its plan is atomic.
// It does not wait: the job's final state is published when it has ended.
func (r *Runner) Cancel(id string) error {
	r.mu.Lock()
	a := r.jobs[id]
	if a == nil {
		r.mu.Unlock()
		return r.notActive(id)
	}
	defer r.mu.Unlock()
	a.cancel(errCancelled)
	if i := slices.Index(r.queue, a); i >= 0 { // it need not wait for its turn to end
		r.queue = slices.Delete(r.queue, i, i+1)
		r.work.Go(func() { r.end(a, Summary{}, errCancelled) })
	}
	return nil
}

// change publishes and stores the state that f gives an active job.
func (r *Runner) change(id string, f func(*active) (State, error)) error {
	r.mu.Lock()
	a := r.jobs[id]
	if a == nil {
		r.mu.Unlock()
		return r.notActive(id)
	}
	defer r.mu.Unlock()
	if a.ctx.Err() != nil || a.keeper.last {
		return message.NewError(ErrNotActive, "job_ending", "", "job", id)
	}
	state, err := f(a)
	if err != nil {
		return err
	}
	r.setState(a, state)
	return nil
}

// notActive returns why no job of that ID is active.
func (r *Runner) notActive(id string) error {
	j, err := r.Job(context.Background(), id)
	if err != nil {
		return err
	}
	return message.NewError(ErrNotActive, "job_has_ended", "", "job", id, "state", string(j.State))
}
