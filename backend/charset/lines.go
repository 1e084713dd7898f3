package charset

import "bytes"

// Wherever lines are counted or cut, a physical line ends with LF, CRLF or a lone
// CR, and with nothing else.

// LineEnd returns the length of the physical line at the beginning of b, with its
// line end, or 0 if more text is needed to decide. With eof, b is all there is.
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

// CountLines returns the number of physical lines in b; the last one needs no line
// end.
func CountLines(b []byte) int64 {
	n := int64(CountBreaks(b))
	if len(b) > 0 && b[len(b)-1] != '\n' && b[len(b)-1] != '\r' {
		n++
	}
	return n
}

// CountBreaks returns the number of line ends in b.
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
