package localapi

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/access"
	"linefeed/backend/job"
)

// A curious server asks whoever comes for a password in plain text, as PostgreSQL does, and
// takes none.
type curious struct {
	net.Listener
	mu   sync.Mutex
	told []string
}

func newCurious(t *testing.T) *curious {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &curious{Listener: l}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.ask(conn)
			conn.Close()
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return c
}

// ask is the beginning of PostgreSQL's protocol, as of its chapter 54.7.
func (c *curious) ask(conn net.Conn) {
	message := func(headed int) []byte {
		head := make([]byte, headed+4)
		if _, err := io.ReadFull(conn, head); err != nil {
			return nil
		}
		body := make([]byte, binary.BigEndian.Uint32(head[headed:])-4)
		_, _ = io.ReadFull(conn, body)
		return body
	}
	message(0) // of the start
	_, _ = conn.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3})
	password := strings.TrimRight(string(message(1)), "\x00")
	c.mu.Lock()
	c.told = append(c.told, password)
	c.mu.Unlock()
	_, _ = conn.Write([]byte("E\x00\x00\x00\x1eSFATAL\x00VFATAL\x00C28P01\x00Mno\x00\x00"))
}

func (c *curious) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.told)
}

// Who may name a server of their own with its password does not have it told another one
// that the program knows: neither by going on with the import, nor by asking about it, nor
// by a profile that they have written.
func TestNoOtherPasswordBySecondHand(t *testing.T) {
	t.Setenv("LINEFEED_PASSWORD", "s3cret")
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	b := newBench(t)
	server := newCurious(t)
	at := "@" + server.Addr().String() + "/shop?sslmode=disable"
	header := with(b.token(access.Scope{May: access.Import, Targets: []string{access.Anywhere}, Folders: []string{b.dir}}), "Content-Type", "text/csv")
	query := url.Values{"target": {"postgres://ann:mine" + at}, "table": {"t"}, "create": {""}}.Encode()
	var j job.Job
	b.want(202, call{"POST", "/v1/imports?" + query, header, body(articles(1))}, &j)
	_, _ = b.runner.Wait(t.Context(), j.ID) // it fails
	if told := server.heard(); !slices.Contains(told, "mine") {
		t.Fatalf("the server was told %q", told)
	}
	own := "/v1/imports/" + j.ID
	b.want(202, call{"POST", own + "/resume", header, nil}, nil)
	if s, _ := b.runner.Wait(t.Context(), j.ID); !strings.Contains(s.Error, "is not kept") {
		t.Errorf("resumed: %+v", s)
	}
	if _, answer := b.do(call{"GET", own + "/again", header, nil}); !strings.Contains(answer, "is not kept") {
		t.Errorf("again: %s", answer)
	}
	written := b.file("written.json", `{"linefeedProfile":1,"target":"postgres://ann`+at+`","plan":{"table":"t"}}`)
	for _, path := range []string{"/v1/imports", "/v1/plans"} {
		b.want(http.StatusForbidden, call{"POST", path + "?profile=" + url.QueryEscape(written), header, body(articles(1))}, nil)
	}
	if told := server.heard(); slices.Contains(told, "s3cret") {
		t.Errorf("the server was told %q", told)
	}

	// The program's own user is asked for it by the window, or has it in the environment.
	b.want(202, call{"POST", own + "/resume", nil, nil}, nil)
	_, _ = b.runner.Wait(t.Context(), j.ID)
	if told := server.heard(); !slices.Contains(told, "s3cret") {
		t.Errorf("by its user's word, the server was told %q", told)
	}
	b.want(204, call{"DELETE", own, nil, nil}, nil)
}
