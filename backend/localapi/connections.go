package localapi

import (
	"net/http"
	"slices"

	"linefeed/backend/connection"
)

// getConnections lists the saved connections, which a request's target may name: those that
// the bearer's token is good for. It shows no password.
func (s *Server) getConnections(w http.ResponseWriter, r *http.Request) error {
	all, err := s.connections(r.Context())
	if err != nil {
		return err
	}
	b := bearerOf(r)
	all = slices.DeleteFunc(all, func(c connection.Connection) bool { return !b.sees("connection:" + c.Name) })
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"connections": all})
	return nil
}
