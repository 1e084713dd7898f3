//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"linefeed/backend/job"
)

// A serving is a program that serves the local API.
type serving struct {
	*testing.T
	dir, url, token string
}

// serve starts `linefeed serve` with a home below a temporary folder, until the test ends.
func serve(t *testing.T, args ...string) *serving {
	t.Helper()
	s := &serving{T: t, dir: t.TempDir()}
	c := command(t, s.dir, append([]string{"serve"}, args...)...)
	c.Env = append(c.Env, "LINEFEED_KEYCHAIN=none")
	told, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(told)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "serving") {
	}
	rest := make(chan struct{})
	go func() {
		defer close(rest)
		for lines.Scan() {
			t.Log("serve: " + lines.Text())
		}
	}()
	t.Cleanup(func() {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		<-rest
		_ = c.Wait() // the signal is its status
	})
	text, err := os.ReadFile(filepath.Join(s.dir, "home", "run", "api.json"))
	if err != nil {
		t.Fatal(err)
	}
	var api struct{ URL, Token string }
	if err := json.Unmarshal(text, &api); err != nil {
		t.Fatal(err)
	}
	s.url, s.token = api.URL, api.Token
	return s
}

// post sends an order, and returns what the answer has as its ID.
func (s *serving) post(path, body string) string {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	var v job.Job
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || res.StatusCode != http.StatusAccepted {
		s.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
	}
	return v.ID
}

// missing skips a test for which something is not installed; in continuous integration it fails.
func missing(t *testing.T, what, install string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: %s", what, install)
	}
	t.Skipf("%s is missing: %s", what, install)
}

// python returns the path of a program of the venv of tests.
func python(t *testing.T, program string) string {
	t.Helper()
	path, err := filepath.Abs("../../../tools/python/venv/bin/" + program)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		missing(t, program, "run scripts/setup servers")
	}
	return path
}
