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

// ErrLeftBehind is wrapped by the error of a call that the system had not
// answered when nobody waited for it any more, as that of a network folder whose
// server is gone. It goes on by itself, with memory of its own.
var ErrLeftBehind = errors.New("the system does not answer: what it was asked for is left behind")

// leaveAfter is how long a call that the system does not answer is still waited
// for once its context is done.
var leaveAfter = 500 * time.Millisecond

// A handle is an open file that nobody has to wait for: when its context is
// done, calls that the system does not answer are left behind. Each has a
// goroutine and memory of its own, until direct is set: then reads are the
// caller's to leave behind.
//
// It is used by one goroutine at a time; close may be called by any.
type handle struct {
	ctx    context.Context
	cancel context.CancelFunc
	path   string
	file   *os.File
	info   fs.FileInfo // as the file was when it was opened
	ends   []byte      // its first and last bytes then
	direct bool
	buf    []byte // of reads; nil where one that was left behind has it

	mu      sync.Mutex
	closed  bool
	pending int           // calls that have not come back
	idle    chan struct{} // closed when it is closed and none is pending
	left    bool          // one of them was left behind
}

// openHandle opens the file at path, unless it is something that can't be read
// as a file is.
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
		if h.left { // nobody wants it any more
			if file != nil {
				_ = file.Close()
			}
			return err
		}
		h.file, h.info, h.ends = file, info, ends
		return err
	})
	if err != nil {
		_ = h.close() // the first error tells
		return nil, systemError("open", path, err)
	}
	return h, nil
}

// openRegular opens the file at path. It refuses what may never end, or never
// begin: devices, pipes, sockets; before it opens them, and when they came in
// the meantime.
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

// readable refuses what is no file.
func readable(path string, mode fs.FileMode) error {
	e := &Error{Op: "open", Path: path}
	switch {
	case mode.IsDir():
		e.Kind, e.Note = KindFolder, message.New("folder", "choose_in_it")
	case mode&(fs.ModeNamedPipe|fs.ModeSocket) != 0:
		// To open it would be to wait for who writes to it.
		e.Kind, e.Note = KindPipe, message.New("pipe", "save_first")
	case mode&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		e.Kind, e.Note = KindDevice, message.New("device", "save_or_stdin")
	default:
		return nil
	}
	return e
}

// call does f, which asks the system for something, in a goroutine of its own.
// What f changes must be its own if it is left behind.
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
	case <-done: //nolint:errcheck // nobody wants it
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

// over is the error of a call that comes, or is under way, when the handle is
// closed or its context is done.
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

// ownRead is how much is read at a time into memory of the handle's own.
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

// rewind lets Read go on at the byte at. No read is under way.
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

// close frees the file, and those that wait for it. It waits for calls that are
// under way, but not for those that the system does not answer.
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
		go func() { // it may not be answered either
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

// leftBehind reports whether a call was left behind.
func (h *handle) leftBehind() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.left
}

var (
	_ io.Reader   = (*handle)(nil)
	_ io.ReaderAt = (*handle)(nil)
)
