package store

import (
	"fmt"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// explain wraps what went wrong in writing to the store with what can be done
// about it.
func (s *Store) explain(op string, err error) error {
	if explained := advice.Explain(op, s.path, err); explained != nil {
		return explained
	}
	return fmt.Errorf("%s in %s: %w", op, s.path, err)
}

// advice is for the program's own file.
var advice = sqlitefile.Advice{
	Locked:     "close what uses it and start again",
	NoDatabase: "move it away, and a new one is made",
	ReadOnly:   "make the file and its folder writable, or set LINEFEED_HOME to a folder that is",
	Full:       "free some space, or set LINEFEED_HOME to a folder on another disk",
	Damaged:    "move it away, and a new one is made",
	CantOpen:   "make the file and its folder writable, or set LINEFEED_HOME to a folder that is",
	IO:         "look at the disk, or set LINEFEED_HOME to a folder on another one",
}
