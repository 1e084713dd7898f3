//go:build unix

package store

import (
	"os"
	"syscall"
)

// ownFolder reports whether there is a folder at path that belongs to the user.
func ownFolder(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
