package logbook

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	// mostBytes is the size at which a file is set aside and another one begun.
	mostBytes = 1 << 20

	// asides is the number of files that are kept beside the one that is written.
	asides = 3

	// rotateFor is how long a process waits for another one that sets a file aside.
	rotateFor = 100 * time.Millisecond
)

// A file is one that several processes append to, line by line. Whoever finds it full sets
// it aside: NAME becomes NAME.1, that becomes NAME.2, and so on.
type file struct {
	path string
	most int64

	mu   sync.Mutex
	f    *os.File
	size int64 // of the file when it was opened, and what was written since
}

func openFile(path string, most int64) (*file, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f := &file{path: path, most: most}
	return f, f.open()
}

func (f *file) open() error {
	opened, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := opened.Stat()
	if err != nil {
		return errors.Join(err, opened.Close())
	}
	f.f, f.size = opened, info.Size()
	return nil
}

// Write appends whole lines at once.
func (f *file) Write(lines []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		return 0, os.ErrClosed
	}
	if f.size > 0 && f.size+int64(len(lines)) > f.most {
		if err := f.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := f.f.Write(lines)
	f.size += int64(n)
	return n, err
}

// rotate sets the file aside and begins another one, unless another process has done so.
// Where that is not possible, as on Windows while another process has it open, the file
// grows until it is.
func (f *file) rotate() error {
	if err := f.f.Close(); err != nil {
		return err
	}
	f.f = nil
	ctx, cancel := context.WithTimeout(context.Background(), rotateFor)
	defer cancel()
	lock := flock.New(f.path + ".lock")
	if held, err := lock.TryLockContext(ctx, rotateFor/10); err == nil && held {
		if info, err := os.Stat(f.path); err == nil && info.Size() >= f.most/2 { // nobody else was faster
			for n := asides - 1; n >= 1; n-- {
				_ = os.Rename(aside(f.path, n), aside(f.path, n+1)) // there may be none yet
			}
			_ = os.Rename(f.path, aside(f.path, 1)) // else the file grows
		}
		_ = lock.Unlock() // as the process's end would
	}
	return f.open()
}

func aside(path string, n int) string { return fmt.Sprintf("%s.%d", path, n) }

func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		return nil
	}
	err := f.f.Close()
	f.f = nil
	return err
}
