package cli_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/cli"
	"linefeed/backend/job"
)

// A folder is a set: its files are loaded in their natural order into one table, and the
// summary of all comes after those of each.
func TestImportFolder(t *testing.T) {
	dir := newHome(t)
	in := filepath.Join(dir, "in")
	if err := os.MkdirAll(filepath.Join(in, "more"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, in, "part10.csv", "id,n\n3,1\n")
	write(t, in, "part2.csv", "n;id\n1,5;2\n")
	write(t, in, "notes.md", "not this one")
	write(t, in, "more/part11.csv", "id,n\n4,1\nx,1\n")
	db := filepath.Join(dir, "out.db")
	r := run(t, "import", in, filepath.Join(in, "part10.csv"), "--to", db, "--table", "t", "--create", "--type", "n=text", "--type", "id=integer",
		"--recursive", "--json", "--set-json").want(t, 1)
	lines := strings.SplitAfter(r.stdout, "\n")
	v := decodeLines[job.Summary](t, strings.Join(lines[:3], ""))
	if v[0].File != filepath.Join(in, "more", "part11.csv") || v[1].File != filepath.Join(in, "part2.csv") || v[2].File != filepath.Join(in, "part10.csv") {
		t.Errorf("%s", r.stdout)
	}
	var sum job.SetSummary
	if err := json.Unmarshal([]byte(lines[3]), &sum); err != nil || sum.Read != 4 || sum.Inserted != 3 || sum.Rejected != 1 || !sum.Balanced ||
		sum.State != job.Done || sum.Files.Total != 3 || sum.Files.Done != 3 || !job.IsSet(sum.Set) {
		t.Errorf("%s, %v", r.stdout, err)
	}
	for _, says := range []string{"part10.csv is named twice", "notes.md", "3 of 3 files done: 3 of 4 records loaded", "3 of 3 files  100.0 %"} {
		if !strings.Contains(r.stderr, says) {
			t.Errorf("it does not say %q:\n%s", says, r.stderr)
		}
	}
	if n := query[int](t, db, "SELECT count(*) FROM t"); n != 3 {
		t.Errorf("%d rows", n)
	}
	r = run(t, "import", filepath.Join(in, "*.csv"), "--to", db, "--table-per-file", "--create").want(t, 0)
	if !strings.Contains(r.stdout, "2 of 2 files done") || query[int](t, db, "SELECT count(*) FROM part2")+query[int](t, db, "SELECT count(*) FROM part10") != 2 {
		t.Errorf("%s", r.stdout)
	}
	run(t, "import", filepath.Join(in, "part2.csv"), "--to", db, "--table", "old_{name}", "--create").want(t, 0)
	if n := query[int](t, db, "SELECT count(*) FROM old_part2"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// Files with other fields are refused before anything is loaded, and it is told with which
// flag they are not.
func TestMixedHeaders(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	one, two := write(t, dir, "1.csv", "id,name\n1,a\n"), write(t, dir, "2.csv", "id,born\n2,1815\n")
	args := []string{"import", one, two, "--to", db, "--table", "t", "--create"}
	r := run(t, args...).want(t, 64)
	if !strings.Contains(r.stderr, "2.csv has other fields than 1.csv: it lacks name, and has born besides") || !strings.Contains(r.stderr, "(--mixed-headers)") {
		t.Errorf("%s", r.stderr)
	}
	run(t, append(args, "--mixed-headers")...).want(t, 0)
	if got := query[string](t, db, "SELECT group_concat(id || ifnull(name, '') || ifnull(born, ''), ' ') FROM t"); got != "1a 21815" {
		t.Error(got)
	}
}

// A set that was stopped goes on as a whole, and counts what was done before.
func TestResumeSet(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	files := []string{write(t, dir, "1.csv", "id,name\n0,a\n"), filepath.Join(dir, "2.csv"), write(t, dir, "3.csv", "id,name\n-1,a\n")}
	numbers(t, files[1], bigRows)
	slowTable(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	stopping := watch(func(line string) {
		var v struct{ Read int }
		if err := json.Unmarshal([]byte(line), &v); err == nil && v.Read > 1000 {
			cancel()
		}
	})
	var stderr strings.Builder
	args := append([]string{"import"}, append(files, "--to", db, "--table", "numbers", "--events")...)
	if status := cli.Main(ctx, args, nil, stopping, &stderr, os.Getenv); status != 3 || !strings.Contains(stderr.String(), "` goes on") {
		t.Fatalf("status %d: %s", status, &stderr)
	}
	_, set, _ := strings.Cut(stderr.String(), "`linefeed resume set-")
	set, _, _ = strings.Cut(set, "`")
	set = "set-" + set
	before := query[int](t, db, "SELECT count(*) FROM numbers")
	execute(t, db, "DROP TRIGGER slow")
	r := run(t, "resume", set, "--json", "--set-json").want(t, 1)
	lines := decodeLines[job.SetSummary](t, r.stdout)
	sum := lines[len(lines)-1]
	if len(lines) != 3 || sum.Set != set || sum.Files.Done != 3 || sum.Read != bigRows+2 || sum.Rejected != bigRows/1000 || !sum.Balanced {
		t.Errorf("%s", r.stdout)
	}
	if n := query[int](t, db, "SELECT count(*) FROM numbers"); int64(n) != sum.Inserted || before >= n || before < 2 {
		t.Errorf("%d rows, %d before", n, before)
	}
	run(t, "resume", set).want(t, 2)
	run(t, "resume", "set-none").want(t, 64)
}
