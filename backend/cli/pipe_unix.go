//go:build unix

package cli

import (
	"os/signal"
	"syscall"
)

// outliveReaders lets this process go on when who reads its output has gone, as
// in `2>&1 | head -1`: writing fails then, and everything else is done.
func outliveReaders() { signal.Ignore(syscall.SIGPIPE) }
