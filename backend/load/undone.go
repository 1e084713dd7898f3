package load

import (
	"context"
	"errors"
	"fmt"
)

// An UndoneError says that a load was stopped, and that what it had written
// since its last commit could not be kept as it is otherwise.
type UndoneError struct {
	Rows  int64 // that were undone
	Cause error // why the load was to stop
	Err   error // why they could not be kept
}

func (e *UndoneError) Error() string {
	switch unfit := (*UnfitError)(nil); {
	case errors.As(e.Err, &unfit):
		return fmt.Sprintf("%v: %d rows that were written are undone, because the column %q can't be what its first records seemed, and the load was to begin again with another type", e.Cause, e.Rows, unfit.Column)
	case e.BrokenOff():
		return fmt.Sprintf("%v: %d rows that were written since the last commit are undone, because the database did not come to the end of its work in time", e.Cause, e.Rows)
	}
	return fmt.Sprintf("%v: %d rows that were written since the last commit are undone: %v", e.Cause, e.Rows, e.Err)
}

// Unwrap returns why the rows could not be kept. Why the load was to stop is
// not among it: it does not make up for the loss.
func (e *UndoneError) Unwrap() error { return e.Err }

// BrokenOff reports whether nothing failed, but took too long for one who waits
// for the load to stop, or was to begin again with other types.
func (e *UndoneError) BrokenOff() bool {
	var unfit *UnfitError
	return errors.As(e.Err, &unfit) || errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)
}
