//go:build !amd64 || purego

package csvfile

// mark marks text[from:], in blocks of 64 bytes as many as out has room for.
// It reports false only where they are UTF-8 without NULs, as a continuation
// of what is before them.
func (m *marking) mark(text []byte, from int, out []marks) (odd bool) {
	return m.markWords(text, from, out)
}
