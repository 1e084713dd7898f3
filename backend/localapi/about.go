package localapi

import (
	"errors"
	"net/http"
	"strconv"

	"linefeed/backend/job"
)

// What can be asked about an import beside how it goes.

// getAgain answers with what to send to do once more what an import was asked for.
func (s *Server) getAgain(w http.ResponseWriter, r *http.Request) error {
	return s.about(w, r, func(id string) (any, error) { return s.runner.Again(r.Context(), id, "") })
}

// getImportProfile answers with what was settled for an import as a profile.
func (s *Server) getImportProfile(w http.ResponseWriter, r *http.Request) error {
	return s.about(w, r, func(id string) (any, error) { return s.runner.ProfileOf(r.Context(), id) })
}

// getTakingBack says whether the rows that an import has committed can be taken back.
func (s *Server) getTakingBack(w http.ResponseWriter, r *http.Request) error {
	return s.about(w, r, func(id string) (any, error) { return s.runner.TakingBack(r.Context(), id) })
}

// about answers with what f knows of an import. That it knows nothing of this one is a 409.
func (s *Server) about(w http.ResponseWriter, r *http.Request, f func(id string) (any, error)) error {
	id := r.PathValue("id")
	if _, err := s.job(r, id); err != nil {
		return err
	}
	v, err := f(id)
	switch {
	case errors.Is(err, job.ErrNoJob):
		return importError(id, err)
	case errors.Is(err, job.ErrNoReject):
		return rejectError(err)
	case err != nil:
		return withStatus(err, http.StatusConflict)
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// getRejectFields answers with the fields of an open reject, to be edited.
func (s *Server) getRejectFields(w http.ResponseWriter, r *http.Request) error {
	reject, err := rejectID(r)
	if err != nil {
		return err
	}
	return s.about(w, r, func(id string) (any, error) { return s.runner.RejectFields(r.Context(), id, reject) })
}

// maxReject is the largest number of a reject that is asked for.
const maxReject = 1 << 40

// rejectID returns the ID of the reject that the address names.
func rejectID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("reject"), 10, 64)
	if err != nil || id < 1 || id > maxReject {
		return 0, refuse(http.StatusNotFound, "", "rejects have numbers from 1, and not %q", r.PathValue("reject"))
	}
	return id, nil
}

// rejectError turns the error for an unknown reject into a 404.
func rejectError(err error) error {
	if errors.Is(err, job.ErrNoReject) {
		return withStatus(err, http.StatusNotFound)
	}
	return err
}
