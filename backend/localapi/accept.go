package localapi

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"linefeed/backend/job"
)

// Accepted imports that have not ended are held in memory while they are queued.
const (
	maxAccepted      = 4096
	maxAcceptedBytes = 32 << 20 // of their requests as JSON
)

// accepted counts the imports that the server has started and that have not ended. The
// zero value is ready to use.
type accepted struct {
	mu     sync.Mutex
	count  int
	bytes  int
	closed bool          // no further one is accepted
	none   chan struct{} // closed when closed is set and count is 0; nil until it is asked for
}

var errClosed = refuse(http.StatusServiceUnavailable, "start it with another command, or in the window",
	"the program ends when the imports at hand have ended: it takes no others")

func (a *accepted) isClosed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.closed
}

// accept counts an import until ended is called.
func (s *Server) accept(req job.Request) (ended func(), err error) {
	text, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	a := &s.accepted
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.closed:
		return nil, errClosed
	case a.count >= maxAccepted || a.bytes+len(text) > maxAcceptedBytes:
		return nil, refuse(http.StatusServiceUnavailable, "try again when some of them have ended", "too many imports wait for their turn: %d", a.count)
	}
	a.count++
	a.bytes += len(text)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.count--
		a.bytes -= len(text)
		if a.closed && a.count == 0 {
			close(a.none)
		}
	}, nil
}

// Refuse makes the server refuse to start imports, with the answer that the program is
// ending. It returns the number of accepted imports that have not ended. All other
// requests are answered as before.
func (s *Server) Refuse() (left int) {
	a := &s.accepted
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.closed, a.none = true, make(chan struct{})
		if a.count == 0 {
			close(a.none)
		}
	}
	return a.count
}

// Finish refuses further imports, and waits until the accepted ones have ended or ctx is
// done.
func (s *Server) Finish(ctx context.Context) error {
	s.Refuse()
	select {
	case <-s.accepted.none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
