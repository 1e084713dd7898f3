package localapi

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"linefeed/backend/job"
	"linefeed/backend/spool"
)

// bodyTypes are the media types of a body that is a CSV file. Some browsers and systems
// use their own.
var bodyTypes = []string{
	"text/csv", "text/tab-separated-values", "text/plain", "application/csv", "application/vnd.ms-excel",
	"application/gzip", "application/zip", "application/octet-stream",
}

// A received import is the content of a request. body is nil if it names a local file.
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

// keep makes the body outlive the program if its import may have to go on then. Until
// release is called, it is not removed as one that no import needs.
func (in *received) keep(sp *spool.Spool) (release func() error, err error) {
	if in.body == nil || in.req.Check {
		return func() error { return nil }, nil
	}
	if release, err = sp.Keep(in.body.file); err != nil {
		return nil, fmt.Errorf("keep a received file: %w", err)
	}
	in.req.File, in.body.kept = in.body.file.Path, true
	return release, nil
}

// leave lets go of the body of an import that has ended, which keeps it for as long as
// that can go on.
func (in *received) leave() error {
	if in.body == nil || !in.body.kept {
		return in.remove()
	}
	in.body.release()
	return nil
}

// A checker returns an error if a request that was received can't be, or its bearer may not
// make it. sent says that the file came with it.
type checker func(w http.ResponseWriter, r *http.Request, req job.Request, sent bool) error

// receive reads a request to the end of its body, which is necessary before an answer is
// streamed: only then does net/http notice that a client has gone.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, check checker) (in *received, err error) {
	in = &received{}
	if r.ContentLength > s.quota.limit { // no need to wait for it
		return nil, receiveError(errSpoolFull)
	}
	sent, whole := sentBody(r), r.Body
	defer func() {
		if err == nil && sent != nil {
			err = finish(whole)
		}
		if err == nil {
			err = check(w, r, in.req, in.body != nil)
		}
		if err != nil {
			in, err = nil, errors.Join(err, in.remove())
			if sent != nil {
				sent.discard()
			}
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

// receiveBody reads the file from the body and the rest from the query.
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
	// Parameters of the media type that RFC 7111 and RFC 4180 define.
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
	if in.body, err = s.spoolBody(file, name); err == nil {
		in.req.File = in.body.file.Path
	}
	return err
}
