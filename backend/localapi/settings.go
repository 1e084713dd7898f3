package localapi

import (
	"errors"
	"net/http"

	"linefeed/backend/job"
)

func (s *Server) getSettings(w http.ResponseWriter, r *http.Request) error {
	all, err := s.runner.Settings(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"settings": all})
	return nil
}

func (s *Server) putSetting(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Value string `json:"value"`
	}
	if err := decode(r.Body, &body); err != nil {
		return err
	}
	v, err := s.runner.SetSetting(r.Context(), r.PathValue("name"), body.Value)
	switch {
	case errors.Is(err, job.ErrNoSetting):
		return refuse(http.StatusNotFound, "", "%v", err)
	case errors.Is(err, job.ErrBadSetting):
		return refuse(http.StatusUnprocessableEntity, "", "%v", err)
	case err != nil:
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}
