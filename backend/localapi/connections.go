package localapi

import "net/http"

// getConnections lists the saved connections, which a request's target may name. It
// shows no password.
func (s *Server) getConnections(w http.ResponseWriter, r *http.Request) error {
	all, err := s.connections(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"connections": all})
	return nil
}
