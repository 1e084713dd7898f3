package cli_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/cli"
	"linefeed/backend/job"
)

// TestLostOutput writes to an output that fails: that is reported, and loaded records
// stay loaded.
func TestLostOutput(t *testing.T) {
	dir := newHome(t)
	file, other := write(t, dir, "in.csv", smallCSV), write(t, dir, "other.csv", smallCSV)
	for _, test := range []struct {
		args   []string
		status int
	}{
		{[]string{"import", file, "--to", filepath.Join(dir, "a.db"), "--table", "people", "--create"}, 4},
		{[]string{"import", file, other, "--to", filepath.Join(dir, "b.db"), "--table", "people", "--create", "--events"}, 4},
		{[]string{"import", file, other, "--to", filepath.Join(dir, "c.db"), "--table", "people", "--create", "--json"}, 4},
		{[]string{"check", file}, 4},
		{[]string{"preview", file}, 2},
		{[]string{"jobs"}, 2},
		{[]string{"jobs", "--json"}, 2},
	} {
		var stderr bytes.Buffer
		status := cli.Main(t.Context(), test.args, nil, fullDisk{}, &stderr, func(string) string { return "" })
		if status != test.status || strings.Count(stderr.String(), "disk is full") != 1 {
			t.Errorf("%q: status %d, %s", test.args, status, stderr.String())
		}
	}
	for db, want := range map[string]int{"a.db": 2, "b.db": 4, "c.db": 4} {
		if n := query[int](t, filepath.Join(dir, db), "SELECT count(*) FROM people"); n != want {
			t.Errorf("%s has %d rows, want %d", db, n, want)
		}
	}
}

// A fullDisk fails every write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

// TestLostReports asks for reports that can't be saved: if that can be known in advance,
// nothing is loaded; otherwise the exit status differs from that of a failure.
func TestLostReports(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", smallCSV+"x\n")
	db := filepath.Join(dir, "out.db")
	for _, flag := range []string{"--rejects", "--log"} {
		r := run(t, "import", file, "--to", db, "--table", "people", "--create", flag, "/proc/report.csv").want(t, 64)
		if !strings.Contains(r.stderr, flag+" /proc/report.csv") {
			t.Errorf("it says %s", r.stderr)
		}
		if _, err := os.Stat(db); err == nil {
			t.Error("it is loaded all the same")
		}
	}
	for i, flag := range []string{"--rejects", "--log"} {
		args := []string{"import", file, "--to", db, "--table", "people", flag, "/dev/full", "--json"}
		if i == 0 {
			args = append(args, "--create")
		}
		r := run(t, args...).want(t, 4)
		if v := r.summary(t); v.State != job.Done || v.Inserted != 2 || v.Rejected != 1 {
			t.Errorf("the summary is %s", r.stdout)
		}
		if !strings.Contains(r.stderr, "/dev/full") || !strings.Contains(r.stderr, "linefeed rejects ") {
			t.Errorf("it says %s", r.stderr)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// TestPasswordsInErrors mistypes arguments with passwords, which errors don't repeat.
func TestPasswordsInErrors(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", smallCSV)
	const target = "postgres://scott:ti/g@er@db/x"
	for _, args := range [][]string{
		{"import", file, "--to", target, "--table", "people"},
		{"import", file, "-o=" + target, "--table", "people"},
		{"import", target, "--to", "x.db", "--table", "people"},
		{"import", file, "--to", "x.db", "--table", "people", "--rejects", target},
		{"import", file, "--to", "x.db", "--table", "people", "--types", target},
		{"check", file, "--to", target, "--table", "people", "--json"},
		{target},
	} {
		r := run(t, args...)
		if all := r.stdout + r.stderr; r.status == 0 || strings.Contains(all, "ti/g") || strings.Contains(all, "er@db") && !strings.Contains(all, "***@db") {
			t.Errorf("%q: status %d, %s%s", args, r.status, r.stdout, r.stderr)
		}
	}
}
