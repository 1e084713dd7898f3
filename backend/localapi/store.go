package localapi

import (
	"errors"
	"net/http"
	"net/url"

	"linefeed/backend/job"
	"linefeed/backend/message"
)

// getStore tells what the program keeps.
func (s *Server) getStore(w http.ResponseWriter, r *http.Request) error {
	u, err := s.runner.Usage(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", u)
	return nil
}

// postTidy forgets what the settings don't keep, and frees its space.
func (s *Server) postTidy(w http.ResponseWriter, r *http.Request) error {
	if err := s.runner.Tidy(r.Context()); err != nil {
		return err
	}
	return s.getStore(w, r)
}

// getEnded tells what deleteEnded would forget.
func (s *Server) getEnded(w http.ResponseWriter, r *http.Request) error {
	age, err := ageIn(r.URL.Query())
	if err != nil {
		return err
	}
	g, err := s.runner.GoingOlder(r.Context(), age)
	return sendGoing(w, g, err)
}

// deleteEnded forgets the imports that ended longer ago than an age.
func (s *Server) deleteEnded(w http.ResponseWriter, r *http.Request) error {
	age, err := ageIn(r.URL.Query())
	if err != nil {
		return err
	}
	f, err := s.runner.ForgetOlder(r.Context(), age)
	if errors.Is(err, job.ErrBadSetting) {
		return settingError(err)
	}
	if notes := message.Notes(err); len(notes) > 0 { // about some of them, not about the others
		f.Left, err = append(f.Left, notes...), nil
	}
	if err == nil {
		writeJSON(w, http.StatusOK, "application/json", f)
	}
	return err
}

// ageIn returns the age that a query gives; "" for all. It has to be given.
func ageIn(query url.Values) (string, error) {
	switch age := query.Get("age"); age {
	case "":
		return "", refuse(http.StatusBadRequest, "say age=30d, or age=all", "no age is given")
	case "all":
		return "", nil
	default:
		return age, nil
	}
}

// getGoing tells what is forgotten at once when a setting is changed.
func (s *Server) getGoing(w http.ResponseWriter, r *http.Request) error {
	g, err := s.runner.Going(r.Context(), r.PathValue("name"), r.URL.Query().Get("value"))
	return sendGoing(w, g, err)
}

func sendGoing(w http.ResponseWriter, g job.Going, err error) error {
	if err != nil {
		return settingError(err)
	}
	writeJSON(w, http.StatusOK, "application/json", g)
	return nil
}

// deleteDamaged removes a damaged store that was set aside.
func (s *Server) deleteDamaged(w http.ResponseWriter, r *http.Request) error {
	path := r.URL.Query().Get("path")
	if path == "" {
		return refuse(http.StatusBadRequest, "GET /v1/store lists those that there are", "no path is given")
	}
	if err := s.runner.RemoveDamaged(r.Context(), path); err != nil { // it removes no other file
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
