package localapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/job"
)

// A page of rejects holds at most maxPage, and fewer if they exceed maxPageBytes.
const (
	maxPage      = 10_000
	maxPageBytes = 16 << 20
)

// known refuses parameters that a call does not have.
func known(query url.Values, names names) error {
	for name := range query {
		if !slices.Contains(names, name) {
			return refuse(http.StatusBadRequest, "use "+strings.Join(names, ", "), "there is no parameter %q", name)
		}
	}
	return nil
}

// truth returns a parameter that is true, false, or nothing for true.
func truth(query url.Values, name string) (bool, error) {
	if !query.Has(name) || query.Get(name) == "" {
		return query.Has(name), nil
	}
	v, err := strconv.ParseBool(query.Get(name))
	if err != nil {
		return false, refuse(http.StatusBadRequest, "write true or false", "%s=%s is neither true nor false", name, query.Get(name))
	}
	return v, nil
}

func (s *Server) getRejects(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	after, err := number(query, "after", 0, maxReject)
	if err != nil {
		return err
	}
	offset, err := number(query, "offset", 0, maxReject)
	if err != nil {
		return err
	}
	limit, err := number(query, "limit", 1, maxPage)
	if err != nil {
		return err
	}
	open, err := truth(query, "open")
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if format := formatOf(r, query.Get("format")); format != "json" {
		if err := known(query, names{"open", "format"}); err != nil {
			return err
		}
		return s.writeReport(w, r, id, format, open)
	}
	q := job.RejectQuery{
		Job: id, After: after, Offset: offset, Limit: int(limit), Code: query.Get("code"), Column: query.Get("column"), Find: query.Get("find"),
		Open: open, MaxBytes: maxPageBytes,
	}
	if value := query.Get("value"); query.Has("value") {
		q.Value = &value
	}
	page, err := s.runner.Rejects(r.Context(), q)
	if err != nil {
		return importError(id, err)
	}
	page.Rejects = append([]job.Reject{}, page.Rejects...)
	writeJSON(w, http.StatusOK, "application/json", page)
	return nil
}

// reportTypes are the types of reports by their formats.
var reportTypes = map[string]string{
	"csv":      "text/csv; charset=utf-8",
	"html":     "text/html; charset=utf-8",
	"original": "application/octet-stream",
	"reasons":  "text/csv; charset=utf-8",
}

// formatOf returns the format that a request asks for: by its parameter, or else by
// what it accepts.
func formatOf(r *http.Request, given string) string {
	if given != "" {
		return given
	}
	for _, format := range []string{"csv", "html"} {
		if t, _, err := mime.ParseMediaType(reportTypes[format]); err == nil && accepts(r, t) && !accepts(r, "application/json") {
			return format
		}
	}
	return "json"
}

// writeReport answers with all rejects as a report, or as the file of rejects.
func (s *Server) writeReport(w http.ResponseWriter, r *http.Request, id, format string, open bool) error {
	write := map[string]func(context.Context, string, bool, io.Writer) error{
		"original": s.runner.WriteRejects,
		"csv": func(ctx context.Context, id string, open bool, w io.Writer) error {
			return s.runner.WriteReport(ctx, id, open, w, nil)
		},
		"html": func(ctx context.Context, id string, open bool, w io.Writer) error {
			return s.runner.WritePage(ctx, id, open, w, nil)
		},
		"reasons": func(ctx context.Context, id string, open bool, w io.Writer) error {
			return s.runner.WriteReasons(ctx, id, open, w, nil)
		},
	}[format]
	if write == nil {
		return refuse(http.StatusBadRequest, "use json, csv, html, original or reasons", "format=%s: there is no such format", format)
	}
	j, err := s.job(r, id)
	if err != nil {
		return err
	}
	if j.RejectsForgotten != "" { // which would break off after the header
		return rejectsForgotten(j)
	}
	page := func(w io.Writer) error { return write(r.Context(), id, open, w) }
	if format == "html" {
		return importError(id, sendPage(w, page))
	}
	return importError(id, sendReport(w, reportTypes[format], page))
}

// sendPage is sendReport for a page, which shows what was in a file: it has styles, and
// nothing else.
func sendPage(w http.ResponseWriter, write func(io.Writer) error) error {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	return sendReport(w, reportTypes["html"], write)
}

func rejectsForgotten(j job.Job) error {
	return refuse(http.StatusConflict, "import the file again", "the rejects of import %s are no longer kept since %s", j.ID, j.RejectsForgotten)
}

// sendReport answers with what write writes, as it writes it. It returns an error as long as
// nothing is written; later, the client sees that the answer breaks off.
func sendReport(w http.ResponseWriter, contentType string, write func(io.Writer) error) error {
	w.Header().Set("Content-Type", contentType)
	out := &begun{w: w}
	err := write(out)
	if err != nil && out.wrote {
		panic(http.ErrAbortHandler)
	}
	return err
}

