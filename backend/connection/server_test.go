package connection

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/connect"
	"linefeed/backend/target/testserver"
)

// eachServer runs a test on each kind of server.
func eachServer(t *testing.T, test func(t *testing.T, s *testserver.Server)) {
	for name, server := range map[string]func(testing.TB) *testserver.Server{"postgres": testserver.Postgres, "mariadb": testserver.MariaDB} {
		t.Run(name, func(t *testing.T) { test(t, server(t)) })
	}
}

// changed returns an address with a change.
func changed(t *testing.T, address string, change func(*target.Server)) string {
	t.Helper()
	s, ok, err := target.ParseServer(address)
	if err != nil || !ok {
		t.Fatalf("%s: %v", address, err)
	}
	change(&s)
	return s.URL()
}

// summary returns the states of a report's steps, as letters, and the text of the
// first that is not OK.
func summary(r Report) (states, text string) {
	for _, s := range r.Steps {
		states += string(s.State[0])
		if text == "" && s.State != StepOK && s.State != StepSkipped {
			text = string(s.Kind) + " " + s.Note.String()
		}
	}
	return states, text
}

// A test says in words what is wrong, at the step where it comes to light.
func TestReport(t *testing.T) {
	eachServer(t, func(t *testing.T, server *testserver.Server) {
		b, home := newBook(t)
		db := server.Database(t)
		db.Exec(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20))")
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		l.Close()
		tls := func(mode, ca string) func(*target.Server) {
			return func(s *target.Server) {
				*s = s.With(map[string]string{target.PostgreSQL: "sslmode", target.MySQL: "ssl-mode"}[s.Kind], mode)
				if ca != "" {
					*s = s.With(map[string]string{target.PostgreSQL: "sslrootcert", target.MySQL: "ssl-ca"}[s.Kind], ca)
				}
			}
		}
		for _, c := range []struct {
			about  string
			change func(*target.Server)
			table  string
			states string // ok, warning, failed, skipped
			says   string
		}{
			{"right", func(*target.Server) {}, "people", "ooooooo", ""},
			{"no table named", func(*target.Server) {}, "", "oooooos", ""},
			{"verified", func(s *target.Server) { tls("verify-full", server.CA)(s); s.Hosts[0].Name = "localhost" }, "", "oooooos", ""},
			{"no such table", func(*target.Server) {}, "peeple", "oooooof", `"peeple"`},
			{"unknown host", func(s *target.Server) { s.Hosts[0].Name = "none.invalid" }, "", "fssssss", `unknown_host no host "none.invalid" is known`},
			{"closed port", func(s *target.Server) { s.Hosts[0].Port = port }, "", "ofsssss", "closed_port nothing listens at 127.0.0.1:" + port},
			{"unknown authority", func(s *target.Server) { tls("verify-full", "")(s); s.Hosts[0].Name = "localhost" }, "", "oofssss", "unknown_authority the certificate of localhost is by an authority"},
			{"other name", tls("verify-full", server.CA), "", "oofssss", "wrong_name the certificate that 127.0.0.1 shows is for another name: localhost"},
			{"wrong password", func(s *target.Server) { s.Password = "s3cret wrong" }, "", "ooofsss", "wrong_password"},
			{"no password", func(s *target.Server) { s.Password = "" }, "", "ooofsss", "no_password"},
			{"no database", func(s *target.Server) { s.Database = "nowhere" }, "", "oooofss", `no_database there is no database "nowhere"`},
		} {
			address := changed(t, db.URL(), c.change)
			r := b.Test(t.Context(), Draft{URL: address}, load.TableName{Name: c.table})
			states, text := summary(r)
			if states != c.states || !strings.Contains(text, c.says) || r.OK != !strings.Contains(states, "f") {
				t.Errorf("%s: %s %q, want %s %q", c.about, states, text, c.states, c.says)
			}
			if strings.Contains(text, server.Password) || strings.Contains(text, "s3cret") {
				t.Errorf("%s: the report tells the password: %s", c.about, text)
			}
		}
		noSecret(t, home, server.Password)
	})
}

