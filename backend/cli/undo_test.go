package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// jobsLike returns the jobs that `linefeed jobs` lists.
func jobsLike(t *testing.T, args ...string) (all []job.Job) {
	t.Helper()
	if err := json.Unmarshal([]byte(run(t, append([]string{"jobs", "--json"}, args...)...).want(t, 0).stdout), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestUndo(t *testing.T) {
	dir := newHome(t)
	file := write(t, dir, "people.csv", "id,name\n1,Ann\n2,Bob\n")
	more := write(t, dir, "more.csv", "id,name\n2,Ben\n3,Cyd\n")
	db := filepath.Join(dir, "out.db")
	run(t, "import", file, "--to", db, "--table", "people", "--create", "--key", "id", "--keep-undo").want(t, 0)
	run(t, "import", more, "--to", db, "--table", "people", "--on-conflict", "update", "--keep-undo").want(t, 0)
	all := jobsLike(t)
	if len(all) != 2 || !all[0].Undoable || all[0].Who == "" {
		t.Fatalf("%+v", all)
	}
	if r := run(t, "undo", all[0].ID, "--dry-run").want(t, 0); r.stdout != "1 inserted would be removed, 1 changed would be put back\n" {
		t.Errorf("%s", r.stdout)
	}
	if r := run(t, "undo", all[0].ID).want(t, 0); r.stdout != "1 inserted removed, 1 changed put back\n" {
		t.Errorf("%s", r.stdout)
	}
	if got := query[string](t, db, "SELECT group_concat(r, ' ') FROM (SELECT id || name AS r FROM people ORDER BY id)"); got != "1Ann 2Bob" {
		t.Errorf("the table has %s", got)
	}
	execute(t, db, "UPDATE people SET name = 'other' WHERE id = 1")
	var n load.Undoing
	if err := json.Unmarshal([]byte(run(t, "undo", all[1].ID, "--json").want(t, 0).stdout), &n); err != nil || n.Removed != 1 || n.Changed != 1 || n.Dropped {
		t.Errorf("%+v, %v", n, err)
	}
	if r := run(t, "undo", all[1].ID).want(t, 64); !strings.Contains(r.stderr, "was undone on") {
		t.Errorf("%s", r.stderr)
	}
	if r := run(t, "jobs").want(t, 0); strings.Count(r.stdout, "done (undone)") != 2 {
		t.Errorf("%s", r.stdout)
	}
	run(t, "import", file, "--to", db, "--table", "people", "--on-conflict", "skip").want(t, 0)
	if r := run(t, "undo", jobsLike(t)[0].ID).want(t, 64); !strings.Contains(r.stderr, "--keep-undo") {
		t.Errorf("%s", r.stderr)
	}
	run(t, "undo", "nope").want(t, 64)
}

func TestFindJobs(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "shop.db")
	for _, name := range []string{"people", "prices"} {
		run(t, "import", write(t, dir, name+".csv", "id\n1\nx\n"), "--to", db, "--table", name, "--create", "--type", "id=integer").want(t, 1)
	}
	run(t, "import", write(t, dir, "empty.csv", ""), "--to", db, "--table", "people").want(t, 2)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "empty.csv prices.csv people.csv"},
		{[]string{"--search", "PRICES"}, "prices.csv"},
		{[]string{"--search", "shop.db", "--limit", "2"}, "empty.csv prices.csv"},
		{[]string{"--table", "People"}, "empty.csv people.csv"},
		{[]string{"--table", "people", "--state", "failed"}, "empty.csv"},
		{[]string{"--target", "other.db"}, ""},
		{[]string{"--since", "1d"}, "empty.csv prices.csv people.csv"},
		{[]string{"--since", "2020-01-01", "--state", "done"}, "prices.csv people.csv"},
		{[]string{"--since", "2120-01-01"}, ""},
	} {
		var files []string
		for _, j := range jobsLike(t, tt.args...) {
			files = append(files, filepath.Base(j.Request.File))
		}
		if got := strings.Join(files, " "); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.args, got, tt.want)
		}
	}
	run(t, "jobs", "--since", "soon").want(t, 64)
	run(t, "jobs", "--state", "good").want(t, 64)
	if r := run(t, "jobs", "--search", "nothing").want(t, 0); !strings.Contains(r.stdout, "No job is like that") {
		t.Errorf("%s", r.stdout)
	}
}

func TestAgain(t *testing.T) {
	dir := newHome(t)
	db := filepath.Join(dir, "shop.db")
	first := write(t, dir, "first.csv", "nr;preis\n1;1,5\n")
	run(t, "import", first, "--to", db, "--table", "prices", "--create", "--map", "nr=id,preis=price", "--key", "id", "--decimal", ",", "--on-conflict", "update").want(t, 0)
	id := jobsLike(t)[0].ID
	run(t, "import", "--again", id, write(t, dir, "second.csv", "nr;preis\n2;2,5\n"), write(t, dir, "third.csv", "nr;preis\n1;3,5\n")).want(t, 0)
	if got := query[string](t, db, "SELECT group_concat(r, ' ') FROM (SELECT id || ':' || price AS r FROM prices ORDER BY id)"); got != "1:3.5 2:2.5" {
		t.Errorf("the table has %s", got)
	}
	r := run(t, "import", "--again", id, "--keep-undo").want(t, 0)
	if !strings.Contains(r.stdout+r.stderr, "already loaded") || !jobsLike(t)[0].Undoable {
		t.Errorf("%s\n%s", r.stdout, r.stderr)
	}
	if got := query[string](t, db, "SELECT group_concat(r, ' ') FROM (SELECT price AS r FROM prices WHERE id = 1)"); got != "1.5" {
		t.Errorf("the price is %s", got)
	}
	run(t, "check", "--again", id).want(t, 0)
	for _, args := range [][]string{{"--again", "nope"}, {"--again", id, "--table", "other"}, {"--again", id, "--delimiter", ";"}, {"--again", id, filepath.Join(dir, "none.csv")}} {
		run(t, append([]string{"import"}, args...)...).want(t, 64)
	}
}
