package job

import (
	"strings"

	"linefeed/backend/target"
)

// redacted returns the request as it is kept, told and logged: its file called
// by its name, with no password of its target, nor of a file that is named by a
// URL. A job that is started still has them in memory.
func (req Request) redacted() Request {
	if req.Name != "" {
		req.File = req.Name
	}
	req.Target = target.Redact(req.Target)
	if strings.Contains(req.File, "://") {
		req.File = target.Redact(req.File)
	}
	return req
}

// redactError returns err with a text that tells no password of the request, and
// calls its file by its name.
func (req Request) redactError(err error) error {
	if err != nil && req.Name != "" {
		name := req.Name
		if name == "-" {
			name = "standard input"
		}
		err = namedError{strings.ReplaceAll(err.Error(), req.File, name), err}
	}
	err = target.RedactError(req.Target, err)
	if strings.Contains(req.File, "://") {
		err = target.RedactError(req.File, err)
	}
	return err
}

// A namedError is an error of which the text calls a file by its name.
type namedError struct {
	text string
	err  error
}

func (e namedError) Error() string { return e.text }
func (e namedError) Unwrap() error { return e.err }
