package job

import (
	"context"
	"errors"

	"linefeed/backend/message"
)

// orderSet has an order about a set obeyed, by the process that runs it: it goes there
// with a job of the set that has not ended, or with another one where that ends first.
func (r *Runner) orderSet(ctx context.Context, id, do string) error {
	if own, err := r.obeyOwnSet(id, do); own {
		return err
	}
	for {
		set, err := r.Set(ctx, id)
		if err != nil {
			return err
		}
		var with *Job // the last, which is there for the longest
		for i := range set.Jobs {
			if set.Jobs[i].State.Active() {
				with = &set.Jobs[i]
			}
		}
		if with == nil {
			return message.NewError(ErrNotActive, "set_has_ended", "", "set", id, "state", string(set.State))
		}
		err = r.ask(ctx, *with, order{Do: do, Set: true})
		if err == nil || !errors.Is(r.endedSince(ctx, with.ID), ErrNotActive) {
			return err
		}
	}
}

func (r *Runner) obeyOwnSet(id, do string) (own bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sets[id]
	if s == nil {
		return false, nil
	}
	return true, r.obeySet(s, do)
}

// obeySet obeys an order about a set of this process. Runner.mu is held.
func (r *Runner) obeySet(s *activeSet, do string) error {
	switch do {
	case doPause:
		if s.held {
			return message.NewError(nil, "set_not_running", "", "set", s.id, "state", string(s.state))
		}
		s.held = true
		r.eachOf(s, Running, r.pause)
	case doResume:
		if !s.held && s.state != Paused {
			return message.NewError(nil, "set_not_paused", "", "set", s.id, "state", string(s.state))
		}
		s.held = false
		r.eachOf(s, Paused, r.unpause)
		r.feed(s)
	case doCancel:
		s.held = false
		for _, a := range r.jobs {
			if a.set == s {
				a.cancel(errCancelled)
				r.drop(a, errCancelled)
			}
		}
	default:
		return message.NewError(nil, "order_unknown", "use_newer_version", "order", do)
	}
	r.setSetState(s)
	r.begin(r.atOnce) // a paused set lets others begin
	return nil
}

// eachOf does something to the jobs of a set that are in a state, and not coming to their
// end. Runner.mu is held.
func (r *Runner) eachOf(s *activeSet, state State, do func(*active)) {
	for a := range s.running {
		if a.job.State == state && a.ctx.Err() == nil && !a.keeper.last {
			do(a)
		}
	}
}
