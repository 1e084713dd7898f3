package cli_test

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"

	"linefeed/backend/target/testserver"
)

// The servers of the tests.
var servers = []struct {
	name   string
	server func(testing.TB) *testserver.Server
}{{"postgresql", testserver.Postgres}, {"mariadb", testserver.MariaDB}}

// What is wrong with a server, a login or a right ends an import with exit status 2,
// what the command line asks for in vain with 64, and each with one sentence and what
// to do; nothing is loaded, and no password shown.
func TestBadServers(t *testing.T) {
	for _, kind := range servers {
		t.Run(kind.name, func(t *testing.T) {
			db := kind.server(t).Database(t)
			db.Exec(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(5) NOT NULL)")
			db.Exec(t, "CREATE TABLE small (id INTEGER PRIMARY KEY)")
			reader := db.User(t, "SELECT ON people")
			for _, c := range []struct {
				about  string
				to     string
				table  string
				status int
				want   []string // in what it says
			}{
				{"an unknown host", at(t, db.URL(), "nowhere.invalid:5432"), "people", 2, []string{"nowhere.invalid"}},
				{"a closed port", at(t, db.URL(), closed(t)), "people", 2, []string{"127.0.0.1", "nothing listens"}},
				{"a wrong password", as(t, db.URL(), "wrong-secret"), "people", 2, []string{"password"}},
				{"no such database", in(t, db.URL(), "nosuchdb"), "people", 2, []string{"nosuchdb"}},
				{"no right to insert", reader, "people", 2, []string{"people", "right"}},
				{"no database named", in(t, db.URL(), ""), "people", map[string]int{"postgresql": 2, "mariadb": 64}[kind.name], []string{"database"}},
				{"a setting that there is not", db.URL() + "?none=1", "people", 2, []string{"none", "setting"}},
				{"a mode of TLS that there is not", db.URL() + "?sslmode=maybe", "people", 2, []string{"maybe", "verify"}},
				{"a certificate's file that is not there", db.URL() + "?sslmode=verify-ca&" + authority[kind.name] + "=/none.pem", "people", 2, []string{"/none.pem", "check the path"}},
				{"no such table", db.URL(), "nobody", 64, []string{"nobody"}},
				{"a table without the column", db.URL(), "small", 64, []string{"name"}},
			} {
				t.Run(c.about, func(t *testing.T) {
					dir := newHome(t)
					file := write(t, dir, "people.csv", "id,name\n1,Ann\n2,Bob\n")
					args := []string{"import", file, "--to", c.to, "--table", c.table, "--strict", "--quiet"}
					r := run(t, args...).want(t, c.status)
					text := strings.TrimSpace(r.stderr)
					for _, want := range c.want {
						if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
							t.Errorf("it does not say %q:\n%s", want, text)
						}
					}
					if lines := strings.Count(text, "\n"); lines > 3 {
						t.Errorf("it takes %d lines to say:\n%s", lines+1, text)
					}
					u, err := url.Parse(c.to)
					if err != nil {
						t.Fatal(err)
					}
					if p, _ := u.User.Password(); strings.Contains(r.stdout+r.stderr, p) {
						t.Errorf("it shows the password:\n%s", text)
					}
					if rows := db.Query(t, "SELECT count(*) FROM people"); rows[0][0] != "0" {
						t.Errorf("%s rows are there", rows[0][0])
					}
					t.Log(text)
				})
			}
		})
	}
}

// What a server says in a roundabout way is told with what to do.
func TestRoundaboutServers(t *testing.T) {
	db := testserver.MariaDB(t).Database(t)
	secured := db.User(t)
	u, err := url.Parse(secured)
	if err != nil {
		t.Fatal(err)
	}
	db.Exec(t, "ALTER USER "+u.User.Username()+" REQUIRE SSL") // without it the password seems wrong
	for to, want := range map[string]string{
		secured: "put ssl-mode=REQUIRED into the address",
		strings.Replace(db.URL(), "mysql:", "postgres:", 1): "is not PostgreSQL",
	} {
		dir := newHome(t)
		r := run(t, "import", write(t, dir, "a.csv", "id\n1\n"), "--to", to, "--table", "a", "--create", "--quiet").want(t, 2)
		if !strings.Contains(r.stderr, want) {
			t.Errorf("%s: %s, want %q", to, r.stderr, want)
		}
	}
}

