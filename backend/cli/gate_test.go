package cli_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"linefeed/backend/cli"
	"linefeed/backend/signin/signintest"
)

// Where sign-in is required and nobody is signed in, every command that would write into a
// database fails, says why and what to do, and leaves all as it was. Checks go on.
func TestNobodyIsSignedIn(t *testing.T) {
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
	dir := newHome(t)
	db, file := filepath.Join(dir, "out.db"), write(t, dir, "in.csv", "id,name\n1,a\nx,c\n")
	run(t, "import", file, "--to", db, "--table", "people", "--create", "--keep-undo", "--type", "id=integer").want(t, 1)
	done := lastJob(t)
	run(t, "profiles", "save", "p", "--from", done.ID).want(t, 0)
	run(t, "import", file, "--to", db, "--table", "none").want(t, 64)
	failed := lastJob(t)
	rows := query[int](t, db, "SELECT count(*) FROM people")
	inbox := filepath.Join(dir, "inbox")
	if err := os.Mkdir(inbox, 0o700); err != nil {
		t.Fatal(err)
	}
	waiting := write(t, inbox, "in.csv", "id,name\n2,b\n")

	issuer := signintest.NewIssuer(t)
	for _, v := range [][2]string{{"signin-issuer", issuer.URL}, {"signin-client", signintest.Client}, {"signin-required", "yes"}} {
		run(t, "settings", v[0], v[1]).want(t, 0)
	}
	const want = "imports need a user who is signed in: nobody is signed in at "
	refused := func(r result) {
		t.Helper()
		if r.want(t, 2); !strings.Contains(r.stderr, want+issuer.URL) || !strings.Contains(r.stderr, "linefeed login") || strings.Contains(r.stdout, "{") {
			t.Errorf("stdout: %s\nstderr: %s", r.stdout, r.stderr)
		}
	}
	for _, args := range [][]string{
		{"import", file, "--to", db, "--table", "people"},
		{"import", file, "--to", db, "--table", "people", "--json"},
		{"import", file, file, "--to", db, "--table", "people"},
		{"import", "--again", done.ID},
		{"resume", failed.ID},
		{"retry", done.ID, "--set", "id=3"},
		{"undo", done.ID},
		{"watch-folder", inbox, "--profile", "p", "--once", "--steady", "1ms"},
	} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) { refused(run(t, args...)) })
	}
	// What comes by a pipe is not even read.
	r, w := io.Pipe()
	var stderr strings.Builder
	if status := cli.Main(t.Context(), []string{"import", "-", "--to", db, "--table", "people"}, r, io.Discard, &stderr, os.Getenv); status != 2 || !strings.Contains(stderr.String(), want) {
		t.Errorf("a pipe: status %d: %s", status, &stderr)
	}
	w.Close()

	run(t, "check", file, "--to", db, "--table", "people").want(t, 1)
	run(t, "undo", done.ID, "--dry-run").want(t, 0)
	run(t, "retry", done.ID, "--set", "id=3", "--dry-run").want(t, 0)
	if n := query[int](t, db, "SELECT count(*) FROM people"); n != rows {
		t.Errorf("%d rows, and there were %d", n, rows)
	}
	if _, err := os.Stat(waiting); err != nil {
		t.Errorf("the file in the watched folder: %v", err)
	}

	run(t, "settings", "signin-required", "no").want(t, 0)
	run(t, "watch-folder", inbox, "--profile", "p", "--once", "--steady", "1ms").want(t, 0)
}
