package localapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"linefeed/backend/event"
)

const (
	// heartbeat is how long a stream may be silent before it sends a comment, by which either
	// side notices that the other has gone. So often it is also looked whether the token is
	// still good.
	heartbeat = 15 * time.Second

	// A comment is a line by itself. A blank line behind it would be nothing to most clients,
	// but to httpx-sse an event without data.
	comment = ":\n"
)

// A stream is an answer of server-sent events, as defined by the WHATWG's HTML standard.
// It has no buffer of its own: a listener that stalls costs the memory of a connection.
type stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// follow answers with the events of a cursor, until they end, the client has gone or is
// too slow, its token is good no more, which the last event tells, or the server is closed.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, c *event.Cursor) {
	sees := s.sees(r)
	e := entryOf(r)
	s.log.Debug("a stream begins", "route", e.route, "who", e.who)
	out, err := openStream(w)
	if r.Method == http.MethodHead {
		return
	}
	checked := time.Now()
	told := checked  // when something was sent last: what comes may be for others
	for err == nil { // a client that was cut off reconnects with the last ID
		left := untilExpiry(r, max(0, heartbeat-time.Since(told)))
		if left == 0 || time.Since(checked) >= heartbeat {
			why, unknown := s.invalid(r)
			if why != "" {
				_ = out.send([]*event.Event{c.Reauth(why)}) // a client that misses it is told when it comes back
			}
			if why != "" || unknown != nil {
				return
			}
			checked = time.Now()
		}
		ctx, cancel := context.WithTimeout(r.Context(), left)
		var events []*event.Event
		events, err = c.Next(ctx)
		cancel()
		switch {
		case err == nil:
			if sees != nil {
				events = slices.DeleteFunc(slices.Clone(events), func(e *event.Event) bool { return !sees(e) })
			}
			if len(events) > 0 {
				err, told = out.send(events), time.Now()
			}
		case r.Context().Err() == nil && errors.Is(err, context.DeadlineExceeded):
			err, told = out.comment(), time.Now()
		}
	}
}

// openStream begins an answer.
func openStream(w http.ResponseWriter) (*stream, error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	w.WriteHeader(http.StatusOK)
	s := &stream{w: w, rc: http.NewResponseController(w)}
	return s, s.comment() // some browsers hold an answer back until its first byte
}

// sendAll answers with events and nothing else.
func sendAll(w http.ResponseWriter, events []*event.Event) {
	if s, err := openStream(w); err == nil {
		_ = s.send(events) // a client that misses them reconnects
	}
}

// send sends events. The client has writeTimeout to read each piece of what is written.
func (s *stream) send(events []*event.Event) error {
	for _, e := range events {
		if _, err := s.w.Write(e.Text); err != nil {
			return err
		}
	}
	return s.rc.Flush()
}

func (s *stream) comment() error {
	if _, err := io.WriteString(s.w, comment); err != nil {
		return err
	}
	return s.rc.Flush()
}

// lastEventID returns the ID of the last event that a client has received, "" if none.
// Clients that can't set the header send it as a parameter.
func lastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get("lastEventId")
}

func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) error {
	c, err := s.hub.Follow("", lastEventID(r))
	if err != nil {
		return err
	}
	s.follow(w, r, c)
	return nil
}

func (s *Server) getImportEvents(w http.ResponseWriter, r *http.Request) error {
	return s.followImport(w, r, r.PathValue("id"))
}

// followImport answers with the events of one import, and with 204 if it has ended and
// the client has them all.
func (s *Server) followImport(w http.ResponseWriter, r *http.Request, id string) error {
	c, err := s.hub.Follow(id, lastEventID(r))
	if errors.Is(err, event.ErrNoJob) {
		return s.sendEnd(w, r, id)
	}
	if err != nil {
		return err
	}
	if c.AtEnd() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	s.follow(w, r, c)
	return nil
}

// sendEnd answers for an import that the hub does not know: one of an earlier run of the
// program, or of another process.
func (s *Server) sendEnd(w http.ResponseWriter, r *http.Request, id string) error {
	j, err := s.job(r, id)
	if err != nil {
		return err
	}
	if j.State.Active() {
		return refuse(http.StatusConflict, "follow it there", "import %s runs in another process", id)
	}
	state := event.State{State: string(j.State), Ended: true}
	if j.Summary != nil {
		state.Summary = j.Summary
	}
	events := s.hub.Ended(id, state, lastEventID(r))
	if len(events) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	sendAll(w, events)
	return nil
}
