package cli_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"linefeed/backend/connection"
	"linefeed/backend/target"
	"linefeed/backend/target/testserver"
)

// withKeychain gives the test a keychain of its own, and none of the variables from
// which a password may come.
func withKeychain(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"LINEFEED_KEYCHAIN": "", "LINEFEED_PASSWORD": "", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none",
		"PGPASSWORD": "", "PGSERVICE": "", "PGPASSFILE": "/none", "MYSQL_PWD": "", "HOME": t.TempDir(),
	} {
		t.Setenv(name, value)
	}
	keyring.MockInit()
}

// withoutPassword returns the address of a database without its password.
func withoutPassword(t *testing.T, url string) string {
	t.Helper()
	s, ok, err := target.ParseServer(url)
	if err != nil || !ok {
		t.Fatalf("%s: %v", url, err)
	}
	return s.WithoutPassword().URL()
}

// holdsNowhere fails where a text is in an output, or in a file below a folder.
func holdsNowhere(t *testing.T, dir, text string, results ...result) {
	t.Helper()
	for _, r := range results {
		if strings.Contains(r.stdout+r.stderr, text) {
			t.Errorf("the output holds the password:\n%s%s", r.stdout, r.stderr)
		}
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			t.Errorf("%s holds the password", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConnections(t *testing.T) {
	dir := newHome(t)
	withKeychain(t)
	none := run(t, "connections", "list").want(t, 0)
	if !strings.Contains(none.stdout, "connections add") {
		t.Errorf("%s", none.stdout)
	}
	added := run(t, "connections", "add", "shop", "postgres://ann:s3cretA@db.example/shop?sslmode=require").want(t, 0)
	if !strings.Contains(added.stderr, "can see a password on the command line") || !strings.Contains(added.stderr, "does not verify the server") ||
		!strings.Contains(added.stdout, "The password is in the keychain") {
		t.Errorf("%s%s", added.stdout, added.stderr)
	}
	byFlags := runWith(t.Context(), []byte("s3cretB\n"), "connections", "add", "lab", "--kind", "mysql", "--host", "h1,h2", "--port", "3307", "--database", "d",
		"--user", "ann", "--ca", "/ca.pem", "--password-stdin").want(t, 0)
	if byFlags.stderr != "" {
		t.Errorf("%s", byFlags.stderr)
	}
	listed := run(t, "connections", "list", "--json").want(t, 0)
	var all []connection.Connection
	if err := json.Unmarshal([]byte(listed.stdout), &all); err != nil || len(all) != 2 || all[0].URL != "mysql://ann@h1:3307,h2:3307/d?ssl-ca=%2Fca.pem" ||
		all[0].Password != "keychain" || all[0].Insecure || !all[1].Insecure {
		t.Errorf("%s, %v", listed.stdout, err)
	}
	table := run(t, "connections", "list").want(t, 0)
	if !strings.Contains(table.stdout, "the server is not verified") {
		t.Errorf("%s", table.stdout)
	}
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"foo"}, 64, `no command "foo"`},
		{[]string{"add"}, 64, "want a name and an address"},
		{[]string{"add", "shop", "mysql://h"}, 64, "--replace changes that one"},
		{[]string{"add", "x"}, 64, "give an address, or --kind"},
		{[]string{"add", "x", "mysql://h", "--user", "ann"}, 64, "either an address or"},
		{[]string{"add", "x", "--kind", "mysql", "--tls", "maybe"}, 64, "one of verify, ca"},
		{[]string{"add", "x", "--kind", "mysql", "--host", "a@b"}, 64, "can't be understood"},
		{[]string{"add", "x", "shop.db"}, 2, "only databases on servers"},
		{[]string{"add", "x", "postgres://ann:s3cret/1@db"}, 2, "can't be understood"},
		{[]string{"test"}, 64, "want the name"},
		{[]string{"test", "none"}, 64, `no connection "none" is saved`},
		{[]string{"add", "mysql://ann:s3cret@h/d", "--kind", "mysql", "--host", "h"}, 2, "an address can't be the name of a connection: give a name of your own first"},
		{[]string{"add", "x", "mysql://h", "--password-stdin"}, 64, "no password came from standard input"},
		{[]string{"add", "x", "mysql://ann:s3cret@h", "--password-stdin"}, 64, "either in the address or on standard input"},
		{[]string{"add", "x", "mysql://h", "--password-stdin", "--no-password"}, 64, "password-stdin"},
		{[]string{"remove", "none"}, 64, "`linefeed connections list` lists them"},
		{[]string{"remove"}, 64, "want the name"},
	} {
		r := run(t, append([]string{"connections"}, c.args...)...)
		if r.status != c.status || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%v: %d %s, want %d %q", c.args, r.status, r.stderr, c.status, c.says)
		}
		holdsNowhere(t, dir, "s3cret", r)
	}
	run(t, "connections", "add", "shop", "postgres://ann@db.example/other", "--replace", "--no-password").want(t, 0)
	if listed := run(t, "connections", "list", "--json").want(t, 0); !strings.Contains(listed.stdout, `"url":"postgres://ann@db.example/other","kind":"postgres","password":""`) {
		t.Errorf("%s", listed.stdout)
	}
	run(t, "connections", "add", "bare", "postgres://ann:s3cretD@db.example/other", "--no-password").want(t, 0)
	if listed := run(t, "connections", "list", "--json").want(t, 0); !strings.Contains(listed.stdout, `"name":"bare","url":"postgres://ann@db.example/other","kind":"postgres","password":""`) {
		t.Errorf("%s", listed.stdout)
	}
	file := write(t, dir, "a.csv", "id\n1\n")
	if r := run(t, "import", file, "--to", "shop", "--table", "a", "--create"); r.status != 64 || !strings.Contains(r.stderr, "write connection:shop, or ./shop for a file") {
		t.Errorf("%d %s", r.status, r.stderr)
	}
	run(t, "connections", "remove", "connection:Shop").want(t, 0)
	if r := run(t, "import", file, "--to", "connection:shop", "--table", "a"); r.status != 64 || !strings.Contains(r.stderr, `no connection "shop" is saved`) {
		t.Errorf("%d %s", r.status, r.stderr)
	}
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	if r := run(t, "connections", "add", "x", "mysql://ann:s3cretC@h/d").want(t, 0); !strings.Contains(r.stderr, "the password is not kept") {
		t.Errorf("%s", r.stderr)
	}
	holdsNowhere(t, dir, "s3cret", added, byFlags, listed, table)
}

