package job

import (
	"context"
	"errors"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// A TakeUp says how a job that has not reached its end goes on.
type TakeUp struct {
	// Changed accepts that the file is not the one that the job began with: what is in
	// the table of it is passed over by the numbers of its records.
	Changed bool `json:"changed,omitempty"`

	// Unsure says what to take records for of which it is not known whether they are in the
	// table (see [load.MarksInStore]): "loaded" or "open". "" refuses to go on where nothing
	// else tells.
	Unsure string `json:"unsure,omitempty"`
}

// TakeUp queues a job again that failed, was cancelled or interrupted, as the same job:
// it goes on after what it has committed. It returns as soon as that is stored. The error
// may wrap [ErrNotAllowed].
func (r *Runner) TakeUp(ctx context.Context, id string, how TakeUp) (Job, error) {
	if err := checkUnsure(how.Unsure); err != nil {
		return Job{}, err
	}
	if _, active := r.known(id); active {
		return Job{}, message.NewError(nil, "not_ended", "", "job", id)
	}
	kept, err := r.store.Job(ctx, id)
	if err != nil {
		return Job{}, err
	}
	j := fromStore(kept)
	switch {
	case j.Problem != "":
		return Job{}, errors.New(j.Problem)
	case j.Request.Check:
		return Job{}, message.NewError(nil, "check_not_resumed", "check_again", "job", id)
	case j.Undone != nil:
		return Job{}, message.NewError(nil, "undone_not_resumed", "import_again", "job", id)
	case j.RejectsForgotten != "":
		return Job{}, message.NewError(ErrForgotten, "too_old_to_resume", "import_again", "job", id)
	case j.State == Done:
		return Job{}, message.NewError(ErrNotActive, "job_has_ended", "", "job", id, "state", string(j.State))
	case j.Request.Retry != nil && kept.Settled:
		return Job{}, message.NewError(nil, "retry_settled", "retry_rest", "job", id, "of", j.Request.Retry.Job)
	case j.Request.Retry == nil && kept.FileLost:
		return Job{}, message.NewError(nil, "file_not_kept", "send_again", "job", id)
	}
	if _, err := r.whoWorks(ctx); err != nil {
		return Job{}, err
	}
	j.State, j.Finished, j.Summary, j.Resumable = Queued, "", nil, false
	a := newActive(j.Request, j.Who)
	a.job, a.takenUp = j, &how
	return r.enqueue(ctx, a, func(ctx context.Context) error {
		err := r.store.TakeUp(ctx, id)
		if errors.Is(err, store.ErrTaken) {
			err = message.NewError(err, "not_ended", "", "job", id)
		}
		return err
	})
}

// checkUnsure refuses what is no answer to a doubt.
func checkUnsure(value string) error {
	switch value {
	case "", store.StateLoaded, store.StateOpen:
		return nil
	}
	return load.Problem{Note: message.New("unknown_unsure", "one_of", "value", value, "allowed", []string{store.StateLoaded, store.StateOpen})}
}

// Leave makes an interrupted job, or those of a set, cancelled ones: nobody has to ask any
// more whether they go on, though they still can.
func (r *Runner) Leave(ctx context.Context, id string) error {
	if IsSet(id) {
		if _, err := r.store.Set(ctx, id); err != nil {
			return err
		}
		return r.store.LeaveSet(ctx, id)
	}
	if _, err := r.store.Job(ctx, id); err != nil {
		return err
	}
	return r.store.Leave(ctx, id)
}
