package csvfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"linefeed/backend/unpack"
)

// unpack replaces the input by the text in it, if it is compressed, and notes
// how. head is its beginning, which was read from it already.
func (in *input) unpack(head []byte, d *Dialect, opt Options, pick bool) ([]Finding, error) {
	given := d.Compression != ""
	kind := d.Compression
	if !given {
		kind = cmp.Or(unpack.FormatOf(head), None)
		if kind == unpack.Zip && in.at == nil && d.Member == "" {
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
	limits := unpack.Limits{Bytes: opt.MaxUnpacked, Ratio: opt.MaxRatio}
	var text *unpack.Reader
	var err error
	if kind == unpack.Zip {
		var m *Finding
		text, m, err = in.openMember(d, limits, pick)
		if m != nil {
			findings = append(findings, *m)
		}
	} else {
		text, err = unpack.Streams(whole, kind, limits)
	}
	if err != nil {
		return nil, unpackError("open", in.path, err)
	}
	a := newAhead(&unpacked{text, in.path}, text.Consumed)
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

// unpackError returns the error of data that can't be unpacked.
func unpackError(op, path string, err error) error {
	var own *Error
	if errors.As(err, &own) { // of the file itself
		return own
	}
	var cause *unpack.Error
	if !errors.As(err, &cause) {
		return systemError(op, path, err)
	}
	e := &Error{
		Op: op, Path: path, Kind: KindCompressed, Err: cause.Err,
		Message: fmt.Sprintf("its %s data is damaged (%v)", cause.Format, cause.Err),
		Hint:    "get the file again",
	}
	switch cause.Kind {
	case unpack.Truncated:
		e.Message = fmt.Sprintf("its %s data ends too early", cause.Format)
	case unpack.Trailing:
		e.Message = fmt.Sprintf("behind its %s data, from byte %d on, stands something else", cause.Format, cause.At)
		e.Hint = "get the file again; or unpack it first, if what stands there does not belong to it"
	case unpack.NotBegun:
		e.Kind, e.Message = KindDialect, fmt.Sprintf("it does not begin as %s does", cause.Format)
		e.Hint = "leave out the compression to have it found out"
	case unpack.Unknown:
		return dialectError(path, fmt.Sprintf("%q is no compression that is known", cause.Format), "use none, gzip, zstd, bzip2, xz or zip")
	case unpack.NoDirectory:
		e.Message = fmt.Sprintf("its %s data is damaged or ends too early", cause.Format)
	case unpack.Unsupported:
		e.Message = fmt.Sprintf("its %s data is packed in a way that is not known here (%v)", cause.Format, cause.Err)
		e.Hint = "unpack it first, with the program that packed it"
	case unpack.Office:
		e.Kind, e.Message = KindBinary, "it is an office document, not text"
		e.Hint = "save it as CSV from the program that made it"
	case unpack.TooLarge:
		e.Kind, e.Message = KindTooLarge, fmt.Sprintf("it unpacks to more than %d bytes", cause.Limit)
		e.Hint = "raise the limit (--max-unpacked) if it is meant to be that large"
	case unpack.TooRepetitive:
		e.Kind, e.Message = KindTooLarge, fmt.Sprintf("it unpacks to more than %d times its size", cause.Limit)
		e.Hint = "raise the limit (--max-ratio) if it is meant to be that repetitive"
	}
	return e
}

// An unpacked reader makes errors of the file of those of unpacking.
type unpacked struct {
	*unpack.Reader
	path string
}

func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unpackError("read", u.path, err)
	}
	return n, err
}
