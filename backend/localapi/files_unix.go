//go:build unix

package localapi

import (
	"math"
	"syscall"
)

// openFiles returns how many files the process may have open. The os package has raised
// that to what the system allows.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256 // as much as any system allows
	}
	return int(min(uint64(limit.Cur), math.MaxInt32)) //nolint:unconvert // it is signed on some systems
}
