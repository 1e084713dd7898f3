package charset

import "bytes"

// A physical line ends with LF, with CRLF, or with a CR that no LF follows, and
// nothing else ends one, wherever lines are counted or cut.

// LineEnd returns where the physical line at the beginning of b ends, its line
// end included, or 0 if it needs more text to tell.
func LineEnd(b []byte, eof bool) int {
	i := bytes.IndexByte(b, '\n')
	head := b
	if i >= 0 {
		head = b[:i]
	}
	if j := bytes.IndexByte(head, '\r'); j >= 0 {
		switch {
		case j+1 == i:
			return i + 1
		case j+1 == len(b) && !eof:
			return 0
		}
		return j + 1
	}
	if i >= 0 {
		return i + 1
	}
	if eof {
		return len(b)
	}
	return 0
}

// CountLines returns how many physical lines b is: LF, CRLF and a lone CR end
// one, and so does the end of b.
func CountLines(b []byte) int64 {
	n := int64(CountBreaks(b))
	if len(b) > 0 && b[len(b)-1] != '\n' && b[len(b)-1] != '\r' {
		n++
	}
	return n
}

// CountBreaks returns how many line ends there are in b.
func CountBreaks(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return n
		}
		if i+1 == len(b) || b[i+1] != '\n' {
			n++
		}
		b = b[i+1:]
	}
}
