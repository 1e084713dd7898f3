package localapi

import (
	"net/http"
	"strconv"

	"linefeed/docs"
)

// getOpenAPI answers with the description of the API. Its type is that of RFC 9512.
func (s *Server) getOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Length", strconv.Itoa(len(docs.OpenAPI)))
	_, _ = w.Write(docs.OpenAPI) // a client that does not read it is cut off
	return nil
}
