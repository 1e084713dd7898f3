package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linefeed/backend/cli"
	"linefeed/backend/job"
)

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// The exit status of several files is the most important one: stopped, then failed, then
// rejects.
func TestStatusOfSeveralFiles(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	good := write(t, dir, "good.csv", "id,name\n1,a\n")
	some := write(t, dir, "some.csv", "id,name\n2,a\n3\n4,b\n")
	bad := write(t, dir, "bad.csv", "id,name\nx,a\ny,b\n") // no id is a number
	big := filepath.Join(dir, "big.csv")
	numbers(t, big, bigRows)
	args := []string{"--to", db, "--table", "numbers", "--events", "--max-rejects", "50%"}
	for _, tt := range []struct {
		files  []string
		status int
	}{
		{[]string{good}, 0}, {[]string{good, some}, 1}, {[]string{some, good}, 1},
		{[]string{good, bad, some}, 2},
	} {
		run(t, slices.Concat([]string{"import", "--create", "--type", "id=integer"}, tt.files, args)...).want(t, tt.status)
		if err := os.Remove(db); err != nil && tt.status < 2 {
			t.Error(err)
		}
	}
	slowTable(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	stopping := watch(func(line string) {
		var v struct{ Read int }
		if err := json.Unmarshal([]byte(line), &v); err == nil && v.Read > 1000 { // of the big one
			cancel()
		}
	})
	var stderr bytes.Buffer
	if status := cli.Main(ctx, append([]string{"import", good, bad, big, some}, args...), nil, stopping, &stderr, os.Getenv); status != 3 {
		t.Errorf("one fails, and the next is stopped: status %d\n%s", status, &stderr)
	}
	if j := lastJob(t); j.Request.File != some || j.State != job.Cancelled || j.Started != "" {
		t.Errorf("the last one is %s, %s since %s", j.Request.File, j.State, j.Started)
	}
	if strings.Contains(stderr.String(), "some.csv") {
		t.Errorf("a file that was not begun is told of:\n%s", &stderr)
	}
}

// Rejects are saved even if the import fails because of them, and the files are empty if
// there are none.
func TestReportsAreSavedInAnyCase(t *testing.T) {
	dir := newHome(t)
	db, rejects, log := filepath.Join(dir, "out.db"), filepath.Join(dir, "rejects.csv"), filepath.Join(dir, "log.csv")
	for _, tt := range []struct {
		text, rejects string
		lines, status int
	}{
		{"id,name\n1,a\n2\n", "id,name\n2\n", 2, 2},
		{"id,name\n1,a\n", "id,name\n", 1, 0},
		{"id,name\n", "id,name\n", 1, 0},
	} {
		in := write(t, dir, "in.csv", tt.text)
		run(t, "import", in, "--to", db, "--table", "people", "--create", "--max-rejects", "0", "--rejects", rejects, "--log", log).want(t, tt.status)
		if got := content(t, rejects); got != tt.rejects {
			t.Errorf("of %q the rejects are %q", tt.text, got)
		}
		if got := content(t, log); strings.Count(got, "\n") != tt.lines || !strings.HasPrefix(got, "time,record,line,") {
			t.Errorf("of %q the report is %q", tt.text, got)
		}
		for _, path := range []string{db, rejects, log} {
			_ = os.Remove(path) // a failed import leaves none
		}
	}
}

// Types chosen for the table that the first file creates don't affect the second.
func TestSeveralFilesOfChosenTypes(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	a, b := write(t, dir, "a.csv", "id,name\n1,a\n"), write(t, dir, "b.csv", "id,name\n02,b\n")
	run(t, "import", a, b, "--to", db, "--table", "people", "--create", "--type", "id=text").want(t, 0)
	if ids := query[string](t, db, "SELECT group_concat(id) FROM people"); ids != "1,02" {
		t.Errorf("the ids are %s", ids)
	}
}

// An import whose outcome can't be stored has still loaded its records: its exit status
// differs from that of a failure.
func TestEndThatIsNotKept(t *testing.T) {
	dir := newHome(t)
	db, file := filepath.Join(dir, "out.db"), write(t, dir, "in.csv", smallCSV)
	execute(t, db, "CREATE TABLE people (id INTEGER, name TEXT)")
	open := func(path string) *sql.DB {
		d, err := sql.Open("sqlite3", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		d.SetMaxOpenConns(1)
		return d
	}
	do := func(d *sql.DB, statement string) {
		if _, err := d.ExecContext(t.Context(), statement); err != nil {
			t.Error(err)
		}
	}
	store, target := open(filepath.Join(os.Getenv("LINEFEED_HOME"), "linefeed.db")), open(db)
	do(target, "BEGIN IMMEDIATE")
	locked := false
	stdout := watch(func(line string) {
		if !locked && strings.Contains(line, `"phase":"waiting"`) { // for the target: its start has been stored
			locked = true
			do(store, "BEGIN IMMEDIATE")
			do(target, "ROLLBACK")
		}
	})
	var stderr bytes.Buffer
	if status := cli.Main(t.Context(), []string{"import", file, "--to", db, "--table", "people", "--events"}, nil, stdout, &stderr, os.Getenv); status != 4 || !locked {
		t.Errorf("status %d, want 4; locked: %v\n%s", status, locked, &stderr)
	}
	if n := query[int](t, db, "SELECT count(*) FROM people"); n != 2 {
		t.Errorf("%d rows", n)
	}
}
