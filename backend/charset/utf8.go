package charset

import (
	"bytes"
	"unicode/utf8"
)

// CutRune returns how many bytes at the end of b begin a UTF-8 character that
// goes on after it.
func CutRune(b []byte) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return i
			}
			break
		}
	}
	return 0
}

// Invalid returns the index of the first byte of b that is not UTF-8, or is NUL;
// -1 if there is none.
func Invalid(b []byte) int {
	zero := bytes.IndexByte(b, 0)
	if zero >= 0 {
		b = b[:zero]
	}
	if utf8.Valid(b) {
		return zero
	}
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return zero
}
