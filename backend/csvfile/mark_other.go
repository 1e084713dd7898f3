//go:build !amd64 || purego

package csvfile

// markText marks text[from:], in blocks of 64 bytes as many as out has room
// for. It reports false only where they are UTF-8 without NULs, as a
// continuation of what is before them.
func markText(text []byte, from int, delim, quote byte, out []marks) (odd bool) {
	return markWords(text, from, delim, quote, out)
}
