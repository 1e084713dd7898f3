package localapi

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// writeBuffer is how many bytes the system keeps for a client that does not
// read them.
const writeBuffer = 128 << 10

// A limitListener keeps at most a number of connections open. It always
// accepts one more: when there are too many, the one goes that matters least.
// So nobody who has no token can keep others out, whatever he leaves unsaid.
type limitListener struct {
	net.Listener
	most  int
	write time.Duration // for each write

	mu    sync.Mutex
	open  map[*conn]struct{}
	clock uint64 // counts what makes a connection newer
}

func newLimitListener(l net.Listener, most int, write time.Duration) *limitListener {
	return &limitListener{Listener: l, most: most, write: write, open: map[*conn]struct{}{}}
}

func (l *limitListener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if tcp, ok := raw.(*net.TCPConn); ok {
			// Otherwise the system keeps some megabytes for each client that does
			// not read, and it is noticed late.
			_ = tcp.SetWriteBuffer(writeBuffer)
		}
		c := &conn{Conn: raw, from: l}
		if l.admit(c) {
			return c, nil
		}
		_ = raw.Close() // all others are at work for somebody who has the token
	}
}

// admit counts c among the open connections, in the place of another one where
// there are too many.
func (l *limitListener) admit(c *conn) bool {
	l.mu.Lock()
	var least *conn
	if len(l.open) >= l.most {
		for o := range l.open {
			if o.held == 0 && (least == nil || o.known == least.known && o.since < least.since || !o.known && least.known) {
				least = o
			}
		}
		if least == nil {
			l.mu.Unlock()
			return false
		}
		delete(l.open, least)
	}
	l.clock++
	c.since = l.clock
	l.open[c] = struct{}{}
	l.mu.Unlock()
	if least != nil {
		_ = least.Conn.Close() // its own end notices
	}
	return true
}

// A conn is a connection of a limitListener. No write to it waits for ever,
// also those that net/http does by itself.
type conn struct {
	net.Conn
	from *limitListener

	// Guarded by from.mu.
	since uint64 // grows with each connection that was accepted or has become idle
	known bool   // somebody with the token has used it
	held  int    // how much of an answer to somebody with the token is under way
}

func (c *conn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.from.write)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *conn) Close() error {
	c.from.mu.Lock()
	delete(c.from.open, c)
	c.from.mu.Unlock()
	return c.Conn.Close()
}

// setKnown notes that somebody with the token uses the connection.
func (c *conn) setKnown() {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	c.known = true
}

// hold keeps the connection open until free is called as often, however many
// others there are.
func (c *conn) hold() {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	c.held++
}

func (c *conn) free() {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	c.held--
	c.from.clock++
	c.since = c.from.clock
}

// connKey is the key of a request's connection in its context.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf returns the connection of a request.
func connOf(r *http.Request) *conn { return r.Context().Value(connKey{}).(*conn) }
