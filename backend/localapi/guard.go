package localapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// windowOrigins are the origins of the program's own window: on Linux and macOS, and on
// Windows.
var windowOrigins = []string{"wails://wails", "http://wails.localhost"}

// A guard lets a request in if it names this address as its host (a page that rebinds its
// host name to 127.0.0.1 sends that name), comes from no page or from one of a listed
// origin, and bears a valid token.
type guard struct {
	host    string
	origins []string
	bearers []func(token string) bool // a token is valid if any of them says so
	next    http.Handler
}

func newGuard(host string, origins []string, token string, next http.Handler) *guard {
	want := sha256.Sum256([]byte(token))
	return &guard{host: host, origins: origins, next: next, bearers: []func(string) bool{
		func(token string) bool {
			got := sha256.Sum256([]byte(token)) // makes the lengths equal
			return subtle.ConstantTimeCompare(got[:], want[:]) == 1
		},
	}}
}

// checkOrigins returns the window's origins and the given ones.
func checkOrigins(more []string) ([]string, error) {
	origins := slices.Clone(windowOrigins)
	for _, o := range more {
		u, err := url.Parse(o)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != o {
			return nil, fmt.Errorf("allow the origin %q: it is written as scheme://host:port, such as http://localhost:8080", o)
		}
		origins = append(origins, o)
	}
	return origins, nil
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Add("Vary", "Origin")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")

	if r.Host != g.host {
		problem{
			Status: http.StatusMisdirectedRequest,
			Detail: fmt.Sprintf("this is not %s", r.Host),
			Hint:   "send requests to http://" + g.host,
		}.write(w)
		return
	}
	origin := r.Header["Origin"]
	if len(origin) > 0 {
		if len(origin) > 1 || !slices.Contains(g.origins, origin[0]) {
			problem{
				Status: http.StatusForbidden,
				Detail: fmt.Sprintf("pages of %s may not call the local API", strings.Join(origin, ", ")),
				Hint:   "allow the origin where the program is started",
			}.write(w)
			return
		}
		// On every answer from here on: without it a page can't read a 401.
		header.Set("Access-Control-Allow-Origin", origin[0])
		header.Set("Access-Control-Expose-Headers", "Location, WWW-Authenticate")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			header.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			header.Set("Access-Control-Allow-Headers", "authorization, cache-control, content-type, idempotency-key, last-event-id, x-requested-with")
			header.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if challenge := g.challenge(r); challenge != "" {
		header.Set("WWW-Authenticate", challenge)
		problem{
			Status: http.StatusUnauthorized,
			Detail: "the request bears no valid token",
			Hint:   "send the token of api.json as \"Authorization: Bearer TOKEN\"",
		}.write(w)
		return
	}
	connOf(r).setKnown()
	g.next.ServeHTTP(w, r)
}

// challenge returns "" for a request with a valid token, otherwise what is missing, in
// the form of RFC 6750.
func (g *guard) challenge(r *http.Request) string {
	const realm = `Bearer realm="linefeed"`
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return realm
	}
	for _, good := range g.bearers {
		if good(strings.TrimSpace(token)) {
			return ""
		}
	}
	return realm + `, error="invalid_token"`
}
