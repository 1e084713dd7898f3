package job

import (
	"errors"
	"os"
	"syscall"
)

// ProcessAlive reports whether a process of that ID runs on this computer.
func ProcessAlive(pid int) bool {
	p, err := os.FindProcess(pid) // on Windows, fails for one that is gone
	if err != nil {
		return false
	}
	defer p.Release()                                                 //nolint:errcheck // nothing depends on it
	return !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone) // elsewhere, this does
}
