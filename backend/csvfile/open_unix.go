//go:build unix

package csvfile

import (
	"errors"
	"os"
	"syscall"
)

// openNoWait opens a file for reading, without waiting for somebody who writes
// to it should it be a pipe.
func openNoWait(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.EAGAIN) { // another program has a lease on it, and is to give it up first
		return os.Open(path)
	}
	return f, err
}
