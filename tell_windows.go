package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// tell says why the window can't be opened, in a message of its own: a program with a
// window has nowhere to write to.
func tell(err error) {
	fmt.Fprintln(os.Stderr, "linefeed-desktop:", err)
	text, textErr := windows.UTF16PtrFromString(err.Error())
	title, titleErr := windows.UTF16PtrFromString("Linefeed")
	if textErr == nil && titleErr == nil {
		_, _ = windows.MessageBox(0, text, title, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
	}
}
