package unpack

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A Kind says in one word why a file can't be unpacked.
type Kind string

// The kinds of an [Error].
const (
	Unknown       Kind = "unknown format"
	NotBegun      Kind = "another format"        // the file does not begin as Format does
	Damaged       Kind = "damaged"               // or the file could not be read; Err says why
	Truncated     Kind = "truncated"             // the data ends too early
	NoDirectory   Kind = "damaged or truncated"  // an archive's directory is not at its end
	Trailing      Kind = "trailing data"         // something else follows the data, from At on
	Unsupported   Kind = "unsupported"           // a variety of Format that is not known here; Err says which
	Encrypted     Kind = "encrypted"             // the file in the archive is
	Office        Kind = "office document"       // the archive is one
	TooLarge      Kind = "too large"             // there is more text than Limit bytes
	TooRepetitive Kind = "too highly compressed" // there is more text than Limit times the bytes read
)

// An Error is why a file can't be unpacked, or not to its end.
type Error struct {
	Kind   Kind
	Format string
	At     int64 // Trailing: the byte of the file
	Limit  int64 // TooLarge and TooRepetitive
	Err    error // the cause; may be nil
}

func (e *Error) Error() string {
	s := fmt.Sprintf("unpack %s: %s", e.Format, e.Kind)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// errorOf returns the error of what a decompressor says.
func errorOf(format string, err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		own.Format = format
		return own
	}
	e := &Error{Kind: Damaged, Format: format, Err: err}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Kind, e.Err = Truncated, nil // the cause would be taken for the end of the text
	case errors.Is(err, zip.ErrFormat):
		e.Kind = NoDirectory
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrUnknownDictionary), errors.Is(err, zip.ErrAlgorithm):
		e.Kind = Unsupported
	}
	return e
}
