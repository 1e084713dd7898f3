package cli_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

func TestJobs(t *testing.T) {
	dir := newHome(t)
	if r := run(t, "jobs").want(t, 0); !strings.Contains(r.stdout, "no jobs yet") {
		t.Errorf("an empty list says %q", r.stdout)
	}
	if r := run(t, "jobs", "--json").want(t, 0); r.stdout != "[]\n" {
		t.Errorf("an empty list is %q", r.stdout)
	}
	file := write(t, dir, "people.csv", smallCSV)
	run(t, "import", file, "--to", filepath.Join(dir, "out.db"), "--table", "people", "--create").want(t, 0)
	run(t, "check", file).want(t, 0)
	lines := strings.Split(run(t, "jobs").want(t, 0).stdout, "\n")
	if len(lines) != 4 || !strings.Contains(lines[1], "done (check)") || strings.Contains(lines[2], "check") || !strings.Contains(lines[2], "people.csv") {
		t.Errorf("the list is\n%s", strings.Join(lines, "\n"))
	}
	var jobs []job.Job
	if err := json.Unmarshal([]byte(run(t, "jobs", "--json", "--limit", "1").want(t, 0).stdout), &jobs); err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 1 || !jobs[0].Request.Check || jobs[0].Request.File != file || jobs[0].Summary.Read != 2 {
		t.Errorf("the newest job is %+v", jobs)
	}
}

func TestPreview(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "staff.csv", "Nr;name;born\n1;Ada;10.12.1815\n2;\"Grace; B.\";09.12.1906\n3;Edsger\n")
	r := run(t, "preview", file).want(t, 0)
	for _, text := range []string{"staff.csv", "encoding", "utf-8", "delimiter", ";", "Columns", "integer", "date", "First records", "Grace; B.", "✗ "} {
		if !strings.Contains(r.stdout, text) {
			t.Errorf("the preview does not hold %q", text)
		}
	}
	if t.Failed() {
		t.Log(r.stdout)
	}
	if short := run(t, "preview", file, "--rows", "1").want(t, 0).stdout; strings.Contains(short, "Grace") || !strings.Contains(short, "Ada") {
		t.Errorf("--rows 1 shows\n%s", short)
	}
	if other := run(t, "preview", file, "--delimiter", ",").want(t, 0).stdout; !strings.Contains(other, "given") || !strings.Contains(other, "Nr;name;born") {
		t.Errorf("--delimiter , shows\n%s", other)
	}
	var v job.Preview
	if err := json.Unmarshal([]byte(run(t, "preview", file, "--json").want(t, 0).stdout), &v); err != nil {
		t.Fatal(err)
	}
	if v.Dialect.Delimiter != ";" || len(v.Fields) != 3 || len(v.Guesses) != 3 || len(v.Rows) != 3 || v.Rows[2].Problem == nil {
		t.Errorf("preview %+v", v)
	}
	for _, missing := range []string{filepath.Join(dir, "none.csv"), dir} {
		run(t, "preview", missing).want(t, 64)
	}
}

func TestVersion(t *testing.T) {
	var build engine.Build
	r := run(t, "version", "--json").want(t, 0)
	if err := json.Unmarshal([]byte(r.stdout), &build); err != nil || build.Go != runtime.Version() || !strings.HasPrefix(build.SQLite, "3.") || build.Updates == "" {
		t.Errorf("version %s, %v", r.stdout, err)
	}
	if r := run(t, "version").want(t, 0); r.stdout != fmt.Sprintf("linefeed %s (%s, %s)\n", build.Version, build.Go, build.Platform) {
		t.Errorf("version %q", r.stdout)
	}
}
