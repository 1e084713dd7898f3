package testserver

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"
)

// A Database is an empty database of a server.
type Database struct {
	*Server
	Name string
	sql  *sql.DB
}

// Database makes an empty database, which is dropped at the end of the test.
func (s *Server) Database(t testing.TB) *Database {
	t.Helper()
	name := newName()
	s.administer(t, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		s.Start(t) // the test may have stopped it
		s.administer(t, s.kind.dropDatabase(name))
	})
	return s.database(t, name)
}

func newName() string { return "test_" + strings.ToLower(rand.Text()[:12]) }

// database opens a database until the end of the test.
func (s *Server) database(t testing.TB, name string) *Database {
	t.Helper()
	db, err := s.kind.open(s, s.admin(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Database{s, name, db}
}

// administer runs statements as the administrator, outside of any test's database.
func (s *Server) administer(t testing.TB, statements ...string) {
	t.Helper()
	db, err := s.kind.open(s, s.admin(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		// Not the test's context, which has ended when it cleans up.
		if _, err := db.Exec(statement); err != nil { //nolint:noctx // as said
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// URL returns the URL of the database for the administrator.
func (d *Database) URL() string { return d.url(d.Host(), d.admin()) }

// URLAt returns the URL of the database behind another address, such as a proxy's, or several
// separated by commas.
func (d *Database) URLAt(hosts string) string { return d.url(hosts, d.admin()) }

func (d *Database) url(host string, user *url.Userinfo) string {
	u := url.URL{Scheme: d.kind.scheme(), User: user, Host: host, Path: "/" + d.Name}
	return u.String()
}

// User makes a user with rights, such as "SELECT, INSERT ON people", and returns the
// URL of the database for this user, who is dropped at the end of the test.
func (d *Database) User(t testing.TB, rights ...string) string {
	t.Helper()
	name, password := "user_"+strings.ToLower(rand.Text()[:12]), rand.Text()
	d.exec(t, d.kind.createUser(name, password)...)
	t.Cleanup(func() {
		d.Start(t)
		d.exec(t, d.kind.dropUser(name)...)
	})
	for _, right := range rights {
		d.exec(t, "GRANT "+right+" TO "+name)
	}
	return d.url(d.Host(), url.UserPassword(name, password))
}

// SQL returns the database as its driver opens it for the administrator. It is closed at the end of
// the test.
func (d *Database) SQL() *sql.DB { return d.sql }

// Exec runs a statement as the administrator.
func (d *Database) Exec(t *testing.T, statement string) {
	t.Helper()
	d.exec(t, statement)
}

func (d *Database) exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := d.sql.Exec(statement); err != nil { //nolint:noctx // it also cleans up, when the test's context has ended
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Query returns the rows of a query: values as the server spells them, and NULL as "NULL".
func (d *Database) Query(t *testing.T, query string) [][]string {
	t.Helper()
	rows, err := d.kind.texts(t.Context(), d.sql, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return rows
}
