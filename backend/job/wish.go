package job

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// An order about a job of another process is left for that in the store, as a wish.
// Each process looks for wishes while it has jobs: that works on every system, needs
// neither a port nor a signal, and is a read that waits for no writer.

// lookForWishes is the interval of looking for them.
const lookForWishes = 250 * time.Millisecond

// answerFor is how long another process may take to answer.
var answerFor = 10 * time.Second

// ErrNoAnswer says that the process that runs a job did not answer: the job goes on as
// before.
var ErrNoAnswer = errors.New("no answer")

// ask asks the process that runs a job to obey an order, and waits for its answer. The
// error may wrap [ErrNoAnswer].
func (r *Runner) ask(ctx context.Context, j Job, o order) (err error) {
	what, err := json.Marshal(o)
	if err != nil {
		return err
	}
	number, err := r.store.AddWish(ctx, j.ID, string(what))
	if errors.Is(err, store.ErrEnded) { // a moment ago
		return r.endedSince(ctx, j.ID)
	}
	if err != nil {
		return err
	}
	err = r.awaitAnswer(ctx, j.ID, number)
	answer, answered, removeErr := r.store.RemoveWish(context.WithoutCancel(ctx), number)
	if answered { // perhaps at the last moment
		err = refusal(answer)
	}
	if o.Do == doCancel && errors.Is(err, ErrNotActive) {
		if j, e := r.Job(ctx, j.ID); e == nil && j.State == Cancelled { // and so it has ended
			err = nil
		}
	}
	return errors.Join(err, removeErr)
}

// awaitAnswer waits for the answer to a wish. The error says why there is none.
func (r *Runner) awaitAnswer(ctx context.Context, id string, number int64) error {
	late := time.NewTimer(answerFor)
	defer late.Stop()
	tick := time.NewTicker(lookForWishes / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late.C:
			return message.NewError(ErrNoAnswer, "owner_silent", "owner_hangs", "job", id, "for", answerFor)
		}
		if _, answered, err := r.store.WishAnswer(ctx, number); answered || err != nil {
			return err
		}
		if err := r.endedSince(ctx, id); err != nil {
			return err
		}
	}
}

// endedSince returns an error if a job has ended.
func (r *Runner) endedSince(ctx context.Context, id string) error {
	j, err := r.Job(ctx, id)
	if err == nil && !j.State.Active() {
		err = hasEnded(j)
	}
	return err
}

// refusal returns what an answer says, nil where the order was obeyed.
func refusal(answer string) error {
	if answer == "" {
		return nil
	}
	var note message.Note
	if err := json.Unmarshal([]byte(answer), &note); err != nil {
		return err
	}
	return &message.Error{Note: note}
}

// tellEvery is how many looks for wishes make the interval of telling other processes
// of progress.
const tellEvery = 4

// tellProgress stores the progress of the jobs that have gone on.
func (r *Runner) tellProgress() {
	type news struct {
		id     string
		latest load.Progress
	}
	var all []news
	r.mu.Lock()
	for id, a := range r.jobs {
		if a.progress != nil && a.progress != a.stored {
			a.stored = a.progress
			all = append(all, news{id, *a.progress})
		}
	}
	r.mu.Unlock()
	for _, v := range all {
		if text, err := json.Marshal(v.latest); err == nil {
			_ = r.store.TellProgress(r.open, v.id, string(text)) // the next one is told, too
		}
	}
}

// attendNow has a goroutine look for wishes. Runner.mu is held.
func (r *Runner) attendNow() {
	if !r.attending {
		r.attending = true
		r.work.Go(r.attend)
	}
}

// attend looks for wishes, and tells other processes how far the jobs have come, until
// no job is left, or the runner is closed.
func (r *Runner) attend() {
	tick := time.NewTicker(lookForWishes)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-r.open.Done():
			return
		}
		r.mu.Lock()
		r.attending = len(r.jobs) > 0
		more := r.attending
		r.mu.Unlock()
		if !more {
			return
		}
		if n%tellEvery == 0 {
			r.tellProgress()
		}
		wishes, err := r.store.Wishes(r.open)
		if err != nil {
			continue // the next time
		}
		for _, w := range wishes {
			r.grant(w)
		}
	}
}

// grant obeys the order that a wish is, and answers it.
func (r *Runner) grant(w store.Wish) {
	var o order
	err := json.Unmarshal([]byte(w.What), &o)
	if err == nil {
		var own bool
		if own, err = r.obey(w.Job, o); !own {
			err = r.endedSince(r.open, w.Job)
		}
	}
	answer := ""
	if err != nil {
		note, _ := json.Marshal(message.Of(err)) // texts always encode
		answer = string(note)
	}
	_ = r.store.AnswerWish(r.open, w.Number, answer) // or it is tried again, and says why not
}
