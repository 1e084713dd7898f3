package cli_test

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linefeed/backend/cli"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/localapi"
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
		defer begun() // the test must never block
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
		t.Error("api.json is left over")
	}
}

// TestListenFinishesWhatItAccepted ends an import while another one, accepted over the
// local API, is queued: that one is finished, further ones are refused, and the address
// of another program stays announced.
func TestListenFinishesWhatItAccepted(t *testing.T) {
	dir := newHome(t)
	runDir := filepath.Join(dir, "home", "run")
	window, err := localapi.Start(nil, event.New(), localapi.Options{Announce: runDir})
	if err != nil {
		t.Fatal(err)
	}
	defer window.Close()

	own, db := filepath.Join(dir, "own.db"), filepath.Join(dir, "accepted.db")
	freeOwn, freeAccepted := lockFile(t, own), lockFile(t, db)
	defer freeAccepted()
	defer freeOwn()
	lines := make(chan string, 1000)
	out := watch(func(line string) { lines <- line })
	await := func(prefix string) string {
		t.Helper()
		for {
			select {
			case line := <-lines:
				if rest, ok := strings.CutPrefix(line, prefix); ok {
					return rest
				}
			case <-time.After(time.Minute):
				t.Fatalf("it does not say %q", prefix)
			}
		}
	}
	status := make(chan int, 1)
	go func() {
		status <- cli.Main(t.Context(), []string{"import", write(t, dir, "in.csv", smallCSV), "--to", own, "--table", "people", "--create",
			"--listen", "127.0.0.1:0", "--events"}, nil, out, out, os.Getenv)
	}()
	_, path, _ := strings.Cut(strings.TrimSuffix(await("local API: "), ")"), "(its token is in ")
	var api struct{ URL, Token string }
	if err := json.Unmarshal([]byte(read(t, path)), &api); err != nil {
		t.Fatal(err)
	}
	post := func() (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api.URL+"/v1/imports?table=people&create&target="+url.QueryEscape(db), strings.NewReader(smallCSV))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+api.Token)
		req.Header.Set("Content-Type", "text/csv")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var v job.Job
		if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, v.ID
	}
	await(`{"event":"state"`) // of its own import: those accepted from now on come after it
	code, id := post()
	if code != http.StatusAccepted {
		t.Fatalf("status %d", code)
	}
	freeOwn()
	await("waiting for 1 import")
	if code, _ := post(); code != http.StatusServiceUnavailable {
		t.Errorf("another import: status %d, want 503", code)
	}
	freeAccepted()
	if s := <-status; s != 0 {
		t.Errorf("exit status %d, want 0", s)
	}
	if n := query[int](t, db, "SELECT count(*) FROM people"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	jobs := decodeLines[[]job.Job](t, run(t, "jobs", "--json").want(t, 0).stdout)[0]
	for _, j := range jobs {
		if j.ID == id && j.State != job.Done {
			t.Errorf("what was accepted is %s", j.State)
		}
	}
	if told := read(t, filepath.Join(runDir, "api.json")); !strings.Contains(told, window.URL()) {
		t.Errorf("api.json tells %s, want the window's address", told)
	}
	if _, err := os.Stat(path); err == nil {
		t.Errorf("%s is left over", path)
	}
}

// lockFile locks a database as another program would, until free is called.
func lockFile(t *testing.T, db string) (free func()) {
	t.Helper()
	d, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "CREATE TABLE other (a); BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		if err := errors.Join(conn.Close(), d.Close()); err != nil {
			t.Error(err)
		}
	})
}
