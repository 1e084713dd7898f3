package csvfile

import (
	"bytes"
	"errors"
	"io"
)

// How much of a file is looked at. The parts lie evenly between head and tail.
const (
	sampleHead  = 256 << 10
	samplePart  = 32 << 10
	sampleParts = 8
)

// A sample is what detection sees of a file's bytes.
type sample struct {
	head  []byte
	whole bool     // head is all of it
	parts [][]byte // further on, each from any byte on; the last reaches to the end
}

// start reads the first bytes of the input, enough to tell how it is compressed.
func (in *input) start() ([]byte, error) {
	b := make([]byte, 512)
	n, err := io.ReadFull(in.Reader, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, systemError("read", in.path, err)
	}
	return b[:n], nil
}

// takeSample reads the head of the input, which is then to be read from
// sample.head and the rest of the input, and where it can, parts of the rest.
func takeSample(in *input) (*sample, error) {
	s := &sample{}
	head := make([]byte, sampleHead)
	n, err := io.ReadFull(in.Reader, head)
	s.head = head[:n]
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.whole = true
	case err != nil:
		return nil, systemError("read", in.path, err)
	}
	if n == 0 {
		return nil, &Error{Op: "open", Path: in.path, Kind: KindEmpty, Message: "it is empty", Hint: "look whether it was written to its end"}
	}
	if in.at == nil || s.whole {
		return s, nil
	}
	rest := in.size - sampleHead
	count := min(sampleParts, int(rest/samplePart)+1)
	for i := range count {
		from := sampleHead + (rest-samplePart)*int64(i+1)/int64(count)
		from = max(from, sampleHead) &^ 3 // UTF-16 and UTF-32 stay in step
		part := make([]byte, min(samplePart+3, in.size-from))
		n, err := in.at.ReadAt(part, from)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, systemError("read", in.path, err)
		}
		s.parts = append(s.parts, part[:n])
	}
	return s, nil
}

// text returns b as UTF-8.
func (c *charset) text(b []byte, whole bool) []byte {
	dec := c.decoder(true)
	if dec == nil || c.name == utf8Name && invalidText(b) < 0 {
		return b
	}
	w := newWindow(nil, nil, 0, dec, 0)
	w.raw = b
	w.dec.decode(w, whole)
	return w.text
}

// byteOrderMarks are the marks at the beginning of a file that tell its
// encoding. Longer ones come first.
var byteOrderMarks = []struct {
	mark []byte
	name string
}{
	{[]byte{0xFF, 0xFE, 0, 0}, "utf-32le"},
	{[]byte{0, 0, 0xFE, 0xFF}, "utf-32be"},
	{[]byte{0xEF, 0xBB, 0xBF}, utf8Name},
	{[]byte{0xFF, 0xFE}, "utf-16le"},
	{[]byte{0xFE, 0xFF}, "utf-16be"},
	{[]byte{0x84, 0x31, 0x95, 0x33}, "gb18030"},
}

// markLen returns the length of the charset's byte order mark at the beginning
// of b.
func markLen(b []byte, c *charset) int {
	for _, m := range byteOrderMarks {
		if m.name == c.name && bytes.HasPrefix(b, m.mark) {
			return len(m.mark)
		}
	}
	return 0
}
