package localapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A route is one call of the API. docs/api.md has a section for each.
type route struct {
	method, path string
	kind         kind
	answer       func(*Server, http.ResponseWriter, *http.Request) error
}

var routes = []route{
	{"POST", "/v1/imports", uploads, (*Server).postImport},
	{"GET", "/v1/imports", calls, (*Server).getImports},
	{"GET", "/v1/imports/{id}", calls, (*Server).getImport},
	{"DELETE", "/v1/imports/{id}", calls, (*Server).deleteImport},
	{"GET", "/v1/imports/{id}/events", listeners, (*Server).getImportEvents},
	{"GET", "/v1/imports/{id}/rejects", calls, (*Server).getRejects},
	{"GET", "/v1/imports/{id}/rejects/groups", calls, (*Server).getRejectGroups},
	{"GET", "/v1/imports/{id}/rejects/{reject}/history", calls, (*Server).getReject},
	{"POST", "/v1/imports/{id}/retry/preview", calls, (*Server).postRetryPreview},
	{"POST", "/v1/imports/{id}/retry", calls, (*Server).postRetry},
	{"POST", "/v1/imports/{id}/dismiss", calls, (*Server).postDismiss},
	{"POST", "/v1/imports/{id}/pause", calls, (*Server).postPause},
	{"POST", "/v1/imports/{id}/resume", calls, (*Server).postResume},
	{"POST", "/v1/imports/{id}/cancel", calls, (*Server).postCancel},
	{"POST", "/v1/sets", orders, (*Server).postSet},
	{"GET", "/v1/sets", calls, (*Server).getSets},
	{"GET", "/v1/sets/{id}", calls, (*Server).getSet},
	{"DELETE", "/v1/sets/{id}", calls, (*Server).deleteSet},
	{"GET", "/v1/sets/{id}/events", listeners, (*Server).getSetEvents},
	{"POST", "/v1/sets/{id}/pause", calls, (*Server).postSetPause},
	{"POST", "/v1/sets/{id}/resume", calls, (*Server).postSetResume},
	{"POST", "/v1/sets/{id}/cancel", calls, (*Server).postSetCancel},
	{"GET", "/v1/imports/{id}/undo", calls, (*Server).getUndo},
	{"POST", "/v1/imports/{id}/undo", calls, (*Server).postUndo},
	{"POST", "/v1/imports/{id}/first", calls, (*Server).postFirst},
	{"GET", "/v1/profiles", calls, (*Server).getProfiles},
	{"GET", "/v1/profiles/{name}", calls, (*Server).getProfile},
	{"PUT", "/v1/profiles/{name}", calls, (*Server).putProfile},
	{"DELETE", "/v1/profiles/{name}", calls, (*Server).deleteProfile},
	{"GET", "/v1/connections", calls, (*Server).getConnections},
	{"GET", "/v1/notices", calls, (*Server).getNotices},
	{"DELETE", "/v1/notices/{id}", calls, (*Server).deleteNotice},
	{"GET", "/v1/settings", calls, (*Server).getSettings},
	{"PUT", "/v1/settings/{name}", calls, (*Server).putSetting},
	{"GET", "/v1/events", listeners, (*Server).getEvents},
}

// routes returns the handler of the requests that the guard lets in.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range routes {
		methods[r.path] = append(methods[r.path], r.method)
		mux.HandleFunc(r.method+" "+r.path, func(w http.ResponseWriter, req *http.Request) {
			if err := s.answer(r, w, req); err != nil {
				writeError(w, err)
			}
		})
	}
	for path, allowed := range methods {
		if slices.Contains(allowed, "GET") {
			allowed = append(allowed, "HEAD") // as the mux does
		}
		slices.Sort(allowed)
		allow := strings.Join(allowed, ", ")
		mux.HandleFunc(path, func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Allow", allow)
			writeError(w, refuse(http.StatusMethodNotAllowed, "use "+allow, "%s can't be done to %s", req.Method, req.URL.Path))
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		writeError(w, refuse(http.StatusNotFound, "", "there is no %s", req.URL.Path))
	})
	return mux
}

// answer answers a request, unless the server is closed.
func (s *Server) answer(r route, w http.ResponseWriter, req *http.Request) error {
	ending := refuse(http.StatusServiceUnavailable, "start the program again", "the program ends")
	if !s.begin() {
		return ending
	}
	defer s.work.Done()
	// url.Values silently drops what it can't hold, such as delimiter=;
	if _, err := url.ParseQuery(req.URL.RawQuery); err != nil {
		return refuse(http.StatusBadRequest, "percent-encode what stands in it: ; is %3B", "the query of the address is not understood: %v", err)
	}
	if r.kind != uploads { // these acquire and release their slots themselves
		release, err := s.slots.acquire(r.kind, req)
		if err != nil {
			return err
		}
		defer release()
	}
	err := r.answer(s, w, req)
	if err != nil && s.ctx.Err() != nil {
		return ending
	}
	return err
}
