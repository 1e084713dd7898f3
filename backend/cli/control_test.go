package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/cli"
	"linefeed/backend/job"
)

// An import of one command line is paused, resumed and cancelled by others.
func TestControl(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	long := write(t, dir, "long.csv", "id,name\n"+strings.Repeat("1,a name that is long enough to take some time\n", 3_000_000))
	running, once := make(chan string), sync.Once{}
	stdout := watch(func(line string) {
		var e struct{ Job, State string }
		if json.Unmarshal([]byte(line), &e) == nil && e.State == "running" {
			once.Do(func() { running <- e.Job })
		}
	})
	ended := make(chan int)
	var stderr bytes.Buffer
	go func() {
		ended <- cli.Main(t.Context(), []string{"import", long, "--to", db, "--table", "people", "--create", "--types", "text", "--events", "--quiet"}, nil, stdout, &stderr, os.Getenv)
	}()
	id := <-running
	state := func(args ...string) (j job.Job) {
		t.Helper()
		r := run(t, args...).want(t, 0)
		if err := json.Unmarshal([]byte(r.stdout), &j); err != nil {
			t.Fatalf("%s: %v", r.stdout, err)
		}
		return j
	}
	if j := state("pause", id, "--json"); j.ID != id || j.State != job.Paused {
		t.Errorf("%+v", j)
	}
	if r := run(t, "pause", id).want(t, 2); !strings.Contains(r.stderr, "only a running one can be paused") {
		t.Errorf("%s", r.stderr)
	}
	if r := run(t, "first", id).want(t, 2); !strings.Contains(r.stderr, "only a queued one can be moved") {
		t.Errorf("%s", r.stderr)
	}
	if j := state("resume", id, "--json"); j.State != job.Running {
		t.Errorf("%+v", j)
	}
	if r := run(t, "pause", id).want(t, 0); r.stdout != "job "+id+" is paused: long.csv\n" {
		t.Errorf("%s", r.stdout)
	}
	j := state("cancel", id, "--take-back", "--json")
	if j.State != job.Cancelled || j.Summary == nil || j.Summary.Inserted != 0 || j.Summary.Created {
		t.Errorf("%+v", j.Summary)
	}
	if status := <-ended; status != 3 {
		t.Errorf("the import ended with status %d: %s", status, &stderr)
	}
	if n := query[int](t, db, "SELECT count(*) FROM sqlite_schema"); n != 0 {
		t.Errorf("%d tables are left", n)
	}
	run(t, "cancel", id).want(t, 2)
	run(t, "pause", "none").want(t, 64)
	run(t, "first", "none").want(t, 64)
	run(t, "cancel", id, "--keep", "--take-back").want(t, 64)
}
