//go:build !windows

package engine

import (
	"bufio"
	"errors"
	"os"
	"runtime"
	"strings"
)

// systemName returns the name of the system, as os-release tells it on Linux.
func systemName() string {
	f, err := os.Open("/etc/os-release")
	if errors.Is(err, os.ErrNotExist) {
		return runtime.GOOS
	}
	if err != nil {
		return runtime.GOOS + ": " + err.Error()
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if name, ok := strings.CutPrefix(s.Text(), "PRETTY_NAME="); ok {
			return strings.Trim(name, `"`)
		}
	}
	return runtime.GOOS
}
