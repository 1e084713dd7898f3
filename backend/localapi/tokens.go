package localapi

import (
	"errors"
	"net/http"

	"linefeed/backend/access"
)

// getTokens lists the tokens that were made for other programs, without their secrets.
func (s *Server) getTokens(w http.ResponseWriter, r *http.Request) error {
	all, err := s.access.List(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"tokens": all})
	return nil
}

// postToken makes a token. Only this answer has its secret.
func (s *Server) postToken(w http.ResponseWriter, r *http.Request) error {
	var v struct {
		Name string `json:"name"`
		access.Scope
		Lasts string `json:"lasts"`
	}
	if err := decode(r.Body, &v); err != nil {
		return err
	}
	if v.Lasts == "" {
		v.Lasts = access.UsualLife
	}
	lasts, err := access.ParseLife(v.Lasts)
	if err != nil {
		return tokenError(err)
	}
	secret, t, err := s.access.Add(r.Context(), v.Name, v.Scope, lasts)
	if err != nil {
		return tokenError(err)
	}
	writeJSON(w, http.StatusCreated, "application/json", struct {
		access.Token
		Secret string `json:"token"`
	}{t, secret})
	return nil
}

// deleteToken revokes a token. Its streams end within a moment.
func (s *Server) deleteToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.access.Remove(r.Context(), r.PathValue("name")); err != nil {
		return tokenError(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// tokenError turns an error about a token into a problem.
func tokenError(err error) error {
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, access.ErrNoToken):
		status = http.StatusNotFound
	case errors.Is(err, access.ErrNameTaken):
		status = http.StatusConflict
	case errors.Is(err, access.ErrName), errors.Is(err, access.ErrScope), errors.Is(err, access.ErrLife):
	default:
		return err
	}
	return withStatus(err, status)
}
