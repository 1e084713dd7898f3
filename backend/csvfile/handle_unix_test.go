//go:build unix

package csvfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"linefeed/backend/unpack"
)

// A file that never answers: a pipe that is read as a file of a dead server is,
// of which closing does not end a read. It answers when the test ends.
func unanswering(t *testing.T, first []byte) *os.File {
	t.Helper()
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(ends[0]), "r"), os.NewFile(uintptr(ends[1]), "w")
	t.Cleanup(func() { _ = w.Close() })
	if _, err := w.Write(first); err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever an import is at when the system stops answering, it ends when nobody
// waits for it any more.
func TestReadThatNeverReturns(t *testing.T) {
	text := []byte("a,b\n" + strings.Repeat("1,2\n", 1000))
	for name, first := range map[string][]byte{
		"before the first byte": nil, "in the sample": text, "while unpacking": packed(t, unpack.Gzip, text)[:60],
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			enough := errors.New("enough")
			file := unanswering(t, first)
			info, err := file.Stat()
			if err != nil {
				t.Fatal(err)
			}
			h := &handle{path: "far/in.csv", file: file, info: info, idle: make(chan struct{})}
			h.ctx, h.cancel = context.WithCancel(ctx)
			in := &input{path: h.path, Reader: h, size: -1, close: h.close, handle: h}
			opened := make(chan error, 1)
			go func() {
				_, err := open(in, Dialect{}, Options{}, false)
				opened <- err
			}()
			cancel(enough)
			select {
			case err = <-opened:
			case <-time.After(20 * leaveAfter):
				t.Fatal("it waits on")
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindClosed || !errors.Is(err, enough) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// A call that does not return is reported, and closing does not wait for it.
func TestLeftBehind(t *testing.T) {
	h := &handle{path: "far/in.csv", idle: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(t.Context())
	asked, answer := make(chan struct{}), make(chan struct{})
	defer close(answer)
	go func() { <-asked; h.cancel() }()
	err := h.call("read", func() error { close(asked); <-answer; return nil })
	var e *Error
	if !errors.Is(err, ErrLeftBehind) || !errors.As(err, &e) || e.Hint == "" || !h.leftBehind() {
		t.Errorf("the error is %v", err)
	}
	if err := h.call("read", func() error { t.Error("it is asked once more"); return nil }); err == nil {
		t.Error("a closed file is read")
	}
	closed := make(chan error, 1)
	go func() { closed <- h.close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * leaveAfter):
		t.Error("closing waits")
	}
}

// What could keep who opens it waiting for ever is refused.
func TestNoFiles(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]Kind{fifo: KindPipe, "/dev/ptmx": KindDevice, "/dev/null": KindDevice, link: KindDevice, "/dev/tty": KindDevice, dir: KindFolder} {
		for name, open := range map[string]func() error{
			"open": func() error { _, err := Open(path, Dialect{}, Options{}); return err },
			"look": func() error { _, err := look(path, Dialect{}, Options{}, 10); return err },
		} {
			err := open()
			var e *Error
			if !errors.As(err, &e) || e.Kind != kind || !e.Usage() || e.Hint == "" {
				t.Errorf("%s %s: %v", name, path, err)
			}
		}
	}
	// A pipe that takes a file's place after it was looked at does not wait for
	// who writes to it either.
	f, err := openNoWait(fifo)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// Files that the system makes up as they are read, of which it tells no size,
// are read as ever.
func TestFileWithoutSize(t *testing.T) {
	content, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return // not on this system
	}
	f, err := Open("/proc/self/mounts", Dialect{Delimiter: " ", HeaderRows: new(int)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := fillAll(f); err != nil || n != bytes.Count(content, []byte("\n")) {
		t.Errorf("%d records, %v", n, err)
	}
}

// lastRead tells when all was read, and the read begins that gets nothing more.
type lastRead struct {
	r      io.Reader
	left   int
	begins chan struct{}
}

func (l *lastRead) Read(b []byte) (int, error) {
	if l.left == 0 {
		close(l.begins)
	}
	n, err := l.r.Read(b)
	l.left -= n
	return n, err
}

// waits reports whether a call has not come back.
func (h *handle) waits() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pending > 0
}

// An import that waits for records when the system stops answering is freed by a
// cancel, or by closing the file, which waits no longer either.
func TestRecordsThatNeverCome(t *testing.T) {
	text := []byte("a,b\n" + strings.Repeat("1,some text\n", 1<<20)) // much longer than what is looked at first
	gz := packed(t, unpack.Gzip, text)
	for name, cancels := range map[string]bool{"cancelled": true, "closed": false} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			enough := errors.New("enough")
			gz := gz[:len(gz)*9/10]
			file := unanswering(t, gz)
			info, err := file.Stat()
			if err != nil {
				t.Fatal(err)
			}
			h := &handle{path: "far/in.csv", file: file, info: info, idle: make(chan struct{})}
			h.ctx, h.cancel = context.WithCancel(ctx)
			last := &lastRead{r: h, left: len(gz), begins: make(chan struct{})}
			f, err := open(&input{path: h.path, Reader: last, size: -1, close: h.close, handle: h}, Dialect{}, Options{}, false)
			if err != nil {
				t.Fatal(err)
			}
			read := make(chan error, 1)
			go func() {
				_, err := fillAll(f)
				read <- err
			}()
			<-last.begins
			for !h.waits() {
				runtime.Gosched()
			}
			closed := make(chan error, 1)
			if cancels {
				cancel(enough)
			} else {
				go func() { closed <- f.Close() }()
			}
			select {
			case err = <-read:
			case <-time.After(20 * leaveAfter):
				t.Fatal("reading waits on")
			}
			if err == nil || cancels && !errors.Is(err, enough) {
				t.Errorf("the error is %v", err)
			}
			if cancels {
				go func() { closed <- f.Close() }()
			}
			select {
			case err := <-closed:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(20 * leaveAfter):
				t.Fatal("closing waits")
			}
			if !f.LeftBehind() {
				t.Error("it does not tell that a call is left behind")
			}
		})
	}
}
