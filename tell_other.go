//go:build !windows

package main

import (
	"fmt"
	"os"
)

// tell says why the window can't be opened.
func tell(err error) {
	fmt.Fprintln(os.Stderr, "linefeed-desktop:", err)
}
