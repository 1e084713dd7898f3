package localapi

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"linefeed/backend/event"
)

func TestConnectionsAreBounded(t *testing.T) {
	raw, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newLimitListener(raw, 3, 3, writeTimeout)
	dial := func() net.Conn {
		t.Helper()
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", raw.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	accept := func() (client net.Conn, server *conn) {
		t.Helper()
		client = dial()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return client, c.(*conn)
	}
	closed := func(c net.Conn) {
		t.Helper()
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a connection that had to make room is open")
		}
	}
	first, atWork := accept()
	second, idle := accept()
	third, _ := accept()
	atWork.setKnown()
	atWork.hold()
	idle.setKnown()

	accept() // replaces the one that has not shown the token
	closed(third)
	_, fifth := accept()
	fifth.setKnown()
	_, sixth := accept() // of those that have, it replaces the one idle longest
	closed(second)
	sixth.setKnown()
	sixth.hold()
	fifth.hold()
	accepted := make(chan error, 1)
	go func() { _, err := l.Accept(); accepted <- err }()
	closed(dial()) // all are busy
	atWork.free()
	dial()
	if err := <-accepted; err != nil {
		t.Fatal(err)
	}
	closed(first)
	if len(l.open) != 3 {
		t.Errorf("%d connections are open, want 3", len(l.open))
	}
	sixth.Close()
	sixth.Close()
	if len(l.open) != 2 {
		t.Errorf("after one was closed, %d are open", len(l.open))
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// Clients without the token can't keep others out, whatever they send or don't read.
func TestConnectionsWithoutTokenKeepNobodyOut(t *testing.T) {
	b := newBench(t)
	host := "Host: " + b.server.host + "\r\n"
	preflight := "OPTIONS /v1/imports HTTP/1.1\r\n" + host + "Origin: " + pageOrigin + "\r\nAccess-Control-Request-Method: POST\r\n\r\n"
	for name, text := range map[string]string{
		"a body that does not come":              "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n",
		"a body that does not come, from a page": "POST /v1/imports HTTP/1.1\r\n" + host + "Origin: http://evil.example\r\nContent-Length: 1\r\n\r\n",
		"a piece of a body that does not come":   "POST /v1/imports HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
		"a head that does not end":               "GET / HTTP/1.1\r\n" + host,
		"nothing":                                "",
		"a question, and then nothing":           preflight,
		"questions whose answers are never read": strings.Repeat(preflight, 3000),
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			for range maxUnknown + 50 {
				c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.host)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if len(text) < 4096 {
					if _, err := io.WriteString(c, text); err != nil {
						t.Fatal(err)
					}
				} else {
					go io.WriteString(c, text) //nolint:errcheck // until it is closed
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // on the test's clock
			defer cancel()
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			res, err := client.Do(inner.request(call{"GET", "/v1/imports", nil, nil}).WithContext(ctx))
			if err != nil {
				t.Fatal(err)
			}
			if res.Body.Close(); res.StatusCode != 200 {
				t.Errorf("status %d", res.StatusCode)
			}
		})
	}
}

// Each kind of answer has slots of its own.
func TestPlacesOfEachKind(t *testing.T) {
	b := newBench(t)
	full := func(path string, header map[string]string, n int) {
		t.Helper()
		for range n {
			b.open(call{"GET", path, header, nil})
		}
		res := b.want(503, call{"GET", path, header, nil}, nil)
		if res.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to try again")
		}
	}
	full("/v1/events", nil, maxSlots[listeners])

	// Uploads that stop halfway.
	for range maxSlots[uploads] {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		fmt.Fprintf(c, "POST /v1/imports%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
			b.query(), b.server.host, b.server.Token())
		if _, err := io.ReadFull(c, make([]byte, len("HTTP/1.1 100"))); err != nil { // it waits for the body
			t.Fatal(err)
		}
	}
	upload := call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(10))}
	b.want(503, upload, nil)

	// Everything else works.
	b.want(200, call{"GET", "/v1/imports", nil, nil}, nil)
	var v importView
	b.want(202, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"}, strings.NewReader(fmt.Sprintf(
		`{"file":%q,"target":%q,"plan":%s}`, b.file("a.csv", articles(10)), b.path("out.db"), plan("articles")))}, &v)
	b.ended(v.ID)
	if n := b.rows(b.path("out.db"), "articles"); n != 9 {
		t.Errorf("%d rows", n)
	}
}

