package localapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/signin"
	"linefeed/backend/spool"
	"linefeed/backend/store"
)

// A pipeListener accepts connections within the process, for tests with a fake clock.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (l *pipeListener) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// inBubble runs f with a server that has a hub and no jobs, on a fake clock, and a client
// of it.
func inBubble(t *testing.T, f func(t *testing.T, s *Server, client *http.Client), changes ...func(*Server)) {
	received := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &Server{hub: event.New(), token: "secret", host: "127.0.0.1:1", log: slog.New(slog.DiscardHandler)}
		for _, change := range changes {
			change(s)
		}
		var err error
		if s.spool, err = spool.Open(received); err != nil {
			t.Fatal(err)
		}
		l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		s.serve(l, windowOrigins)
		client := &http.Client{Transport: &http.Transport{DialContext: l.dial}}
		f(t, s, client)
		client.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		checkEmpty(t, s, received)
		if err := s.spool.Close(); err != nil {
			t.Error(err)
		}
	})
}

func get(t *testing.T, s *Server, client *http.Client, path, lastID string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestCommentEvery15Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		res := get(t, s, client, "/v1/events", "")
		defer res.Body.Close()
		start := time.Now()
		go func() {
			time.Sleep(40 * time.Second)
			s.hub.State("a", event.State{State: "running"})
		}()
		var got []string
		readEvents(t, res.Body, func(e sent) bool {
			what := e.name
			if what == "" {
				what = "comment"
			}
			got = append(got, fmt.Sprint(what, " after ", time.Since(start)))
			return len(got) < 5
		})
		if want := "comment after 0s, comment after 15s, comment after 30s, state after 40s, comment after 55s"; strings.Join(got, ", ") != want {
			t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
		}
	})
}

// Events that are for others keep a stream silent, but not dead.
func TestCommentsWhileOthersImport(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+"/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer eyJ.x.y")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var busy sync.WaitGroup
		busy.Go(func() {
			for ctx.Err() == nil {
				s.hub.State("a", event.State{State: "running"})
				time.Sleep(time.Second)
			}
		})
		var got []string
		readEvents(t, res.Body, func(e sent) bool {
			got = append(got, fmt.Sprint(e.name, time.Since(start)))
			return len(got) < 4 && time.Since(start) < time.Minute
		})
		cancel()
		busy.Wait()
		if strings.Join(got, " ") != "0s 15s 30s 45s" {
			t.Errorf("comments come after %v", got)
		}
	}, func(s *Server) {
		s.runner = job.NewRunner(st, s.hub, job.URLs{})
		s.users = func(context.Context, string) (signin.User, access.Scope, error) {
			return signin.User{Name: "ada", Expiry: time.Now().Add(time.Hour)}, access.Scope{May: access.Watch, Targets: []string{access.Connections}}, nil
		}
	})
}

func TestClientThatDoesNotReadIsCutOff(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		for _, test := range []struct {
			pause time.Duration
			cut   bool
		}{{writeTimeout - time.Second, false}, {writeTimeout + time.Second, true}} {
			res := get(t, s, client, "/v1/events", "") // only its header is read
			// More than fits into the buffers in between.
			s.hub.Rejects("a", []event.Reject{{Message: strings.Repeat("x", 100_000)}})
			time.Sleep(test.pause)
			// What has been sent still arrives, then the server closes the connection.
			stop := time.AfterFunc(time.Second, func() { res.Body.Close() })
			_, err := io.Copy(io.Discard, res.Body)
			if cut := errors.Is(err, io.ErrUnexpectedEOF); cut != test.cut {
				t.Errorf("after %v without reading: cut off: %t (%v)", test.pause, cut, err)
			}
			stop.Stop()
			res.Body.Close()
		}
	})
}

func TestDeadlineOfAnAnswerDoesNotHarmTheNext(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		for _, path := range []string{"/v1/nothing", "/v1/imports/a/events", "/v1/nothing"} {
			s.hub.State("a", event.State{State: "done", Ended: true})
			res := get(t, s, client, path, s.hub.ID(s.hub.Seq()))
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			res.Body.Close()
			time.Sleep(2 * writeTimeout) // shorter than the idle timeout: the connection is reused
		}
	})
}

func TestStreamOfAFinishedImportEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		s.hub.State("a", event.State{State: "running"})
		s.hub.State("b", event.State{State: "running"})
		res := get(t, s, client, "/v1/imports/a/events", "")
		go func() {
			time.Sleep(20 * time.Second)
			s.hub.Progress("a", struct{}{})
			s.hub.State("a", event.State{State: "done", Ended: true})
		}()
		var last sent
		for _, last = range all(t, res.Body) {
		}
		res.Body.Close()
		if last.name != "state" || last.decode(t).State != "done" {
			t.Errorf("the last event is %+v", last)
		}
		res = get(t, s, client, "/v1/imports/a/events", last.id)
		res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			t.Errorf("asked again: status %d, want 204", res.StatusCode)
		}
		res = get(t, s, client, "/v1/imports/a/events?lastEventId="+last.id, "")
		res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			t.Errorf("asked again by a parameter: status %d, want 204", res.StatusCode)
		}
		// From the start again, for a client that has no events.
		res = get(t, s, client, "/v1/imports/a/events", "")
		if got := all(t, res.Body); len(got) != 3 {
			t.Errorf("from the start: %d events, want 3: %v", len(got), got)
		}
		res.Body.Close()
	})
}

func TestCloseEndsStreams(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		var streams sync.WaitGroup
		for range 5 {
			res := get(t, s, client, "/v1/events", "")
			streams.Go(func() {
				all(t, res.Body) // ends cleanly, not cut off
				res.Body.Close()
			})
		}
		synctest.Wait()
		start := time.Now()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		streams.Wait()
		if took := time.Since(start); took >= closeTimeout {
			t.Errorf("closing took %v", took)
		}
	})
}

// A body may take long as a whole, but must not stall.
func TestBodyThatStandsStill(t *testing.T) {
	for _, test := range []struct {
		pause  time.Duration
		status int
	}{
		{bodyTimeout - time.Second, http.StatusUnprocessableEntity}, // received; it names no target
		{bodyTimeout + time.Second, http.StatusBadRequest},
	} {
		inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
			body, send := io.Pipe()
			var sending sync.WaitGroup
			defer sending.Wait()
			sending.Go(func() {
				for range 5 {
					if _, err := io.WriteString(send, "a,b\n"); err != nil {
						return
					}
					time.Sleep(test.pause)
				}
				send.Close()
			})
			req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL()+"/v1/imports?table=t", body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+s.token)
			req.Header.Set("Content-Type", "text/csv")
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			body.Close()
			if res.StatusCode != test.status {
				t.Errorf("with pauses of %v: status %d, want %d", test.pause, res.StatusCode, test.status)
			}
		})
	}
}

func TestHeadOfAStream(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		req, err := http.NewRequestWithContext(t.Context(), "HEAD", s.URL()+"/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.token)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || got != "text/event-stream" {
			t.Errorf("status %d, %s", res.StatusCode, got)
		}
	})
}
