package localapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/signin"
)

// windowOrigins are the origins of the program's own window: on Linux and macOS, and on
// Windows.
var windowOrigins = []string{"wails://wails", "http://wails.localhost"}

// A guard lets a request in if it names this address as its host (a page that rebinds its
// host name to 127.0.0.1 sends that name), comes from no page or from one of a listed
// origin, and bears a valid token.
type guard struct {
	host    string
	origins []string          // of the pages that may call, beside those that access has
	own     [sha256.Size]byte // the hash of the program's own token
	access  *access.Book
	users   Users
	next    http.Handler
}

// checkOrigins returns the window's origins and the given ones.
func checkOrigins(more []string) ([]string, error) {
	origins := slices.Clone(windowOrigins)
	for _, o := range more {
		if !access.IsOrigin(o) {
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

	e := entryOf(r)
	if r.Host != g.host {
		e.refused = "another host"
		problem{
			Status: http.StatusMisdirectedRequest,
			Detail: fmt.Sprintf("this is not %s", r.Host),
			Hint:   "send requests to http://" + g.host,
		}.write(w)
		return
	}
	origin := r.Header["Origin"]
	if len(origin) > 0 {
		if len(origin) > 1 || !g.allows(r.Context(), origin[0]) {
			e.refused = "a page of an origin that is not allowed"
			problem{
				Status: http.StatusForbidden,
				Detail: fmt.Sprintf("pages of %s may not call the local API", strings.Join(origin, ", ")),
				Hint:   "allow the origin in the settings: allowed-origins",
			}.write(w)
			return
		}
		// On every answer from here on: without it a page can't read a 401.
		header.Set("Access-Control-Allow-Origin", origin[0])
		header.Set("Access-Control-Expose-Headers", "Location, Retry-After, WWW-Authenticate, "+forgottenHeader)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			header.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			header.Set("Access-Control-Allow-Headers", "authorization, cache-control, content-encoding, content-type, idempotency-key, if-none-match, last-event-id, x-requested-with")
			header.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	bearer, refused := g.bearer(r)
	if refused != nil {
		e.refused = refused.reason
		refused.write(w)
		return
	}
	e.who = bearer.kind()
	connOf(r).setKnown()
	g.next.ServeHTTP(w, r.WithContext(bearer.within(r.Context())))
}

// allows reports whether pages of an origin may call.
func (g *guard) allows(ctx context.Context, origin string) bool {
	if known := slices.Contains(g.origins, origin); known || g.access == nil {
		return known
	}
	more, err := g.access.Origins(ctx)
	return err == nil && slices.Contains(more, origin)
}

// A refusal is why the bearer of a request is not let in.
type refusal struct {
	problem
	reason    string // for the log
	challenge string // as of RFC 6750, beside the realm; "" for none
}

func (f refusal) write(w http.ResponseWriter) {
	if f.Status != http.StatusServiceUnavailable {
		challenge := realm
		if f.challenge != "" {
			challenge += ", " + f.challenge
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	f.problem.write(w)
}

// Parts of challenges (RFC 6750, section 3).
const (
	realm             = `Bearer realm="linefeed"`
	invalidToken      = `error="invalid_token"`
	insufficientScope = `error="insufficient_scope"`
)

var noToken = problem{
	Status: http.StatusUnauthorized,
	Detail: "the request bears no valid token",
	Hint:   "send the token of api.json, or one of `linefeed tokens`, as \"Authorization: Bearer TOKEN\"",
}

// bearer returns who sends a request, or why nobody does who is let in.
func (g *guard) bearer(r *http.Request) (bearer, *refusal) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return bearer{}, &refusal{problem: noToken, reason: "no token"}
	}
	token = strings.TrimSpace(token)
	got := sha256.Sum256([]byte(token)) // makes the lengths equal
	if subtle.ConstantTimeCompare(got[:], g.own[:]) == 1 {
		return bearer{}, nil
	}
	if g.users != nil && signin.IsJWT(token) {
		return g.user(r.Context(), token)
	}
	if g.access != nil {
		if t, err := g.access.Find(r.Context(), token); err == nil { // with any error nobody gets in
			return bearer{token: &t, secret: token}, nil
		}
	}
	return bearer{}, &refusal{noToken, unknownToken, invalidToken}
}

// unknownToken is a reason for the log.
const unknownToken = "a token that is not known"

// user returns the user whose access token a request bears.
func (g *guard) user(ctx context.Context, token string) (bearer, *refusal) {
	u, scope, err := g.users(ctx, token)
	why, refused := errors.AsType[signin.Refusal](err)
	switch {
	case err == nil:
		return bearer{token: &access.Token{Name: u.Name, Scope: scope, Expires: u.Expiry.UTC().Format(time.RFC3339)}, user: &u, secret: token}, nil
	case refused:
		return bearer{}, &refusal{problem{
			Status: http.StatusUnauthorized,
			Detail: "the access token is refused: " + why.Error(),
			Hint:   "sign in again, or refresh it",
		}, "an access token that is not valid", fmt.Sprintf("error=\"invalid_token\", error_description=%q", why)}
	case errors.Is(err, signin.ErrOff):
		return bearer{}, &refusal{noToken, unknownToken, invalidToken}
	case errors.Is(err, signin.ErrNoRole):
		return bearer{}, &refusal{problem{
			Status: http.StatusForbidden,
			Detail: signin.ErrNoRole.Error(),
			Hint:   "ask who manages the users of the sign-in provider",
		}, "a user without the role", insufficientScope}
	}
	return bearer{}, &refusal{reason: "an access token that can't be verified now", problem: problem{ // what is wrong is for the user of the program to know
		Status: http.StatusServiceUnavailable,
		Detail: "the access token can't be verified now",
		Hint:   "try again later; imports that run go on",
	}}
}
