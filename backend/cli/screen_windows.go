package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// enableEscapes turns on escape sequences in the console, and reports whether that
// worked.
func enableEscapes(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(h, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
