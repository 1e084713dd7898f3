package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A format is how a kind of compressed file is read, but for zip, which has a
// directory. Such a file is any number of streams, one behind another.
type format struct {
	name string
	// begins reports whether b is how a stream begins.
	begins func(b []byte) bool
	// opener returns what opens the stream at the front of the file. With the
	// text of the stream all of it has been read, and nothing behind it.
	opener func(*packedBytes) func() (io.Reader, error)
}

var formats = []format{
	{Gzip, hasMagic("\x1f\x8b\x08"), gzipStreams},
	{Zstd, beginsZstd, zstdStreams},
	{Bzip2, beginsBzip2, bzip2Streams},
	{XZ, hasMagic("\xfd7zXZ\x00"), xzStreams},
}

func hasMagic(magic string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
}

// packedBytes are the bytes of a compressed file, with a place.
type packedBytes struct {
	*bufio.Reader
	from *counter
}

// at returns the offset of the byte that is read next.
func (p *packedBytes) at() int64 { return p.from.n.Load() - int64(p.Buffered()) }

// strangeAt is the error of bytes behind a stream, from that offset on, that
// neither begin another nor are padding.
type strangeAt int64

func (s strangeAt) Error() string { return fmt.Sprintf("something else from byte %d on", int64(s)) }

// errNotBegun is the error of a file that does not begin with a stream.
var errNotBegun = errors.New("it begins with something else")

// streams reads the text of all streams of a compressed file. Zeros between
// and behind them are padding, as tapes and disks leave it; what else stands
// there may be a stream that was damaged, and is an error.
type streams struct {
	format *format
	packed *packedBytes
	open   func() (io.Reader, error)
	now    io.Reader // nil between streams
}

func newStreams(f *format, c *counter) (*streams, error) {
	packed := &packedBytes{bufio.NewReaderSize(c, 32<<10), c}
	b, err := packed.Peek(lookStream)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !f.begins(b) {
		return nil, errNotBegun
	}
	return &streams{format: f, packed: packed, open: f.opener(packed)}, nil
}

// lookStream is how many bytes begins is given, where there are so many.
const lookStream = 10

func (s *streams) Read(b []byte) (int, error) {
	for {
		if s.now == nil {
			if err := s.next(); err != nil {
				return 0, err
			}
		}
		n, err := s.now.Read(b)
		if errors.Is(err, io.EOF) {
			s.now, err = nil, nil
		}
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// next opens the next stream. The error is io.EOF where there is none.
func (s *streams) next() error {
	for {
		b, err := s.packed.Peek(1)
		if err != nil {
			return err
		}
		if b[0] != 0 {
			break
		}
		if _, err := s.packed.Discard(1); err != nil {
			return err
		}
	}
	b, err := s.packed.Peek(lookStream)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !s.format.begins(b) {
		return strangeAt(s.packed.at())
	}
	if s.now, err = s.open(); errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
