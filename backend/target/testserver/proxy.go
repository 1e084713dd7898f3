package testserver

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// A Direction is that of bytes that pass a Proxy.
type Direction int

// The two directions.
const (
	ToServer Direction = iota
	FromServer
)

// A Proxy is a network between clients and a server, with the faults that networks have. Its
// methods may be called at any time, by any goroutine.
type Proxy struct {
	Addr string // 127.0.0.1:PORT, where clients connect to
	Port int

	server   string
	tasks    sync.WaitGroup
	mu       sync.Mutex
	listener net.Listener // nil: connections are refused
	links    map[*link]struct{}
	delay    time.Duration
	passed   [2]int64
	faults   [2][]fault // in the order of their bytes
	phrases  []*phrase
	flow     chan struct{} // closed while bytes flow
	closed   chan struct{}
	end      sync.Once
	opened   int
}

// A Fault is what happens at a byte.
type Fault struct {
	cut, stall bool
	delay      time.Duration
}

// Cut cuts the connection that the byte is of.
func Cut() Fault { return Fault{cut: true} }

// Stall holds all bytes of all connections, new ones too, until Resume.
func Stall() Fault { return Fault{stall: true} }

// Slow delays all bytes from here on, as Delay does.
func Slow(delay time.Duration) Fault { return Fault{delay: delay} }

type fault struct {
	at int64
	Fault
}

// NewProxy starts a proxy to a server, host:port, which ends by Close.
func NewProxy(server string) (*Proxy, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &Proxy{Addr: address(port), Port: port, server: server, links: map[*link]struct{}{}, flow: make(chan struct{}), closed: make(chan struct{})}
	close(p.flow)
	return p, p.Accept()
}

// Behind starts a proxy to the server that ends with the test.
func (s *Server) Behind(t testing.TB) *Proxy {
	t.Helper()
	p, err := NewProxy(s.Host())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// At lets a fault happen once n more bytes have passed in a direction, of all connections
// together: those still go to the other side. It happens once.
func (p *Proxy) At(d Direction, n int64, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.passed[d] + n
	i := 0
	for i < len(p.faults[d]) && p.faults[d][i].at <= at {
		i++
	}
	p.faults[d] = append(p.faults[d][:i:i], append([]fault{{at, f}}, p.faults[d][i:]...)...)
}

// Pending returns how many faults and phrases are still to come.
func (p *Proxy) Pending() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.faults[ToServer]) + len(p.faults[FromServer]) + len(p.phrases)
}

// Delay lets every byte take d from one side to the other, so that a round trip takes twice that. It
// makes nothing narrower: many bytes are on their way at the same time.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Stall holds all bytes until Resume.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stall()
}

func (p *Proxy) stall() {
	select {
	case <-p.flow:
		p.flow = make(chan struct{})
	default:
	}
}

// Resume lets bytes flow again.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resume()
}

func (p *Proxy) resume() {
	select {
	case <-p.flow:
	default:
		close(p.flow)
	}
}

// Refuse refuses new connections until Accept, as a host does where nobody listens.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close() // it is open
		p.listener = nil
	}
}

// Accept accepts new connections again.
func (p *Proxy) Accept() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", p.Addr)
	if err != nil {
		return err
	}
	p.listener = l
	p.tasks.Go(func() { p.serve(l) })
	return nil
}

// CutAll cuts all connections.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.cut()
	}
}

// Passed returns how many bytes have passed in a direction.
func (p *Proxy) Passed(d Direction) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.passed[d]
}

// Opened returns how many connections were made.
func (p *Proxy) Opened() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}

// Close cuts all connections and ends the proxy.
func (p *Proxy) Close() {
	p.end.Do(func() { close(p.closed) })
	p.Refuse()
	p.CutAll()
	p.Resume()
	p.tasks.Wait()
}

func (p *Proxy) serve(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return // closed
		}
		server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.server)
		if err != nil {
			_ = client.Close() // the client sees it
			continue
		}
		l := &link{proxy: p, ends: [2]net.Conn{client, server}, done: make(chan struct{})}
		p.mu.Lock()
		if p.listener != listener { // refused since
			l.cut()
		} else {
			p.links[l] = struct{}{}
			p.opened++
		}
		p.mu.Unlock()
		p.tasks.Go(func() {
			var both sync.WaitGroup
			both.Go(func() { l.carry(ToServer) })
			both.Go(func() { l.carry(FromServer) })
			both.Wait()
			l.cut()
			_ = server.Close() // where it was held
			p.mu.Lock()
			delete(p.links, l)
			p.mu.Unlock()
		})
	}
}

// next decides how many of a connection's next bytes pass before something happens, and what. bytes
// that pass are counted.
func (p *Proxy) next(l *link, d Direction, data []byte) (pass int, then verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pass = len(data)
	var f Fault
	if len(p.faults[d]) > 0 && p.passed[d]+int64(pass) >= p.faults[d][0].at {
		f = p.faults[d][0].Fault
		pass = int(p.faults[d][0].at - p.passed[d])
	}
	if d == ToServer {
		if n, v := p.match(l, data[:pass]); v != passed {
			p.passed[d] += int64(n)
			return n, v
		}
	}
	p.passed[d] += int64(pass)
	if f == (Fault{}) {
		return pass, passed
	}
	p.faults[d] = p.faults[d][1:]
	switch {
	case f.cut:
		return pass, cut
	case f.stall:
		p.stall()
	default:
		p.delay = f.delay
	}
	return pass, passed
}

// A verdict is what happens to a connection after bytes have passed.
type verdict int

const (
	passed verdict = iota // the next ones pass
	cut
	hold // the client is cut off, the server is not, and gets the next bytes later
)

// flowing returns a channel that is closed while bytes flow, and how long they take.
func (p *Proxy) flowing() (<-chan struct{}, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flow, p.delay
}

// index returns where a phrase ends in data that follows tail, or -1.
func index(tail, data []byte, text string) int {
	both := append(bytes.Clone(tail), data...)
	i := bytes.Index(upper(both), upper([]byte(text)))
	if i < 0 {
		return -1
	}
	return i + len(text) - len(tail)
}

// upper returns a copy in capitals. Other bytes than letters, which may be no text,
// keep their places.
func upper(data []byte) []byte {
	data = bytes.Clone(data)
	for i, c := range data {
		if c >= 'a' && c <= 'z' {
			data[i] = c - 'a' + 'A'
		}
	}
	return data
}
