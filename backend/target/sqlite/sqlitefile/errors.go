package sqlitefile

import (
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite/bulk"
)

// Code returns the primary result code behind err, which comes from the driver
// or the bulk path, and 0 when SQLite is not what failed.
func Code(err error) sqlite3.ErrNo {
	if e, ok := errors.AsType[*bulk.Error](err); ok {
		return sqlite3.ErrNo(e.Code & 0xff)
	}
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return e.Code & 0xff // an extended one, where these are turned on
	}
	return 0
}

// Locked reports whether err is about the lock of another program.
func Locked(err error) bool {
	code := Code(err)
	return code == sqlite3.ErrBusy || code == sqlite3.ErrLocked
}

// NoRoom reports whether err may come of a full disk.
func NoRoom(err error) bool {
	code := Code(err)
	return code == sqlite3.ErrFull || code == sqlite3.ErrIoErr
}

// Advice says what to do about a file that can't be used. That depends on whose
// file it is.
type Advice struct {
	Locked, NoDatabase, ReadOnly, Full, Damaged, CantOpen, IO string
}

// Explain returns err with the operation that failed, what is wrong with the
// file at path, and the advice. It returns nil where err says nothing about the
// file. The error wraps load.ErrLocked or load.ErrNoDatabase where it is one.
func (a *Advice) Explain(op, path string, err error) error {
	var fault, advice string
	switch Code(err) {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fmt.Errorf("%s: %s is %w: %s: %w", op, path, load.ErrLocked, a.Locked, err)
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%s: %s is not an SQLite database, or it is encrypted: %s: %w", op, path, a.NoDatabase, load.ErrNoDatabase)
	case sqlite3.ErrReadonly:
		fault, advice = path+" can't be written", a.ReadOnly
	case sqlite3.ErrFull:
		fault, advice = "the disk that holds "+path+" is full", a.Full
	case sqlite3.ErrCorrupt:
		fault, advice = path+" is damaged", a.Damaged
	case sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		fault, advice = path+" can't be opened", a.CantOpen
	case sqlite3.ErrIoErr:
		fault, advice = "reading or writing "+path+" failed", a.IO
	default:
		return nil
	}
	return fmt.Errorf("%s: %s: %s: %w", op, fault, advice, err)
}
