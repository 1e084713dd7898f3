package mysql

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	driver "github.com/go-sql-driver/mysql"
)

// An askingServer greets as MySQL does, and answers each statement by asking for a file of
// the client's, as LOAD DATA LOCAL lets a server do.
type askingServer struct {
	net.Listener
	file string

	mu   sync.Mutex
	got  bytes.Buffer // of the file
	asks int
}

func (s *askingServer) serve() {
	for {
		c, err := s.Accept()
		if err != nil {
			return
		}
		_ = s.talk(c) // it ends when the client has enough
		_ = c.Close()
	}
}

func (s *askingServer) talk(c net.Conn) error {
	const capabilities = 1 | 1<<3 | 1<<7 | 1<<9 | 1<<13 | 1<<15 | 1<<19 // with local files and plugins for authentication
	greeting := append([]byte{10}, "8.0.36\x00"...)
	greeting = append(greeting, 1, 0, 0, 0)
	greeting = append(greeting, "12345678\x00"...)
	greeting = binary.LittleEndian.AppendUint16(greeting, capabilities&0xffff)
	greeting = append(greeting, 45, 2, 0)
	greeting = binary.LittleEndian.AppendUint16(greeting, capabilities>>16)
	greeting = append(greeting, 21)
	greeting = append(greeting, make([]byte, 10)...)
	greeting = append(greeting, "123456789012\x00mysql_native_password\x00"...)
	ok := []byte{0, 0, 0, 2, 0, 0, 0}
	if err := send(c, 0, greeting); err != nil {
		return err
	}
	_, n, err := receive(c)
	if err == nil {
		err = send(c, n+1, ok)
	}
	for err == nil {
		if _, n, err = receive(c); err != nil {
			return err
		}
		s.mu.Lock()
		s.asks++
		s.mu.Unlock()
		if err = send(c, n+1, append([]byte{0xfb}, s.file...)); err != nil {
			return err
		}
		for { // until an empty packet ends the file
			var part []byte
			if part, n, err = receive(c); err != nil || len(part) == 0 {
				break
			}
			s.mu.Lock()
			s.got.Write(part)
			s.mu.Unlock()
		}
		err = errors.Join(err, send(c, n+1, ok))
	}
	return err
}

func send(c net.Conn, number byte, payload []byte) error {
	head := []byte{byte(len(payload)), byte(len(payload) >> 8), byte(len(payload) >> 16), number}
	_, err := c.Write(append(head, payload...))
	return err
}

func receive(c net.Conn) (payload []byte, number byte, err error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, 0, err
	}
	payload = make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
	_, err = io.ReadFull(c, payload)
	return payload, head[3], err
}

// A server that asks for files of the user's, or for the records of other imports, gets
// nothing.
func TestServerAsksForFiles(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("of the user"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Of another import that runs now.
	driver.RegisterReaderHandler(readerName(), func() io.Reader { return strings.NewReader("of another import") })
	for _, file := range []string{secret, "file://" + secret, "Reader::linefeed", "Reader::linefeed1", "Reader::linefeed2", ""} {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &askingServer{Listener: l, file: file}
		var serving sync.WaitGroup
		serving.Go(s.serve)
		ctx, cancel := context.WithCancel(t.Context())
		db, err := Open(ctx, Config{Addresses: []string{l.Addr().String()}, User: "u", Database: "d"})
		if err == nil {
			t.Errorf("%q: it takes that for a server", file)
			_ = db.Close()
		}
		cancel()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		serving.Wait()
		if s.asks == 0 || s.got.Len() > 0 {
			t.Errorf("%q: asked %d times, the server got %q", file, s.asks, s.got.String())
		}
	}
}

// Nobody guesses by what name an import's records can be asked for.
func TestReaderNames(t *testing.T) {
	if a, b := readerName(), readerName(); a == b || len(a) < 26 {
		t.Errorf("%q, %q", a, b)
	}
}
