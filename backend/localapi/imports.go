package localapi

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/job"
	"linefeed/backend/message"
)

// An importView is an import as the API shows it.
type importView struct {
	job.Job
	Progress any `json:"progress"` // the latest; null if there is none

	// LastEventID is the ID to follow the events from: they report everything since.
	LastEventID string `json:"lastEventId"`

	// Elsewhere says that another process runs it: its events are told there.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// view returns an import with its latest progress.
func (s *Server) view(r *http.Request, id string) (importView, error) {
	shot, err := s.runner.Snapshot(r.Context(), id)
	if err != nil {
		return importView{}, importError(id, err)
	}
	v := importView{Job: shot.Job, LastEventID: s.hub.ID(shot.Seq), Elsewhere: shot.Elsewhere}
	if shot.Progress != nil {
		v.Progress = shot.Progress
	}
	return v, nil
}

func (s *Server) job(r *http.Request, id string) (job.Job, error) {
	j, err := s.runner.Job(r.Context(), id)
	return j, importError(id, err)
}

// importError turns the error for an unknown import into a 404, and that for rejects that
// are no longer kept into a 409.
func importError(id string, err error) error {
	switch {
	case errors.Is(err, job.ErrNoJob):
		return refuse(http.StatusNotFound, "GET /v1/imports lists those that there are", "there is no import %s", id)
	case errors.Is(err, job.ErrForgotten):
		return refuse(http.StatusConflict, "", "%v", err)
	}
	return err
}

// A page of imports ends at its limit, or at maxImportBytes of memory.
const (
	usualImports   = 1000
	maxImports     = 1000
	maxImportBytes = 4 << 20
)

func (s *Server) getImports(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	limit, err := number(query, "limit", 1, maxImports)
	if err != nil {
		return err
	}
	since := query.Get("since")
	if _, err := time.Parse(time.RFC3339, since); since != "" && err != nil {
		return refuse(http.StatusBadRequest, "write it as 2026-03-01T00:00:00Z", "since=%s is no time", since)
	}
	if state := query.Get("state"); state != "" && !slices.Contains(job.FindStates, state) {
		return refuse(http.StatusBadRequest, "use "+strings.Join(job.FindStates, ", "), "state=%s: there is no such state", state)
	}
	after := query.Get("after")
	jobs, more, err := s.findSeen(r, job.Query{
		Search: query.Get("search"), Table: query.Get("table"), Target: query.Get("target"), State: query.Get("state"), Since: since,
		Before: after, Limit: int(cmp.Or(limit, usualImports)), Bytes: maxImportBytes,
	})
	if err != nil {
		return importError(after, err)
	}
	list := struct {
		Imports []job.Job `json:"imports"`
		Next    string    `json:"next,omitempty"` // the value for after; "" on the last page
	}{Imports: append([]job.Job{}, jobs...)} // an empty list is [], not null
	if more {
		list.Next = jobs[len(jobs)-1].ID
	}
	writeJSON(w, http.StatusOK, "application/json", list)
	return nil
}

// findSeen returns a page of the imports that the bearer of a request may see, and reports
// whether there are more of them. It tells nothing of others: not that there are some
// which a query finds, either.
func (s *Server) findSeen(r *http.Request, q job.Query) (seen []job.Job, more bool, err error) {
	b := bearerOf(r)
	if b.token == nil || b.token.Whole() {
		return s.runner.FindJobs(r.Context(), q)
	}
	limit := q.Limit
	for q.Limit = maxImports; ; {
		jobs, more, err := s.runner.FindJobs(r.Context(), q)
		if err != nil {
			return nil, false, err
		}
		for _, j := range jobs {
			if !b.sees(j.Request.Target) {
				continue
			}
			if len(seen) == limit {
				return seen, true, nil
			}
			seen = append(seen, j)
		}
		full := len(jobs) < q.Limit && len(seen) > 0 // of memory
		if !more || full {
			return seen, more, nil
		}
		q.Before = jobs[len(jobs)-1].ID
	}
}

func (s *Server) getImport(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r, r.PathValue("id"))
	if err == nil {
		writeJSON(w, http.StatusOK, "application/json", v)
	}
	return err
}

