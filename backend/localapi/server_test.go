package localapi

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
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
		s, err := Start(nil, event.New(), Options{Spool: t.TempDir(), Announce: dir})
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
	// One that ends gives it back.
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
		if s, err := Start(nil, event.New(), Options{Addr: addr, Spool: t.TempDir()}); err == nil {
			t.Errorf("it listens on %s", s.URL())
			s.Close()
		}
	}
	s, err := Start(nil, event.New(), Options{Spool: t.TempDir()})
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
	spool := t.TempDir()
	for _, opt := range []Options{
		{Spool: spool, Addr: taken.Addr().String()},
		{Spool: spool, Announce: file},
		{Spool: spool, Origins: []string{"*"}},
		{Spool: file},
		{},
	} {
		if s, err := Start(nil, event.New(), opt); err == nil {
			t.Errorf("%+v: it starts", opt)
			s.Close()
		}
	}
	if left, err := os.ReadDir(spool); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestStaleReceivedFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	gone := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(dir, strconv.Itoa(gone.Process.Pid)+"-abc")
	own := filepath.Join(dir, strconv.Itoa(os.Getpid())+"-abc")
	other := filepath.Join(dir, "notes")
	for _, d := range []string{stale, own, other} {
		if err := os.MkdirAll(filepath.Join(d, "1"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s, err := newSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("what a process that is gone had received is still there")
	}
	for _, d := range []string{own, other, s.dir} {
		if _, err := os.Stat(d); err != nil {
			t.Errorf("%s was removed: %v", d, err)
		}
	}
}

func TestFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"articles.csv":           "articles.csv",
		"my ärticles (2).csv":    "my ärticles (2).csv",
		"../../etc/passwd":       "passwd",
		`C:\Users\me\a.csv`:      "a.csv",
		"":                       "upload.csv",
		".":                      "upload.csv",
		"..":                     "upload.csv",
		"a/":                     "upload.csv",
		"a\x00b\n.csv":           "a_b_.csv",
		`a<b>:"|?*.csv`:          "a_b______.csv",
		"trailing. . ":           "trailing",
		strings.Repeat("ä", 200): strings.Repeat("ä", 60),
	} {
		if got := fileName(name); got != want {
			t.Errorf("fileName(%q) = %q, want %q", name, got, want)
		}
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
