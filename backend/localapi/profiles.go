package localapi

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"linefeed/backend/message"
	"linefeed/backend/profile"
)

// getProfiles lists the saved profiles: those into databases that the bearer's token is good
// for.
func (s *Server) getProfiles(w http.ResponseWriter, r *http.Request) error {
	all, err := s.runner.Profiles.List()
	if err != nil {
		return err
	}
	b := bearerOf(r)
	all = slices.DeleteFunc(all, func(e profile.Entry) bool { return !b.sees(e.Target) })
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"profiles": append([]profile.Entry{}, all...)})
	return nil
}

// getProfile answers with a profile as its file has it.
func (s *Server) getProfile(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	p, err := s.runner.Profiles.Get(name)
	if err != nil {
		return profileError(err, http.StatusNotFound)
	}
	if b := bearerOf(r); !b.sees(p.Target) {
		return outOfScope(w, "", "%s is not good for the database of the profile %s", b, name)
	}
	writeJSON(w, http.StatusOK, "application/json", p)
	return nil
}

// putProfile saves a profile, in the place of another one of its name.
func (s *Server) putProfile(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	p, err := profile.Decode(io.LimitReader(r.Body, maxJSON+1), name)
	if err != nil {
		return profileError(err, http.StatusNotFound)
	}
	if err := s.runner.Profiles.Save(r.Context(), name, p, true); err != nil {
		return profileError(err, http.StatusNotFound)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) deleteProfile(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	if err := s.runner.Profiles.Remove(name); err != nil {
		return profileError(err, http.StatusNotFound)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// putWatch has the window load what comes into a folder by a profile, while it is open.
func (s *Server) putWatch(w http.ResponseWriter, r *http.Request) error {
	var folder profile.Watch
	if err := decode(r.Body, &folder); err != nil {
		return err
	}
	return s.setWatch(w, r, &folder)
}

func (s *Server) deleteWatch(w http.ResponseWriter, r *http.Request) error {
	return s.setWatch(w, r, nil)
}

func (s *Server) setWatch(w http.ResponseWriter, r *http.Request, folder *profile.Watch) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	if err := s.runner.Profiles.SetWatch(r.Context(), name, folder); err != nil {
		return profileError(err, http.StatusNotFound)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// profileName returns the name in the address, which is never a path.
func profileName(r *http.Request) (string, error) {
	name := r.PathValue("name")
	if profile.IsPath(name) {
		return "", refuse(http.StatusNotFound, "GET /v1/profiles lists those that there are", "there is no profile %s", name)
	}
	return name, nil
}

// profileError turns an error about a profile into a problem, with the given status if
// there is none of its name.
func profileError(err error, none int) error {
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, profile.ErrNone):
		status = none
	case errors.Is(err, profile.ErrName), errors.Is(err, profile.ErrFormat), errors.Is(err, profile.ErrUse):
	default:
		return err
	}
	n := message.Of(err)
	return problem{Status: status, Detail: n.Message, Hint: n.Hint, Reasons: message.Notes(err)}
}
