package csvfile

import (
	"errors"
	"io"

	"linefeed/backend/message"
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
		return nil, &Error{Op: "open", Path: in.path, Kind: KindEmpty, Note: message.New("empty_file", "look_complete")}
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
