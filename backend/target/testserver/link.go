package testserver

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A link is a client's connection through a proxy.
type link struct {
	proxy  *Proxy
	ends   [2]net.Conn // of the client, of the server
	done   chan struct{}
	once   sync.Once
	tail   []byte                 // the last bytes to the server
	held   atomic.Pointer[phrase] // where the server's end outlives the client's
	losing atomic.Pointer[phrase] // whose answer, the server's next bytes, is lost, and the connection with it
}

// A piece is bytes that are on their way.
type piece struct {
	read time.Time
	data []byte
}

// Bytes on their way in one direction of a link: at most pieces of pieceSize.
const (
	pieces    = 2048
	pieceSize = 64 << 10
)

// carry carries bytes in one direction until the connection ends.
func (l *link) carry(d Direction) {
	from, to := l.ends[0], l.ends[1]
	if d == FromServer {
		from, to = to, from
	}
	way := make(chan piece, pieces)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(way)
		buf := make([]byte, pieceSize)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				if lost := l.losing.Load(); d == FromServer && lost != nil {
					l.cut()
					close(lost.found)
					return
				}
				select {
				case way <- piece{time.Now(), append([]byte(nil), buf[:n]...)}:
				case <-l.done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	for p := range way {
		if !l.deliver(d, to, p) {
			l.cut()
			break
		}
	}
	// What the other side still has to say may pass: it gets no more from here.
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite() // it may be closed
	}
	reader.Wait()
}

// deliver writes a piece when its time has come, and says whether the connection goes on.
func (l *link) deliver(d Direction, to net.Conn, p piece) bool {
	for len(p.data) > 0 {
		flow, delay := l.proxy.flowing()
		select {
		case <-flow:
		case <-l.done:
			return false
		}
		if wait := time.Until(p.read.Add(delay)); wait > 0 {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-l.done:
				timer.Stop()
				return false
			}
			continue // the proxy may have been stalled since
		}
		n, then := l.proxy.next(l, d, p.data)
		if _, err := to.Write(p.data[:n]); err != nil {
			return false
		}
		p.data = p.data[n:]
		switch then {
		case cut:
			return false
		case hold:
			l.hold(p.data)
			return false
		}
	}
	return true
}

// cut closes both ends, or, of a link that is held, the client's.
func (l *link) cut() {
	l.once.Do(func() {
		close(l.done)
		_ = l.ends[0].Close() // whoever reads it ends
		if l.held.Load() == nil {
			_ = l.ends[1].Close()
		}
	})
}

// hold cuts the client off, lets the rest reach the server once it is released, and waits until the
// server has had it and left.
func (l *link) hold(rest []byte) {
	l.cut()
	held := l.held.Load()
	close(held.found)
	select {
	case <-held.release:
	case <-l.proxy.closed:
		return
	}
	server := l.ends[1].(*net.TCPConn)
	_, _ = server.Write(rest) // the server may have left
	_ = server.CloseWrite()
	_ = server.SetReadDeadline(time.Now().Add(startTime))
	_, _ = io.Copy(io.Discard, server)
}
