package sqlitefile

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/bulk"
)

// Why a file can't be used: the errors of [Advice.Explain] wrap these.
var (
	ErrLocked     = errors.New("locked by another program")
	ErrNoDatabase = errors.New("not a database")
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

// Damaged reports whether err says that a file is damaged, or no SQLite database.
func Damaged(err error) bool {
	code := Code(err)
	return code == sqlite3.ErrCorrupt || code == sqlite3.ErrNotADB || errors.Is(err, ErrNoDatabase)
}

// Advice says what to do about a file that can't be used. That depends on whose
// file it is.
type Advice struct {
	Locked, NoDatabase, ReadOnly, Full, Damaged, CantOpen, IO message.ID // hints without parameters
}

// Explain returns err with the operation that failed, what is wrong with the
// file at path, and the advice. It returns nil where err says nothing about the
// file. The error wraps ErrLocked or ErrNoDatabase where it is one.
func (a *Advice) Explain(op, path string, err error) error {
	var told error
	switch Code(err) {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		told = message.NewError(ErrLocked, "locked", a.Locked, "path", path)
	case sqlite3.ErrNotADB:
		told, err = message.NewError(nil, "not_sqlite", a.NoDatabase, "path", path), ErrNoDatabase
	case sqlite3.ErrReadonly:
		told = message.NewError(nil, "not_writable", a.ReadOnly, "path", path)
	case sqlite3.ErrFull:
		told = message.NewError(nil, "disk_full", a.Full, "path", path)
	case sqlite3.ErrCorrupt:
		told = message.NewError(nil, "damaged", a.Damaged, "path", path)
	case sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		told = message.NewError(nil, "unopenable", a.CantOpen, "path", path)
	case sqlite3.ErrIoErr:
		if e, ok := errors.AsType[sqlite3.Error](err); ok && errors.Is(e.SystemErrno, syscall.ENOSPC) { // of a file beside it
			told = message.NewError(nil, "disk_full", a.Full, "path", path)
			break
		}
		told = message.NewError(nil, "io_failed", a.IO, "path", path)
	default:
		return nil
	}
	return fmt.Errorf("%s: %w: %w", op, told, err)
}

// Version returns the version of the SQLite in the program.
func Version() string {
	version, _, _ := sqlite3.Version()
	return version
}
