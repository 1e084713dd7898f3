package localapi

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"linefeed/backend/job"
)

// bodyTypes are the types of a body that is a CSV file. Some browsers and
// systems have names of their own for it.
var bodyTypes = []string{
	"text/csv", "text/tab-separated-values", "text/plain", "application/csv", "application/vnd.ms-excel",
	"application/gzip", "application/zip", "application/octet-stream",
}

// A received import is what a request asks for. body is nil when it names a
// local file.
type received struct {
	req  job.Request
	body *spooled
}

func (in *received) remove() error {
	if in.body == nil {
		return nil
	}
	return in.body.remove()
}

// receive reads a request to the end of its body, which it must be before an
// answer is streamed: net/http notices that a client is gone only then.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) (in *received, err error) {
	rc := http.NewResponseController(w)
	defer rc.SetReadDeadline(time.Time{}) //nolint:errcheck // a stale deadline only cuts the client off
	body := &patientBody{ReadCloser: r.Body, rc: rc}
	r.Body = body

	in = &received{}
	if r.ContentLength > s.spool.limit { // no need to wait for it
		return nil, receiveError(errSpoolFull)
	}
	defer func() {
		if err == nil {
			err = checkRequest(in.req)
		}
		if err != nil {
			in, err = nil, errors.Join(err, in.remove())
			body.discard()
		}
	}()
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && mediaType == "application/json":
		if r.URL.RawQuery != "" {
			return in, refuse(http.StatusBadRequest, "put them into the JSON", "an import as JSON has no parameters")
		}
		return in, decode(r.Body, &in.req)
	case err == nil && mediaType == "multipart/form-data":
		return in, s.receiveForm(in, r)
	case err == nil && slices.Contains(bodyTypes, mediaType):
		return in, s.receiveBody(in, r, params)
	default:
		w.Header().Set("Accept-Post", "text/csv, multipart/form-data, application/json")
		return in, refuse(http.StatusUnsupportedMediaType, "send text/csv, multipart/form-data or application/json",
			"an import can't be made of %q", r.Header.Get("Content-Type"))
	}
}

// receiveBody takes the body as the file and the query as the rest.
func (s *Server) receiveBody(in *received, r *http.Request, params map[string]string) error {
	query := r.URL.Query()
	name := "upload.csv"
	if query.Has("name") {
		name = query.Get("name")
		query.Del("name")
	}
	if err := setParameters(&in.req, query); err != nil {
		return err
	}
	// What RFC 7111 and RFC 4180 have the type say about the file.
	if charset := params["charset"]; charset != "" && in.req.Dialect.Encoding == "" {
		in.req.Dialect.Encoding = charset
	}
	if params["header"] == "absent" && in.req.Dialect.HeaderRows == nil {
		in.req.Dialect.HeaderRows = new(int)
	}
	return s.receiveFile(in, r.Body, name)
}

// receiveFile spools the file of an import.
func (s *Server) receiveFile(in *received, file io.Reader, name string) (err error) {
	if in.body != nil {
		return refuse(http.StatusBadRequest, "make an import of each", "there is more than one file")
	}
	if in.body, err = s.spool.receive(file, name); err == nil {
		in.req.File = in.body.path
	}
	return err
}

// receiveForm takes the parts of a form: the file, the plan and the dialect as
// JSON, and parameters, which may stand in the query too.
func (s *Server) receiveForm(in *received, r *http.Request) error {
	form, err := r.MultipartReader()
	if err != nil {
		return refuse(http.StatusBadRequest, "", "the form is not understood: %v", err)
	}
	values := r.URL.Query()
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refuse(http.StatusBadRequest, "send it again", "the form was not received to its end: %v", err)
		}
		if err := s.receivePart(in, part, values); err != nil {
			return err
		}
	}
	return setParameters(&in.req, values)
}

func (s *Server) receivePart(in *received, part *multipart.Part, values url.Values) error {
	switch name := part.FormName(); name {
	case "file":
		return s.receiveFile(in, part, part.FileName())
	case "plan":
		return decode(part, &in.req.Plan)
	case "dialect":
		return decode(part, &in.req.Dialect)
	default:
		var value strings.Builder
		n, err := io.Copy(&value, io.LimitReader(part, maxHeader+1))
		if err != nil {
			return refuse(http.StatusBadRequest, "send it again", "the form was not received to its end: %v", err)
		}
		if n > maxHeader {
			return refuse(http.StatusRequestEntityTooLarge, "", "the field %q is longer than %d bytes", name, maxHeader)
		}
		values.Add(name, value.String())
		return nil
	}
}

// A patientBody waits for the next piece of a body as long as bodyTimeout,
// however long the whole takes.
type patientBody struct {
	io.ReadCloser
	rc  *http.ResponseController
	err error // of the last Read
}

func (b *patientBody) Read(p []byte) (n int, err error) {
	if err = b.rc.SetReadDeadline(time.Now().Add(bodyTimeout)); err == nil {
		n, err = b.ReadCloser.Read(p)
	}
	b.err = err
	return n, err
}

// discardLimit is how much of a body is read for a client to see why it was
// refused: most see only that the connection broke when they could not send
// all of it.
const discardLimit = 8 << 20

// discard reads the rest of a body, if it can be read and is not too long.
func (b *patientBody) discard() {
	if b.err == nil {
		_, _ = io.CopyN(io.Discard, b, discardLimit) // what can't be read is closed with the connection
	}
}
