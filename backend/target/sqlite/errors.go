package sqlite

import (
	"context"
	"errors"
	"fmt"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// errMoved says that what is written to the file would be lost.
var errMoved = errors.New("the file is not where it was")

// explain wraps an error with the operation, and one of SQLite with the file
// and what can be done about it. What broke off because ctx is done has its
// error as the reason; what failed by itself at that time keeps its own.
func (d *DB) explain(ctx context.Context, op string, err error) error {
	if cause := ctx.Err(); cause != nil {
		switch {
		case sqlitefile.Code(err) == driver.ErrInterrupt, sqlitefile.Locked(err):
			return cause
		case errors.Is(err, cause):
			return err
		}
	}
	if d.conn != nil && d.conn.Bulk.Moved() { // SQLite calls it an I/O error, if anything
		return fmt.Errorf("%s: another program moved or removed %s: start again: %w", op, d.path, err)
	}
	if explained := advice.Explain(op, d.path, err); explained != nil {
		return explained
	}
	return fmt.Errorf("%s: %w", op, err)
}

// advice is for a database of the user's.
var advice = sqlitefile.Advice{
	Locked:     "close what uses it, or wait until it is done, and start again",
	NoDatabase: "choose another file",
	ReadOnly:   "make the file and its folder writable, or choose another",
	Full:       "free some space and start again",
	Damaged:    "check it with PRAGMA integrity_check",
	CantOpen:   "look whether the file and its folder may be read and written",
	IO:         "look at the disk",
}
