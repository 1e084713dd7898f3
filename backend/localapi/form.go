package localapi

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
)

// A form's parts other than the file are limited in number and size to what the largest
// import takes as JSON.
const (
	maxParts     = 1000
	maxFormBytes = 2 * maxJSON // of all of them, with their headers
)

// receiveForm reads the parts of a form: the file, the plan and the dialect as JSON, and
// parameters, which may be in the query too.
func (s *Server) receiveForm(in *received, r *http.Request) error {
	body := &formBody{Reader: r.Body, left: maxFormBytes}
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, r.Body}
	form, err := r.MultipartReader()
	if err != nil {
		return refuse(http.StatusBadRequest, "", "the form is not understood: %v", err)
	}
	values := r.URL.Query()
	seen := map[string]bool{}
	for n := 0; ; n++ {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return bodyError(err)
		}
		if n == maxParts {
			return refuse(http.StatusRequestEntityTooLarge, "", "the form has more than %d parts", maxParts)
		}
		if err := s.receivePart(in, part, body, values, seen); err != nil {
			return err
		}
	}
	return setParameters(&in.req, values)
}

func (s *Server) receivePart(in *received, part *multipart.Part, body *formBody, values url.Values, seen map[string]bool) error {
	switch name := part.FormName(); name {
	case "file":
		body.free = true
		defer func() { body.free = false }()
		return s.receiveFile(in, part, part.FileName())
	case "plan", "dialect":
		if seen[name] {
			return refuse(http.StatusBadRequest, "", "%s is given twice", name)
		}
		seen[name] = true
		if name == "plan" {
			return decode(part, &in.req.Plan)
		}
		return decode(part, &in.req.Dialect)
	default:
		value, err := io.ReadAll(io.LimitReader(part, maxHeader+1))
		if err != nil {
			return bodyError(err)
		}
		if len(value) > maxHeader {
			return refuse(http.StatusRequestEntityTooLarge, "", "the field %q is longer than %d bytes", name, maxHeader)
		}
		values.Add(name, string(value))
		return nil
	}
}

// bodyError explains an error of reading a body.
func bodyError(err error) error {
	if errors.Is(err, errFormTooLong) {
		return refuse(http.StatusRequestEntityTooLarge, "", "%v", err)
	}
	if wrong := encodingError(err); wrong != nil {
		return wrong
	}
	return refuse(http.StatusBadRequest, "send it again", "the body was not received to its end: %v", err)
}

var errFormTooLong = errors.New("the parts of the form beside the file are too long")

// A formBody reads a form and bounds everything but the file, including what multipart
// buffers, such as headers.
type formBody struct {
	io.Reader
	left int  // the number of bytes that may still come
	free bool // the file is being read
}

func (b *formBody) Read(p []byte) (n int, err error) {
	if b.left < 0 {
		return 0, errFormTooLong
	}
	n, err = b.Reader.Read(p)
	if !b.free {
		b.left -= n
	}
	return n, err
}
