package localapi

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// writeBuffer is the number of bytes that the system buffers for a client that does not
// read.
const writeBuffer = 128 << 10

// A limitListener keeps at most a number of connections open. It always accepts one more:
// when there are too many, it closes the least important one. So clients without the
// token can't keep others out, whatever they leave unsent.
type limitListener struct {
	net.Listener
	most  int
	write time.Duration // for each write

	mu    sync.Mutex
	open  map[*conn]struct{}
	clock uint64 // orders connections by age
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
			// Otherwise the system buffers megabytes for each client that does not read, and that is
			// noticed late.
			_ = tcp.SetWriteBuffer(writeBuffer)
		}
		c := &conn{Conn: raw, from: l}
		if l.admit(c) {
			return c, nil
		}
		_ = raw.Close() // all others are serving clients with the token
	}
}

// admit adds c to the open connections, replacing another one if there are too many.
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
		_ = least.Conn.Close() // its handler notices
	}
	return true
}

// A conn is a connection of a limitListener. Every write to it has a deadline, including
// those by net/http itself.
type conn struct {
	net.Conn
	from *limitListener

	// Guarded by from.mu.
	since uint64 // grows with each connection that is accepted or becomes idle
	known bool   // a client with the token has used it
	held  int    // the number of holds by answers to clients with the token
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

// setKnown marks the connection as one of a client with the token.
func (c *conn) setKnown() {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	c.known = true
}

// hold keeps the connection open, however many others there are, until free has been
// called as often.
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

// connKey is the context key of a request's connection.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf returns the connection of a request.
func connOf(r *http.Request) *conn { return r.Context().Value(connKey{}).(*conn) }
