package testserver

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An echo is a server that keeps what it receives and answers each line with itself. It sees a
// connection's end.
type echo struct {
	addr     string
	received chan string // all of a connection, at its end
}

func newEcho(t *testing.T) *echo {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	e := &echo{l.Addr().String(), make(chan string, 10)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				var all bytes.Buffer
				_, _ = io.Copy(conn, io.TeeReader(conn, &all))
				e.received <- all.String()
			}()
		}
	}()
	return e
}

func behind(t *testing.T, server string) *Proxy {
	t.Helper()
	p, err := NewProxy(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(startTime)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// ask sends a text and returns what comes back, up to its length.
func ask(t *testing.T, conn net.Conn, text string) (string, error) {
	t.Helper()
	_, _ = conn.Write([]byte(text)) // it may be cut
	got := make([]byte, len(text))
	n, err := io.ReadFull(conn, got)
	return string(got[:n]), err
}

func wantEcho(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if got, err := ask(t, conn, text); got != text || err != nil {
		t.Fatalf("asked %q: %q, %v", text, got, err)
	}
}

func TestCut(t *testing.T) {
	for _, n := range []int64{0, 1, 7, 14} {
		e := newEcho(t)
		p := behind(t, e.addr)
		first := dial(t, p)
		wantEcho(t, first, "before")
		p.At(ToServer, n, Cut())
		if got, err := ask(t, first, strings.Repeat("7 bytes", 3)); err == nil {
			t.Errorf("cut at byte %d: all of %q comes back", n, got)
		}
		if got, want := <-e.received, "before7 bytes7 bytes"[:6+n]; got != want {
			t.Errorf("cut at byte %d: the server got %q, want %q", n, got, want)
		}
		wantEcho(t, dial(t, p), "after")
		if p.Opened() != 2 || p.Pending() != 0 {
			t.Errorf("%d connections, %d faults to come", p.Opened(), p.Pending())
		}
	}
}

func TestCutFromServer(t *testing.T) {
	p := behind(t, newEcho(t).addr)
	p.At(FromServer, 9, Cut())
	p.At(FromServer, 3, Cut())
	for _, want := range []string{"012", "012345"} {
		if got, err := ask(t, dial(t, p), "0123456789"); got != want || err == nil {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	if p.Passed(FromServer) != 9 {
		t.Errorf("%d bytes passed, want 9", p.Passed(FromServer))
	}
}

func TestStallAndResume(t *testing.T) {
	p := behind(t, newEcho(t).addr)
	old := dial(t, p)
	p.At(ToServer, 3, Stall())
	if _, err := old.Write([]byte("012345")); err != nil {
		t.Fatal(err)
	}
	fresh := dial(t, p) // it takes connections, and says nothing
	if _, err := fresh.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	for _, conn := range []net.Conn{old, fresh} {
		if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(make([]byte, 10)); err == nil {
			t.Fatalf("%d bytes of a stalled server", n)
		}
		if err := conn.SetReadDeadline(time.Now().Add(startTime)); err != nil {
			t.Fatal(err)
		}
	}
	p.Resume()
	for conn, want := range map[net.Conn]string{old: "012345", fresh: "abc"} {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); string(got) != want {
			t.Errorf("after the stall: %q, %v, want %q", got, err, want)
		}
	}
}

func TestDelay(t *testing.T) {
	const way = 25 * time.Millisecond
	p := behind(t, newEcho(t).addr)
	p.Delay(way)
	conn := dial(t, p)
	began := time.Now()
	wantEcho(t, conn, "x")
	if took := time.Since(began); took < 2*way {
		t.Errorf("a round trip took %s, want %s at least", took, 2*way)
	}
	// It delays bytes and keeps none waiting for others: in turn, these pieces would take 100 s.
	big := strings.Repeat("0123456789abcdef", 4<<20/16)
	began = time.Now()
	done := make(chan error)
	go func() {
		for range 16 {
			if _, err := conn.Write([]byte(big)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	if n, err := io.CopyN(io.Discard, conn, 16*int64(len(big))); err != nil {
		t.Fatal(n, err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	t.Logf("64 MiB there and back took %s", took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("64 MiB there and back took %s", took)
	}
}

func TestSlow(t *testing.T) {
	p := behind(t, newEcho(t).addr)
	conn := dial(t, p)
	p.At(ToServer, 3, Slow(30*time.Millisecond))
	wantEcho(t, conn, "012")
	began := time.Now()
	wantEcho(t, conn, "345")
	if took := time.Since(began); took < 60*time.Millisecond {
		t.Errorf("a round trip took %s after it became slow", took)
	}
}

func TestRefuse(t *testing.T) {
	p := behind(t, newEcho(t).addr)
	old := dial(t, p)
	wantEcho(t, old, "a")
	p.Refuse()
	if _, err := net.Dial("tcp", p.Addr); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a connection that is refused: %v", err)
	}
	wantEcho(t, old, "b")
	p.CutAll()
	if _, err := ask(t, old, "c"); err == nil {
		t.Error("a connection that was cut answers")
	}
	if err := p.Accept(); err != nil {
		t.Fatal(err)
	}
	wantEcho(t, dial(t, p), "d")
}

func TestLoseAnswer(t *testing.T) {
	e := newEcho(t)
	p := behind(t, e.addr)
	conn := dial(t, p)
	lost := p.LoseAnswer("commit", 2)
	wantEcho(t, conn, "COMMIT;")
	wantEcho(t, conn, "comm") // it comes in pieces
	if got, err := ask(t, conn, "it;"); got != "" || err == nil {
		t.Errorf("the answer %q came, %v", got, err)
	}
	<-lost
	if got := <-e.received; got != "COMMIT;commit;" {
		t.Errorf("the server got %q", got)
	}
	wantEcho(t, dial(t, p), "commit;")
}

func TestLoseRequest(t *testing.T) {
	e := newEcho(t)
	p := behind(t, e.addr)
	conn := dial(t, p)
	lost := p.LoseRequest("COMMIT", 1)
	if got, err := ask(t, conn, "\xff\xfeinsert; commit;"); err == nil {
		t.Errorf("the answer %q came", got)
	}
	<-lost
	if got := <-e.received; got != "\xff\xfeinsert; commi" {
		t.Errorf("the server got %q", got)
	}
	wantEcho(t, dial(t, p), "commit;")
}

func TestHoldRequest(t *testing.T) {
	e := newEcho(t)
	p := behind(t, e.addr)
	conn := dial(t, p)
	held, release := p.HoldRequest("commit", 1)
	if got, err := ask(t, conn, "insert; commit;"); err == nil {
		t.Errorf("the answer %q came", got)
	}
	<-held
	wantEcho(t, dial(t, p), "meanwhile")
	select {
	case got := <-e.received:
		t.Fatalf("the server got %q and the end", got)
	default:
	}
	release()
	if got := <-e.received; got != "insert; commit;" {
		t.Errorf("the server got %q", got)
	}
}

// TestProxyBeforeServer asks databases through a proxy.
func TestProxyBeforeServer(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			d := s.get(t).Database(t)
			p := d.Behind(t)
			if !strings.Contains(d.URLAt(p.Addr), "@"+p.Addr+"/"+d.Name) {
				t.Errorf("URL %s", d.URLAt(p.Addr))
			}
			db, err := d.kind.open(&Server{Port: p.Port}, d.admin(), d.Name)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			db.SetMaxOpenConns(1)
			if _, err := db.Exec("CREATE TABLE t (a integer)"); err != nil {
				t.Fatal(err)
			}
			for rows, lose := range []func(string, int) <-chan struct{}{p.LoseRequest, p.LoseAnswer} {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tx.Exec("INSERT INTO t VALUES (1)"); err != nil {
					t.Fatal(err)
				}
				lost := lose("commit", 1)
				if err := tx.Commit(); err == nil {
					t.Error("a commit whose answer is lost went well")
				}
				<-lost
				await(t, "the end of the transaction", func() bool {
					return d.Query(t, "SELECT count(*) FROM t")[0][0] == string(rune('0'+rows))
				})
			}
		})
	}
}
