package job

import "linefeed/backend/target"

// redacted returns the request as it is kept, told and logged: with no password
// of its target, nor of a file that is named by a URL. A job that is started
// still has them in memory.
func (req Request) redacted() Request {
	req.Target = target.Redact(req.Target)
	if target.IsURL(req.File) {
		req.File = target.Redact(req.File)
	}
	return req
}

// redactError returns err with a text that tells no password of the request.
func (req Request) redactError(err error) error {
	err = target.RedactError(req.Target, err)
	if target.IsURL(req.File) {
		err = target.RedactError(req.File, err)
	}
	return err
}
