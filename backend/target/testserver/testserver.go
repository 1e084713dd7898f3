// Package testserver starts real database servers for tests: on loopback ports
// and in folders of their own, as an unprivileged user, with the programs that
// scripts/setup servers installs. It never touches a server that the system runs. A
// Proxy stands between a server and its clients as a network with faults.
//
// A server is started by the first test of a process that asks for it, and ends
// with the process, however that ends; its folder is removed then.
package testserver

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startTime = 60 * time.Second      // in which a server has to answer
	poll      = 20 * time.Millisecond // between two looks whether it does
	admin     = "linefeed"            // the user who may do everything
)

// A Server is a database server on 127.0.0.1. It takes connections with and without TLS; its
// certificate is of the name localhost, so that it is of the wrong name for who connects to
// 127.0.0.1. Its port, users and data stay the
// same when it is started again. Tests that run in parallel must not stop a server
// that they share.
type Server struct {
	Port     int
	Password string // of the user "linefeed", who may do everything
	CA       string // the file of the authority that signed the server's certificate

	kind    kind
	folder  *folder
	options []string
	mu      sync.Mutex
	proc    *process
}

// A kind is what differs between the databases.
type kind interface {
	// init makes the data folder; command is what runs the server in the foreground.
	init(s *Server) error
	command(s *Server) []string
	signals() signals

	// open opens a database by its driver; "" is the one for administration.
	open(s *Server, user *url.Userinfo, database string) (*sql.DB, error)
	// texts returns the rows of a query as the server spells them, and NULL as "NULL".
	texts(ctx context.Context, db *sql.DB, query string) ([][]string, error)
	scheme() string
	createUser(name, password string) []string
	dropUser(name string) []string
	dropDatabase(name string) string
}

// Signals end a server: in order, and when the test process is gone.
type signals struct{ stop, orphan syscall.Signal }

// An Option changes a server that a test has for itself.
type Option func(*Server)

// With adds arguments to the server's command line, such as "-csynchronous_commit=off" or
// "--local-infile=0". They count more than those that the package gives.
func With(args ...string) Option {
	return func(s *Server) { s.options = append(s.options, args...) }
}

// A shared server is started once for the process.
type shared struct {
	once   sync.Once
	server *Server
	err    error
}

func (sh *shared) get(t testing.TB, find func() (kind, error)) *Server {
	t.Helper()
	sh.once.Do(func() { sh.server, sh.err = start(find) })
	need(t, sh.err)
	sh.server.Start(t) // a test may have left it stopped
	return sh.server
}

// own starts a server that ends with the test.
func own(t testing.TB, find func() (kind, error), options []Option) *Server {
	t.Helper()
	s, err := start(find, options...)
	need(t, err)
	t.Cleanup(func() {
		s.Kill(t)
		if err := s.folder.remove(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// errMissing says that a server's programs are not installed.
type errMissing string

func (e errMissing) Error() string {
	return string(e) + " is not installed: run scripts/setup servers"
}

// need ends a test whose server could not be started: where it is only missing, the
// test is skipped, except in continuous integration.
func need(t testing.TB, err error) {
	t.Helper()
	var missing errMissing
	switch {
	case err == nil:
	case errors.As(err, &missing) && os.Getenv("CI") != "true":
		t.Skip(missing)
	default:
		t.Fatal(err)
	}
}

func start(find func() (kind, error), options ...Option) (*Server, error) {
	k, err := find()
	if err != nil {
		return nil, err
	}
	s := &Server{Password: rand.Text(), kind: k}
	for _, o := range options {
		o(s)
	}
	if s.folder, err = newFolder(); err != nil {
		return nil, err
	}
	if err := s.certify(); err != nil {
		return nil, err
	}
	if err := k.init(s); err != nil {
		return nil, err
	}
	for range 5 { // another process may take the port before the server does
		if s.Port, err = freePort(); err != nil {
			return nil, err
		}
		if err = s.start(); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// freePort returns a port nobody listens on, outside of the range that systems take
// the ports of clients from: it has to stay free while the server is stopped.
func freePort() (int, error) {
	for range 1000 {
		var b [2]byte
		_, _ = rand.Read(b[:]) // it never fails
		port := 10_000 + (int(b[0])<<8+int(b[1]))%20_000
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address(port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, errors.New("no free port on 127.0.0.1")
}

// start starts the server and returns once it answers.
func (s *Server) start() error {
	p, err := run(s.folder.path, s.kind.command(s), s.kind.signals())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	db, err := s.kind.open(s, s.admin(), "")
	if err != nil {
		p.kill()
		return err
	}
	defer db.Close()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			s.proc = p
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("the server ended at its start: %s", p.log())
		case <-ctx.Done():
			p.kill()
			return fmt.Errorf("the server does not answer within %s: %w: %s", startTime, err, p.log())
		case <-tick.C:
		}
	}
}

func (s *Server) admin() *url.Userinfo { return url.UserPassword(admin, s.Password) }

// Start starts the server where it is stopped, and returns once it answers.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		return
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// Stop ends the server in order, as its administrator would: it undoes what was not
// committed, closes all connections, and leaves. It returns once the server has ended.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.end(t, func(p *process) { p.stop(s.kind.signals().stop) })
}

// Kill ends the server and all its processes by SIGKILL, and returns once they have ended.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.end(t, (*process).kill)
}

// Restart stops the server and starts it again.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.Start(t)
}

func (s *Server) end(t testing.TB, how func(*process)) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return
	}
	how(s.proc)
	select {
	case <-s.proc.ended:
		s.proc = nil
	case <-time.After(startTime):
		t.Fatalf("the server does not end within %s: %s", startTime, s.proc.log())
	}
}

// Host returns the address and port of the server, 127.0.0.1:PORT.
func (s *Server) Host() string { return address(s.Port) }

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
