package localapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/spool"
	"linefeed/backend/store"
	"linefeed/backend/watch"
)

const pageOrigin = "http://localhost:8080"

// A bench is a server with everything it needs, in a temporary folder.
type bench struct {
	*testing.T
	dir    string
	hub    *event.Hub
	runner *job.Runner
	server *Server
	client *http.Client
}

// benches is the number of benches in use.
var benches int

func newBench(t *testing.T, changes ...func(*Options)) *bench {
	t.Helper()
	b := &bench{T: t, dir: t.TempDir(), hub: event.New(), client: &http.Client{Transport: &http.Transport{}}}
	st, err := store.Open(t.Context(), b.path("home"), b.path("home", "run"))
	if err != nil {
		t.Fatal(err)
	}
	book := connection.New(st)
	b.runner = job.NewRunner(st, b.hub, book)
	b.runner.Profiles = profile.New(b.path("home", "profiles"))
	received, err := spool.Open(b.path("home", "spool"))
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{
		Origins: []string{pageOrigin}, Spool: received, Access: access.New(st), Connections: book, Folders: folders{b.runner.Profiles}, Announce: b.path("home", "run"),
	}
	for _, change := range changes {
		change(&opt)
	}
	b.server, err = Start(b.runner, b.hub, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.runner.Close()
		b.hub.Close()
		b.client.CloseIdleConnections()
		if err := b.server.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		checkSpoolIsEmpty(b)
		if err := errors.Join(received.Close(), st.Close()); err != nil {
			t.Error(err)
		}
		if benches--; benches == 0 {
			checkNoGoroutines(t)
		}
	})
	benches++
	return b
}

// folders keeps what is to be watched, and watches nothing, as a program without a window.
type folders struct{ *profile.Book }

func (folders) Watching() bool                      { return false }
func (folders) WatchedFolders() []watch.Watched     { return []watch.Watched{} }
func (folders) WatchedFiles(string) []watch.Outcome { return nil }

func (f folders) WatchFolder(ctx context.Context, name string, folder profile.Watch, keep bool) error {
	if !keep {
		return watch.ErrNoWindow
	}
	if err := folder.Check(name); err != nil {
		return err
	}
	return f.SetWatch(ctx, name, &folder)
}

func (f folders) StopWatching(ctx context.Context, name string) error {
	return f.SetWatch(ctx, name, nil)
}
func (f folders) RenameProfile(ctx context.Context, name, to string) error {
	return f.Rename(ctx, name, to)
}
func (f folders) RemoveProfile(name string) error { return f.Remove(name) }

// checkNoGoroutines fails if a goroutine of this package or of its connections outlives
// the server.
func checkNoGoroutines(t *testing.T) {
	t.Helper()
	var left string
	for range 500 {
		left = ""
		buf := make([]byte, 1<<20)
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			mine := strings.Contains(stack, "linefeed/backend/") && !strings.Contains(stack, "testing.tRunner")
			if mine || strings.Contains(stack, "net/http.(*conn).serve") {
				left += stack + "\n\n"
			}
		}
		if left == "" {
			return
		}
		time.Sleep(10 * time.Millisecond) // closed connections take a moment to end
	}
	t.Errorf("goroutines are left:\n%s", left)
}

func (b *bench) path(names ...string) string {
	return filepath.Join(append([]string{b.dir}, names...)...)
}

// file writes a file and returns its path.
func (b *bench) file(name, content string) string {
	b.Helper()
	if err := os.WriteFile(b.path(name), []byte(content), 0o600); err != nil {
		b.Fatal(err)
	}
	return b.path(name)
}

// A call is a request to the bench's server, with the token unless header overrides it.
type call struct {
	method, path string
	header       map[string]string
	body         io.Reader
}

func (b *bench) request(c call) *http.Request {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), c.method, b.server.URL()+c.path, c.body)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.server.Token())
	for name, value := range c.header {
		switch name {
		case "Host":
			req.Host = value
		default:
			req.Header.Del(name)
			if value != "" {
				req.Header.Set(name, value)
			}
		}
	}
	return req
}

