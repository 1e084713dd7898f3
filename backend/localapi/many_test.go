package localapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"runtime"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/job"
)

// A raw listener follows all events, without an HTTP client: it has no goroutine.
func (b *bench) rawListener(buffer int) *net.TCPConn {
	b.Helper()
	c, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", b.server.host)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	tcp := c.(*net.TCPConn)
	if err := tcp.SetReadBuffer(buffer); err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(c, "GET /v1/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", b.server.host, b.server.Token())
	status := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(c, status); err != nil || string(status) != "HTTP/1.1 200" {
		b.Fatalf("%q, %v", status, err)
	}
	return tcp
}

// A thousand listeners, of which half stall, cost two goroutines and little memory each,
// and an import is loaded and told to the others all the same.
func TestThousandListeners(t *testing.T) {
	b := newBench(t)
	n := min(1000, maxSlots[listeners], openFiles()/3)
	cost := func() (goroutines int, bytes int64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), int64(m.HeapAlloc + m.StackInuse)
	}
	// The API's description, by which the test checks answers, takes more than many listeners.
	b.want(200, call{method: "GET", path: "/v1/imports"}, nil)
	goroutines, bytesBefore := cost()
	var reading []net.Conn
	for i := range n {
		// The buffers in between are small, so that who does not read stalls soon.
		if c := b.rawListener(4 << 10); i%2 == 1 {
			reading = append(reading, c)
		}
	}
	const perListener, constant = 48 << 10, 16 << 20
	check := func(when string, more int) {
		t.Helper()
		g, m := cost()
		t.Logf("%s: %d goroutines and %d KiB for %d listeners", when, g-goroutines, (m-bytesBefore)>>10, n)
		if g -= goroutines; g > 2*n+more {
			t.Errorf("%s: %d goroutines for %d listeners", when, g, n)
		}
		if m -= bytesBefore; m > int64(n)*perListener+constant {
			t.Errorf("%s: %d KiB for %d listeners", when, m>>10, n)
		}
	}
	check("before the import", 10)

	var v importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv"}, strings.NewReader(articles(50_000))}, &v)
	var seen sync.WaitGroup
	for _, c := range reading {
		seen.Go(func() {
			if err := readTo(c, v.ID, "done"); err != nil {
				t.Error(err)
			}
		})
	}
	if s := b.ended(v.ID); s.State != job.Done || s.Inserted != 45_000 || !s.Balanced {
		t.Errorf("the summary is %+v", s)
	}
	seen.Wait()
	check("after the import", 50)
}

// readTo reads a stream, from after the answer's status, until a job has a state.
func readTo(c io.Reader, id, state string) error {
	answer := bufio.NewReader(c)
	for {
		header, err := answer.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(header)) == 0 {
			break
		}
	}
	lines := bufio.NewScanner(httputil.NewChunkedReader(answer)) // a chunk may end within an event
	lines.Buffer(make([]byte, 0, 1<<10), 1<<20)
	for lines.Scan() {
		text, isData := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !isData || !bytes.Contains(text, []byte(`"state":"`+state+`"`)) {
			continue
		}
		var d data
		if err := json.Unmarshal(text, &d); err != nil {
			return err
		}
		if d.Job == id && d.State == state {
			return nil
		}
	}
	return fmt.Errorf("the stream ends before %s is %s: %w", id, state, lines.Err())
}
