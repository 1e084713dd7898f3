//go:build !amd64 || purego

package csvfile

// mark marks text[from:] in blocks of 64 bytes, one for each element of out. It
// reports false only if they are UTF-8 without NULs, as a continuation of what is
// before them.
func (m *marking) mark(text []byte, from int, out []marks) (odd bool) {
	return m.markWords(text, from, out)
}