// An import into a saved connection, and all that fails on the way, leaves the
// password nowhere.
func TestImportByConnection(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *testserver.Server{"postgres": testserver.Postgres, "mariadb": testserver.MariaDB} {
		t.Run(name, func(t *testing.T) {
			dir := newHome(t)
			withKeychain(t)
			server := start(t)
			db := server.Database(t)
			address := withoutPassword(t, db.URL())
			file := write(t, dir, "people.csv", "id,name\n1,Ada\n2,Grace\n2,twice\n")
			var all []result
			do := func(status int, args ...string) result {
				t.Helper()
				r := run(t, args...).want(t, status)
				all = append(all, r)
				return r
			}
			all = append(all, runWith(t.Context(), []byte(server.Password), "connections", "add", "shop", address, "--password-stdin").want(t, 0))
			if r := do(0, "connections", "test", "shop"); !strings.Contains(r.stdout, "rights    ok") {
				t.Errorf("%s", r.stdout)
			}
			if r := do(1, "import", file, "--to", "connection:shop", "--table", "people", "--create", "--key", "id", "--events", "--json"); !strings.Contains(r.stdout, `"inserted":2`) {
				t.Errorf("%s", r.stdout)
			}
			if rows := db.Query(t, "SELECT id, name FROM people ORDER BY id"); len(rows) != 2 {
				t.Errorf("%v", rows)
			}
			if r := do(0, "jobs", "--json"); !strings.Contains(r.stdout, `"target":"connection:shop"`) {
				t.Errorf("%s", r.stdout)
			}
			if r := do(0, "connections", "test", "shop", "--table", "people", "--json"); !strings.Contains(r.stdout, `"ok":true`) {
				t.Errorf("%s", r.stdout)
			}
			if r := do(2, "connections", "test", "shop", "--table", "peeple"); !strings.Contains(r.stdout, "table     failed") {
				t.Errorf("%s", r.stdout)
			}
			// Without a password, by an address with it, and by the environment.
			if r := do(2, "import", file, "--to", address, "--table", "people"); !strings.Contains(r.stderr, "asks for the password") {
				t.Errorf("%s", r.stderr)
			}
			if r := do(0, "import", file, "--to", db.URL(), "--table", "people", "--on-conflict", "skip", "--key", "id", "--json"); !strings.Contains(r.stderr, "can see a password") ||
				!strings.Contains(r.stdout, `"same_file"`) { // as by its name
				t.Errorf("%s", r.stderr)
			}
			do(2, "import", file, "--to", strings.Replace(db.URL(), db.Name, "nowhere", 1), "--table", "people", "--json", "--events")
			t.Setenv("LINEFEED_PASSWORD", server.Password)
			if r := do(0, "check", file, "--to", address, "--table", "other", "--create"); !strings.Contains(r.stdout+r.stderr, "3 of 3") {
				t.Errorf("%s%s", r.stdout, r.stderr)
			}
			do(0, "jobs", "--json")
			// By the file in which the database's own programs look, which the address may leave all to.
			t.Setenv("LINEFEED_PASSWORD", "")
			s, _, _ := target.ParseServer(db.URL())
			host, port := s.Hosts[0].Name, s.Hosts[0].Port
			secrets := t.TempDir()
			t.Setenv("HOME", secrets)
			t.Setenv("PGPASSFILE", write(t, secrets, "pgpass", strings.Join([]string{host, port, "*", s.User, server.Password}, ":")+"\n"))
			write(t, secrets, ".my.cnf", "[client]\nhost="+host+"\nport="+port+"\nuser="+s.User+"\npassword="+server.Password+"\n")
			if err := os.Chmod(filepath.Join(secrets, "pgpass"), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{"PGHOST": host, "PGPORT": port, "PGUSER": s.User} {
				t.Setenv(name, value)
			}
			do(0, "connections", "test", s.Kind+":///"+s.Database, "--table", "people")
			holdsNowhere(t, dir, server.Password, all...)
		})
	}
}
