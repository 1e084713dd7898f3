package testserver

import (
	"database/sql"
	"errors"
	"net/url"
	"time"
)

// For programs that are no tests, such as the benchmarks. Their servers end with the process too.

// StartPostgres starts a PostgreSQL of the version that the system has. It ends by End.
func StartPostgres(options ...Option) (*Server, error) { return start(findPostgres, options...) }

// StartPostgres18 starts the PostgreSQL 18 of the folder tools. It ends by End.
func StartPostgres18(options ...Option) (*Server, error) { return start(findPostgres18, options...) }

// StartMariaDB starts a MariaDB. It ends by End.
func StartMariaDB(options ...Option) (*Server, error) { return start(findMariaDB, options...) }

// Missing says whether a server could not be started because its programs are not installed.
func Missing(err error) bool {
	var missing errMissing
	return errors.As(err, &missing)
}

// Open opens a database by its driver, for the administrator; "" is the one for administration.
func (s *Server) Open(database string) (*sql.DB, error) { return s.kind.open(s, s.admin(), database) }

// URL returns the URL of a database for the administrator, behind an address, host:port.
func (s *Server) URL(address, database string) string {
	u := url.URL{Scheme: s.kind.scheme(), User: s.admin(), Host: address, Path: "/" + database}
	return u.String()
}

// Admin returns the name of the user who may do everything.
func (s *Server) Admin() string { return admin }

// CPU returns the processor time of the server and all its processes since it was started, in the
// system's ticks of a hundredth of a second; 0 if it is stopped.
func (s *Server) CPU() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.cpu()
}

// End kills the server and removes what it has left.
func (s *Server) End() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		s.proc.kill()
		s.proc = nil
	}
	return s.folder.remove()
}
