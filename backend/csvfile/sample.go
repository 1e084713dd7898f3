package csvfile

import (
	"errors"
	"io"

	"linefeed/backend/message"
)

// How much of a file is sampled. The parts are spread evenly after the head.
const (
	sampleHead  = 256 << 10
	samplePart  = 32 << 10
	sampleParts = 8
)

// A sample is the part of a file's bytes that detection looks at.
type sample struct {
	head  []byte
	whole bool     // head is the whole file
	parts [][]byte // further on, beginning at any byte; the last one ends with the file
}

// start reads the first bytes of the input, enough to tell its compression.
func (in *input) start() ([]byte, error) {
	b := make([]byte, 512)
	n, err := io.ReadFull(in.Reader, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, systemError("read", in.path, err)
	}
	return b[:n], nil
}

// takeSample reads the head of the input and, if possible, parts of the rest. The
// input then goes on after the head.
func takeSample(in *input) (*sample, error) {
	s := &sample{}
	size := sampleHead
	if in.at != nil {
		size = int(min(sampleHead, in.size+1)) // one more, to see that it ends
	}
	head := make([]byte, size)
	n, err := io.ReadFull(in.Reader, head)
	if err == nil && size < sampleHead { // it was added to in the meantime
		head = append(make([]byte, 0, sampleHead), head...)[:sampleHead]
		n, err = io.ReadFull(in.Reader, head[size:])
		if n += size; errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
	}
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
	if in.at == nil || s.whole || in.size <= sampleHead {
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
