package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What --rejects and --log name is held against the files and the database of a job also
// where the job goes on, is done again, or its rejects are retried.
func TestReportsOfEarlierJobs(t *testing.T) {
	dir := newHome(t)
	db, bad := filepath.Join(dir, "out.db"), filepath.Join(dir, "bad.csv")
	file, other := write(t, dir, "in.csv", "id\n1\nx\n"), write(t, dir, "bad.reasons.csv", "id\n2\ny\n")
	into := []string{"--to", db, "--table", "t", "--max-rejects", "0"}
	run(t, "import", file, "--to", db, "--table", "t", "--create", "--type", "id=integer").want(t, 1)
	done := lastJob(t).ID
	run(t, append([]string{"import", file}, into...)...).want(t, 2)
	failed := lastJob(t).ID
	run(t, append([]string{"import", file, other}, into...)...).want(t, 2)
	set := lastJob(t).Set
	before := content(t, file) + content(t, db)
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"resume", failed, "--rejects", file}, "file to be read"},
		{[]string{"resume", failed, "--log", db}, "that is the database"},
		{[]string{"resume", set, "--log", bad}, "one file at a time"},
		{[]string{"import", "--again", done, "--rejects", file}, "file to be read"},
		{[]string{"import", "--again", done, "--log", db}, "that is the database"},
		{[]string{"import", "--again", done, file, other, "--table-per-file"}, "--table-per-file"},
		{[]string{"retry", done, "--rejects", file}, "file to be read"},
		{[]string{"retry", done, "--log", db}, "that is the database"},
		{append([]string{"import", other, "--rejects", bad}, into...), "file to be read"},
		{append([]string{"import", file, "--rejects", bad, "--log", other}, into...), "choose two names"},
	} {
		if r := run(t, tt.args...).want(t, 64); !strings.Contains(r.stderr, tt.says) {
			t.Errorf("%q does not say %q: %s", tt.args, tt.says, r.stderr)
		}
	}
	if content(t, file)+content(t, db) != before {
		t.Error("a file was changed")
	}
	bad = filepath.Join(dir, "new.csv")
	for _, args := range [][]string{{"resume", failed}, {"import", "--again", done}, {"retry", done}} {
		if r := run(t, append(args, "--rejects", bad)...); r.status != 1 && r.status != 2 || content(t, bad) != "id\nx\n" {
			t.Errorf("%q: %+v", args, r)
		}
	}
}

// A flag that would change nothing of what `linefeed rejects` prints is refused.
func TestFlagsOfRejects(t *testing.T) {
	dir := newHome(t)
	run(t, "import", write(t, dir, "in.csv", "id,n\n1,1\nx,1\n2,y\n"), "--to", filepath.Join(dir, "out.db"), "--table", "t", "--create",
		"--type", "id=integer", "--type", "n=integer").want(t, 1)
	id := lastJob(t).ID
	for _, flags := range [][]string{
		{"--column", "n"}, {"--code", "not_a_number", "--format", "csv"}, {"--value", "y", "--groups"}, {"--find", "y", "--save", "bad.csv"},
		{"--limit", "1"}, {"--offset", "1", "--format", "html"}, {"--json"},
	} {
		if r := run(t, append([]string{"rejects", id}, flags...)...).want(t, 64); !strings.Contains(r.stderr, flags[0]) {
			t.Errorf("%q: %s", flags, r.stderr)
		}
	}
	for _, flags := range [][]string{{"--format", "list", "--column", "n", "--value", "y"}, {"--values", "--column", "n", "--limit", "1"}, {"--groups", "--find", "y"}} {
		if r := run(t, append([]string{"rejects", id}, flags...)...).want(t, 0); strings.Contains(r.stdout, "id ") && strings.Contains(r.stdout, " x ") {
			t.Errorf("%q: %s", flags, r.stdout)
		}
	}
}

// Where the program's own file is damaged, a list says that it is not all, and what would have
// to be all is refused.
func TestRejectsOfADamagedStore(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "in.csv", "id\n1\nx\ny\nz\n")
	run(t, "import", file, "--to", filepath.Join(dir, "out.db"), "--table", "t", "--create", "--type", "id=integer").want(t, 1)
	id := jobsLike(t)[0].ID
	execute(t, filepath.Join(os.Getenv("LINEFEED_HOME"), "linefeed.db"), "DELETE FROM rejects WHERE record = 3")
	const says = "1 rejected record of job "
	if r := run(t, "rejects", id, "--format", "list").want(t, 2); !strings.Contains(r.stderr, says) || strings.Count(r.stdout, "not a number") != 2 {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	saved := filepath.Join(dir, "rejected.csv")
	for _, args := range [][]string{
		{"rejects", id}, {"rejects", id, "--format", "csv"}, {"rejects", id, "--format", "html"}, {"rejects", id, "--format", "json"},
		{"rejects", id, "--open"}, {"rejects", id, "--save", saved}, {"retry", id, "--set", "id=7"}, {"retry", id, "--set", "id=7", "--dry-run"},
		{"retry", id, "--id", "1", "--set", "id=7"}, {"dismiss", id}, {"import", file, "--like", id, "--to", filepath.Join(dir, "out.db")},
	} {
		if r := run(t, args...); r.status == 0 || !strings.Contains(r.stderr, says) || r.stdout != "" && args[0] == "rejects" {
			t.Errorf("%q: %d: %s%s", args, r.status, r.stdout, r.stderr)
		}
	}
	if _, err := os.Stat(saved); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was saved: %v", err)
	}
	if n := query[int](t, filepath.Join(dir, "out.db"), "SELECT count(*) FROM t"); n != 1 {
		t.Errorf("%d rows", n)
	}
}
