package csvfile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"linefeed/backend/message"
)

// ErrLeftBehind is wrapped by the error of a system call that was abandoned
// because it did not return in time, as in a network folder whose server is gone.
// The call goes on in a goroutine of its own, with memory of its own.
var ErrLeftBehind = errors.New("the system does not answer: what it was asked for is left behind")

// leaveAfter is how long to wait for a system call after its context is done.
var leaveAfter = 500 * time.Millisecond

// A handle is an open file that never blocks its user for long: system calls that
// do not return once its context is done are abandoned. Each has its own goroutine
// and memory, unless direct is set: then it is up to the caller to abandon reads.
//
// It is used by one goroutine at a time, except that ReadAt may be called while
// another goroutine reads ahead, as direct is set then; close may be called from any.
type handle struct {
	ctx    context.Context
	cancel context.CancelFunc
	path   string
	file   *os.File
	info   fs.FileInfo // as the file was when it was opened
	ends   []byte      // its first and last bytes then
	direct bool
	buf    []byte // of reads; nil if an abandoned one has it
	print  *printer

	mu      sync.Mutex
	closed  bool
	pending int           // calls that have not returned
	idle    chan struct{} // closed when the handle is closed and no call is pending
	left    bool          // a call was abandoned
}

// openHandle opens the file at path, unless it can't be read like a file.
func openHandle(ctx context.Context, path string) (*handle, error) {
	h := &handle{path: path, idle: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(ctx)
	err := h.call("open", func() error {
		file, info, err := openRegular(path)
		var ends []byte
		if err == nil {
			ends = readEnds(file, info.Size())
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.left { // abandoned
			if file != nil {
				_ = file.Close()
			}
			return err
		}
		h.file, h.info, h.ends = file, info, ends
		return err
	})
	if err != nil {
		_ = h.close() // the first error says why
		return nil, systemError("open", path, err)
	}
	return h, nil
}

// openRegular opens the file at path. It refuses what may block or never end
// (devices, pipes, sockets), both before and after opening: the file may have been
// replaced meanwhile.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = readable(path, info.Mode())
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := openNoWait(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err == nil {
		err = readable(path, info.Mode())
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// readable refuses what is not a file.
func readable(path string, mode fs.FileMode) error {
	e := &Error{Op: "open", Path: path}
	switch {
	case mode.IsDir():
		e.Kind, e.Note = KindFolder, message.New("folder", "choose_in_it")
	case mode&(fs.ModeNamedPipe|fs.ModeSocket) != 0:
		// Opening it would wait for a writer.
		e.Kind, e.Note = KindPipe, message.New("pipe", "save_first")
	case mode&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		e.Kind, e.Note = KindDevice, message.New("device", "save_or_stdin")
	default:
		return nil
	}
	return e
}

// call runs f, which makes a system call, in its own goroutine. If it is abandoned,
// f must not change anything that others use.
func (h *handle) call(op string, f func() error) error {
	if !h.begin() {
		return h.over(op, nil)
	}
	done := make(chan error, 1)
	go func() {
		defer h.finish()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-h.ctx.Done():
	}
	select {
	case <-done: //nolint:errcheck // too late
		return h.over(op, nil)
	case <-time.After(leaveAfter):
		h.leave()
		return h.over(op, ErrLeftBehind)
	}
}

func (h *handle) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left = true
}

// over is the error of a call after, or during which, the handle is closed or its
// context is done.
func (h *handle) over(op string, err error) error {
	e := &Error{Op: op, Path: h.path, Kind: KindClosed, Note: message.New("closed_reading", ""), Err: err}
	if err != nil {
		e.Note = message.New("no_answer", "check_its_folder")
	}
	if cause := context.Cause(h.ctx); cause != nil {
		e.Err = errors.Join(err, cause)
	}
	return e
}

func (h *handle) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.ctx.Err() != nil {
		return false
	}
	h.pending++
	return true
}

func (h *handle) finish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pending--; h.pending == 0 && h.closed {
		close(h.idle)
	}
}

// ownRead is the size of a read into the handle's own memory.
const ownRead = 64 << 10

func (h *handle) Read(b []byte) (int, error) {
	return h.read(b, func(b []byte) (int, error) { return h.file.Read(b) })
}

func (h *handle) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = h.read(b[n:], func(b []byte) (int, error) { return h.file.ReadAt(b, off+int64(n)) })
		n += m
	}
	return n, err
}

// rewind makes Read go on at the byte at. No read may be under way.
func (h *handle) rewind(at int64) error {
	h.direct = false
	err := h.call("read", func() error {
		_, err := h.file.Seek(at, io.SeekStart)
		return err
	})
	if err != nil {
		return systemError("read", h.path, err)
	}
	return nil
}

func (h *handle) read(b []byte, f func([]byte) (int, error)) (n int, err error) {
	if h.direct {
		if !h.begin() {
			return 0, h.over("read", nil)
		}
		defer h.finish()
		return f(b)
	}
	own := h.buf
	if own == nil {
		own = make([]byte, ownRead)
	}
	h.buf = nil
	own = own[:min(len(b), ownRead)]
	read := 0
	err = h.call("read", func() (err error) {
		var n int
		n, err = f(own)
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.left {
			read = n
		}
		return err
	})
	if errors.Is(err, ErrLeftBehind) {
		return 0, err
	}
	n = copy(b, own[:read])
	h.buf = own[:cap(own)]
	return n, err
}

// close closes the file and ends calls under way. It waits for them, but not long:
// those that do not return are abandoned.
func (h *handle) close() error {
	h.mu.Lock()
	first := !h.closed
	h.closed = true
	if first {
		h.pending++
	}
	file, left := h.file, h.left
	h.mu.Unlock()
	h.cancel()
	if first {
		go func() { // it may not return either
			defer h.finish()
			if file != nil {
				_ = file.Close() // it was only read
			}
		}()
	}
	if left {
		return nil
	}
	select {
	case <-h.idle:
	case <-time.After(leaveAfter):
		h.leave()
	}
	return nil
}

// leftBehind reports whether a call was abandoned.
func (h *handle) leftBehind() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.left
}

var (
	_ io.Reader   = (*handle)(nil)
	_ io.ReaderAt = (*handle)(nil)
)
