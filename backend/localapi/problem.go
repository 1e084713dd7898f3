package localapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"linefeed/backend/job"
	"linefeed/backend/message"
)

// A problem is an error answer in the form of RFC 9457. Its type is "about:blank", so its
// title is that of the status.
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`         // what is wrong with this request
	Hint   string `json:"hint,omitempty"` // what to do about it
	// Reasons are the parts of Detail that come from an import.
	Reasons []message.Note `json:"reasons,omitempty"`
	// Undoing is, where a set was not undone, what was done all the same, and what is left.
	Undoing *job.SetUndoing `json:"undoing,omitempty"`
}

func (p problem) Error() string { return p.Detail }

func (p problem) write(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

// retryAfter is the number of seconds after which to try again.
const retryAfter = "5"

// refuse returns a problem with a request.
func refuse(status int, hint, format string, args ...any) error {
	return problem{Status: status, Hint: hint, Detail: fmt.Sprintf(format, args...)}
}

// conflict returns the problem that something can't be done now; that it is not allowed
// stays what it is.
func conflict(err error) error {
	if errors.Is(err, job.ErrNotAllowed) {
		return err
	}
	return refuse(http.StatusConflict, "", "%v", err)
}

// withStatus returns a problem that says what an error does; that it is not allowed stays
// what it is.
func withStatus(err error, status int) error {
	if errors.Is(err, job.ErrNotAllowed) {
		return err
	}
	n := message.Of(err)
	return problem{Status: status, Detail: n.Message, Hint: n.Hint, Reasons: message.Notes(err)}
}

// told returns a problem with the given status for an error that has words for people, such
// as that a database can't be reached, and any other error as it is.
func told(err error, status int) error {
	if _, ok := errors.AsType[problem](err); ok || len(message.Notes(err)) == 0 {
		return err
	}
	return withStatus(err, status)
}

// writeError answers with an error.
func writeError(w http.ResponseWriter, err error) { problemOf(err).write(w) }

// problemOf returns the problem that an error is.
func problemOf(err error) problem {
	p, ok := errors.AsType[problem](err)
	if errors.Is(err, job.ErrNotAllowed) {
		n := message.Of(err)
		p, ok = problem{Status: http.StatusForbidden, Detail: n.Message, Hint: n.Hint, Reasons: message.Notes(err)}, true
	}
	if !ok {
		p = problem{Status: http.StatusInternalServerError, Detail: err.Error(), Reasons: message.Notes(err)}
	}
	return p
}

// writeJSON answers with v. A client that does not read it is cut off.
func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		body.Reset()
		status, contentType = http.StatusInternalServerError, "application/problem+json"
		fmt.Fprintf(&body, `{"status":500,"title":"Internal Server Error","detail":%q}`, err)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the error can't be reported
}
