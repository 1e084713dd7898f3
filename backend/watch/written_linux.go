package watch

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// beingWritten reports whether a process has the file open for writing, as far as that can
// be told: the kernel gives no lease to read such a file (fcntl(2), F_SETLEASE). On file
// systems without leases, and on files of others, it is false.
func beingWritten(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close() // which gives the lease back
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	return errors.Is(err, unix.EAGAIN)
}

// renamed reports whether a file that has just come was renamed: that changes the time of
// its inode, and not that of its content.
func renamed(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	return s.Ctim.Nano() > s.Mtim.Nano()
}
