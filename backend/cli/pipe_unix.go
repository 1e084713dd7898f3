//go:build unix

package cli

import (
	"os/signal"
	"syscall"
)

// ignoreBrokenPipe keeps this process running after the reader of its output has exited,
// as in `2>&1 | head -1`: only writing fails then.
func ignoreBrokenPipe() { signal.Ignore(syscall.SIGPIPE) }
