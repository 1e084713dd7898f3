//go:build !purego

package csvfile

// markText marks n blocks of 64 bytes from text on into n marks from out on; n
// is at least 1. delims and quotes hold the byte eight times. odd is not 0 where
// there are bytes beyond ASCII, or NULs.
//
// It uses nothing that not every amd64 processor has.
//
//go:noescape
func markText(text *byte, n int, delims, quotes uint64, out *marks) (odd uint32)
