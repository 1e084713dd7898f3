package job

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A SetUndoing is what undoing a set does to its tables, or did. Its JSON is part of the
// program's contract.
type SetUndoing struct {
	load.Undoing // of all jobs

	// Jobs are those that have something to undo, in the order in which that is done: the last
	// file first, as it may have changed rows of those before it.
	Jobs []FileUndoing `json:"jobs"`

	// Left are the jobs that have loaded rows which can't be undone, or, after an error, were
	// not.
	Left []LeftJob `json:"left,omitempty"`
}

// A FileUndoing is what undoing one job of a set, that of a file, does. Tried, it is as if that job alone were
// undone: a row that a later job changed counts as changed.
type FileUndoing struct {
	Job  string `json:"job"`
	File string `json:"file"`
	load.Undoing
}

// A LeftJob is a job of a set that can't be undone, or was not, with why.
type LeftJob struct {
	Job  string `json:"job"`
	File string `json:"file"`
	Rows int64  `json:"rows"` // that it has loaded
	message.Note
}

// UndoSet undoes what the jobs of a set have loaded, each all at once, the last one first.
// With try it writes nothing, and says what undoing each would do. Where rows of a job can't
// be undone, nothing is, unless partly says that the others are to be. What is undone already
// is passed over: a set of which only a part was undone can be undone again. The error may wrap
// [ErrNoSet], [ErrActive] or [ErrNoUndo]; after any, those jobs are undone that are returned.
func (r *Runner) UndoSet(ctx context.Context, id string, try, partly bool) (n SetUndoing, err error) {
	set, err := r.Set(ctx, id)
	switch {
	case err != nil:
		return n, err
	case set.State.Active():
		return n, message.NewError(ErrActive, "set_active", "cancel_first", "set", id)
	}
	n.Jobs = []FileUndoing{}
	slices.Reverse(set.Jobs)
	var undoable []Job
	undone := false
	for _, j := range set.Jobs {
		switch v := j.Summary; {
		case j.Undone != nil:
			undone = true
		case j.Undoable:
			undoable = append(undoable, j)
		case v != nil && !v.Check && v.Inserted+v.Updated > 0:
			n.leave(j, noneKept(j))
		}
	}
	switch {
	case len(undoable) == 0 && undone:
		return n, message.NewError(ErrNoUndo, "undo_set_twice", "", "set", id)
	case len(undoable) == 0:
		return n, message.NewError(ErrNoUndo, "undo_set_none", "keep_undo_next", "set", id)
	case len(n.Left) > 0 && !try && !partly:
		return n, message.NewError(ErrNoUndo, "undo_set_part", "undo_set_partly", "set", id, "n", len(n.Left))
	}
	for i, j := range undoable {
		did, err := r.Undo(ctx, j.ID, try)
		if err == nil {
			n.Jobs = append(n.Jobs, FileUndoing{j.ID, j.Request.File, did})
			n.add(did)
			continue
		}
		if errors.Is(err, ErrNoUndo) { // somebody has removed what was kept
			if n.leave(j, noneKept(j)); try || partly {
				continue
			}
			err = message.NewError(ErrNoUndo, "undo_set_part", "undo_set_partly", "set", id, "n", len(n.Left))
		} else {
			n.leave(j, message.Of(err))
			err = fmt.Errorf("undo job %s: %w", j.ID, err)
		}
		for _, after := range undoable[i+1:] {
			n.leave(after, message.New("undo_after", "undo_set_again", "job", j.ID))
		}
		return n, err
	}
	if len(n.Jobs) == 0 {
		return n, message.NewError(ErrNoUndo, "undo_set_none", "keep_undo_next", "set", id)
	}
	return n, nil
}

// noneKept says that nothing is kept to undo a job.
func noneKept(j Job) message.Note { return message.New("undo_none", "keep_undo_next", "job", j.ID) }

// leave notes that a job can't be undone, or was not, and why.
func (n *SetUndoing) leave(j Job, why message.Note) {
	left := LeftJob{Job: j.ID, File: j.Request.File, Note: why}
	if v := j.Summary; v != nil {
		left.Rows = v.Inserted + v.Updated
	}
	n.Left = append(n.Left, left)
}

// add adds what undoing one job did.
func (n *SetUndoing) add(did load.Undoing) {
	n.Removed += did.Removed
	n.Restored += did.Restored
	n.Changed += did.Changed
	n.Gone += did.Gone
	n.Referred += did.Referred
	n.Refused += did.Refused
	n.Dropped = n.Dropped || did.Dropped
	n.Warnings = append(n.Warnings, did.Warnings...)
}
