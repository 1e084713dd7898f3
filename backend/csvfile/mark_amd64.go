//go:build !purego

package csvfile

import "golang.org/x/sys/cpu"

// markAVX2 marks n blocks of 64 bytes from text on into n marks from out on,
// and carries m on; n is at least 1. before are the 32 bytes before
// text. odd is set where the bytes, as a continuation of those before, are no
// UTF-8, and where there are NULs; a character that goes on after the last
// block is not looked at.
//
//go:noescape
func markAVX2(text *byte, n int, out *marks, before *byte, m *marking) (odd bool)

// hasAVX2 reports whether the processor, and the system, can run markAVX2.
var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT && cpu.X86.HasPCLMULQDQ

// mark marks text[from:] in blocks of 64 bytes, one for each element of out. It
// reports false only if they are UTF-8 without NULs, as a continuation of what is
// before them.
func (m *marking) mark(text []byte, from int, out []marks) (odd bool) {
	if !hasAVX2 {
		return m.markWords(text, from, out)
	}
	var zeros [32]byte
	before := &zeros[0]
	if from >= len(zeros) {
		before = &text[from-len(zeros)]
	}
	_ = text[from+64*len(out)-1]
	return markAVX2(&text[from], len(out), &out[0], before, m)
}
