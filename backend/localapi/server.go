// Package localapi lets other programs and pages on this computer import and follow
// imports: an HTTP server on loopback that answers only requests with its token.
//
// routes.go lists its calls; docs/api.md describes them.
package localapi

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/spool"
)

const (
	headerTimeout  = 10 * time.Second // for the head of a request
	bodyTimeout    = 30 * time.Second // for each read of a body
	discardTimeout = 5 * time.Second  // for the rest of a body that is refused
	drainTimeout   = 2 * time.Second  // for an unread body, before the answer
	writeTimeout   = 10 * time.Second // for each write: a listener that stalls for longer is cut off
	idleTimeout    = 2 * time.Minute  // between two requests
	streamsTimeout = time.Second      // for each write, and for the streams to send their last events, when the server is closed
	closeTimeout   = 3 * time.Second  // for the other answers in progress then

	maxHeader = 16 << 10
)

// Options say where the server listens and keeps its files.
type Options struct {
	// Addr is the loopback address to listen on; "" means 127.0.0.1 with a free port.
	Addr string

	// Origins are the origins of pages that may call, besides the program's own window and
	// those of its settings: "http://localhost:8080".
	Origins []string

	// Spool keeps the received bodies. The server does not close it.
	Spool *spool.Spool

	// Access has the tokens that a person has made for other programs, and the origins that
	// the program's settings allow; nil for none.
	Access *access.Book

	// Users tells whose the access tokens of the sign-in provider are; nil for none.
	Users Users

	// Connections has the saved connections.
	Connections *connection.Book

	// Folders are the folders that the program watches; nil for a program without any.
	Folders Folders

	// Log is told of requests, at debug, and that some are refused; nil for none.
	Log *slog.Logger

	// Announce is the folder in which api.json tells other programs of the same user where
	// the server is; "" means none.
	Announce string

	// Beside leaves api.json to another running server, for a server that lasts only as long
	// as a command. It still has a file of its own: see [Server.Announcement].
	Beside bool
}

// A Server is the running local API.
type Server struct {
	runner *job.Runner
	hub    *event.Hub
	spool  *spool.Spool
	quota  quota
	keyed  sync.Mutex // held while an import is started with a key
	slots  slots

	connections *connection.Book
	folders     Folders
	access      *access.Book
	users       Users

	accepted accepted
	log      *slog.Logger
	refusals refusals

	http    *http.Server
	conns   *limitListener
	host    string // as in the Host header
	token   string
	notice  *announcement
	ctx     context.Context    // done when answers in progress are to end
	stop    context.CancelFunc // ends ctx
	serving sync.WaitGroup     // the accepting goroutine
	work    sync.WaitGroup     // answers, and goroutines that wait for the end of jobs

	mu     sync.Mutex
	closed bool // no further answer begins
}

// Start starts a server for the jobs of runner and the events of hub. Close it after the
// runner: received bodies outlive the jobs that import them.
func Start(runner *job.Runner, hub *event.Hub, opt Options) (s *Server, err error) {
	token := make([]byte, 32)
	rand.Read(token)
	s = &Server{runner: runner, hub: hub, spool: opt.Spool, connections: opt.Connections, folders: opt.Folders, access: opt.Access, users: opt.Users, log: opt.Log, token: base64.RawURLEncoding.EncodeToString(token)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	origins, err := checkOrigins(opt.Origins)
	if err != nil {
		return nil, err
	}
	listener, err := listen(cmp.Or(opt.Addr, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	s.host = listener.Addr().String()
	if opt.Announce != "" {
		if s.notice, err = announce(opt.Announce, s.URL(), s.token, opt.Beside); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	s.serve(listener, origins)
	return s, nil
}

// serve serves the connections of l, in its own goroutine.
func (s *Server) serve(l net.Listener, origins []string) {
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.slots = newSlots()
	s.quota.limit = maxSpooled
	s.refusals = refusals{log: s.log, all: map[string]*refused{}}
	guarded := &guard{host: s.host, origins: origins, own: sha256.Sum256([]byte(s.token)), access: s.access, users: s.users, next: s.routes()}
	s.http = &http.Server{
		Handler:           &logged{log: s.log, refusals: &s.refusals, next: timeBodies(guarded)},
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // it may say what a client sent
		ConnContext:       withConn,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// "OPTIONS *" passes the guard too.
		DisableGeneralOptionsHandler: true,
		BaseContext:                  func(net.Listener) context.Context { return s.ctx },
	}
	s.conns = newLimitListener(l, maxConnections, maxUnknown, writeTimeout)
	s.serving.Go(func() { _ = s.http.Serve(s.conns) }) // ends when the server is closed
}

// listen listens on a loopback address.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("listen on %s: the local API is for this computer alone: use 127.0.0.1", addr)
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// URL returns the address of the server, without a trailing slash.
func (s *Server) URL() string { return "http://" + s.host }

// Token returns the token that each request must bear.
func (s *Server) Token() string { return s.token }

// Announcement returns the path of the file that announces this server alone; "" if
// nothing is announced.
func (s *Server) Announcement() string {
	if s.notice == nil {
		return ""
	}
	return s.notice.own
}

// Close waits for answers to finish; streams end by themselves, with their last events,
// if the hub was closed before. Listeners that have stalled don't delay it, and bodies
// that are still being sent do so by no more than a second. What is still in progress
// then is cut off. Close removes api.json.
func (s *Server) Close() error {
	var errs []error
	if s.notice != nil {
		errs = append(errs, s.notice.remove())
	}
	s.conns.hasten(streamsTimeout)
	if s.shutdown(streamsTimeout) != nil {
		s.stop()
		if s.shutdown(closeTimeout) != nil {
			errs = append(errs, s.http.Close())
		}
	}
	s.stop()
	s.serving.Wait()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.work.Wait()
	s.refusals.close()
	return errors.Join(errs...)
}

// shutdown stops accepting and waits up to timeout for answers in progress.
func (s *Server) shutdown(timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return s.http.Shutdown(ctx)
}

// begin adds an answer to those that Close waits for, unless the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.work.Add(1)
	}
	return !s.closed
}