// do sends a request and returns the answer with its body.
func (b *bench) do(c call) (*http.Response, string) {
	b.Helper()
	req := b.request(c)
	res, err := b.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
		var p problem
		if err := json.Unmarshal(body, &p); err != nil || p.Status != res.StatusCode || p.Title == "" || p.Detail == "" {
			b.Errorf("%s %s: status %d with the problem %s", c.method, c.path, res.StatusCode, body)
		}
	} else if res.StatusCode >= 400 {
		b.Errorf("%s %s: status %d and no problem document: %s", c.method, c.path, res.StatusCode, body)
	}
	b.checkAnswer(req, res, string(body))
	return res, string(body)
}

// want sends a request, checks the status of the answer, and decodes it into v.
func (b *bench) want(status int, c call, v any) *http.Response {
	b.Helper()
	res, body := b.do(c)
	if res.StatusCode != status {
		b.Fatalf("%s %s: status %d, want %d: %s", c.method, c.path, res.StatusCode, status, body)
	}
	if v != nil {
		decodeInto(b.T, body, v)
	}
	return res
}

func decodeInto(t *testing.T, body string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
}

// open sends a request whose answer is a stream, and returns the answer.
func (b *bench) open(c call) *http.Response {
	b.Helper()
	res, err := b.client.Do(b.request(c))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "text/event-stream" {
		body, _ := io.ReadAll(res.Body)
		b.Fatalf("%s %s: status %d, %s: %s", c.method, c.path, res.StatusCode, got, body)
	}
	return res
}

// sent is an event as received.
type sent struct {
	id, name, data string
}

func (e sent) decode(t *testing.T) (d data) {
	t.Helper()
	if err := json.Unmarshal([]byte(e.data), &d); err != nil {
		t.Fatalf("event %s: %v: %s", e.id, err, e.data)
	}
	return d
}

// data is the part of an event that the tests read.
type data struct {
	Job      string         `json:"job"`
	Seq      uint64         `json:"seq"`
	Time     string         `json:"time"`
	State    string         `json:"state"`
	Percent  *float64       `json:"percent"`
	Rejects  []event.Reject `json:"rejects"`
	More     int            `json:"more"`
	Rejected int64          `json:"rejected"`
	Summary  *job.Summary   `json:"summary"`
}

// readEvents reads server-sent events, strictly in the form that this server writes,
// until f returns false or the stream ends. Comments are events without a name.
func readEvents(t *testing.T, r io.Reader, f func(sent) bool) {
	t.Helper()
	lines := bufio.NewReader(r)
	var e sent
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			if line != "" || e != (sent{}) {
				t.Errorf("the stream ended within an event: %+v, %q", e, line)
			}
			return
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case ":":
			if e != (sent{}) {
				t.Fatalf("a comment within an event: %+v", e)
			}
			if !f(sent{data: line}) {
				return
			}
		case "":
			if e != (sent{}) && !f(e) {
				return
			}
			e = sent{}
		default:
			t.Fatalf("a stray line in the stream: %q", line)
		}
	}
}

// all reads a stream to its end and returns its events.
func all(t *testing.T, r io.Reader) (events []sent) {
	t.Helper()
	readEvents(t, r, func(e sent) bool {
		if e.name != "" {
			events = append(events, e)
		}
		return true
	})
	return events
}

// articles returns a CSV file of n records, every tenth of them bad.
func articles(n int) string {
	var s strings.Builder
	s.WriteString("sku,price\n")
	for i := range n {
		if i%10 == 9 {
			fmt.Fprintf(&s, "A%d,soon\n", i)
		} else {
			fmt.Fprintf(&s, "A%d,%d.50\n", i, i)
		}
	}
	return s.String()
}

// columns is a plan's table for articles.
const columns = `[{"name":"sku","type":"text","primaryKey":true},{"name":"price","type":"decimal"}]`

// form returns a multipart form and its content type. A part with a file name is given
// as name@file.
func form(t *testing.T, parts ...[2]string) (io.Reader, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		name, file, isFile := strings.Cut(p[0], "@")
		var part io.Writer
		var err error
		if isFile {
			part, err = w.CreateFormFile(name, file)
		} else {
			part, err = w.CreateFormField(name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, w.FormDataContentType()
}