// A good import into a server says what it did, like any other, and leaves nothing
// but its rows.
func TestImportIntoServers(t *testing.T) {
	for _, kind := range servers {
		t.Run(kind.name, func(t *testing.T) {
			db := kind.server(t).Database(t)
			dir := newHome(t)
			var rows strings.Builder
			rows.WriteString("id,name,born,price\n")
			for i := range 1000 {
				fmt.Fprintf(&rows, "%d,name %d,2001-02-%02d,%d.50\n", i, i, i%28+1, i)
			}
			rows.WriteString("7,again,2001-02-03,1.50\nx,bad,2001-02-03,1.50\n")
			file := write(t, dir, "in.csv", rows.String())
			db.Exec(t, "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20), born DATE, price DECIMAL(10,2))")
			s := run(t, "import", file, "--to", db.URL(), "--table", "items", "--json").want(t, 1).summary(t)
			if s.Read != 1002 || s.Inserted != 1000 || s.Rejected != 2 || !s.Balanced {
				t.Errorf("%+v", s)
			}
			if got := db.Query(t, "SELECT count(*), sum(price) FROM items"); got[0][0] != "1000" || got[0][1] != "500000.00" {
				t.Errorf("the table holds %v", got)
			}
			s = run(t, "import", file, "--to", db.URL(), "--table", "made", "--create", "--key", "id", "--types", "text", "--json").want(t, 1).summary(t)
			if s.Inserted != 1001 || s.Rejected != 1 || !s.Created {
				t.Errorf("%+v", s)
			}
			tables := db.Query(t, "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'mysql', 'sys', 'performance_schema') ORDER BY table_name")
			if got := fmt.Sprint(tables); got != "[[items] [made]]" {
				t.Errorf("the database has the tables %s", got)
			}
		})
	}
}

// authority is the setting that names the certificate of an authority.
var authority = map[string]string{"postgresql": "sslrootcert", "mariadb": "ssl-ca"}

// at returns a URL with other hosts.
func at(t *testing.T, address, host string) string {
	return change(t, address, func(u *url.URL) { u.Host = host })
}

// as returns a URL with another password.
func as(t *testing.T, address, password string) string {
	return change(t, address, func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), password) })
}

// in returns a URL with another database.
func in(t *testing.T, address, database string) string {
	return change(t, address, func(u *url.URL) { u.Path = "/" + database })
}

func change(t *testing.T, address string, f func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	f(u)
	return u.String()
}

// closed returns an address on which nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// An import into a table of a schema, named as in SQL, is run again into that table, which
// the first one has made, and makes it again where it is gone.
func TestAgainIntoASchema(t *testing.T) {
	db := testserver.Postgres(t).Database(t)
	db.Exec(t, `CREATE SCHEMA "Sales"`)
	u, err := url.Parse(db.URL())
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	t.Setenv("LINEFEED_PASSWORD", password)
	dir := newHome(t)
	file := write(t, dir, "people.csv", "id,name\n1,Ann\n2,Bob\n")
	run(t, "import", file, "--to", db.URL(), "--table", "Sales.people", "--create").want(t, 0)
	run(t, "import", "--again", lastJob(t).ID).want(t, 0)
	if rows := db.Query(t, `SELECT count(*) FROM "Sales".people`); rows[0][0] != "4" {
		t.Errorf("%s rows", rows[0][0])
	}
	run(t, "import", "--again", lastJob(t).ID, write(t, dir, "more.csv", "id,name\n3,Cyd\n")).want(t, 0)
	db.Exec(t, `DROP TABLE "Sales".people`)
	first := jobsLike(t)[2].ID
	run(t, "import", "--again", first).want(t, 0)
	if rows := db.Query(t, `SELECT count(*) FROM "Sales".people`); rows[0][0] != "2" {
		t.Errorf("%s rows", rows[0][0])
	}
}
