//go:build !windows

package cli

import "os"

// openTerminal opens the terminal that the program runs on, for reading and writing.
func openTerminal() (in, out *os.File, err error) {
	in, err = os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return in, in, err
}
