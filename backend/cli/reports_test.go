package cli_test

import (
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
