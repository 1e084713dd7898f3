package connect

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// listen answers each connection to a port of loopback with serve.
func listen(t *testing.T, serve func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
		}
	}()
	return l.Addr().String()
}

// certificate returns a certificate of its own authority.
func certificate(t *testing.T, names []string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// What the network and TLS say has its kind and its words.
func TestExplain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	silent := listen(t, func(c net.Conn) { t.Cleanup(func() { c.Close() }) })
	hangsUp := listen(t, func(c net.Conn) { c.Close() })
	speaks := listen(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	future, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	secure := func(names []string, until time.Time) (string, *x509.CertPool) {
		c, pool := certificate(t, names, until)
		return listen(t, func(conn net.Conn) {
			s := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{c}})
			go func() { _ = s.Handshake() }()
		}), pool
	}
	good, pool := secure([]string{"localhost"}, future)
	other, otherPool := secure([]string{"db.example", "db2.example"}, future)
	old, oldPool := secure([]string{"localhost"}, past)

	dial := func(addr string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			return err
		}
		_, err = c.Read(make([]byte, 1))
		return err
	}
	handshake := func(addr string, pool *x509.CertPool) error {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		defer c.Close()
		return tls.Client(c, &tls.Config{RootCAs: pool, ServerName: "localhost"}).Handshake()
	}
	_, noSocket := net.Dial("unix", filepath.Join(t.TempDir(), "none"))
	for _, c := range []struct {
		err  error
		kind Kind
		step Step
		text string
	}{
		{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "db.example", IsNotFound: true}}, UnknownHost, StepHost, `no host "db.example" is known`},
		{dial(closed), ClosedPort, StepPort, "nothing listens at db.example:5432: check host and port, that PostgreSQL runs there"},
		{noSocket, ClosedPort, StepPort, "nothing listens"},
		{dial(silent), NoAnswer, StepPort, "db.example:5432 does not answer"},
		{context.DeadlineExceeded, NoAnswer, StepPort, "does not answer"},
		{dial(hangsUp), NotThisServer, StepPort, "what answers at db.example:5432 is not PostgreSQL"},
		{handshake(speaks, pool), NotThisServer, StepPort, "is not PostgreSQL"},
		{handshake(good, nil), UnknownAuthority, StepTLS, "add sslrootcert=FILE"},
		{handshake(other, otherPool), WrongName, StepTLS, "another name: db.example, db2.example"},
		{handshake(old, oldPool), Expired, StepTLS, "has expired"},
		{fmt.Errorf("open: %w", tls.AlertError(40)), TLSFailed, StepTLS, "handshake failure"},
	} {
		got := Explain(fmt.Errorf("connect: %w", c.err), Server{Kind: "postgres", Address: "db.example:5432", User: "ann"})
		var e *Error
		if !errors.As(got, &e) || e.Kind != c.kind || e.Step != c.step || !strings.Contains(e.Error(), c.text) || !errors.Is(got, c.err) {
			t.Errorf("%v: %+v, want %s %q", c.err, got, c.kind, c.text)
		}
	}
	if err := handshake(good, pool); err != nil {
		t.Errorf("a good certificate: %v", err)
	}
	for _, err := range []error{nil, errors.New("other"), fmt.Errorf("x: %w", context.Canceled)} {
		if got := Explain(err, Server{}); got != nil {
			t.Errorf("%v: %v", err, got)
		}
	}
	once := New(WrongPassword, Server{Address: "h:1"}, nil)
	if again := Explain(fmt.Errorf("x: %w", once), Server{Address: "h:1"}); !errors.Is(again, once) {
		t.Errorf("what has a kind keeps it: %v", again)
	}
}

// Every kind has words, and none that speak of what is not there.
func TestWords(t *testing.T) {
	cause := errors.New("as the server says")
	for _, s := range []Server{{Kind: "mysql", Address: "h:3306", User: "ann", Database: "shop"}, {Kind: "postgres", Address: "/run/x", User: "ann"}} {
		for _, k := range []Kind{
			UnknownHost, Unreachable, ClosedPort, NoAnswer, NotThisServer, NoTLS, NeedsTLS, UnknownAuthority, WrongName, Expired, TLSFailed,
			NoPassword, WrongPassword, NoLogin, NoDatabase, NoRight, TooMany, NotReady, ReadOnly, TooOld, Other,
		} {
			for _, err := range []error{nil, cause} {
				got := New(k, s, err)
				if n := message.Of(got); n.MessageID == "" || k != Other && n.HintID == "" {
					t.Errorf("%s: %+v", k, n)
				}
				if strings.Contains(got.Error(), "!") || s.Kind == "mysql" && strings.Contains(got.Error(), "PostgreSQL") {
					t.Errorf("%s: %v", k, got)
				}
			}
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"": true, "localhost": true, "LocalHost.": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true,
		"/var/run/postgresql": true, "@abstract": true,
		"db.example": false, "localhost.example": false, "10.0.0.1": false, "::2": false, "0.0.0.0": false, "127.0.0.1.example": false,
	} {
		if got := Loopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
	for address, want := range map[string]string{"h:1": "h", "h": "h", "h:1,h:2,[::1]:3": "h, ::1", "[::1]:5": "::1", "[::1]": "::1", "/run/s:5": "/run/s:5"} {
		if got := (Server{Address: address}).Host(); got != want {
			t.Errorf("the host of %s is %s", address, got)
		}
	}
}

// A load waits for what passes by itself, such as a server that starts again, and for
// nothing else.
func TestWhatPasses(t *testing.T) {
	s := Server{Kind: "postgresql", Address: "db:5432"}
	for _, k := range []Kind{Unreachable, ClosedPort, NoAnswer, NotThisServer, TooMany, NotReady, Cut} {
		if err := fmt.Errorf("open: %w", New(k, s, nil)); !errors.Is(err, load.ErrLost) {
			t.Errorf("%s ends a load", k)
		}
	}
	for missing, waits := range map[bool]bool{false: true, true: false} { // a name server that does not answer, and one that knows no such host
		err := Explain(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "lookup", Name: "db", IsNotFound: missing}}, s)
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != UnknownHost || errors.Is(err, load.ErrLost) != waits {
			t.Errorf("no such host %v: %v, waited for %v", missing, err, !waits)
		}
	}
	for _, k := range []Kind{UnknownHost, NoTLS, WrongName, WrongPassword, NoDatabase, NoRight, ReadOnly, TooOld} {
		if err := New(k, s, errors.New("cause")); errors.Is(err, load.ErrLost) {
			t.Errorf("%s is waited for", k)
		}
	}
}

func TestBroken(t *testing.T) {
	s := Server{Kind: "postgresql", Address: "db:5432"}
	for err, want := range map[error]Kind{
		io.ErrUnexpectedEOF: Cut, net.ErrClosed: Cut, syscall.ECONNRESET: Cut,
		syscall.ETIMEDOUT: NoAnswer, syscall.EHOSTUNREACH: Unreachable,
	} {
		var e *Error
		if got := Broken(err, s); !errors.As(got, &e) || e.Kind != want || !errors.Is(got, err) {
			t.Errorf("%v is told as %v", err, got)
		}
	}
}
