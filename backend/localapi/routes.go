package localapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A route is one call of the API. docs/api.md has a section for each, and docs/openapi.yaml
// an operation.
type route struct {
	method, path string
	kind         kind
	needs        need
	query        names    // the parameters that it has, beside those that its path has
	statuses     statuses // of its answers, beside those of all (see everyStatus)
	answer       func(*Server, http.ResponseWriter, *http.Request) error
}

type (
	names    []string
	statuses []int
)

// everyStatus are the statuses that any call may answer with, and bodyStatus those that a
// call with a body may, too.
var (
	everyStatus = statuses{400, 401, 403, 421, 500, 503}
	bodyStatus  = statuses{413, 415}
)

// importParameters returns the names of the parameters of an import, and more.
func importParameters(more ...string) names {
	for _, p := range parameters {
		more = append(more, p.name)
	}
	return more
}

var routes = []route{
	{"GET", "/v1/openapi.yaml", calls, toWatch, nil, statuses{200}, (*Server).getOpenAPI},
	{"POST", "/v1/previews", uploads, toImport, importParameters("name"), statuses{200, 422, 507}, (*Server).postPreview},
	{"POST", "/v1/plans", uploads, toImport, importParameters("name"), statuses{200, 422, 507}, (*Server).postPlan},
	{"POST", "/v1/plans/profile", uploads, toImport, importParameters("name"), statuses{200, 422, 507}, (*Server).postPlanProfile},
	{"POST", "/v1/imports", uploads, toImport, importParameters("name", "stream"), statuses{200, 202, 204, 422, 507}, (*Server).postImport},
	{"GET", "/v1/imports", calls, toWatch, names{"search", "table", "target", "state", "since", "after", "limit"}, statuses{200, 404}, (*Server).getImports},
	{"GET", "/v1/imports/{id}", calls, toWatch, nil, statuses{200, 404}, (*Server).getImport},
	{"DELETE", "/v1/imports/{id}", calls, toImport, nil, statuses{200, 204, 404, 409}, (*Server).deleteImport},
	{"GET", "/v1/imports/{id}/events", listeners, toWatch, names{"lastEventId"}, statuses{200, 204, 404, 409}, (*Server).getImportEvents},
	{"GET", "/v1/imports/{id}/rejects", calls, toWatch, names{"after", "offset", "limit", "code", "column", "value", "find", "open", "format"}, statuses{200, 404, 409}, (*Server).getRejects},
	{"GET", "/v1/imports/{id}/rejects/groups", calls, toWatch, names{"open", "values", "code", "column", "find", "offset", "limit"}, statuses{200, 404, 409}, (*Server).getRejectGroups},
	{"GET", "/v1/imports/{id}/rejects/{reject}/history", calls, toWatch, nil, statuses{200, 404, 409}, (*Server).getReject},
	{"GET", "/v1/imports/{id}/rejects/{reject}/fields", calls, toWatch, nil, statuses{200, 404, 409}, (*Server).getRejectFields},
	{"POST", "/v1/imports/{id}/retry/preview", calls, toImport, nil, statuses{200, 404, 409, 422}, (*Server).postRetryPreview},
	{"POST", "/v1/imports/{id}/retry", calls, toImport, nil, statuses{202, 404, 409, 422}, (*Server).postRetry},
	{"POST", "/v1/imports/{id}/dismiss", calls, toImport, nil, statuses{200, 404, 409, 422}, (*Server).postDismiss},
	{"POST", "/v1/imports/{id}/pause", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postPause},
	{"POST", "/v1/imports/{id}/resume", calls, toImport, names{"changed", "unsure"}, statuses{202, 404, 409}, (*Server).postResume},
	{"GET", "/v1/imports/{id}/cancel", calls, toImport, nil, statuses{200, 404, 409}, (*Server).getTakingBack},
	{"POST", "/v1/imports/{id}/cancel", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postCancel},
	{"POST", "/v1/imports/{id}/leave", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postLeave},
	{"GET", "/v1/imports/{id}/again", orders, toImport, nil, statuses{200, 404, 409}, (*Server).getAgain},
	{"GET", "/v1/imports/{id}/profile", calls, toImport, nil, statuses{200, 404, 409}, (*Server).getImportProfile},
	{"POST", "/v1/sets", orders, toImport, names{"preview", "plan"}, statuses{200, 202, 422}, (*Server).postSet},
	{"GET", "/v1/sets", calls, toWatch, nil, statuses{200}, (*Server).getSets},
	{"GET", "/v1/sets/{id}", calls, toWatch, nil, statuses{200, 404}, (*Server).getSet},
	{"DELETE", "/v1/sets/{id}", calls, toImport, nil, statuses{200, 204, 404, 409}, (*Server).deleteSet},
	{"GET", "/v1/sets/{id}/events", listeners, toWatch, names{"lastEventId"}, statuses{200, 204, 404, 409}, (*Server).getSetEvents},
	{"POST", "/v1/sets/{id}/pause", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postSetPause},
	{"POST", "/v1/sets/{id}/resume", calls, toImport, names{"changed", "unsure"}, statuses{202, 404, 409}, (*Server).postSetResume},
	{"POST", "/v1/sets/{id}/cancel", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postSetCancel},
	{"POST", "/v1/sets/{id}/leave", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postSetLeave},
	{"GET", "/v1/sets/{id}/rejects", calls, toWatch, names{"open", "format"}, statuses{200, 404, 409}, (*Server).getSetRejects},
	{"GET", "/v1/sets/{id}/rejects/groups", calls, toWatch, names{"open", "offset", "limit"}, statuses{200, 404, 409}, (*Server).getSetGroups},
	{"GET", "/v1/sets/{id}/undo", orders, toWatch, nil, statuses{200, 404, 409}, (*Server).getSetUndo},
	{"POST", "/v1/sets/{id}/undo", orders, toImport, names{"partly"}, statuses{200, 404, 409}, (*Server).postSetUndo},
	{"GET", "/v1/imports/{id}/undo", calls, toWatch, nil, statuses{200, 404, 409}, (*Server).getUndo},
	{"POST", "/v1/imports/{id}/undo", calls, toImport, nil, statuses{200, 404, 409}, (*Server).postUndo},
	{"POST", "/v1/imports/{id}/first", calls, toImport, nil, statuses{202, 404, 409}, (*Server).postFirst},
	{"GET", "/v1/profiles", calls, toImport, nil, statuses{200}, (*Server).getProfiles},
	{"GET", "/v1/profiles/{name}", calls, toImport, nil, statuses{200, 404, 422}, (*Server).getProfile},
	{"PUT", "/v1/profiles/{name}", calls, toOwn, nil, statuses{204, 404, 412, 422}, (*Server).putProfile},
	{"DELETE", "/v1/profiles/{name}", calls, toOwn, nil, statuses{204, 404, 422}, (*Server).deleteProfile},
	{"POST", "/v1/profiles/{name}/rename", calls, toOwn, nil, statuses{204, 404, 409, 422}, (*Server).renameProfile},
	{"POST", "/v1/profiles/{name}/fit", calls, toImport, nil, statuses{200, 404, 422}, (*Server).postFit},
	{"POST", "/v1/fits", calls, toImport, nil, statuses{200}, (*Server).postFits},
	{"GET", "/v1/watches", calls, toImport, nil, statuses{200}, (*Server).getWatches},
	{"GET", "/v1/profiles/{name}/watch", calls, toImport, nil, statuses{200, 404, 422}, (*Server).getWatch},
	{"PUT", "/v1/profiles/{name}/watch", calls, toOwn, nil, statuses{204, 404, 409, 422}, (*Server).putWatch},
	{"DELETE", "/v1/profiles/{name}/watch", calls, toOwn, nil, statuses{204, 404, 422}, (*Server).deleteWatch},
	{"GET", "/v1/connections", calls, toImport, nil, statuses{200}, (*Server).getConnections},
	{"PUT", "/v1/connections/{name}", orders, toOwn, nil, statuses{200, 201, 404, 409, 422}, (*Server).putConnection},
	{"DELETE", "/v1/connections/{name}", orders, toOwn, nil, statuses{200, 204, 404}, (*Server).deleteConnection},
	{"POST", "/v1/connections/{name}/rename", orders, toOwn, nil, statuses{200, 404, 409, 422}, (*Server).renameConnection},
	{"POST", "/v1/connections/{name}/test", orders, toOwn, nil, statuses{200, 404}, (*Server).testConnection},
	{"POST", "/v1/passwords", calls, toOwn, nil, statuses{204, 422}, (*Server).postPassword},
	{"POST", "/v1/tables", orders, toImport, nil, statuses{200, 422}, (*Server).postTables},
	{"POST", "/v1/tables/columns", orders, toImport, nil, statuses{200, 422}, (*Server).postColumns},
	{"POST", "/v1/tables/rows", orders, toOwn, nil, statuses{200, 422}, (*Server).postRows},
	{"GET", "/v1/presets", calls, toWatch, nil, statuses{200}, (*Server).getPresets},
	{"GET", "/v1/encodings", calls, toWatch, nil, statuses{200}, (*Server).getEncodings},
	{"GET", "/v1/notices", calls, toWatch, nil, statuses{200}, (*Server).getNotices},
	{"DELETE", "/v1/notices/{id}", calls, toOwn, nil, statuses{204, 404}, (*Server).deleteNotice},
	{"GET", "/v1/settings", calls, toWatch, nil, statuses{200}, (*Server).getSettings},
	{"PUT", "/v1/settings/{name}", calls, toOwn, nil, statuses{200, 404, 422}, (*Server).putSetting},
	{"GET", "/v1/settings/{name}/preview", calls, toOwn, names{"value"}, statuses{200, 404, 422}, (*Server).getGoing},
	{"GET", "/v1/store", calls, toOwn, nil, statuses{200}, (*Server).getStore},
	{"POST", "/v1/store/tidy", calls, toOwn, names{}, statuses{200}, (*Server).postTidy},
	{"GET", "/v1/store/ended", calls, toOwn, names{"age"}, statuses{200, 422}, (*Server).getEnded},
	{"DELETE", "/v1/store/ended", calls, toOwn, names{"age"}, statuses{200, 422}, (*Server).deleteEnded},
	{"DELETE", "/v1/store/damaged", calls, toOwn, names{"path"}, statuses{204}, (*Server).deleteDamaged},
	{"GET", "/v1/tokens", calls, toOwn, nil, statuses{200}, (*Server).getTokens},
	{"POST", "/v1/tokens", calls, toOwn, nil, statuses{201, 409, 422}, (*Server).postToken},
	{"DELETE", "/v1/tokens/{name}", calls, toOwn, nil, statuses{204, 404}, (*Server).deleteToken},
	{"GET", "/v1/events", listeners, toWatch, names{"lastEventId"}, statuses{200}, (*Server).getEvents},
}

// routes returns the handler of the requests that the guard lets in.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range routes {
		methods[r.path] = append(methods[r.path], r.method)
		mux.HandleFunc(r.method+" "+r.path, func(w http.ResponseWriter, req *http.Request) {
			entryOf(req).route = r.path
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
			entryOf(req).route = path
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
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "percent-encode what stands in it: ; is %3B", "the query of the address is not understood: %v", err)
	}
	// The parameters of imports are checked with what they say. A page may add one of its own to
	// the address of a stream, so that its browser takes it for another one.
	if r.query != nil && (r.kind == calls || r.kind == orders) {
		if err := known(query, r.query); err != nil {
			return err
		}
	}
	if r.kind != uploads { // these acquire and release their slots themselves
		release, err := s.slots.acquire(r.kind, req)
		if err != nil {
			return err
		}
		defer release()
	}
	err = decodeBody(w, req)
	if err == nil {
		err = r.answer(s, w, req)
	}
	if err != nil && s.ctx.Err() != nil {
		return ending
	}
	return err
}
