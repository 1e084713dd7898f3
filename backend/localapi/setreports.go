package localapi

import (
	"errors"
	"io"
	"net/http"
	"strconv"

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
	if err := s.tellForgotten(w, r, id); err != nil {
		return err
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
	return setError(id, err)
}

// forgottenHeader says of how many imports of a set the rejects are left out, as they are no
// longer kept.
const forgottenHeader = "Linefeed-Forgotten"

// tellForgotten sets the forgottenHeader, if there are such imports. The error is that there
// is no such set: it may be an import.
func (s *Server) tellForgotten(w http.ResponseWriter, r *http.Request, id string) error {
	set, err := s.runner.Set(r.Context(), id)
	n := 0
	for _, j := range set.Jobs {
		if j.RejectsForgotten != "" {
			n++
		}
	}
	if n > 0 {
		w.Header().Set(forgottenHeader, strconv.Itoa(n))
	}
	return setError(id, err)
}

// getSetGroups answers with the groups of the rejects of all imports of a set.
func (s *Server) getSetGroups(w http.ResponseWriter, r *http.Request) error {
	q, err := groupQuery(r) // a set has no more parameters than its route lists
	if err != nil {
		return err
	}
	if err := s.tellForgotten(w, r, q.Job); err != nil {
		return err
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
	if err != nil {
		if err = setError(id, err); errors.Is(err, job.ErrActive) || errors.Is(err, job.ErrNoUndo) {
			err = withStatus(err, http.StatusConflict)
		}
		p := problemOf(told(err, http.StatusConflict))
		if n.Jobs != nil { // it was looked at
			p.Undoing = &n
		}
		return p
	}
	writeJSON(w, http.StatusOK, "application/json", n)
	return nil
}
