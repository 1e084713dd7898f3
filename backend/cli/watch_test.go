package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	folders "linefeed/backend/watch"
)

func TestWatchFolderOnce(t *testing.T) {
	dir := newHome(t)
	db, inbox := filepath.Join(dir, "a.db"), filepath.Join(dir, "in")
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	v := run(t, "import", write(t, dir, "first.csv", "id,n\n1,1\n"), "--to", db, "--table", "t", "--create", "--json", "--quiet").want(t, 0).summary(t)
	run(t, "profiles", "save", "p", "--from", v.Job).want(t, 0)
	write(t, inbox, "a.csv", "id,n\n2,2\n")
	write(t, inbox, "b.csv", "id,n\n3,3\n4,x\n")
	r := run(t, "watch-folder", inbox, "--profile", "p", "--once", "--steady", "1ms", "--json").want(t, 1)
	var names []string
	for _, o := range decodeLines[folders.Outcome](t, r.stdout) {
		names = append(names, filepath.Base(o.File)+" "+filepath.Base(filepath.Dir(o.MovedTo)))
	}
	if got := strings.Join(names, ","); got != "a.csv done,b.csv done" || !strings.Contains(r.stderr, "b.csv  1 of 2 loaded, 1 rejected") {
		t.Errorf("told is %s\n%s", got, r.stderr)
	}
	if n := query[int](t, db, "SELECT count(*) FROM t"); n != 3 {
		t.Errorf("%d rows", n)
	}
	var o folders.Outcome
	text, err := os.ReadFile(filepath.Join(inbox, "done", "b.csv.summary.json"))
	if err != nil || json.Unmarshal(text, &o) != nil || o.Summary.Rejected != 1 {
		t.Errorf("the report is %s, %v", text, err)
	}

	for _, bad := range [][]string{{inbox}, {"--profile", "p"}, {inbox, "--profile", "none"}, {filepath.Join(dir, "none"), "--profile", "p"}, {inbox, "--profile", "p", "--order", "size"}, {inbox, "--profile", "p", "--steady", "0s"}} {
		run(t, append([]string{"watch-folder", "--once"}, bad...)...).want(t, 64)
	}
}
