package localapi

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"linefeed/backend/unpack"
)

// encodings are the names of the Content-Encodings that are undone.
var encodings = map[string]string{"gzip": unpack.Gzip, "x-gzip": unpack.Gzip, "zstd": unpack.Zstd}

// bodyWindow is the most that undoing zstd has to remember, as RFC 9659 has it.
const bodyWindow = 8 << 20

// A decodedBody is a body whose Content-Encoding is undone as it is read.
type decodedBody struct {
	*timedBody
	format string
	text   io.Reader // nil until the first Read
	err    error     // of the first Read, which makes text
}

// decodeBody makes the body of a request what it was before its Content-Encoding, or
// refuses it.
func decodeBody(w http.ResponseWriter, r *http.Request) error {
	body, ok := r.Body.(*timedBody)
	if !ok {
		return nil // there is none
	}
	var names []string
	for name := range strings.SplitSeq(strings.Join(r.Header.Values("Content-Encoding"), ","), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	format, ok := encodings[names[0]]
	if !ok || len(names) > 1 {
		body.discard()
		w.Header().Set("Accept-Encoding", "gzip, zstd")
		return refuse(http.StatusUnsupportedMediaType, "send it as gzip or zstd, or without a Content-Encoding",
			"a body with the Content-Encoding %q is not understood", strings.Join(names, ", "))
	}
	r.Body = &decodedBody{timedBody: body, format: format}
	return nil
}

func (b *decodedBody) Read(p []byte) (n int, err error) {
	if b.text == nil && b.err == nil {
		b.text, b.err = unpack.Streams(b.timedBody, b.format, unpack.Limits{Window: bodyWindow})
	}
	if err = b.err; err == nil {
		n, err = b.text.Read(p)
	}
	if cut := b.timedBody.err; err != nil && cut != nil && !errors.Is(cut, io.EOF) {
		err = cut // the cause
	}
	return n, err
}

// sentBody returns the body of a request as it is sent; nil if there is none.
func sentBody(r *http.Request) *timedBody {
	switch body := r.Body.(type) {
	case *timedBody:
		return body
	case *decodedBody:
		return body.timedBody
	}
	return nil
}

// encodingError explains an error of undoing a Content-Encoding; nil if err is none.
func encodingError(err error) error {
	wrong, ok := errors.AsType[*unpack.Error](err)
	switch {
	case !ok:
		return nil
	case slices.Contains([]unpack.Kind{unpack.TooLarge, unpack.TooRepetitive}, wrong.Kind):
		return refuse(http.StatusRequestEntityTooLarge, "send it without a Content-Encoding", "the body is not accepted: %v", err)
	default:
		return refuse(http.StatusBadRequest, "send it again, or without a Content-Encoding", "the body is not what its Content-Encoding says: %v", err)
	}
}
