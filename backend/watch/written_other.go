//go:build !linux && !windows

package watch

import "io/fs"

// beingWritten reports whether a process has the file open for writing, which can't be told
// here: what does not change for a while is taken for complete.
func beingWritten(string) bool { return false }

// renamed reports whether a file that has just come was renamed, which can't be told here.
func renamed(fs.FileInfo) bool { return false }
