package job

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// unsavedName returns the prefix of the names of the files that a process writes
// before it renames them to path.
func unsavedName(path string, pid string) string {
	host, err := os.Hostname() // a folder can be shared with other computers
	if err != nil {
		host = "localhost"
	}
	return fmt.Sprintf(".%s.%s-%s", filepath.Base(path), host, pid)
}

// removeUnsaved removes what killed processes left of saving path. Files that
// can't be removed do no harm.
func removeUnsaved(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), unsavedName(path, ""))
		number, _, dashed := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		if ok && dashed && err == nil && pid > 0 && !ProcessAlive(pid) {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
