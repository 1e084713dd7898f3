package connection

import (
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"linefeed/backend/target/connect"
)

// For another program, an address whose password was taken out is opened with none but one
// that was given for it.
func TestForOther(t *testing.T) {
	b, _ := newBook(t)
	t.Setenv("LINEFEED_PASSWORD", "s3cret")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var asked atomic.Int32
	go func() {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			asked.Add(1)
			conn.Close()
		}
	}()
	ctx := ForOther(t.Context())
	opens := func(name string, connects, known bool, url string) {
		t.Helper()
		asked.Store(0)
		used := t.Context()
		if !known {
			used = ctx
		}
		_, err := b.Open(used, url)
		var failed *connect.Error
		if err == nil || asked.Load() > 0 != connects || !connects && (!errors.As(err, &failed) || failed.Kind != connect.NoPassword) {
			t.Errorf("%s: asked %d times, %v", name, asked.Load(), err)
		}
	}
	for _, scheme := range []string{"postgres://", "mysql://"} {
		at := "@" + l.Addr().String() + "/shop"
		opens("of an import", false, false, scheme+"ann:***"+at)
		opens("by a setting", false, false, scheme+l.Addr().String()+"/shop?user=ann&password=***")
		opens("by the program's user", true, true, scheme+"ann:***"+at)
		opens("with its password", true, false, scheme+"ann:mine"+at)
		opens("without any", true, false, scheme+"ann"+at)
		if err := b.Give(t.Context(), scheme+"ann"+at, "given"); err != nil {
			t.Fatal(err)
		}
		opens("with one that was given", true, false, scheme+"ann:***"+at)
	}
}
