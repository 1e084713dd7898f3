package csvfile

import (
	"errors"
	"io/fs"

	"linefeed/backend/message"
)

// A Kind says in one word why a file can't be read.
type Kind string

// The kinds of an [Error].
const (
	KindMissing    Kind = "missing"     // there is no such file
	KindPermission Kind = "permission"  // it may not be read
	KindFolder     Kind = "folder"      // it is a folder
	KindPipe       Kind = "pipe"        // it can be read only once
	KindDevice     Kind = "device"      // it is a device, not a file
	KindEmpty      Kind = "empty"       // there is nothing in it
	KindBinary     Kind = "binary"      // it is not text
	KindShrunk     Kind = "shrunk"      // it became shorter while it was read
	KindChanged    Kind = "changed"     // it was changed while it was read
	KindOther      Kind = "other"       // it is not the file that an earlier job has begun to load
	KindDialect    Kind = "dialect"     // the dialect asked for is not possible
	KindMember     Kind = "member"      // it is an archive, and the member is missing or not given
	KindCompressed Kind = "compressed"  // its compressed data is damaged
	KindTooLarge   Kind = "too_large"   // it unpacks to more than is allowed
	KindUnreadable Kind = "unreadable"  // the system could not read it
	KindClosed     Kind = "interrupted" // it was closed while it was read
)

// An Error is why a file can't be read, or not to its end. Its text says what
// happened, where, and what to do about it.
type Error struct {
	Op           string // "open" or "read"
	Path         string // the file
	Kind         Kind
	message.Note       // what happened, and what to do
	Err          error // the cause; may be nil
}

func (e *Error) Error() string {
	return e.Op + " " + e.Path + ": " + e.Note.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Usage reports whether the request is at fault (no such file, a folder, an
// impossible dialect), rather than the file or the system.
func (e *Error) Usage() bool {
	switch e.Kind {
	case KindMissing, KindFolder, KindPipe, KindDevice, KindDialect, KindMember:
		return true
	}
	return false
}

// systemError makes an Error of an error of the operating system.
func systemError(op, path string, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	e := &Error{Op: op, Path: path, Kind: KindUnreadable, Note: message.Foreign(err.Error()), Err: err}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		e.Note = message.Foreign(pe.Err.Error())
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Note = KindMissing, message.New("file_missing", "check_name")
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Note = KindPermission, message.New("no_permission", "ask_owner")
	case errors.Is(err, fs.ErrClosed):
		e.Kind, e.Note = KindClosed, message.New("closed_reading", "")
	}
	return e
}

func dialectError(path string, note message.Note) error {
	return &Error{Op: "open", Path: path, Kind: KindDialect, Note: note}
}
