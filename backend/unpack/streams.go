package unpack

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
)

// The names of the formats.
const (
	Gzip  = "gzip"
	Zstd  = "zstd"
	Bzip2 = "bzip2"
	XZ    = "xz"
	Zip   = "zip"
)

// FormatOf returns the format of a file that begins with head, of which a dozen
// bytes are enough, or "" if it has none of them.
func FormatOf(head []byte) string {
	for i := range formats {
		if formats[i].begins(head) {
			return formats[i].name
		}
	}
	if hasMagic("PK\x03\x04")(head) || hasMagic("PK\x05\x06")(head) { // the latter is an empty archive
		return Zip
	}
	return ""
}

// A format is how a kind of compressed file is read, but for zip, which has a
// directory. Such a file is any number of streams, one after another.
type format struct {
	name string
	// begins reports whether b is how a stream begins.
	begins func(b []byte) bool
	// opener returns what opens the stream at the front of the file. With the
	// text of the stream all of it has been read, and nothing after it.
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

	window uint64 // as in Limits
}

// at returns the offset of the byte that is read next.
func (p *packedBytes) at() int64 { return p.from.n.Load() - int64(p.Buffered()) }

// streams reads the text of all streams of a compressed file. Zeros between
// and after them are padding, as tapes and disks leave it. Anything else there
// may be a damaged stream, and is an error.
type streams struct {
	format *format
	packed *packedBytes
	open   func() (io.Reader, error)
	now    io.Reader // nil between streams
}

// Streams returns a reader of the text of all streams of r, which is a file of
// that format: Gzip, Zstd, Bzip2 or XZ. Errors are of type *Error.
func Streams(r io.Reader, name string, limits Limits) (*Reader, error) {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	if i < 0 {
		return nil, &Error{Kind: Unknown, Format: name}
	}
	f, c := &formats[i], &counter{r: r}
	packed := &packedBytes{bufio.NewReaderSize(c, 32<<10), c, cmp.Or(limits.Window, DefaultWindow)}
	b, err := packed.Peek(lookStream)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errorOf(name, err)
	}
	if !f.begins(b) {
		return nil, &Error{Kind: NotBegun, Format: name}
	}
	return newReader(&streams{format: f, packed: packed, open: f.opener(packed)}, c, name, limits), nil
}

// lookStream is how many bytes begins is given, if there are as many.
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
		return &Error{Kind: Trailing, At: s.packed.at()}
	}
	if s.now, err = s.open(); errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
