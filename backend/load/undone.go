package load

import (
	"context"
	"errors"

	"linefeed/backend/message"
)

// An UndoneError says that a load ended, and that what it had written since its
// last commit could not be kept as it is otherwise.
type UndoneError struct {
	Rows    int64 // that were undone
	Unknown bool  // that is, unless they are in the table: the answer to the commit did not come
	Cause   error // why the load was to stop; not where Unknown
	Err     error // why they could not be kept
}

func (e *UndoneError) Error() string { return e.Told().String() }

// Told returns the error for people.
func (e *UndoneError) Told() message.Note {
	switch unfit := (*UnfitError)(nil); {
	case e.Unknown:
		return message.New("commit_unknown", "look_into_table", "rows", e.Rows, "cause", e.Err)
	case errors.As(e.Err, &unfit):
		return message.New("undone_guess", "", "cause", e.Cause, "rows", e.Rows, "column", unfit.Column)
	case errors.Is(e.Err, ErrLost):
		return message.New("undone", "", "cause", e.Cause, "rows", e.Rows, "reason", e.Err)
	case e.BrokenOff():
		return message.New("undone_late", "", "cause", e.Cause, "rows", e.Rows)
	}
	return message.New("undone", "", "cause", e.Cause, "rows", e.Rows, "reason", e.Err)
}

// Unwrap returns why the rows could not be kept. Why the load was to stop is
// not among it: it does not make up for the loss.
func (e *UndoneError) Unwrap() error { return e.Err }

// BrokenOff reports whether nothing failed but the connection, or took too long for
// one who waits for the load to stop, or was to begin again with other types.
func (e *UndoneError) BrokenOff() bool {
	var unfit *UnfitError
	return !e.Unknown && (errors.As(e.Err, &unfit) || errors.Is(e.Err, ErrLost) ||
		errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded))
}
