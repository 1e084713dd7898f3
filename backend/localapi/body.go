package localapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// A timedBody is the body of a request. Each read may wait for bodyTimeout, however long
// the whole body takes. What the handler leaves unread net/http reads before it answers:
// that may take drainTimeout. No read waits once the server is to end answers in progress.
type timedBody struct {
	io.ReadCloser
	ctx context.Context // of the request
	rc  *http.ResponseController
	err error // of the last Read
}

// timeBodies gives requests to next with a timedBody.
func timeBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			body := &timedBody{ReadCloser: r.Body, ctx: r.Context(), rc: http.NewResponseController(w)}
			body.wait(drainTimeout)
			defer context.AfterFunc(body.ctx, body.stop)()
			defer body.leave()
			r.Body = body
		}
		next.ServeHTTP(w, r)
	})
}

// wait sets the deadline of the next reads. An error would mean that the connection is
// closed, which reading reports.
func (b *timedBody) wait(d time.Duration) {
	_ = b.rc.SetReadDeadline(time.Now().Add(d))
	if b.ctx.Err() != nil { // stop may have been called before
		b.stop()
	}
}

// stop ends a read that is under way.
func (b *timedBody) stop() { _ = b.rc.SetReadDeadline(time.Unix(1, 0)) }

func (b *timedBody) Read(p []byte) (n int, err error) {
	b.wait(bodyTimeout)
	n, b.err = b.ReadCloser.Read(p)
	if errors.Is(b.err, io.EOF) {
		// net/http goes on reading, to notice that the client has gone: that has no deadline.
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, b.err
}

// leave leaves any rest of the body to net/http.
func (b *timedBody) leave() {
	if b.err == nil {
		b.wait(drainTimeout)
	}
}

// discardLimit is the number of bytes of a refused body that are read, so that the client
// sees why it was refused: most clients that can't send all of the body report only a
// broken connection.
const discardLimit = 8 << 20

// discard reads the rest of a body, if it comes soon and is not too long.
func (b *timedBody) discard() {
	if b.err != nil {
		return
	}
	b.wait(discardTimeout)
	// One deadline for the whole rest. If it is not read, the connection is closed.
	_, b.err = io.CopyN(io.Discard, b.ReadCloser, discardLimit)
}

// finish reads what follows the last part of a form: next to nothing, unless the client
// has sent less than it announced.
func finish(body io.Reader) error {
	n, err := io.CopyN(io.Discard, body, maxHeader)
	switch {
	case n == maxHeader:
		return refuse(http.StatusBadRequest, "end the form with its last part", "more than %d bytes follow after the form", maxHeader)
	case !errors.Is(err, io.EOF):
		return bodyError(err)
	}
	return nil
}
