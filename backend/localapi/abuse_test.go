package localapi

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"linefeed/backend/job"
)

// Slowloris: a head that comes byte by byte is given up, however it is sent.
func TestHeadThatTrickles(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
		head := "GET /v1/imports HTTP/1.1\r\nHost: " + s.host + "\r\nAuthorization: Bearer " + s.token + "\r\n" + strings.Repeat("X-More: header\r\n", 10)
		for name, pause := range map[string]time.Duration{"a byte a second": time.Second, "a byte in nine seconds": headerTimeout - time.Second} {
			c, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			answer := make(chan string)
			go func() {
				text, _ := io.ReadAll(c)
				answer <- string(text)
			}()
			start := time.Now()
			for i := range len(head) {
				if _, err = io.WriteString(c, head[i:i+1]); err != nil {
					break
				}
				time.Sleep(pause)
			}
			took := time.Since(start)
			c.Close()
			if got := <-answer; err == nil || took > headerTimeout+pause || strings.HasPrefix(got, "HTTP/1.1 2") {
				t.Errorf("%s: after %v, %v, %q", name, took, err, got)
			}
		}
	})
}

// chunked writes text as a body of chunks of one byte.
func chunked(w io.Writer, text string) error {
	for i := range len(text) {
		if _, err := io.WriteString(w, "1\r\n"+text[i:i+1]+"\r\n"); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "0\r\n\r\n")
	return err
}

// A million tiny pieces are one file, whether the system puts them together on the way or
// not, and cost no memory.
func TestTinyPieces(t *testing.T) {
	b := newBench(t)
	line := "A," + strings.Repeat("x", 97) + "\n"
	for name, test := range map[string]struct {
		lines  int
		buffer int // of the client
	}{
		"a million chunks":              {10_000, 64 << 10},
		"each of them in its own write": {200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.host) // which sends each write at once
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w := bufio.NewWriterSize(c, test.buffer)
			fmt.Fprintf(w, "POST /v1/imports%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n",
				"?check&table=t&create", b.server.host, b.server.Token())
			to := io.Writer(w)
			if test.buffer == 0 {
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
				to = c
			}
			if err := chunked(to, "sku,name\n"+strings.Repeat(line, test.lines)); err != nil {
				t.Fatal(err)
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
				t.Errorf("it takes %d MB", took)
			}
			res.Body.Close()
			id := strings.TrimPrefix(res.Header.Get("Location"), "/v1/imports/")
			if s := inner.ended(id); res.StatusCode != 202 || s.State != job.Done || s.Read != int64(test.lines) {
				t.Errorf("status %d, and the summary is %+v", res.StatusCode, s)
			}
		})
	}
}

// An upload that stops half-way, in whatever form, starts no import and leaves nothing.
func TestUploadsThatStopHalfway(t *testing.T) {
	b := newBench(t)
	body, contentType := form(t, [2]string{"target", b.path("out.db")}, [2]string{"table", "t"}, [2]string{"file@a.csv", articles(1000)})
	asForm, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ header, body string }{
		"a file":            {"Content-Type: text/csv", articles(1000)},
		"a form":            {"Content-Type: " + contentType, string(asForm)},
		"JSON":              {"Content-Type: application/json", `{"file":"/a.csv"}`},
		"a packed one":      {"Content-Type: text/csv\r\nContent-Encoding: gzip", packed(t, "gzip", articles(1000))},
		"one to be watched": {"Content-Type: text/csv\r\nAccept: text/event-stream", articles(1000)},
		"one with a key":    {"Content-Type: text/csv\r\nIdempotency-Key: k", articles(1000)},
	} {
		for how, head := range map[string]string{
			"of known length": fmt.Sprintf("Content-Length: %d\r\n\r\n", len(test.body)),
			"in chunks":       fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", len(test.body)),
		} {
			for _, leaves := range []bool{false, true} {
				c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.host)
				if err != nil {
					t.Fatal(err)
				}
				query := b.query()
				if !strings.Contains(test.header, "text/csv") {
					query = ""
				}
				fmt.Fprintf(c, "POST /v1/imports%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n%s%s",
					query, b.server.host, b.server.Token(), test.header, head, test.body[:len(test.body)/2])
				if leaves {
					c.Close()
					continue
				}
				if err := c.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
				answer, err := io.ReadAll(c)
				if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
					t.Errorf("%s %s: %q, %v", name, how, answer, err)
				}
				c.Close()
			}
		}
	}
	b.unconnected()
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("imports were started: %v, %v", jobs, err)
	}
	checkSpoolIsEmpty(b)
}

// unconnected waits until the server has done with all connections that were made.
func (b *bench) unconnected() {
	b.Helper()
	b.want(http.StatusOK, call{method: "GET", path: "/v1/imports"}, nil) // they were accepted before this one
	b.client.CloseIdleConnections()
	open := func() int {
		b.server.conns.mu.Lock()
		defer b.server.conns.mu.Unlock()
		return len(b.server.conns.open)
	}
	for range 1000 {
		if open() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond) // nothing tells that a handler has ended
	}
	b.Fatalf("%d connections are left", open())
}
