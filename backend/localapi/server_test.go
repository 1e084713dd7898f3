package localapi

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"linefeed/backend/event"
)

func TestAnnouncement(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	start := func() *Server {
		s, err := Start(nil, event.New(), Options{Announce: dir})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	stop := func(s *Server) {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	read := func() map[string]any {
		text, err := os.ReadFile(filepath.Join(dir, "api.json"))
		if err != nil {
			t.Fatal(err)
		}
		var told map[string]any
		if err := json.Unmarshal(text, &told); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return told
	}
	s := start()
	told := read()
	if len(told) != 3 || told["url"] != s.URL() || told["token"] != s.Token() || told["pid"] != float64(os.Getpid()) {
		t.Errorf("api.json tells %v", told)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "api.json"): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, want %v (%v)", path, info.Mode().Perm(), want, err)
			}
		}
	}
	// A server that was started later keeps its own.
	later := start()
	if told := read(); told["url"] != later.URL() {
		t.Errorf("with two servers, api.json tells %v", told)
	}
	stop(s)
	if told := read(); told["url"] != later.URL() {
		t.Errorf("after the end of the first, api.json tells %v", told)
	}
	// A server that ends hands it back.
	last := start()
	stop(last)
	if told := read(); told["url"] != later.URL() {
		t.Errorf("after the end of the last, api.json tells %v", told)
	}
	stop(later)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestListensOnLoopbackAlone(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "localhost:0", "example.org:80", "127.0.0.1"} {
		if s, err := Start(nil, event.New(), Options{Addr: addr}); err == nil {
			t.Errorf("it listens on %s", s.URL())
			s.Close()
		}
	}
	s, err := Start(nil, event.New(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("it listens on %s", s.URL())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	checkNoGoroutines(t)
}

func TestStartThatFailsLeavesNothing(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	run := t.TempDir()
	for _, opt := range []Options{
		{Announce: run, Addr: taken.Addr().String()},
		{Announce: file},
		{Announce: run, Origins: []string{"*"}},
	} {
		if s, err := Start(nil, event.New(), opt); err == nil {
			t.Errorf("%+v: it starts", opt)
			s.Close()
		}
	}
	if left, err := os.ReadDir(run); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestAccepts(t *testing.T) {
	for accept, want := range map[string]bool{
		"":                                     false,
		"*/*":                                  false,
		"application/json":                     false,
		"text/event-stream":                    true,
		"Text/Event-Stream":                    true,
		"application/json, text/event-stream":  true,
		"text/event-stream;q=0":                false,
		"text/event-stream; charset=utf-8":     true,
		"text/event-streams, application/json": false,
	} {
		r := &http.Request{Header: http.Header{"Accept": {accept}}}
		if got := accepts(r, "text/event-stream"); got != want {
			t.Errorf("%q accepts a stream: %t", accept, got)
		}
	}
}
