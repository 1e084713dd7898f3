//go:build !purego

package csvfile

// markAVX2 marks n blocks of 64 bytes from text on into n marks from out on,
// and carries m on; n is at least 1. before are the 32 bytes that stand before
// text. odd is set where the bytes, as a continuation of those before, are no
// UTF-8, and where there are NULs; a character that goes on behind the last
// block is not looked at.
//
//go:noescape
func markAVX2(text *byte, n int, out *marks, before *byte, m *marking) (odd bool)

func cpuid(leaf, sub uint32) (b, c uint32)
func xgetbv() (low uint32)

// hasAVX2 reports whether the processor has AVX2, POPCNT and PCLMULQDQ, and
// the system saves its registers.
var hasAVX2 = func() bool {
	const pclmulqdq, popcnt, osxsave, avx = 1 << 1, 1 << 23, 1 << 27, 1 << 28
	const all = pclmulqdq | popcnt | osxsave | avx
	if _, c := cpuid(1, 0); c&all != all || xgetbv()&6 != 6 {
		return false
	}
	b, _ := cpuid(7, 0)
	return b>>5&1 != 0
}()

// mark marks text[from:], in blocks of 64 bytes as many as out has room for.
// It reports false only where they are UTF-8 without NULs, as a continuation
// of what is before them.
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
