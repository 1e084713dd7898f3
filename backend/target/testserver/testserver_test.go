package testserver

import (
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// servers are those of this test process.
var servers = []struct {
	name string
	get  func(t testing.TB) *Server
	own  func(t testing.TB, options ...Option) *Server
}{
	{"PostgreSQL", Postgres, OwnPostgres},
	{"PostgreSQL 18", Postgres18, OwnPostgres18},
	{"MariaDB", MariaDB, OwnMariaDB},
}

func TestDatabase(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			began := time.Now()
			server := s.get(t)
			t.Logf("%s was ready in %s", s.name, time.Since(began).Round(time.Millisecond))
			var name string
			t.Run("in use", func(t *testing.T) {
				d := server.Database(t)
				name = d.Name
				d.Exec(t, "CREATE TABLE people (id integer PRIMARY KEY, name varchar(20)); INSERT INTO people VALUES (1, 'Ada'), (2, NULL)")
				if got := d.Query(t, "SELECT id, name FROM people ORDER BY id"); len(got) != 2 || strings.Join(got[0], "|") != "1|Ada" || got[1][1] != "NULL" {
					t.Errorf("rows: %v", got)
				}
				u := d.User(t, "SELECT ON people")
				if !strings.HasPrefix(u, d.kind.scheme()+"://user_") || !strings.HasSuffix(u, "@"+d.Host()+"/"+d.Name) {
					t.Errorf("URL %s", u)
				}
				if server != s.get(t) {
					t.Error("another server the second time")
				}
			})
			d := server.Database(t)
			if got := d.Query(t, "SELECT count(*) FROM information_schema.schemata WHERE catalog_name = '"+name+"' OR schema_name = '"+name+"'"); got[0][0] != "0" {
				t.Errorf("the first test's database is still there")
			}
		})
	}
}

func TestRights(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			d := s.get(t).Database(t)
			d.Exec(t, "CREATE TABLE people (id integer PRIMARY KEY)")
			db := d.as(t, d.User(t, "SELECT ON people"))
			if _, err := db.ExecContext(t.Context(), "SELECT * FROM people"); err != nil {
				t.Error(err)
			}
			if _, err := db.ExecContext(t.Context(), "INSERT INTO people VALUES (1)"); err == nil {
				t.Error("a user who may only select inserts")
			}
		})
	}
}

func TestStopAndStart(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			server := s.own(t)
			d := server.Database(t)
			d.Exec(t, "CREATE TABLE people (id integer PRIMARY KEY)")
			for i, end := range []func(testing.TB){server.Stop, server.Kill} {
				d.Exec(t, "INSERT INTO people VALUES ("+string(rune('1'+i))+")")
				end(t)
				if err := d.SQL().PingContext(t.Context()); err == nil {
					t.Fatal("a server that was ended answers")
				}
				began := time.Now()
				server.Start(t)
				t.Logf("started again in %s", time.Since(began).Round(time.Millisecond))
			}
			if got := d.Query(t, "SELECT count(*) FROM people"); got[0][0] != "2" {
				t.Errorf("%s rows, want 2", got[0][0])
			}
		})
	}
}

// TestEnd ends a test process by SIGKILL and by itself: its server ends, and its folder is removed.
func TestEnd(t *testing.T) {
	const asked = "TESTSERVER_FOLDER"
	if file := os.Getenv(asked); file != "" {
		s := MariaDB(t)
		if err := os.WriteFile(file, []byte(s.folder.path), 0o644); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "killed") {
			select {}
		}
		return
	}
	MariaDB(t) // or there is nothing to see
	for _, how := range []string{"ended", "killed"} {
		t.Run(how, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), how)
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestEnd$")
			cmd.Env = append(os.Environ(), asked+"="+file)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var folder []byte
			await(t, "the server", func() bool {
				folder, _ = os.ReadFile(file)
				return len(folder) > 0
			})
			if how == "killed" {
				_ = cmd.Process.Kill()
			}
			_ = cmd.Wait()
			await(t, "the end of the folder", func() bool {
				_, err := os.Stat(string(folder))
				return os.IsNotExist(err)
			})
			await(t, "the end of the server", func() bool {
				found, _ := filepath.Glob("/proc/[0-9]*/cmdline")
				for _, path := range found {
					line, _ := os.ReadFile(path)
					if strings.Contains(string(line), "--datadir="+string(folder)) {
						return false
					}
				}
				return true
			})
		})
	}
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for end := time.After(startTime); !done(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s does not come within %s", what, startTime)
		}
	}
}

func TestMissing(t *testing.T) {
	for ci, want := range map[string]bool{"true": true, "": false} {
		t.Setenv("CI", ci)
		r := &recorder{TB: t}
		func() {
			defer func() { _ = recover() }()
			need(r, errMissing("PostgreSQL"))
		}()
		if r.failed != want || r.skipped == want {
			t.Errorf("CI=%q: failed %t, skipped %t", ci, r.failed, r.skipped)
		}
	}
}

// A recorder records how a test ended.
type recorder struct {
	testing.TB
	failed, skipped bool
}

func (r *recorder) Fatal(...any) { r.failed = true; panic(r) }
func (r *recorder) Skip(...any)  { r.skipped = true; panic(r) }

func TestCertificate(t *testing.T) {
	s := Postgres(t)
	text, err := os.ReadFile(s.CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("no certificate in the authority's file")
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(s.folder.path, certFile), filepath.Join(s.folder.path, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: "localhost"}); err != nil {
		t.Error(err)
	}
	if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: "127.0.0.1"}); err == nil {
		t.Error("the certificate is of the address too")
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			d := s.get(t).Database(t)
			query := map[string]string{
				"postgres": "SELECT setting FROM pg_settings WHERE name = 'ssl'",
				"mysql":    "SELECT lower(variable_value) FROM information_schema.global_variables WHERE variable_name = 'have_ssl'",
			}[d.kind.scheme()]
			if got := d.Query(t, query); got[0][0] != "on" && got[0][0] != "yes" {
				t.Errorf("TLS is %s", got[0][0])
			}
		})
	}
}

// as opens the database by its URL.
func (d *Database) as(t *testing.T, text string) *sql.DB {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	db, err := d.kind.open(d.Server, u.User, d.Name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
