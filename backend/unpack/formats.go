package unpack

import (
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

func gzipStreams(p *packedBytes) func() (io.Reader, error) {
	var z gzip.Reader
	return func() (io.Reader, error) {
		err := z.Reset(p.Reader) // which the package knows a fast way for
		z.Multistream(false)
		return &z, err
	}
}

const (
	zstdMagic = "\x28\xb5\x2f\xfd"
	skipMagic = "\x2a\x4d\x18" // of a frame with no text, after a byte of 0x50 to 0x5F
)

func beginsZstd(b []byte) bool {
	return hasMagic(zstdMagic)(b) || len(b) > 3 && b[0]>>4 == 5 && hasMagic(skipMagic)(b[1:])
}

func zstdStreams(p *packedBytes) func() (io.Reader, error) {
	var z *zstd.Decoder
	return func() (_ io.Reader, err error) {
		frame := &zstdFrame{packed: p}
		if z != nil {
			return z, z.Reset(frame)
		}
		// With a concurrency of 1 there is nothing to close.
		z, err = zstd.NewReader(frame, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(p.window))
		return z, err
	}
}

// A zstdFrame reads the bytes of the frame at the front of a file.
type zstdFrame struct {
	packed *packedBytes
	left   int64 // of the header, block or checksum that is being read
	begun  bool
	sum    int64 // bytes of the checksum after the last block
	last   bool  // this block is the last
}

func (f *zstdFrame) Read(b []byte) (int, error) {
	for f.left == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n, err := f.packed.Read(b[:min(int64(len(b)), f.left)])
	f.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next finds out how long the next part of the frame is. Where it can't, the
// decoder is left to say why.
func (f *zstdFrame) next() error {
	switch {
	case !f.begun:
		f.begun = true
		b, err := f.packed.Peek(zstd.HeaderMaxSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		f.left = int64(len(b))
		var h zstd.Header
		if h.Decode(b) == nil {
			f.left = int64(h.HeaderSize) + int64(h.SkippableSize)
			f.last = h.Skippable
		}
		if h.HasCheckSum {
			f.sum = 4
		}
	case f.last:
		if f.sum == 0 {
			return io.EOF
		}
		f.left, f.sum = f.sum, 0
	default:
		b, err := f.packed.Peek(3)
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		const runLength = 1
		size := int64(b[0])>>3 | int64(b[1])<<5 | int64(b[2])<<13
		if b[0]>>1&3 == runLength {
			size = 1
		}
		f.last = b[0]&1 != 0
		f.left = 3 + size
	}
	return nil
}

func beginsBzip2(b []byte) bool {
	if len(b) < 10 || string(b[:3]) != "BZh" || b[3] < '1' || b[3] > '9' {
		return false // text that begins with these letters, perhaps
	}
	return string(b[4:10]) == "1AY&SY" || string(b[4:10]) == "\x17\x72\x45\x38\x50\x90"
}

// errNoBzip2 is what the bzip2 package says of two bytes after a stream that
// begin no other.
const errNoBzip2 = bzip2.StructuralError("bad magic value in continuation file")

func bzip2Streams(p *packedBytes) func() (io.Reader, error) {
	return func() (io.Reader, error) {
		s := &bzip2Stream{packed: p}
		s.text = bzip2.NewReader(s)
		return s, nil
	}
}

// A bzip2Stream reads streams up to padding. The package reads two bytes
// after each.
type bzip2Stream struct {
	packed *packedBytes
	text   io.Reader
	last   [2]byte // that were read
	made   int     // how many of them are made up
}

func (s *bzip2Stream) Read(b []byte) (int, error) {
	n, err := s.text.Read(b)
	var wrong bzip2.StructuralError
	switch after := 2 - s.made; {
	case !errors.As(err, &wrong):
		return n, err
	case wrong != errNoBzip2 && s.made > 0:
		return n, io.ErrUnexpectedEOF
	case wrong != errNoBzip2:
		return n, err
	case after > 0 && s.last[0] != 0:
		return n, &Error{Kind: Trailing, At: s.packed.at() - int64(after)}
	case after == 2:
		if err := s.packed.UnreadByte(); err != nil {
			return n, err
		}
	}
	return n, io.EOF
}

// ReadByte returns two zeros at the end of the file: then what the package
// says tells a stream that is whole from one that is cut off.
func (s *bzip2Stream) ReadByte() (byte, error) {
	c, err := s.packed.ReadByte()
	if errors.Is(err, io.EOF) && s.made < 2 {
		s.made++
		c, err = 0, nil
	}
	s.last = [2]byte{s.last[1], c}
	return c, err
}

// errNoXZ is what the xz package says of anything after a stream.
const errNoXZ = "xz: unexpected data after stream"

func xzStreams(p *packedBytes) func() (io.Reader, error) {
	return func() (io.Reader, error) {
		s := &xzStream{packed: xzBytes{packed: p}}
		var err error
		s.text, err = xz.ReaderConfig{SingleStream: true}.NewReader(&s.packed)
		return s, err
	}
}

// An xzStream reads one stream. The package reads a byte after it.
type xzStream struct {
	packed xzBytes
	text   io.Reader
}

func (s *xzStream) Read(b []byte) (int, error) {
	n, err := s.text.Read(b)
	if err == nil || err.Error() != errNoXZ {
		return n, err
	}
	if !s.packed.ended {
		if err := s.packed.packed.UnreadByte(); err != nil {
			return n, err
		}
	}
	return n, io.EOF
}

// xzBytes have no proper end, because the package takes the end of the file
// within the header of a block for that of the stream.
type xzBytes struct {
	packed *packedBytes
	ended  bool
}

func (x *xzBytes) Read(b []byte) (int, error) {
	n, err := x.packed.Read(b)
	if errors.Is(err, io.EOF) {
		x.ended, err = true, io.ErrUnexpectedEOF
	}
	return n, err
}
