package localapi

import (
	"errors"
	"io"
	"net/http"

	"linefeed/backend/job"
)

// getSetRejects answers with the rejects of all imports of a set: as one report, or as an
// archive of their files of rejects.
func (s *Server) getSetRejects(w http.ResponseWriter, r *http.Request) error {
	id, query := r.PathValue("id"), r.URL.Query()
	open, err := truth(query, "open")
	if err != nil {
		return err
	}
	if _, err := s.runner.Set(r.Context(), id); err != nil { // it may be an import
		return setError(id, err)
	}
	switch format := query.Get("format"); format {
	case "", "csv":
		err = sendReport(w, reportTypes["csv"], func(w io.Writer) error { return s.runner.WriteReport(r.Context(), id, open, w, nil) })
	case "html":
		err = sendPage(w, func(w io.Writer) error { return s.runner.WritePage(r.Context(), id, open, w, nil) })
	case "zip":
		err = sendReport(w, "application/zip", func(w io.Writer) error { return s.runner.WriteSetRejects(r.Context(), id, open, w) })
	default:
		return refuse(http.StatusBadRequest, "use csv, html or zip", "format=%s: there is no such format", format)
	}
	if errors.Is(err, job.ErrForgotten) {
		return withStatus(err, http.StatusConflict)
	}
	return setError(id, err)
}

// getSetGroups answers with the groups of the rejects of all imports of a set.
func (s *Server) getSetGroups(w http.ResponseWriter, r *http.Request) error {
	q, err := groupQuery(r) // a set has no more parameters than its route lists
	if err != nil {
		return err
	}
	if _, err := s.runner.Set(r.Context(), q.Job); err != nil { // it may be an import
		return setError(q.Job, err)
	}
	page, err := s.runner.RejectGroups(r.Context(), q)
	if err != nil {
		return setError(q.Job, err)
	}
	writeJSON(w, http.StatusOK, "application/json", page)
	return nil
}

// getSetUndo says what undoing a set would do.
func (s *Server) getSetUndo(w http.ResponseWriter, r *http.Request) error {
	return s.undoSet(w, r, true)
}

// postSetUndo undoes the imports of a set; where only some of them can be undone, if the
// request says so.
func (s *Server) postSetUndo(w http.ResponseWriter, r *http.Request) error {
	return s.undoSet(w, r, false)
}

func (s *Server) undoSet(w http.ResponseWriter, r *http.Request, try bool) error {
	id := r.PathValue("id")
	partly, err := truth(r.URL.Query(), "partly")
	if err != nil {
		return err
	}
	n, err := s.runner.UndoSet(r.Context(), id, try, partly)
	switch {
	case errors.Is(err, job.ErrActive), errors.Is(err, job.ErrNoUndo):
		return withStatus(err, http.StatusConflict)
	case err != nil:
		return told(setError(id, err), http.StatusConflict)
	}
	writeJSON(w, http.StatusOK, "application/json", n)
	return nil
}
