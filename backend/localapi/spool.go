package localapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"

	"linefeed/backend/spool"
)

// maxSpooled is the number of bytes of disk that received bodies may take together.
const maxSpooled = 16 << 30

// A quota is shared by all bodies.
type quota struct {
	limit int64
	used  atomic.Int64
}

// A spooled body counts towards its quota until it is removed, or its import has ended.
type spooled struct {
	file  *spool.File
	sum   [sha256.Size]byte // of its bytes
	size  int64
	quota *quota
	kept  bool // its import removes it
}

// spoolBody writes a body to a file.
func (s *Server) spoolBody(body io.Reader, name string) (*spooled, error) {
	b := &spooled{quota: &s.quota}
	sum := sha256.New()
	var err error
	// A body ends with its connection, so nothing has to interrupt it.
	b.file, err = s.spool.Receive(context.Background(), io.TeeReader(meter{body, b}, sum), name)
	if err != nil {
		return nil, errors.Join(receiveError(err), b.remove())
	}
	sum.Sum(b.sum[:0])
	return b, nil
}

// errSpoolFull says that the bodies take all the disk they may.
var errSpoolFull = errors.New("the files that were received and not imported yet are too large")

// receiveError says whether the client or the server failed to transfer a body.
func receiveError(err error) error {
	var path *os.PathError
	if wrong := encodingError(err); wrong != nil {
		return wrong
	}
	switch {
	case errors.Is(err, errSpoolFull):
		return refuse(http.StatusRequestEntityTooLarge, "import a local file by its path instead", "%v", err)
	case errors.Is(err, syscall.ENOSPC):
		return refuse(http.StatusInsufficientStorage, "make room on the disk", "receive a file: %v", err)
	case errors.As(err, &path):
		return fmt.Errorf("receive a file: %w", err)
	default: // reading the request failed
		return refuse(http.StatusBadRequest, "send it again", "the body was not received to its end: %v", err)
	}
}

// remove removes the body.
func (b *spooled) remove() error {
	b.release()
	if b.file == nil {
		return nil
	}
	return b.file.Remove()
}

func (b *spooled) release() { b.quota.used.Add(-b.size) }

// A meter reads a body within its quota.
type meter struct {
	io.Reader
	body *spooled
}

func (m meter) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.body.size += int64(n)
	if q := m.body.quota; q.used.Add(int64(n)) > q.limit {
		return 0, errSpoolFull
	}
	return n, err
}
