package sqlite

import (
	"context"
	"errors"
	"fmt"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// errMoved is the error of a file to which nothing can be written any more: it
// would be lost.
var errMoved error = message.NewError(nil, "not_in_place", "")

// explain wraps an error with the operation and, if it is SQLite's, with the file
// and what can be done about it. What was interrupted because ctx is done returns
// the error of ctx; what failed by itself at the same time keeps its own.
func (d *DB) explain(ctx context.Context, op string, err error) error {
	if cause := ctx.Err(); cause != nil {
		switch {
		case sqlitefile.Code(err) == driver.ErrInterrupt, sqlitefile.Locked(err):
			return cause
		case errors.Is(err, cause):
			return err
		}
	}
	if d.conn != nil && d.conn.Bulk.Moved() { // to SQLite this is an I/O error at best
		return fmt.Errorf("%s: %w: %w", op, message.NewError(nil, "file_moved", "start_again", "path", d.path), err)
	}
	if explained := advice.Explain(op, d.path, err); explained != nil {
		return explained
	}
	return fmt.Errorf("%s: %w", op, err)
}

// advice is the advice about a user's database.
var advice = sqlitefile.Advice{
	Locked:     message.ID("wait_for_lock"),
	NoDatabase: message.ID("choose_file"),
	ReadOnly:   message.ID("make_both"),
	Full:       message.ID("free_space"),
	Damaged:    message.ID("check_database"),
	CantOpen:   message.ID("check_rights"),
	IO:         message.ID("check_disk"),
}
