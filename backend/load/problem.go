package load

import (
	"errors"

	"linefeed/backend/message"
)

// A Problem is why a plan does not fit the file or the table.
type Problem struct {
	Field  string `json:"field,omitempty"`  // the field it is about, if one
	Column string `json:"column,omitempty"` // the column it is about, if one
	message.Note

	// Denied says that the plan asks for nothing wrong, but for what this user may not
	// do, or the database does not take now.
	Denied bool `json:"-"`
}

func (p Problem) Error() string { return p.Note.String() }

// JoinProblems returns the problems as one error, nil for none.
func JoinProblems(problems []Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}
