//go:build !unix

package cli

// ignoreBrokenPipe does nothing here: writing to a pipe without a reader fails, and does
// not end the process.
func ignoreBrokenPipe() {}
