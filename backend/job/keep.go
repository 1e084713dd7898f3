package job

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A keeper writes the states of one active job to the store, in order and in the
// background: another program may have locked the store, and neither the job nor
// its readers wait for that. It skips a state once a later one has followed. Its
// fields are guarded by Runner.mu.
type keeper struct {
	busy    bool // a goroutine is writing
	changed bool // there is something to write
	last    bool // the job is ending: only its end is still to be written
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// setState publishes a job's new state and has it stored. Runner.mu is held, so
// that states are published in order.
func (r *Runner) setState(a *active, s State) {
	a.job.State = s
	if a.job.Started == "" {
		a.job.Started = wireTime(time.Now())
	}
	r.hub.State(a.job.ID, event.State{State: string(s)})
	r.tellSet(a)

	k := &a.keeper
	k.changed = true
	if k.busy {
		return
	}
	k.busy = true
	ctx, cancel := context.WithCancel(context.Background())
	k.stop = cancel
	k.work.Go(func() {
		defer cancel()
		r.keep(ctx, a)
	})
}

// keep writes the latest state of a to the store until there is no newer one. The
// next state makes up for one that can't be written.
func (r *Runner) keep(ctx context.Context, a *active) {
	for {
		r.mu.Lock()
		if !a.keeper.changed || a.keeper.last {
			a.keeper.busy = false
			r.mu.Unlock()
			return
		}
		a.keeper.changed = false
		j := a.job
		r.mu.Unlock()
		if kept, err := j.stored(); err == nil {
			_ = r.store.UpdateJob(ctx, kept)
		}
	}
}

// end brings a job to its final state, which follows from err, the reason it
// ended. The state is stored before it is published, unless the store stays
// locked.
func (r *Runner) end(a *active, summary Summary, err error) {
	err = a.req.redactError(err)
	a.conclude(&summary, &err)

	r.mu.Lock()
	a.keeper.last = true
	if a.keeper.stop != nil {
		a.keeper.stop()
	}
	r.mu.Unlock()
	a.keeper.work.Wait()

	r.mu.Lock()
	final := a.job
	r.mu.Unlock()
	final.State, final.Finished, final.Summary = summary.State, wireTime(time.Now()), &summary
	if final.Request.Retry == nil {
		final.setResumable(r.store.FileLost(final.Request.File))
		if !final.Resumable {
			r.store.RemoveReceived(final.Request.File)
		}
	} else {
		final.setResumable(r.settled(final.ID))
	}
	published := final
	again, keepErr := r.keepEnd(final)
	if keepErr != nil {
		s := summary
		s.Warnings = append(s.Warnings[:len(s.Warnings):len(s.Warnings)], load.Warning{
			Code: WarnNotKept, Note: message.New("outcome_not_kept", "outcome_is_right", "cause", keepErr),
		})
		published.Summary = &s
		if err == nil {
			err = fmt.Errorf("%w: %w", ErrNotKept, keepErr)
		}
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	a.job, a.err = published, err
	a.cancel(nil)
	if again {
		r.unkept[final.ID] = final
		if len(r.unkept) == 1 {
			r.work.Go(r.keepLater)
		}
	}
	r.hub.State(published.ID, event.State{State: string(published.State), Summary: published.Summary, Ended: true})
	delete(r.jobs, published.ID)
	r.leaveSet(a, published.Summary)
	r.recent = append(r.recent[max(0, len(r.recent)+1-mostRecent):], a)
	close(a.ended)
}

// WarnNotKept is the code of the warning that the end of a job could not be
// stored.
const WarnNotKept = "not_kept"

// ErrNotKept is wrapped by what Wait returns for a job that has done its work,
// but whose end could not be stored.
var ErrNotKept error = message.NewError(nil, "done_not_kept", "")

// conclude completes the summary of a job that ended with err, and sets err to
// what Wait returns.
func (a *active) conclude(s *Summary, err *error) {
	cause, failed := context.Cause(a.ctx), *err
	var undone *load.UndoneError
	stopped := cause != nil && (errors.Is(*err, cause) || errors.Is(*err, context.Canceled) || s.Read == 0)
	switch {
	case *err == nil:
		s.State = Done
	case errors.As(*err, &undone) && undone.BrokenOff():
		s.State = stoppedState(cause)
		s.explain(*err)
		*err = fmt.Errorf("%w: %w", cause, *err)
	case stopped && undone == nil:
		s.State, *err = stoppedState(cause), cause
	default:
		s.State = Failed
		s.explain(*err)
	}
	if errors.Is(failed, csvfile.ErrLeftBehind) {
		s.warnLeftBehind()
	}
	s.Job, s.File, s.Table = a.job.ID, a.job.Request.File, a.table
	s.Check = a.job.Request.Check
	balance := s.Counts
	balance.Rejected += s.RolledBack
	s.Balanced = balance.Balanced()
}

// explain tells why the job did not reach its end.
func (s *Summary) explain(err error) {
	s.Error = err.Error()
	for _, n := range message.Notes(err) {
		if n.MessageID != "" {
			s.Reasons = append(s.Reasons, n)
		}
	}
}

// stoppedState returns the state of a job that was stopped because of cause.
func stoppedState(cause error) State {
	if errors.Is(cause, ErrClosed) {
		return Interrupted
	}
	return Cancelled
}

// The end of a job is stored within keepWait, or later, every keepAgain. When the
// program ends, the store gets keepTry at least.
const (
	keepWait  = 3 * time.Second
	keepTry   = 200 * time.Millisecond
	keepAgain = time.Second
)

// patience returns how long to wait for the store: keepWait, or what is left of
// it since the runner was closed.
func (r *Runner) patience() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing.IsZero() {
		return keepWait
	}
	return max(keepTry, keepWait-time.Since(r.closing))
}

// keepEnd stores how a job ended. Where not all of it can be encoded, or the store
// has no room for it, it stores what it can, and returns the error. again reports
// whether more may be stored later.
func (r *Runner) keepEnd(j Job) (again bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.patience())
	defer cancel()
	kept, err := j.stored()
	if err == nil {
		if err = r.store.UpdateJob(ctx, kept); err == nil {
			return false, nil
		}
		if again = true; ctx.Err() != nil {
			return true, err
		}
	}
	short := *j.Summary
	short.Warnings, short.PassedOver, short.Guesses, short.Reasons = nil, nil, nil, nil
	for _, j.Summary = range []*Summary{&short, nil} {
		kept, encodeErr := j.stored()
		if encodeErr != nil {
			continue
		}
		if r.store.UpdateJob(ctx, kept) == nil {
			break
		}
		again = true
	}
	return again, err
}

// keepLater retries keepUnkept until nothing is left to store or the runner is
// closed. Close tries once more.
func (r *Runner) keepLater() {
	tick := time.NewTicker(keepAgain)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-r.open.Done():
			return
		}
		if r.keepUnkept() {
			return
		}
	}
}

// keepUnkept stores the ends that are not stored yet, and reports whether none is
// left that may be stored later.
func (r *Runner) keepUnkept() bool {
	r.mu.Lock()
	jobs := make([]Job, 0, len(r.unkept))
	for _, j := range r.unkept {
		jobs = append(jobs, j)
	}
	r.mu.Unlock()
	for _, j := range jobs {
		if again, _ := r.keepEnd(j); !again {
			r.mu.Lock()
			delete(r.unkept, j.ID)
			r.mu.Unlock()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.unkept) == 0
}
