package store

import (
	"fmt"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// explain wraps an error of writing to the store with what to do about it.
func (s *Store) explain(op string, err error) error {
	s.suspect(err)
	if explained := advice.Explain(op, s.path, err); explained != nil {
		return explained
	}
	return fmt.Errorf("%s in %s: %w", op, s.path, err)
}

// reading wraps an error of reading from the store with what to do about it.
func (s *Store) reading(op string, err error) error {
	if isDamaged(err) {
		return s.explain(op, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// advice is what to do about errors of the program's own file.
var advice = sqlitefile.Advice{
	Locked:     message.ID("close_and_start"),
	NoDatabase: message.ID("start_aside"),
	ReadOnly:   message.ID("make_store_writable"),
	Full:       message.ID("free_store_space"),
	Damaged:    message.ID("start_aside"),
	CantOpen:   message.ID("make_store_writable"),
	IO:         message.ID("check_store_disk"),
}
