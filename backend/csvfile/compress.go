package csvfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"

	"linefeed/backend/message"
	"linefeed/backend/unpack"
)

// unpack replaces the input by its text if it is compressed, and notes how. head
// is the beginning of the input, which was read already.
func (in *input) unpack(head []byte, d *Dialect, opt Options, pick bool) ([]Finding, error) {
	given := d.Compression != ""
	kind := d.Compression
	if !given {
		kind = cmp.Or(unpack.FormatOf(head), None)
		if kind == unpack.Zip && in.at == nil && d.Member == "" {
			// A guess of zip is of use only where the input can be read at random.
			return nil, &Error{Op: "open", Path: in.path, Kind: KindMember, Note: message.New("zip_in_stream", "save_to_file")}
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

// unpackError makes an Error of an error of package unpack.
func unpackError(op, path string, err error) error {
	var own *Error
	if errors.As(err, &own) { // from reading the file
		return own
	}
	var cause *unpack.Error
	if !errors.As(err, &cause) {
		return systemError(op, path, err)
	}
	e := &Error{
		Op: op, Path: path, Kind: KindCompressed, Err: cause.Err,
		Note: message.New("packed_damaged", "get_again", "kind", cause.Format, "cause", cause.Err),
	}
	switch cause.Kind {
	case unpack.Truncated:
		e.Note = message.New("packed_short", "get_again", "kind", cause.Format)
	case unpack.Trailing:
		e.Note = message.New("packed_more", "get_or_unpack", "kind", cause.Format, "byte", cause.At)
	case unpack.NotBegun:
		e.Kind, e.Note = KindDialect, message.New("not_packed", "let_packing_be", "kind", cause.Format)
	case unpack.Unknown:
		return dialectError(path, message.New("unknown_packing", "packings_are", "name", cause.Format))
	case unpack.NoDirectory:
		e.Note = message.New("packed_broken", "get_again", "kind", cause.Format)
	case unpack.Unsupported:
		e.Note = message.New("packed_unknown", "unpack_yourself", "kind", cause.Format, "cause", cause.Err)
	case unpack.Office:
		e.Kind, e.Note = KindBinary, message.New("office_document", "save_as_csv")
	case unpack.TooLarge:
		e.Kind, e.Note = KindTooLarge, message.New("too_large", "raise_unpacked", "most", cause.Limit)
	case unpack.TooRepetitive:
		e.Kind, e.Note = KindTooLarge, message.New("too_repetitive", "raise_ratio", "most", cause.Limit)
	}
	return e
}

// An unpacked reader returns the errors of unpacking as an Error of the file.
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
