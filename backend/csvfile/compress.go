package csvfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// The values of Dialect.Compression beside None.
const (
	Gzip  = "gzip"
	Zstd  = "zstd"
	Bzip2 = "bzip2"
	XZ    = "xz"
	Zip   = "zip"
)

// compressionOf returns how the file that begins with head is compressed.
func compressionOf(head []byte) string {
	for i := range formats {
		if formats[i].begins(head) {
			return formats[i].name
		}
	}
	if hasMagic("PK\x03\x04")(head) || hasMagic("PK\x05\x06")(head) { // the latter is an empty archive
		return Zip
	}
	return None
}

// unpack replaces the input by the text in it, if it is compressed, and notes
// how. head is its beginning, which was read from it already.
func (in *input) unpack(head []byte, d *Dialect, opt Options, pick bool) ([]Finding, error) {
	given := d.Compression != ""
	kind := d.Compression
	if !given {
		kind = compressionOf(head)
		if kind == Zip && in.at == nil && d.Member == "" {
			// Taken for an archive only where one can be read.
			return nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Message: "a zip archive can't be read from a stream", Hint: "save it to a file first"}
		}
	}
	d.Compression = kind
	finding := Finding{What: "compression", Value: kind, Confidence: 1, Reason: "as given", Given: given}
	if !given {
		finding.Reason = "the file begins as " + kind + " does"
		if kind == None {
			finding.Reason = "the file does not begin as a compressed one does"
		}
	}
	findings := []Finding{finding}

	whole := io.MultiReader(bytes.NewReader(head), in.Reader)
	if kind == None {
		in.Reader = whole
		return findings, nil
	}
	counter := &counter{r: whole}
	var text io.Reader
	var err error
	if i := slices.IndexFunc(formats, func(f format) bool { return f.name == kind }); i >= 0 {
		text, err = newStreams(&formats[i], counter)
	} else if kind == Zip {
		var m *Finding
		text, m, err = in.openMember(d, counter, pick)
		if m != nil {
			findings = append(findings, *m)
		}
	} else {
		return nil, dialectError(in.path, fmt.Sprintf("%q is no compression that is known", kind), "use none, gzip, zstd, bzip2, xz or zip")
	}
	if err != nil {
		return nil, damaged("open", in.path, kind, err)
	}
	if opt.MaxUnpacked <= 0 {
		opt.MaxUnpacked = DefaultMaxUnpacked
	}
	if opt.MaxRatio <= 0 {
		opt.MaxRatio = DefaultMaxRatio
	}
	a := newAhead(&guarded{
		r: text, counter: counter, path: in.path, kind: kind,
		most: opt.MaxUnpacked, ratio: opt.MaxRatio,
	}, counter.n.Load)
	in.packed = func() int64 {
		if in.size >= 0 {
			return min(a.consumed, in.size)
		}
		return a.consumed
	}
	in.at = nil
	in.readAhead(a)
	return findings, nil
}

// damaged returns the error of compressed data that can't be unpacked.
func damaged(op, path, kind string, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	e := &Error{
		Op: op, Path: path, Kind: KindCompressed, Err: err,
		Message: fmt.Sprintf("its %s data is damaged (%v)", kind, err),
		Hint:    "get the file again",
	}
	var at strangeAt
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Message = fmt.Sprintf("its %s data ends too early", kind)
		e.Err = nil // or it would be taken for the end of the text
	case errors.As(err, &at):
		e.Message = fmt.Sprintf("behind its %s data, from byte %d on, stands something else", kind, int64(at))
		e.Hint = "get the file again; or unpack it first, if what stands there does not belong to it"
	case errors.Is(err, errNotBegun):
		e.Kind, e.Message = KindDialect, fmt.Sprintf("it does not begin as %s does", kind)
		e.Hint = "leave out the compression to have it found out"
	case errors.Is(err, zip.ErrFormat):
		e.Message = fmt.Sprintf("its %s data is damaged or ends too early", kind)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrUnknownDictionary), errors.Is(err, zip.ErrAlgorithm):
		e.Message = fmt.Sprintf("its %s data is packed in a way that is not known here (%v)", kind, err)
		e.Hint = "unpack it first, with the program that packed it"
	}
	return e
}

// A counter counts the bytes that are read through it.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// ratioFrom is how much text there must be for the ratio to count.
const ratioFrom = 64 << 20

// A guarded reader ends with an error where too much comes out of too little.
type guarded struct {
	r           io.Reader
	counter     *counter
	path, kind  string
	n           int64
	most, ratio int64
}

func (g *guarded) Read(b []byte) (int, error) {
	n, err := g.r.Read(b)
	g.n += int64(n)
	switch {
	case g.n > g.most:
		return n, &Error{
			Op: "read", Path: g.path, Kind: KindTooLarge,
			Message: fmt.Sprintf("it unpacks to more than %d bytes", g.most),
			Hint:    "raise the limit (--max-unpacked) if it is meant to be that large",
		}
	case g.n > ratioFrom && g.n/g.ratio > g.counter.n.Load():
		return n, &Error{
			Op: "read", Path: g.path, Kind: KindTooLarge,
			Message: fmt.Sprintf("it unpacks to more than %d times its size", g.ratio),
			Hint:    "raise the limit (--max-ratio) if it is meant to be that repetitive",
		}
	case err != nil && err != io.EOF:
		return n, damaged("read", g.path, g.kind, err)
	}
	return n, err
}