// begun notes whether anything was written.
type begun struct {
	w     io.Writer
	wrote bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.wrote = b.wrote || len(p) > 0
	return b.w.Write(p)
}

func (s *Server) getRejectGroups(w http.ResponseWriter, r *http.Request) error {
	q, err := groupQuery(r)
	if err != nil {
		return err
	}
	page, err := s.runner.RejectGroups(r.Context(), q)
	if err != nil {
		return importError(q.Job, err)
	}
	writeJSON(w, http.StatusOK, "application/json", page)
	return nil
}

// groupQuery returns what a request asks for of the groups of rejects of an import or a set.
func groupQuery(r *http.Request) (q job.GroupQuery, err error) {
	query := r.URL.Query()
	q = job.GroupQuery{Job: r.PathValue("id"), Code: query.Get("code"), Column: query.Get("column"), Find: query.Get("find")}
	if q.Open, err = truth(query, "open"); err != nil {
		return q, err
	}
	if q.Values, err = truth(query, "values"); err != nil {
		return q, err
	}
	if q.Offset, err = number(query, "offset", 0, maxReject); err != nil {
		return q, err
	}
	limit, err := number(query, "limit", 1, maxPage)
	q.Limit = int(limit)
	return q, err
}

func (s *Server) getReject(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	reject, err := rejectID(r)
	if err != nil {
		return err
	}
	v, err := s.runner.Reject(r.Context(), id, reject)
	if err != nil {
		return rejectError(importError(id, err))
	}
	v.History = append([]job.Deed{}, v.History...)
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// retryError turns the error for a retry that can't be made into a 409 or a 422.
func retryError(id string, err error) error {
	var problem job.Problem
	switch {
	case errors.Is(err, job.ErrNoReject): // the body names it
		return withStatus(err, http.StatusUnprocessableEntity)
	case errors.Is(err, job.ErrMending):
		return refuse(http.StatusConflict, "", "%v", err)
	case errors.As(err, &problem):
		return refuse(http.StatusUnprocessableEntity, problem.Hint, "%s", problem.Message)
	}
	return told(importError(id, err), http.StatusUnprocessableEntity)
}

// retryIn returns the retry that a request's body asks for.
func (s *Server) retryIn(w http.ResponseWriter, r *http.Request) (v job.Retry, err error) {
	if _, err := s.job(r, r.PathValue("id")); err != nil {
		return v, err
	}
	if err := decode(r.Body, &v); err != nil {
		return v, err
	}
	if v.Job = r.PathValue("id"); v.File != "" && !filepath.IsAbs(v.File) {
		return v, refuse(http.StatusUnprocessableEntity, "give the full path", "the file is no full path")
	}
	return v, s.checkNamed(w, r, job.Request{Retry: &v}, false)
}

func (s *Server) postRetryPreview(w http.ResponseWriter, r *http.Request) error {
	v, err := s.retryIn(w, r)
	if err != nil {
		return err
	}
	trial, err := s.runner.TryRetry(r.Context(), v)
	if err != nil {
		return retryError(v.Job, err)
	}
	writeJSON(w, http.StatusOK, "application/json", trial)
	return nil
}

func (s *Server) postRetry(w http.ResponseWriter, r *http.Request) error {
	v, err := s.retryIn(w, r)
	if err != nil {
		return err
	}
	req := job.Request{Retry: &v}
	ended, err := s.accept(req)
	if err != nil {
		return err
	}
	j, err := s.runner.Start(r.Context(), req)
	if err != nil {
		ended()
		if errors.Is(err, job.ErrClosed) {
			return errClosed
		}
		return retryError(v.Job, err)
	}
	s.work.Go(func() {
		_, _ = s.runner.Wait(s.ctx, j.ID) // either it or the server has ended
		ended()
	})
	w.Header().Set("Location", "/v1/imports/"+j.ID)
	view, err := s.view(r, j.ID)
	if err == nil {
		writeJSON(w, http.StatusAccepted, "application/json", view)
	}
	return err
}

func (s *Server) postDismiss(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := s.job(r, id); err != nil {
		return err
	}
	var v struct {
		job.Selection
		Note   string `json:"note"`
		Reopen bool   `json:"reopen"`
	}
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	n, err := s.runner.Dismiss(r.Context(), id, v.Selection, v.Note, v.Reopen)
	if err != nil {
		return retryError(id, err)
	}
	writeJSON(w, http.StatusOK, "application/json", struct {
		Rejects int64 `json:"rejects"`
	}{n})
	return nil
}
