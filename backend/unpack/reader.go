package unpack

import (
	"errors"
	"io"
	"sync/atomic"
)

// Limits bound what a file may unpack to. A zero is the default.
type Limits struct {
	Bytes int64 // of text
	Ratio int64 // bytes of text to each byte read of the file, where there are 64 MB of text or more

	Window uint64 // bytes of the text that unpacking zstd may have to remember
}

// The defaults of [Limits].
const (
	DefaultBytes = 1 << 40
	DefaultRatio = 500

	DefaultWindow = 256 << 20
)

// ratioFrom is how much text there must be for the ratio to count.
const ratioFrom = 64 << 20

// A Reader reads the text of a compressed file. Its errors are of type *Error,
// but for io.EOF at the end of the text.
type Reader struct {
	text   io.Reader
	packed *counter
	format string
	limits Limits
	n      int64 // bytes of text
}

func newReader(text io.Reader, packed *counter, format string, limits Limits) *Reader {
	if limits.Bytes <= 0 {
		limits.Bytes = DefaultBytes
	}
	if limits.Ratio <= 0 {
		limits.Ratio = DefaultRatio
	}
	return &Reader{text: text, packed: packed, format: format, limits: limits}
}

// Read implements [io.Reader].
func (r *Reader) Read(b []byte) (int, error) {
	n, err := r.text.Read(b)
	r.n += int64(n)
	switch {
	case r.n > r.limits.Bytes:
		return n, &Error{Kind: TooLarge, Format: r.format, Limit: r.limits.Bytes}
	case r.n > ratioFrom && r.n/r.limits.Ratio > r.packed.n.Load():
		return n, &Error{Kind: TooRepetitive, Format: r.format, Limit: r.limits.Ratio}
	case err != nil && !errors.Is(err, io.EOF):
		return n, errorOf(r.format, err)
	}
	return n, err
}

// Consumed returns how many bytes of the file were read for the text so far: at
// least those that the text was made of. It may be called at any time.
func (r *Reader) Consumed() int64 { return r.packed.n.Load() }

// A counter counts the bytes that are read through it.
type counter struct {
	r  io.Reader
	at io.ReaderAt
	n  atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

func (c *counter) ReadAt(b []byte, off int64) (int, error) {
	n, err := c.at.ReadAt(b, off)
	c.n.Add(int64(n))
	return n, err
}
