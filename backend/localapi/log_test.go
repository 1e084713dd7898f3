package localapi

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/access"
)

// A book is a log in memory.
type book struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *book) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *book) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: level}))
}

// The log tells of requests at debug alone, and of those that are refused at the default
// level: with no token, no address that was asked for, no name of a file and no value.
func TestRequestsAreLogged(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelDebug} {
		t.Run(level.String(), func(t *testing.T) {
			var log book
			b := newBench(t, func(o *Options) { o.Log = log.logger(level) })
			secret, _, err := b.server.access.Add(t.Context(), "shop page", access.Scope{May: access.Watch, Targets: []string{access.Anywhere}}, 0)
			if err != nil {
				t.Fatal(err)
			}
			page := map[string]string{"Authorization": "Bearer " + secret}
			hush := b.file("hush.csv", "id,name\n1,hush\n")
			stream := b.open(call{"POST", "/v1/imports?stream=1", map[string]string{"Content-Type": "application/json", "Accept": "text/event-stream"},
				strings.NewReader(`{"file":` + quote(hush) + `,"target":` + quote(b.path("hush.db")) + `,"plan":{"table":"hush","create":true}}`)})
			if _, err := io.Copy(io.Discard, stream.Body); err != nil {
				t.Fatal(err)
			}
			b.want(200, call{"GET", "/v1/imports?search=hush", page, nil}, nil)
			b.want(404, call{"GET", "/v1/imports/hush", page, nil}, nil)
			b.want(404, call{"GET", "/hush", nil, nil}, nil)
			b.want(405, call{"POST", "/v1/imports/hush", nil, nil}, nil)
			for range 3 {
				b.want(421, call{"GET", "/v1/imports", map[string]string{"Host": "hush.example"}, nil}, nil)
			}
			b.want(403, call{"GET", "/v1/imports", map[string]string{"Origin": "https://hush.example"}, nil}, nil)
			b.want(401, call{"GET", "/v1/imports", map[string]string{"Authorization": "Bearer hush"}, nil}, nil)
			b.want(401, call{"GET", "/v1/imports", map[string]string{"Authorization": ""}, nil}, nil)
			b.server.refusals.close()

			text := log.String()
			wants := []string{
				`level=WARN msg="the local API refuses requests" reason="another host" times=1` + "\n",
				`reason="another host" times=2` + "\n", // of which the end tells
				`reason="a page of an origin that is not allowed" times=1`,
				`reason="a token that is not known" times=1`,
				`reason="no token" times=1`,
			}
			if level == slog.LevelDebug {
				wants = append(wants,
					`level=DEBUG msg="a stream begins" route=/v1/imports who="the program's own token"`,
					`msg=request method=POST route=/v1/imports status=200 ms=`,
					`msg=request method=GET route=/v1/imports/{id} status=404 ms=`,
					`who="token shop page"`,
					`msg=request method=POST route=/v1/imports/{id} status=405 ms=`,
					`msg=request method=GET route="" status=404 ms=`,
					`msg=request method=GET route="" status=421 ms=`,
				)
			} else if strings.Contains(text, "msg=request") || strings.Contains(text, "stream begins") {
				t.Error("each request is told at the default level")
			}
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("the log has no %s", want)
				}
			}
			for _, never := range []string{"hush", b.server.Token(), secret, b.dir} {
				if strings.Contains(text, never) {
					t.Errorf("the log has %q", never)
				}
			}
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

// A panic of a handler is an answer and a line of the log with where it was; where the
// answer has begun, its client sees that it is not whole.
func TestPanicOfAHandler(t *testing.T) {
	for name, begun := range map[string]bool{"before the answer": false, "in the answer": true} {
		t.Run(name, func(t *testing.T) {
			var log book
			l := &logged{log: log.logger(slog.LevelInfo), refusals: &refusals{}, next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if begun {
					_, _ = io.WriteString(w, "half")
					_ = http.NewResponseController(w).Flush()
				}
				panic(errors.New("hush"))
			})}
			server := httptest.NewServer(l)
			defer server.Close()
			res, err := server.Client().Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if begun && err == nil {
				t.Errorf("the client takes %q for the whole answer", body)
			}
			if !begun && (err != nil || res.StatusCode != 500 || !strings.Contains(string(body), "report it") || strings.Contains(string(body), "hush")) {
				t.Errorf("%d %s, %v", res.StatusCode, body, err)
			}
			if text := log.String(); !strings.Contains(text, "panic=*errors.errorString") || strings.Contains(text, "hush") || !strings.Contains(text, "log_test.go") {
				t.Errorf("the log has\n%s", text)
			}
		})
	}
}
