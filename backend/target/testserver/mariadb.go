package testserver

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
)

var mariadb shared

// MariaDB returns the test process's MariaDB.
func MariaDB(t testing.TB) *Server {
	t.Helper()
	return mariadb.get(t, findMariaDB)
}

// OwnMariaDB returns a MariaDB for this test alone.
func OwnMariaDB(t testing.TB, options ...Option) *Server {
	t.Helper()
	return own(t, findMariaDB, options)
}

// A mariaDB has the paths of its programs.
type mariaDB struct{ server, install string }

func findMariaDB() (kind, error) {
	server, err := exec.LookPath("mariadbd")
	if err != nil {
		if server, err = exec.LookPath("/usr/sbin/mariadbd"); err != nil { // not in everyone's path
			return nil, errMissing("MariaDB")
		}
	}
	install, err := exec.LookPath("mariadb-install-db")
	if err != nil {
		return nil, errMissing("MariaDB")
	}
	return mariaDB{server, install}, nil
}

func (m mariaDB) init(s *Server) error {
	users := filepath.Join(s.folder.path, "users.sql")
	text := fmt.Sprintf("FLUSH PRIVILEGES;\nCREATE USER %s@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO %[1]s@'%%' WITH GRANT OPTION;\n", admin, s.Password)
	if err := os.WriteFile(users, []byte(text), 0o644); err != nil {
		return err
	}
	return output(s.folder.path, []string{
		m.install, "--no-defaults", "--datadir=" + filepath.Join(s.folder.path, "data"), "--extra-file=" + users,
		"--auth-root-authentication-method=socket", "--auth-root-socket-user=root", "--skip-name-resolve", "--skip-test-db",
		"--innodb-flush-method=nosync", "--innodb-log-file-size=32M",
	})
}

func (m mariaDB) command(s *Server) []string {
	in := func(name string) string { return filepath.Join(s.folder.path, name) }
	return append([]string{
		m.server, "--no-defaults", "--datadir=" + in("data"), "--socket=" + in("socket"), "--pid-file=" + in("pid"),
		"--bind-address=127.0.0.1", fmt.Sprint("--port=", s.Port), "--skip-name-resolve", "--skip-log-bin",
		"--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=2", // the system outlives the server
		"--innodb-log-file-size=32M",
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", // as Debian has it
		"--ssl-cert=" + in(certFile), "--ssl-key=" + in(keyFile),
	}, s.options...)
}

func (mariaDB) signals() signals {
	return signals{stop: syscall.SIGTERM, orphan: syscall.SIGKILL}
}

func (mariaDB) open(s *Server, user *url.Userinfo, database string) (*sql.DB, error) {
	c := mysql.NewConfig()
	c.User = user.Username()
	c.Passwd, _ = user.Password()
	c.Net, c.Addr, c.DBName = "tcp", s.Host(), database
	c.MultiStatements = true
	c.Logger = &mysql.NopLogger{} // it would tell of every try to connect until the server answers
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (mariaDB) texts(ctx context.Context, db *sql.DB, query string) ([][]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, v := range values {
			if row[i] = v.String; !v.Valid {
				row[i] = "NULL"
			}
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func (mariaDB) scheme() string { return "mysql" }

func (mariaDB) createUser(name, password string) []string {
	return []string{"CREATE USER " + name + " IDENTIFIED BY '" + password + "'"}
}

func (mariaDB) dropUser(name string) []string { return []string{"DROP USER " + name} }

func (mariaDB) dropDatabase(name string) string { return "DROP DATABASE IF EXISTS " + name }
