package load

import (
	"context"
	"errors"
)

// An Undoing is what the undoing of a load does to the rows of its table, or did. A row
// that the load inserted is removed, and one that it changed gets back what it held
// before, unless it is no longer as the load left it. Its JSON is part of the
// program's contract.
type Undoing struct {
	Removed  int64 `json:"removed"`  // rows that the load inserted
	Restored int64 `json:"restored"` // rows that it changed

	// What stays as it is.
	Changed  int64 `json:"changed"`  // somebody has changed the row since
	Gone     int64 `json:"gone"`     // somebody has removed it
	Referred int64 `json:"referred"` // inserted, but rows that somebody else has written refer to it
	Refused  int64 `json:"refused"`  // the database refuses what would be done; known only once it was tried

	// Dropped says that the table is removed: the load has made it, and nothing is left in it.
	Dropped bool `json:"dropped,omitempty"`

	Warnings []Warning `json:"warnings,omitempty"`
}

// Whole reports whether nothing stays of what the load did.
func (u Undoing) Whole() bool { return u.Changed+u.Referred+u.Refused == 0 }

// An Undoer is a Target that can undo the loads whose plan has Undo.
type Undoer interface {
	// Undo undoes what a job has loaded into a table, in one transaction, and removes the
	// job's marks. What that did is kept until [Undoer.ForgetUndo]: again, Undo does
	// nothing, and returns the same. With try it only says what it would do, and writes
	// nothing. The error wraps [ErrNoUndo] if nothing is kept.
	Undo(ctx context.Context, job string, t TableName, try bool) (Undoing, error)

	// ForgetUndo removes what is kept to undo a job, if there is anything.
	ForgetUndo(ctx context.Context, job string, t TableName) error
}

// ErrNoUndo says that nothing is kept by which a load could be undone.
var ErrNoUndo = errors.New("nothing is kept to undo it")

// WarnUndo is the code of a warning that the undoing of a load leaves something.
const WarnUndo = "undo"
