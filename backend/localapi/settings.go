package localapi

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"linefeed/backend/job"
)

// getNotices lists what users of the program should know, until it is dismissed.
func (s *Server) getNotices(w http.ResponseWriter, r *http.Request) error {
	all, err := s.runner.Notices(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"notices": all})
	return nil
}

func (s *Server) deleteNotice(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return refuse(http.StatusNotFound, "GET /v1/notices lists those that there are", "there is no notice %s", r.PathValue("id"))
	}
	if err := s.runner.DismissNotice(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) getSettings(w http.ResponseWriter, r *http.Request) error {
	all, err := s.runner.Settings(r.Context())
	if err != nil {
		return err
	}
	if b := bearerOf(r); b.token != nil && !b.token.Whole() { // it names databases of others
		all = slices.DeleteFunc(all, func(v job.Setting) bool { return v.Name == job.SigninTargets })
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
	if err != nil {
		return settingError(err)
	}
	writeJSON(w, http.StatusOK, "application/json", v)
	return nil
}

// settingError turns the errors for an unknown setting, and for a value that it can't have,
// into a 404 and a 422, and for one that an administrator has pinned into a 403.
func settingError(err error) error {
	switch {
	case errors.Is(err, job.ErrNoSetting):
		return withStatus(err, http.StatusNotFound)
	case errors.Is(err, job.ErrBadSetting):
		return withStatus(err, http.StatusUnprocessableEntity)
	case errors.Is(err, job.ErrPinned):
		return withStatus(err, http.StatusForbidden)
	}
	return err
}
