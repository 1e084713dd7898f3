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
const writeBuffer = 32 << 10

// A limitListener keeps at most a number of connections open, and fewer of clients that
// have not shown the token. It always accepts one more: when there are too many, it closes
// the least important one. So clients without the token can't keep others out, whatever
// they leave unsent.
type limitListener struct {
	net.Listener
	most        int
	mostUnknown int

	mu      sync.Mutex
	write   time.Duration // for each write
	open    map[*conn]struct{}
	unknown int    // those of open that are not known
	clock   uint64 // orders connections by age
}

func newLimitListener(l net.Listener, most, mostUnknown int, write time.Duration) *limitListener {
	return &limitListener{Listener: l, most: most, mostUnknown: mostUnknown, write: write, open: map[*conn]struct{}{}}
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
	if len(l.open) >= l.most || l.unknown >= l.mostUnknown {
		for o := range l.open {
			if o.held == 0 && (least == nil || o.known == least.known && o.since < least.since || !o.known && least.known) {
				least = o
			}
		}
		if least == nil {
			l.mu.Unlock()
			return false
		}
		l.remove(least)
	}
	l.clock++
	c.since = l.clock
	l.open[c] = struct{}{}
	l.unknown++
	l.mu.Unlock()
	if least != nil {
		_ = least.Conn.Close() // its handler notices
	}
	return true
}

// remove takes c out of the open connections. l.mu is held.
func (l *limitListener) remove(c *conn) {
	if _, open := l.open[c]; !open {
		return
	}
	delete(l.open, c)
	if !c.known {
		l.unknown--
	}
}

// hasten is called when the server is closed. A client that takes longer than d to read
// what is being written, or is written from now on, is cut off: one that has stalled for
// that long already, at once. So is one that has not shown the token.
func (l *limitListener) hasten(d time.Duration) {
	l.mu.Lock()
	l.write = d
	var unknown []*conn
	for c := range l.open {
		switch {
		case !c.known:
			unknown = append(unknown, c)
			l.remove(c)
		case !c.writing.IsZero():
			_ = c.SetWriteDeadline(c.writing.Add(d)) // or it is closed already
		}
	}
	l.mu.Unlock()
	for _, c := range unknown {
		_ = c.Conn.Close() // its handler notices
	}
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

	writing time.Time // when the write began that is under way; zero if there is none
}

func (c *conn) Write(b []byte) (int, error) {
	if err := c.beginWrite(); err != nil {
		return 0, err
	}
	defer c.endWrite()
	return c.Conn.Write(b)
}

func (c *conn) beginWrite() error {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	c.writing = time.Now()
	return c.SetWriteDeadline(c.writing.Add(c.from.write))
}

func (c *conn) endWrite() {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	c.writing = time.Time{}
}

func (c *conn) Close() error {
	c.from.mu.Lock()
	c.from.remove(c)
	c.from.mu.Unlock()
	return c.Conn.Close()
}

// setKnown marks the connection as one of a client with the token.
func (c *conn) setKnown() {
	c.from.mu.Lock()
	defer c.from.mu.Unlock()
	if _, open := c.from.open[c]; open && !c.known {
		c.from.unknown--
	}
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
