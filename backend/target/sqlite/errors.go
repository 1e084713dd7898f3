package sqlite

import (
	"context"
	"errors"
	"fmt"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// errMoved says that what is written to the file would be lost.
var errMoved error = message.NewError(nil, "not_in_place", "")

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
		return fmt.Errorf("%s: %w: %w", op, message.NewError(nil, "file_moved", "start_again", "path", d.path), err)
	}
	if explained := advice.Explain(op, d.path, err); explained != nil {
		return explained
	}
	return fmt.Errorf("%s: %w", op, err)
}

// advice is for a database of the user's.
var advice = sqlitefile.Advice{
	Locked:     message.ID("wait_for_lock"),
	NoDatabase: message.ID("choose_file"),
	ReadOnly:   message.ID("make_both"),
	Full:       message.ID("free_space"),
	Damaged:    message.ID("check_database"),
	CantOpen:   message.ID("check_rights"),
	IO:         message.ID("check_disk"),
}
