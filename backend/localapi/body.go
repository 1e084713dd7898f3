package localapi

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// A patientBody is the body of a request. It waits for its next piece as long
// as bodyTimeout, however long the whole takes. What nobody reads of it
// net/http reads by itself before it answers: for that it has drainTimeout.
type patientBody struct {
	io.ReadCloser
	rc  *http.ResponseController
	err error // of the last Read
}

// patient lets next read bodies that are patient.
func patient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			body := &patientBody{ReadCloser: r.Body, rc: http.NewResponseController(w)}
			body.wait(drainTimeout)
			defer body.leave()
			r.Body = body
		}
		next.ServeHTTP(w, r)
	})
}

// wait sets how long may be waited for bytes from now on. An error would mean
// that the connection is gone, which reading tells.
func (b *patientBody) wait(d time.Duration) { _ = b.rc.SetReadDeadline(time.Now().Add(d)) }

func (b *patientBody) Read(p []byte) (n int, err error) {
	b.wait(bodyTimeout)
	n, b.err = b.ReadCloser.Read(p)
	if errors.Is(b.err, io.EOF) {
		// What net/http reads from now on, to notice that the client is gone, has
		// no deadline.
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, b.err
}

// leave leaves the rest of the body, if there is one, to net/http.
func (b *patientBody) leave() {
	if b.err == nil {
		b.wait(drainTimeout)
	}
}

// discardLimit is how much of a body is read for a client to see why it was
// refused: most see only that the connection broke when they could not send
// all of it.
const discardLimit = 8 << 20

// discard reads the rest of a body, if it comes soon and is not too long.
func (b *patientBody) discard() {
	if b.err != nil {
		return
	}
	b.wait(discardTimeout)
	// Past the patience for each piece. What can't be read is closed with the
	// connection.
	_, b.err = io.CopyN(io.Discard, b.ReadCloser, discardLimit)
}

// finish reads what follows the last part of a form: hardly anything,
// or the client has sent less than it said.
func (b *patientBody) finish() error {
	n, err := io.CopyN(io.Discard, b, maxHeader)
	switch {
	case n == maxHeader:
		return refuse(http.StatusBadRequest, "end the form with its last part", "more than %d bytes follow after the form", maxHeader)
	case !errors.Is(err, io.EOF):
		return bodyError(err)
	}
	return nil
}