// deleteImport forgets an import that has ended.
func (s *Server) deleteImport(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := s.job(r, id); err != nil {
		return err
	}
	return forgotten(w, s.runner.Forget(r.Context(), id))
}

// warned says what was not done about something that was done.
type warned struct {
	Warnings []message.Note `json:"warnings"`
}

// forgotten answers that something was forgotten, or why it was not.
func forgotten(w http.ResponseWriter, err error) error {
	switch {
	case errors.Is(err, job.ErrActive):
		return refuse(http.StatusConflict, "", "%v", err)
	case errors.Is(err, job.ErrMarksLeft): // it is forgotten all the same
		writeJSON(w, http.StatusOK, "application/json", warned{message.Notes(err)})
		return nil
	case err != nil:
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// getUndo says what undoing an import would do.
func (s *Server) getUndo(w http.ResponseWriter, r *http.Request) error { return s.undo(w, r, true) }

// postUndo undoes an import.
func (s *Server) postUndo(w http.ResponseWriter, r *http.Request) error { return s.undo(w, r, false) }

func (s *Server) undo(w http.ResponseWriter, r *http.Request, try bool) error {
	id := r.PathValue("id")
	n, err := s.runner.Undo(r.Context(), id, try)
	switch {
	case errors.Is(err, job.ErrActive), errors.Is(err, job.ErrNoUndo):
		return refuse(http.StatusConflict, "", "%v", err)
	case err != nil:
		return told(importError(id, err), http.StatusConflict)
	}
	writeJSON(w, http.StatusOK, "application/json", n)
	return nil
}

// number returns a numeric parameter, 0 if it is not given.
func number(query url.Values, name string, least, most int64) (int64, error) {
	if !query.Has(name) {
		return 0, nil
	}
	n, err := strconv.ParseInt(query.Get(name), 10, 64)
	if err != nil || n < least || n > most {
		return 0, refuse(http.StatusBadRequest, "", "%s=%s: it is a number from %d to %d", name, query.Get(name), least, most)
	}
	return n, nil
}

func (s *Server) postPause(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, func(id string) error { return s.runner.Pause(r.Context(), id) })
}

func (s *Server) postResume(w http.ResponseWriter, r *http.Request) error {
	how, err := takeUp(r)
	if err != nil {
		return err
	}
	return s.change(w, r, func(id string) error {
		j, err := s.runner.Job(r.Context(), id)
		switch {
		case err != nil:
			return err
		case j.State.Active():
			return s.runner.Resume(r.Context(), id)
		}
		_, err = s.runner.TakeUp(r.Context(), id, how)
		return err
	})
}

// takeUp returns how what a request is about is to go on.
func takeUp(r *http.Request) (how job.TakeUp, err error) {
	query := r.URL.Query()
	if how.Changed, err = truth(query, "changed"); err != nil {
		return how, err
	}
	switch how.Unsure = query.Get("unsure"); how.Unsure {
	case "", "loaded", "open":
	default:
		return how, refuse(http.StatusBadRequest, "", "unsure=%s: it is loaded or open", how.Unsure)
	}
	return how, nil
}

func (s *Server) postCancel(w http.ResponseWriter, r *http.Request) error {
	var order struct {
		Rows string `json:"rows"`
	}
	if err := decodeAny(r.Body, &order); err != nil {
		return err
	}
	rows, err := job.ParseRows(order.Rows)
	if err != nil {
		return refuse(http.StatusBadRequest, "", "%v", err)
	}
	return s.change(w, r, func(id string) error { return s.runner.Cancel(r.Context(), id, rows) })
}

func (s *Server) postFirst(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, func(id string) error { return s.runner.First(r.Context(), id) })
}

// postLeave makes an interrupted import a cancelled one, which is not offered to go on.
func (s *Server) postLeave(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, func(id string) error { return s.runner.Leave(r.Context(), id) })
}

// change pauses, resumes or cancels an import. The import's next states show the result.
func (s *Server) change(w http.ResponseWriter, r *http.Request, do func(id string) error) error {
	id := r.PathValue("id")
	if _, err := s.job(r, id); err != nil {
		return err
	}
	if err := do(id); err != nil {
		return conflict(err)
	}
	v, err := s.view(r, id)
	if err == nil {
		writeJSON(w, http.StatusAccepted, "application/json", v)
	}
	return err
}
