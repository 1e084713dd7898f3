package watch

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/windows"
)

// beingWritten reports whether a process has the file open for writing, or keeps it from
// being read: Windows then does not open it for whoever shares it with readers alone.
func beingWritten(path string) bool {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ, nil,
		windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return errors.Is(err, windows.ERROR_SHARING_VIOLATION)
	}
	_ = windows.CloseHandle(h) // nothing was written
	return false
}

// renamed reports whether a file that has just come was renamed, which can't be told here.
func renamed(fs.FileInfo) bool { return false }
