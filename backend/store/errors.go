package store

import (
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"linefeed/backend/target/sqlite/bulk"
)

// explain wraps what went wrong in writing to the store with what can be done
// about it.
func (s *Store) explain(op string, err error) error {
	hint := ""
	var code sqlite3.ErrNo
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		code = e.Code
	} else if e, ok := errors.AsType[*bulk.Error](err); ok {
		code = sqlite3.ErrNo(e.Code & 0xff)
	}
	switch code {
	case sqlite3.ErrFull:
		hint = "the disk is full: free some space, or set LINEFEED_HOME to a folder on another disk"
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		hint = "make the file and its folder writable, or set LINEFEED_HOME to a folder that is"
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		hint = "the file is damaged: move it away, and a new one is made"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		hint = "another program has locked it: close what uses it and start again"
	case sqlite3.ErrIoErr:
		hint = "look at the disk, or set LINEFEED_HOME to a folder on another one"
	}
	if hint == "" {
		return fmt.Errorf("%s in %s: %w", op, s.path, err)
	}
	return fmt.Errorf("%s in %s: %w: %s", op, s.path, err, hint)
}