// Where the time of a test is up, it says so.
func TestReportInTime(t *testing.T) {
	b, _ := newBook(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // it takes connections, and answers none
	for _, kind := range []string{"postgres", "mysql"} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		r := b.Test(ctx, Draft{URL: kind + "://ann:x@" + l.Addr().String() + "/shop"}, load.TableName{})
		if states, text := summary(r); states != "ofsssss" || !strings.Contains(text, "no_answer 127.0.0.1 does not answer") {
			t.Errorf("%s: %s %s", kind, states, text)
		}
	}
}

// What is known of a server that can't be reached is told, also where that took time.
func TestReportOfSilence(t *testing.T) {
	b, _ := newBook(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := b.Test(t.Context(), Draft{URL: "mysql://ann:x@" + l.Addr().String() + "/shop?connect-timeout=100ms"}, load.TableName{})
	if states, text := summary(r); states != "ofsssss" || !strings.Contains(text, "no_answer "+l.Addr().String()+" does not answer") {
		t.Errorf("%s %s", states, text)
	}
}

// Of MySQL no database need be named: each schema is one.
func TestReportWithoutDatabase(t *testing.T) {
	b, _ := newBook(t)
	db := testserver.MariaDB(t).Database(t)
	db.Exec(t, "CREATE TABLE people (id INTEGER PRIMARY KEY)")
	address := changed(t, db.URL(), func(s *target.Server) { s.Database = "" })
	r := b.Test(t.Context(), Draft{URL: address}, load.TableName{Schema: db.Name, Name: "people"})
	if states, text := summary(r); states != "oooosoo" || !strings.Contains(r.Steps[5].Message, db.Name) {
		t.Errorf("%s %s %v", states, text, r.Steps[5])
	}
	r = b.Test(t.Context(), Draft{URL: address}, load.TableName{})
	if states, text := summary(r); states != "oooosws" || !strings.Contains(text, "names no database") {
		t.Errorf("%s %s", states, text)
	}
}

// The place for marks that counts is the one in the schema that was asked for.
func TestReportOfSchema(t *testing.T) {
	b, _ := newBook(t)
	db := testserver.Postgres(t).Database(t)
	db.Exec(t, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	db.Exec(t, "CREATE SCHEMA sales")
	address := db.User(t, "USAGE, CREATE ON SCHEMA sales")
	for schema, want := range map[string]string{"": "ooooows", "sales": "oooooos"} {
		if states, text := summary(b.Test(t.Context(), Draft{URL: address}, load.TableName{Schema: schema})); states != want {
			t.Errorf("%q: %s %s, want %s", schema, states, text, want)
		}
	}
}

// A server without TLS is told, where TLS is wanted.
func TestReportWithoutTLS(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *testserver.Server{
		"postgres": func(t testing.TB) *testserver.Server {
			return testserver.OwnPostgres(t, testserver.With("-cssl=off"))
		},
		"mariadb": func(t testing.TB) *testserver.Server {
			return testserver.OwnMariaDB(t, testserver.With("--skip-ssl"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := newBook(t)
			address := changed(t, start(t).Database(t).URL(), func(s *target.Server) { *s = s.With("sslmode", "require") })
			if states, text := summary(b.Test(t.Context(), Draft{URL: address}, load.TableName{})); states != "oofssss" || !strings.Contains(text, "no_tls") {
				t.Errorf("%s %s", states, text)
			}
		})
	}
}

// A test says which rights are missing, and writes nothing.
func TestReportOfRights(t *testing.T) {
	eachServer(t, func(t *testing.T, server *testserver.Server) {
		b, _ := newBook(t)
		db := server.Database(t)
		db.Exec(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20))")
		for right, want := range map[string]string{"SELECT, INSERT ON people": "ooooowo", "SELECT ON people": "ooooowf"} {
			r := b.Test(t.Context(), Draft{URL: db.User(t, right)}, load.TableName{Name: "people"})
			if states, text := summary(r); states != want || text == "" {
				t.Errorf("%s: %s %s, want %s", right, states, text, want)
			}
			t.Log(r.Steps[5].Note, r.Steps[6].Note)
		}
	})
}

// Where the server wants a password that is found nowhere, a person is asked until it
// is right, and not again.
func TestUnlock(t *testing.T) {
	eachServer(t, func(t *testing.T, server *testserver.Server) {
		b, home := newBook(t)
		db := server.Database(t)
		var answers []string
		ask := func(_ context.Context, s target.Server, again bool) (string, error) {
			if s.Password != "" || s.User != "linefeed" || again != (len(answers) == 1) {
				t.Errorf("asked for %+v, again: %v", s, again)
			}
			if len(answers) == 0 {
				t.Fatal("asked too often")
			}
			answer := answers[0]
			answers = answers[1:]
			return answer, nil
		}
		address := changed(t, db.URL(), func(s *target.Server) { s.Password = "" })
		save(t, b, Draft{Name: "shop", URL: address})
		for _, url := range []string{address, "connection:shop"} {
			if d := b.Look(t.Context(), url); d.Failure == nil || d.Failure.Kind != connect.NoPassword {
				t.Errorf("%s: %+v", url, d.Failure)
			}
			answers = []string{"wrong", server.Password}
			for range 2 {
				if err := b.Unlock(t.Context(), url, ask); err != nil || len(answers) > 0 {
					t.Fatalf("%s: %v", url, err)
				}
			}
			if d := b.Look(t.Context(), url); d.Failure != nil || d.Place.Database == "" {
				t.Errorf("%s: %+v", url, d.Failure)
			}
		}
		for _, url := range []string{"x.db", "connection:none", changed(t, address, func(s *target.Server) { s.Database = "nowhere" }), "mysql://%"} {
			if err := b.Unlock(t.Context(), url, ask); err != nil {
				t.Errorf("%s: %v", url, err)
			}
		}
		noSecret(t, home, server.Password)
	})
}

// A saved connection opens with its password, and shows its tables, columns and rows.
func TestSavedConnection(t *testing.T) {
	eachServer(t, func(t *testing.T, server *testserver.Server) {
		b, home := newBook(t)
		db := server.Database(t)
		db.Exec(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20))")
		db.Exec(t, "INSERT INTO people VALUES (1, 'Ada'), (2, NULL)")
		save(t, b, Draft{Name: "shop", URL: db.URL()})
		d := b.Look(t.Context(), "connection:Shop")
		if d.Failure != nil || len(d.Tables) != 1 || d.Tables[0].Name != "people" || !strings.Contains(d.Place.Server, strconv.Itoa(server.Port)) {
			t.Errorf("%+v", d)
		}
		name := load.TableName{Schema: d.Tables[0].Schema, Name: "people"}
		if !slices.Contains(d.Schemas, name.Schema) {
			t.Errorf("%q is not among the schemas %q", name.Schema, d.Schemas)
		}
		h, err := b.Head(t.Context(), "connection:shop", name, 5)
		if err != nil || strings.Join(h.Columns, " ") != "id name" || len(h.Rows) != 2 || *h.Rows[0][1] != "Ada" || h.Rows[1][1] != nil {
			t.Errorf("%+v, %v", h, err)
		}
		r := b.Test(t.Context(), Draft{Name: "shop"}, name)
		if !r.OK || r.Place == nil || r.Place.Database == "" {
			t.Errorf("%+v", r)
		}
		// An edited draft is tested with the password that is kept.
		other := changed(t, db.URL(), func(s *target.Server) { s.Password, s.Database = "", "nowhere" })
		if states, text := summary(b.Test(t.Context(), Draft{Name: "shop", Was: "shop", URL: other}, load.TableName{})); states != "oooofss" {
			t.Errorf("%s %s", states, text)
		}
		noSecret(t, home, server.Password)
		noSecret(t, home, url.QueryEscape(server.Password))
	})
}
