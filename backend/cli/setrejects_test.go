package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// setOf returns the ID of the set that was started last.
func setOf(t *testing.T) string {
	t.Helper()
	return lastJob(t).Set
}

// The rejects of a set are reported together, by their files, and saved to be mended one file
// each: byte for byte, in its own way of being written.
func TestRejectsOfASet(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	first := write(t, dir, "a.csv", "id,name\n1,one\nx,\"of a, the first\"\n")
	good := write(t, dir, "b.csv", "id,name\n2,two\n")
	other := write(t, dir, "c.csv", "id;name\n3;three\ny;=of c\ny;again\n")
	run(t, "import", first, good, other, "--to", db, "--table", "t", "--create", "--type", "id=integer").want(t, 1)
	set := setOf(t)

	if got := run(t, "rejects", set, "--groups").want(t, 0).stdout; !strings.Contains(got, "3  not_a_number  id") {
		t.Errorf("%s", got)
	}
	if got := run(t, "rejects", set, "--format", "list").want(t, 0).stdout; strings.Count(got, "a.csv") != 1 || strings.Count(got, "c.csv") != 2 {
		t.Errorf("%s", got)
	}
	if got := run(t, "rejects", set, "--format", "list", "--limit", "1", "--offset", "1").want(t, 0).stdout; strings.Count(got, "c.csv") != 1 || !strings.Contains(got, "and 1 more: --offset 2") {
		t.Errorf("%s", got)
	}
	report := run(t, "rejects", set, "--format", "csv").want(t, 0).stdout
	if lines := strings.Split(strings.TrimSpace(report), "\n"); len(lines) != 4 || !strings.HasPrefix(lines[0], "file,job,time,record,") || !strings.HasPrefix(lines[1], first+",") {
		t.Errorf("%s", report)
	}
	var v job.SetReject
	lines := strings.Split(strings.TrimSpace(run(t, "rejects", set, "--format", "json").want(t, 0).stdout), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &v); err != nil || v.File != other || v.Line != 4 || v.Job == "" {
		t.Errorf("%+v, %v", v, err)
	}
	page := run(t, "rejects", set, "--format", "html").want(t, 0).stdout
	if !strings.Contains(page, "a.csv: job ") || !strings.Contains(page, "c.csv: job ") || strings.Contains(page, "b.csv") {
		t.Errorf("%s", page)
	}

	saved := filepath.Join(dir, "rejected")
	out := run(t, "rejects", set, "--save", saved).want(t, 0).stdout
	for path, want := range map[string]string{"a": "id,name\nx,\"of a, the first\"\n", "c": "id;name\ny;=of c\ny;again\n"} {
		content, err := os.ReadFile(filepath.Join(saved, path+".rejected.csv"))
		if err != nil || string(content) != want {
			t.Errorf("%s: %q, %v", path, content, err)
		}
	}
	if names, err := os.ReadDir(saved); err != nil || len(names) != 4 {
		t.Errorf("%v, %v", names, err)
	}
	if r := run(t, "rejects", set, "--save", saved); r.status == 0 || !strings.Contains(r.stderr, "is there already") {
		t.Errorf("written over: %s", r.stderr)
	}
	// What is saved is mended, and closes the rejects of its job.
	of, _, _ := strings.Cut(strings.Split(strings.TrimSpace(out), "\n")[1], " ")
	mended := write(t, dir, "rejected/c.rejected.csv", "id;name\n4;of c\n5;again\n")
	run(t, "retry", of, mended).want(t, 0)
	if got := strings.Count(run(t, "rejects", set, "--format", "json", "--open").want(t, 0).stdout, "\n"); got != 1 {
		t.Errorf("%d are open", got)
	}
	for _, args := range [][]string{{}, {"--values"}, {"--id", "1"}, {"--format", "list", "--code", "not_a_number"}} {
		run(t, append([]string{"rejects", set}, args...)...).want(t, 64)
	}
	run(t, "rejects", "set-none", "--groups").want(t, 64)
	// What is not there any more is not told to be none.
	execute(t, filepath.Join(os.Getenv("LINEFEED_HOME"), "linefeed.db"), "UPDATE jobs SET forgot = '2026-01-02T03:04:05.678Z' WHERE id = '"+of+"'")
	if page := run(t, "rejects", set, "--format", "html").want(t, 0).stdout; !strings.Contains(page, "c.csv: job "+of) || !strings.Contains(page, "no longer kept") {
		t.Errorf("%s", page)
	}
	if r := run(t, "rejects", set, "--format", "csv").want(t, 0); !strings.Contains(r.stderr, "c.csv: its rejects are no longer kept") || strings.Contains(r.stderr, "a.csv") {
		t.Errorf("%s", r.stderr)
	}
}

// A set is undone file by file, the last one first; what can't be undone is said, and nothing
// is undone then unless that is wanted.
func TestUndoOfASet(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "out.db")
	files := []string{write(t, dir, "a.csv", "id,name\n1,one\n2,two\n"), write(t, dir, "b.csv", "id,name\n2,zwei\n3,three\n")}
	into := []string{"--to", db, "--table", "t", "--key", "id", "--on-conflict", "update"}
	rows := func() string {
		t.Helper()
		return query[string](t, db, "SELECT ifnull(group_concat(r, ' '), '') FROM (SELECT id || name AS r FROM t ORDER BY id)")
	}
	execute(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'uno')")
	run(t, append(append([]string{"import"}, files...), append(into, "--keep-undo")...)...).want(t, 0)
	set := setOf(t)
	if got := rows(); got != "1one 2zwei 3three" {
		t.Fatalf("%s", got)
	}
	var n job.SetUndoing
	if err := json.Unmarshal([]byte(run(t, "undo", set, "--dry-run", "--json").want(t, 0).stdout), &n); err != nil || len(n.Jobs) != 2 || n.Jobs[0].File != files[1] || len(n.Left) != 0 {
		t.Errorf("%+v, %v", n, err)
	}
	if got := rows(); got != "1one 2zwei 3three" {
		t.Errorf("it was undone: %s", got)
	}
	n = job.SetUndoing{}
	if err := json.Unmarshal([]byte(run(t, "undo", set, "--json").want(t, 0).stdout), &n); err != nil || n.Removed != 2 || n.Restored != 2 || n.Changed != 0 {
		t.Errorf("%+v, %v", n, err)
	}
	if got := rows(); got != "1uno" {
		t.Errorf("%s", got)
	}
	if r := run(t, "undo", set).want(t, 64); !strings.Contains(r.stderr, "was undone already") {
		t.Errorf("%s", r.stderr)
	}

	run(t, append(append([]string{"import"}, files...), append(into, "--keep-undo")...)...).want(t, 0)
	set = setOf(t)
	// Of one of the files nothing is kept any more.
	execute(t, filepath.Join(os.Getenv("LINEFEED_HOME"), "linefeed.db"), "UPDATE jobs SET undoable = 0 WHERE id = '"+lastJob(t).ID+"'")
	if r := run(t, "undo", set, "--dry-run").want(t, 0); !strings.Contains(r.stderr, "2 rows can't be undone") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	was := rows()
	if r := run(t, "undo", set).want(t, 64); rows() != was || !strings.Contains(r.stderr, "--partly") || !strings.Contains(r.stderr, "can't be undone") {
		t.Errorf("%s: %s", rows(), r.stderr)
	}
	run(t, "undo", set, "--partly").want(t, 0)
	if rows() == was {
		t.Error("nothing was undone")
	}
	run(t, "undo", "set-none").want(t, 64)
}
