package localapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tmaxmax/go-sse"

	"linefeed/backend/event"
)

// A breakingConn breaks after it has read a number of bytes.
type breakingConn struct {
	net.Conn
	left int
}

var errBroken = errors.New("the connection is broken")

func (c *breakingConn) Read(p []byte) (int, error) {
	if c.left == 0 {
		c.Close()
		return 0, errBroken
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// A client that follows the standard, is cut off at arbitrary bytes, again and again, and
// reconnects by itself has every state and reject once, in order.
func TestResumeOverTCP(t *testing.T) {
	b := newBench(t)
	jobs := []string{"a", "b"}
	for _, id := range jobs {
		b.hub.State(id, event.State{State: "queued"})
	}
	start := b.hub.ID(0)

	type follower struct {
		path string
		got  map[string][]string // by job
		cuts int
	}
	followers := []*follower{{path: "/v1/events"}, {path: "/v1/imports/a/events"}, {path: "/v1/events"}, {path: "/v1/imports/b/events"}}
	var done sync.WaitGroup
	for i, f := range followers {
		f.got = map[string][]string{}
		random := rand.New(rand.NewPCG(uint64(i), 1))
		transport := &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				f.cuts++
				c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
				return &breakingConn{c, 300 + random.IntN(8000)}, err
			},
		}
		client := sse.Client{
			HTTPClient: &http.Client{Transport: transport},
			Backoff:    sse.Backoff{InitialInterval: time.Millisecond, Multiplier: 1, MaxInterval: time.Millisecond},
			ResponseValidator: func(r *http.Response) error {
				if r.StatusCode == http.StatusNoContent {
					return io.EOF // told to stop
				}
				return sse.DefaultValidator(r)
			},
		}
		ctx, cancel := context.WithCancel(t.Context())
		req := b.request(call{method: "GET", path: f.path + "?lastEventId=" + start})
		conn := client.NewConnection(req.WithContext(ctx))
		conn.Buffer(nil, 1<<20)
		ended := map[string]bool{}
		conn.SubscribeToAll(func(e sse.Event) {
			var d data
			if err := json.Unmarshal([]byte(e.Data), &d); err != nil {
				t.Errorf("%s: %v: %q", f.path, err, e.Data)
				cancel()
				return
			}
			switch e.Type {
			case "state":
				f.got[d.Job] = append(f.got[d.Job], d.State)
				ended[d.Job] = d.State == "done"
				if f.path == "/v1/events" && ended["a"] && ended["b"] {
					cancel()
				}
			case "reject":
				for _, r := range d.Rejects {
					f.got[d.Job] = append(f.got[d.Job], fmt.Sprint(r.Line))
				}
			case "progress":
			default:
				t.Errorf("%s: a %s event: %s", f.path, e.Type, e.Data)
			}
		})
		done.Go(func() {
			defer cancel()
			defer transport.CloseIdleConnections()
			_ = conn.Connect() // it ends by 204, or when everything has been read
		})
	}

	want := map[string][]string{"a": {"queued"}, "b": {"queued"}}
	for n := range 400 {
		for _, id := range jobs {
			b.hub.Rejects(id, []event.Reject{{Line: int64(n), Message: "some text, so that it takes some bytes"}})
			b.hub.Progress(id, struct{}{})
			want[id] = append(want[id], fmt.Sprint(n))
			if n%20 == 0 {
				b.hub.State(id, event.State{State: fmt.Sprint("state ", n)})
				want[id] = append(want[id], fmt.Sprint("state ", n))
			}
		}
		if n%40 == 0 {
			time.Sleep(time.Millisecond) // let them reconnect in between
		}
	}
	for _, id := range jobs {
		b.hub.State(id, event.State{State: "done", Ended: true})
		want[id] = append(want[id], "done")
	}
	done.Wait()

	for _, f := range followers {
		for _, id := range jobs {
			if f.path != "/v1/events" && f.path != "/v1/imports/"+id+"/events" {
				continue
			}
			if !slices.Equal(f.got[id], want[id]) {
				t.Errorf("%s: of %s got\n%v\nwant\n%v", f.path, id, f.got[id], want[id])
			}
		}
		if f.cuts < 3 {
			t.Errorf("%s was cut off only %d times", f.path, f.cuts-1)
		}
	}
}

// subscribers opens n streams of all events, every other one of which is never read. The
// function that it returns waits until the others have seen the given state of a job, and
// closes all.
func subscribers(tb testing.TB, s *Server, n int) func(id, state string) {
	ctx, cancel := context.WithCancel(tb.Context())
	transport := &http.Transport{}
	var reading sync.WaitGroup
	states := make([]chan data, 0, n)
	for i := range n {
		req, err := http.NewRequestWithContext(ctx, "GET", s.URL()+"/v1/events", nil)
		if err != nil {
			tb.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.Token())
		res, err := transport.RoundTrip(req)
		if err != nil {
			tb.Fatal(err)
		}
		if i%2 == 0 {
			reading.Go(func() {
				<-ctx.Done()
				res.Body.Close()
			})
			continue
		}
		seen := make(chan data, 1)
		states = append(states, seen)
		reading.Go(func() {
			defer close(seen)
			defer res.Body.Close()
			lines := bufio.NewScanner(res.Body)
			lines.Buffer(nil, 1<<20)
			for name := ""; lines.Scan(); {
				field, value, _ := bytes.Cut(lines.Bytes(), []byte(": "))
				if string(field) == "event" {
					name = string(value)
				}
				if string(field) != "data" || name != "state" {
					continue
				}
				var d data
				if err := json.Unmarshal(value, &d); err != nil {
					tb.Errorf("%v: %s", err, value)
				}
				select {
				case <-seen: // keep the latest
				default:
				}
				seen <- d
			}
		})
	}
	return func(id, state string) {
		for _, seen := range states {
			for d := range seen {
				if d.Job == id && d.State == state {
					break
				}
			}
		}
		cancel()
		for _, seen := range states {
			for range seen { // until it ends
			}
		}
		reading.Wait()
		transport.CloseIdleConnections()
	}
}

func TestStalledListenersHarmNobody(t *testing.T) {
	b := newBench(t)
	wait := subscribers(t, b.server, 100)
	long := []event.Reject{{Message: strings.Repeat("x", 8000)}}
	for range 100 { // more than the buffers of a connection hold
		b.hub.Rejects("a", long)
		b.hub.State("a", event.State{State: "running"})
	}
	b.hub.State("a", event.State{State: "done", Ended: true})
	wait("a", "done")
}
