package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/cli"
)

// TestListen follows an import over the local API, to its last event.
func TestListen(t *testing.T) {
	dir := newHome(t)
	file := filepath.Join(dir, "big.csv")
	numbers(t, file, 300_000)

	listening := make(chan struct{})
	begun := sync.OnceFunc(func() { close(listening) })
	stderr := watch(func(line string) {
		if strings.HasPrefix(line, "local API: http://127.0.0.1:") {
			begun()
		}
	})
	var stdout bytes.Buffer
	status := make(chan int)
	go func() {
		defer begun() // whatever happens, the test must not wait
		status <- cli.Main(t.Context(), []string{"import", file, "--to", filepath.Join(dir, "out.db"), "--table", "numbers", "--create",
			"--listen", "127.0.0.1:0", "--json"}, nil, &stdout, stderr, os.Getenv)
	}()
	<-listening
	announced := filepath.Join(dir, "home", "run", "api.json")
	var api struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(read(t, announced)), &api); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+api.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var last string
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			last = data
		} else if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			last = data
		}
	}
	if s := <-status; s != 1 {
		t.Errorf("exit status %d, want 1", s)
	}
	if !strings.Contains(last, `"state":"done"`) {
		t.Errorf("the last event that the listener gets is %s", last)
	}
	if _, err := os.Stat(announced); err == nil {
		t.Error("api.json is left behind")
	}
}
