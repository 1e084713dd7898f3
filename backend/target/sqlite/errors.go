package sqlite

import (
	"context"
	"errors"
	"fmt"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite/bulk"
)

// codeOf returns the primary result code behind err, and 0 when SQLite is not
// what failed.
func codeOf(err error) driver.ErrNo {
	var own *bulk.Error
	if errors.As(err, &own) {
		return driver.ErrNo(own.Code & 0xff)
	}
	var e driver.Error
	if errors.As(err, &e) {
		return e.Code & 0xff // an extended one, since these are turned on
	}
	return 0
}

// errMoved says that what is written to the file would be lost.
var errMoved = errors.New("the file is not where it was")

// explain wraps an error with the operation, and one of SQLite with the file
// and what can be done about it. What broke off because ctx is done has its
// error as the reason; what failed by itself at that time keeps its own.
func (d *DB) explain(ctx context.Context, op string, err error) error {
	code := codeOf(err)
	if cause := ctx.Err(); cause != nil {
		switch {
		case errors.Is(err, cause):
			return err
		case code == driver.ErrInterrupt, code == driver.ErrBusy, code == driver.ErrLocked:
			return cause
		}
	}
	if d.bulk != nil && d.bulk.Moved() { // SQLite calls it an I/O error, if anything
		return fmt.Errorf("%s: another program moved or removed %s: start again: %w", op, d.path, err)
	}
	switch code {
	case driver.ErrBusy, driver.ErrLocked:
		return fmt.Errorf("%s: %s is %w: close what uses it, or wait until it is done, and start again: %w", op, d.path, load.ErrLocked, err)
	case driver.ErrNotADB:
		return fmt.Errorf("%s: %s is not an SQLite database, or it is encrypted: choose another file: %w", op, d.path, load.ErrNoDatabase)
	case driver.ErrReadonly:
		return fmt.Errorf("%s: %s can't be written: make the file and its folder writable, or choose another: %w", op, d.path, err)
	case driver.ErrFull:
		return fmt.Errorf("%s: the disk that holds %s is full: free some space and start again: %w", op, d.path, err)
	case driver.ErrCorrupt:
		return fmt.Errorf("%s: %s is damaged: check it with PRAGMA integrity_check: %w", op, d.path, err)
	case driver.ErrCantOpen:
		return fmt.Errorf("%s: %s can't be opened: look whether the file and its folder may be read and written: %w", op, d.path, err)
	case driver.ErrIoErr:
		return fmt.Errorf("%s: reading or writing %s failed: look at the disk: %w", op, d.path, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}
