package job

import "linefeed/backend/target"

// redacted returns the request as it is stored, published and logged: without the
// passwords in its target and in a file named by a URL. A started job keeps them
// in memory.
func (req Request) redacted() Request {
	req.Target = target.Redact(req.Target)
	if target.IsURL(req.File) {
		req.File = target.Redact(req.File)
	}
	return req
}

// redactError returns err with the request's passwords removed from its text.
func (req Request) redactError(err error) error {
	err = target.RedactError(req.Target, err)
	if target.IsURL(req.File) {
		err = target.RedactError(req.File, err)
	}
	return err
}