// exchange sends text on a connection of its own and returns the answer, to the end of
// the connection, and how long that took.
func exchange(t *testing.T, client *http.Client, text string) (string, time.Duration) {
	t.Helper()
	start := time.Now()
	c, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go io.WriteString(c, text) //nolint:errcheck // the answer shows it
	got, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("after %q: %v", got, err)
	}
	return string(got), time.Since(start)
}

func TestBodiesThatDoNotCome(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		auth := "Host: " + s.host + "\r\nAuthorization: Bearer " + s.token + "\r\n"
		upload := "POST /v1/imports?table=t&target=/x.db HTTP/1.1\r\n" + auth + "Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\n"
		form := "POST /v1/imports HTTP/1.1\r\n" + auth + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n" +
			"--b\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\na\r\n--b--\r\n"
		for _, test := range []struct {
			name, text, status string
			within             time.Duration
		}{
			{"with no token", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", "421", drainTimeout},
			{"for a call", "GET /v1/nothing HTTP/1.1\r\n" + auth + "Content-Length: 1\r\n\r\n", "404", drainTimeout},
			{"that is refused", strings.Replace(upload, "text/csv", "text/html", 1), "415", discardTimeout + drainTimeout},
			{"of a file", upload + "a\n1\n", "400", bodyTimeout + drainTimeout},
			{"after a form", form, "400", bodyTimeout + drainTimeout},
		} {
			got, took := exchange(t, client, test.text)
			if !strings.HasPrefix(got, "HTTP/1.1 "+test.status) || took > test.within+time.Second {
				t.Errorf("%s: after %v, %q", test.name, took, got)
			}
		}
		if left := s.quota.used.Load(); left != 0 {
			t.Errorf("%d bytes are counted as received", left)
		}
	})
}

// A stream may outlast the deadline for the unread body of its request.
func TestStreamWithABody(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		go func() {
			time.Sleep(time.Minute)
			s.hub.State("a", event.State{State: "done"})
			time.Sleep(time.Second)
			s.stop()
		}()
		got, took := exchange(t, client, "GET /v1/events HTTP/1.1\r\nHost: "+s.host+"\r\nAuthorization: Bearer "+s.token+"\r\nContent-Length: 2\r\n\r\n{}")
		if !strings.Contains(got, "event: state") || took < time.Minute {
			t.Errorf("after %v, %q", took, got)
		}
	})
}

// An answer to a body that was read may take longer than its reads might.
func TestLongAnswerToABody(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		s.http.Handler = timeBodies(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.Copy(io.Discard, r.Body) // as a check for trailing data does
			select {
			case <-r.Context().Done():
			case <-time.After(2 * bodyTimeout):
				_, _ = io.WriteString(w, "answered")
			}
		}))
		if got, _ := exchange(t, client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"); !strings.Contains(got, "answered") {
			t.Errorf("got %q", got)
		}
	})
}

// Answers that nobody reads are given up, including those of net/http.
func TestAnswersThatNobodyReads(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		preflight := "OPTIONS / HTTP/1.1\r\nHost: " + s.host + "\r\nOrigin: " + windowOrigins[0] + "\r\nAccess-Control-Request-Method: GET\r\n\r\n"
		for name, text := range map[string]string{"preflights": preflight + preflight, "nonsense": "nonsense\r\n\r\n"} {
			c, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			written := make(chan struct{})
			go func() { defer close(written); io.WriteString(c, text) }() //nolint:errcheck // the end shows it
			time.Sleep(writeTimeout + time.Second)
			<-written
			n, err := io.Copy(io.Discard, c)
			if n > 0 || err != nil || time.Since(start) > writeTimeout+2*time.Second {
				t.Errorf("%s: %d bytes were kept, until %v, %v", name, n, time.Since(start), err)
			}
			c.Close()
		}
	})
}
