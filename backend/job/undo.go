package job

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target"
)

// ErrNoUndo says that nothing is kept by which a job could be undone.
var ErrNoUndo = load.ErrNoUndo

// An Undone is what undoing a job did.
type Undone struct {
	Time string `json:"time"` // RFC 3339
	Who  string `json:"who"`  // as of a [Job]
	load.Undoing
}

// Undo undoes what a job has loaded, and returns what that did. With try it writes
// nothing, and returns what it would do. The error may wrap [ErrNoJob], [ErrActive] where
// the job has not ended, [ErrNoUndo], or without try [ErrNotAllowed].
func (r *Runner) Undo(ctx context.Context, id string, try bool) (load.Undoing, error) {
	j, err := r.Job(ctx, id)
	switch {
	case err != nil:
		return load.Undoing{}, err
	case j.State.Active():
		return load.Undoing{}, message.NewError(ErrActive, "undo_active", "cancel_first", "job", id)
	case j.Undone != nil:
		return load.Undoing{}, message.NewError(ErrNoUndo, "undo_twice", "", "job", id, "time", minute(j.Undone.Time), "who", j.Undone.Who)
	case !j.Undoable:
		return load.Undoing{}, message.NewError(ErrNoUndo, "undo_none", "keep_undo_next", "job", id)
	}
	var who string
	if !try {
		if who, err = r.whoWorks(ctx); err != nil {
			return load.Undoing{}, err
		}
	}
	table, err := r.tableOf(ctx, id)
	if err != nil {
		return load.Undoing{}, err
	}
	dst, err := openTarget(ctx, r.targets, j.Request)
	if err != nil {
		return load.Undoing{}, err
	}
	n, err := r.undo(ctx, dst, id, table, who, try)
	return n, j.Request.redactError(errors.Join(err, dst.Close()))
}

// undo undoes a job in its target, or only looks what that would do. The target keeps
// what it did until that is noted: if the program is killed in between, it says so again.
func (r *Runner) undo(ctx context.Context, dst target.Target, id string, t load.TableName, who string, try bool) (load.Undoing, error) {
	undoer, can := dst.(load.Undoer)
	if !can {
		return load.Undoing{}, message.NewError(ErrNoUndo, "undo_not_here", "", "product", dst.Place().Product)
	}
	n, err := undoer.Undo(ctx, id, t, try)
	if err != nil || try {
		return n, err
	}
	if err := r.setUndone(ctx, id, who, n); err != nil {
		return n, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetFor)
	defer cancel()
	r.removeUndo(ctx, undoer, id, t)
	return n, nil
}

// setUndone notes what undoing a job did, also where nobody waits for it any more.
func (r *Runner) setUndone(ctx context.Context, id, who string, n load.Undoing) error {
	text, err := json.Marshal(Undone{wireTime(time.Now()), who, n})
	if err != nil {
		return err
	}
	return r.store.SetUndone(context.WithoutCancel(ctx), id, string(text))
}

// tableOf returns the table that a job loads into; "" if it did not get that far.
func (r *Runner) tableOf(ctx context.Context, id string) (load.TableName, error) {
	k, _, err := r.kept(ctx, id)
	if err != nil || k.Plan == nil {
		return load.TableName{}, err
	}
	return k.Plan.TableName(), nil
}

// keepsUndo notes that what is needed to undo a job is kept from now on.
func (r *Runner) keepsUndo(a *active, l load.Layout) error {
	if !l.Plan.Undo || a.req.Check {
		return nil
	}
	return r.store.SetUndoable(a.ctx, a.job.ID, true)
}

// tidyUndo removes what is kept to undo a job that has loaded nothing, and to undo
// earlier ones into the same database for which that was kept long enough.
func (r *Runner) tidyUndo(a *active, dst target.Target, l load.Layout, did load.Summary) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), forgetFor)
	defer cancel()
	undoer, can := dst.(load.Undoer)
	if !can {
		return
	}
	if l.Plan.Undo && did.Inserted+did.Updated == 0 {
		r.removeUndo(ctx, undoer, a.job.ID, l.Plan.TableName())
	}
	old, err := r.store.UndoableTooLong(ctx, time.Now())
	if err != nil || len(old) == 0 {
		return
	}
	into, err := r.targets.Address(ctx, a.req.Target)
	if err != nil {
		return
	}
	for _, k := range old {
		j := fromStore(k)
		if !r.sameTarget(ctx, j.Request.Target, into) {
			continue
		}
		if t, err := r.tableOf(ctx, j.ID); err == nil {
			r.removeUndo(ctx, undoer, j.ID, t)
		}
	}
}

// removeUndo removes what is kept to undo a job. What can't be removed is tried again
// after the next import into the same database.
func (r *Runner) removeUndo(ctx context.Context, undoer load.Undoer, id string, t load.TableName) {
	if undoer.ForgetUndo(ctx, id, t) == nil {
		_ = r.store.SetUndoable(ctx, id, false)
	}
}

// forgetUndo removes what is kept to undo a job that is forgotten.
func forgetUndo(ctx context.Context, dst target.Target, id string, t load.TableName) error {
	if undoer, can := dst.(load.Undoer); can {
		return undoer.ForgetUndo(ctx, id, t)
	}
	return nil
}

// undoneWhole reports whether nothing is left in the table of what a job loaded.
func (j *Job) undoneWhole() bool { return j.Undone != nil && j.Undone.Whole() }
