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
	needs        need
	answer       func(*Server, http.ResponseWriter, *http.Request) error
}

var routes = []route{
	{"POST", "/v1/imports", uploads, toImport, (*Server).postImport},
	{"GET", "/v1/imports", calls, toWatch, (*Server).getImports},
	{"GET", "/v1/imports/{id}", calls, toWatch, (*Server).getImport},
	{"DELETE", "/v1/imports/{id}", calls, toImport, (*Server).deleteImport},
	{"GET", "/v1/imports/{id}/events", listeners, toWatch, (*Server).getImportEvents},
	{"GET", "/v1/imports/{id}/rejects", calls, toWatch, (*Server).getRejects},
	{"GET", "/v1/imports/{id}/rejects/groups", calls, toWatch, (*Server).getRejectGroups},
	{"GET", "/v1/imports/{id}/rejects/{reject}/history", calls, toWatch, (*Server).getReject},
	{"POST", "/v1/imports/{id}/retry/preview", calls, toImport, (*Server).postRetryPreview},
	{"POST", "/v1/imports/{id}/retry", calls, toImport, (*Server).postRetry},
	{"POST", "/v1/imports/{id}/dismiss", calls, toImport, (*Server).postDismiss},
	{"POST", "/v1/imports/{id}/pause", calls, toImport, (*Server).postPause},
	{"POST", "/v1/imports/{id}/resume", calls, toImport, (*Server).postResume},
	{"POST", "/v1/imports/{id}/cancel", calls, toImport, (*Server).postCancel},
	{"POST", "/v1/sets", orders, toImport, (*Server).postSet},
	{"GET", "/v1/sets", calls, toWatch, (*Server).getSets},
	{"GET", "/v1/sets/{id}", calls, toWatch, (*Server).getSet},
	{"DELETE", "/v1/sets/{id}", calls, toImport, (*Server).deleteSet},
	{"GET", "/v1/sets/{id}/events", listeners, toWatch, (*Server).getSetEvents},
	{"POST", "/v1/sets/{id}/pause", calls, toImport, (*Server).postSetPause},
	{"POST", "/v1/sets/{id}/resume", calls, toImport, (*Server).postSetResume},
	{"POST", "/v1/sets/{id}/cancel", calls, toImport, (*Server).postSetCancel},
	{"GET", "/v1/imports/{id}/undo", calls, toWatch, (*Server).getUndo},
	{"POST", "/v1/imports/{id}/undo", calls, toImport, (*Server).postUndo},
	{"POST", "/v1/imports/{id}/first", calls, toImport, (*Server).postFirst},
	{"GET", "/v1/profiles", calls, toImport, (*Server).getProfiles},
	{"GET", "/v1/profiles/{name}", calls, toImport, (*Server).getProfile},
	{"PUT", "/v1/profiles/{name}", calls, toOwn, (*Server).putProfile},
	{"DELETE", "/v1/profiles/{name}", calls, toOwn, (*Server).deleteProfile},
	{"PUT", "/v1/profiles/{name}/watch", calls, toOwn, (*Server).putWatch},
	{"DELETE", "/v1/profiles/{name}/watch", calls, toOwn, (*Server).deleteWatch},
	{"GET", "/v1/connections", calls, toImport, (*Server).getConnections},
	{"GET", "/v1/notices", calls, toWatch, (*Server).getNotices},
	{"DELETE", "/v1/notices/{id}", calls, toOwn, (*Server).deleteNotice},
	{"GET", "/v1/settings", calls, toWatch, (*Server).getSettings},
	{"PUT", "/v1/settings/{name}", calls, toOwn, (*Server).putSetting},
	{"GET", "/v1/tokens", calls, toOwn, (*Server).getTokens},
	{"POST", "/v1/tokens", calls, toOwn, (*Server).postToken},
	{"DELETE", "/v1/tokens/{name}", calls, toOwn, (*Server).deleteToken},
	{"GET", "/v1/events", listeners, toWatch, (*Server).getEvents},
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
	if err := s.checkScope(w, req, r.needs); err != nil {
		return err
	}
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
	err := decodeBody(w, req)
	if err == nil {
		err = r.answer(s, w, req)
	}
	if err != nil && s.ctx.Err() != nil {
		return ending
	}
	return err
}
