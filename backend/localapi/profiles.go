package localapi

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

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
	p, err := s.profile(w, r, name, http.StatusNotFound)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", p)
	return nil
}

// putProfile saves a profile, in the place of another one of its name unless the request
// says If-None-Match: *.
func (s *Server) putProfile(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	text, err := readJSON(r.Body)
	if err != nil {
		return err
	}
	p, err := profile.Decode(bytes.NewReader(text), name)
	if err != nil {
		return profileError(err, http.StatusNotFound)
	}
	err = s.runner.Profiles.Save(r.Context(), name, p, r.Header.Get("If-None-Match") != "*")
	if errors.Is(err, profile.ErrTaken) {
		return withStatus(err, http.StatusPreconditionFailed)
	}
	return changed(w, err)
}

func (s *Server) deleteProfile(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	return changed(w, s.folders.RemoveProfile(name))
}

// renameProfile gives a saved profile another name. It goes on to watch its folder.
func (s *Server) renameProfile(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	if _, err := s.runner.Profiles.Get(name); errors.Is(err, profile.ErrNone) {
		return profileError(err, http.StatusNotFound)
	}
	var v struct {
		To string `json:"to"`
	}
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	return changed(w, s.folders.RenameProfile(r.Context(), name, v.To))
}

// A header is the names of a file's fields.
type header struct {
	Fields []string `json:"fields"`
}

// postFit tells what a profile makes of a file with these fields.
func (s *Server) postFit(w http.ResponseWriter, r *http.Request) error {
	name, err := profileName(r)
	if err != nil {
		return err
	}
	if _, err := s.profile(w, r, name, http.StatusNotFound); err != nil {
		return err
	}
	var h header
	if err := decode(r.Body, &h); err != nil {
		return err
	}
	fit, err := s.runner.FitProfile(name, h.Fields)
	if err != nil {
		return profileError(err, http.StatusNotFound)
	}
	writeJSON(w, http.StatusOK, "application/json", fit)
	return nil
}

// postFits lists the profiles that fit a file with these fields, the best first: those into
// databases that the bearer's token is good for.
func (s *Server) postFits(w http.ResponseWriter, r *http.Request) error {
	var h header
	if err := decode(r.Body, &h); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"profiles": append([]profile.Match{}, s.offered(r, h.Fields)...)})
	return nil
}

// offered returns the profiles that fit a file with these fields, of those that the bearer
// of a request may be told of.
func (s *Server) offered(r *http.Request, fields []string) []profile.Match {
	b := bearerOf(r)
	return s.runner.Profiles.Offer(fields, func(p profile.Profile) bool { return b.sees(p.Target) })
}

// seesProfile reports whether the bearer of a request may be told of a saved profile: its
// token is good for the profile's database.
func (s *Server) seesProfile(r *http.Request, name string) bool {
	b := bearerOf(r)
	if b.token == nil || b.token.Whole() {
		return true
	}
	p, err := s.runner.Profiles.Get(name)
	return err == nil && b.sees(p.Target)
}

// profile returns the profile that an address or a request names, if its bearer may be told
// of it. That there is none is a problem with the status none.
func (s *Server) profile(w http.ResponseWriter, r *http.Request, name string, none int) (profile.Profile, error) {
	p, err := s.runner.Profiles.Get(name)
	b := bearerOf(r)
	limited := b.token != nil && !b.token.Whole()
	switch {
	case limited && !profile.IsPath(name) && (err != nil || !b.sees(p.Target)):
		// The same whether there is one, and without the usual hint, which names all that there are.
		return p, outOfScope(w, "GET /v1/profiles lists those that you may use", "there is no profile %q, or %s is not good for its database", name, b)
	case err != nil:
		return p, profileError(err, none)
	case !b.sees(p.Target):
		return p, outOfScope(w, "", "%s is not good for the database of the profile %s", b, name)
	}
	return p, nil
}

// checkProfileNamed returns an error if the bearer of a request may not use the profile that
// it names. One without a database is for any.
func (s *Server) checkProfileNamed(w http.ResponseWriter, r *http.Request, name string) error {
	if name == "" {
		return nil
	}
	if p, err := s.runner.Profiles.Get(name); err == nil && p.Target == "" {
		return nil
	}
	_, err := s.profile(w, r, name, http.StatusUnprocessableEntity)
	return err
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
	return withStatus(err, status)
}
