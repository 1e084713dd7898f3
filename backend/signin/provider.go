package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"linefeed/backend/message"
)

// What can be wrong with a provider, and with its answers.
var (
	ErrProvider = errors.New("the sign-in provider can't be used") // it can't be reached, or does not keep to the standards
	ErrRefused  = errors.New("the sign-in provider refuses")
)

const (
	// providerTimeout is for one request to the provider.
	providerTimeout = 20 * time.Second

	// mostBody is what an answer of the provider may hold, in bytes.
	mostBody = 1 << 20

	// mostCause is the most of a provider's own words that an error has, in characters.
	mostCause = 200
)

// newHTTPClient returns a client for the provider. It follows no redirects: a code, a
// refresh token and a key set stay with the address that the provider has published.
func newHTTPClient() *http.Client {
	return &http.Client{
		Transport:     bounded{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       providerTimeout,
	}
}

// bounded cuts what is larger than any answer of a provider.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, mostBody), res.Body}
	}
	return res, err
}

// A provider is what a discovery document says of it (OpenID Connect Discovery 1.0).
type provider struct {
	config Config
	client *http.Client
	oidc   *oidc.Provider
	also   struct {
		EndSession string `json:"end_session_endpoint"`
		Revocation string `json:"revocation_endpoint"`
		Keys       string `json:"jwks_uri"`
		TellsIss   bool   `json:"authorization_response_iss_parameter_supported"`
	}
}

// discover asks the provider for its addresses. Each is as safe as its issuer must be:
// nobody else can read what is sent to them, or answer in their place.
func discover(ctx context.Context, c Config, client *http.Client) (*provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, client), c.Issuer)
	if err != nil {
		return nil, unusable(ctx, c, err)
	}
	p := &provider{config: c, client: client, oidc: found}
	if err := found.Claims(&p.also); err != nil {
		return nil, unusable(ctx, c, err)
	}
	end := found.Endpoint()
	needed := []string{end.AuthURL, end.TokenURL, p.also.Keys}
	if slices.Contains(needed, "") {
		return nil, unusable(ctx, c, errors.New("its discovery document names no endpoint for signing in, or no keys"))
	}
	for _, address := range append(needed, end.DeviceAuthURL, p.also.EndSession, p.also.Revocation) {
		if address != "" && !isSafe(address) {
			return nil, unusable(ctx, c, fmt.Errorf("its address %s is not https", plain(address)))
		}
	}
	return p, nil
}

// isSafe reports whether what is sent to an address, or opened by it, can be read by nobody
// on the way, and the address is what it shows: https, or http on this computer.
func isSafe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsFunc(address, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// scopes are asked for: who the user is. Without offline_access the sign-in lasts no longer
// than the user's session at the provider.
var scopes = []string{oidc.ScopeOpenID, "profile", "email"}

func (p *provider) oauth(redirect string) *oauth2.Config {
	end := p.oidc.Endpoint()
	end.AuthStyle = oauth2.AuthStyleInParams // a public client has no secret
	return &oauth2.Config{ClientID: p.config.Client, Endpoint: end, RedirectURL: redirect, Scopes: scopes}
}

// with returns a context in which the provider is asked by its client.
func (p *provider) with(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// identify returns the user of an ID token (OpenID Connect Core 1.0, section 3.1.3.7) and
// of the access token that came with it. nonce is that of the request, "" for one without.
func (p *provider) identify(ctx context.Context, tok *oauth2.Token, nonce string) (User, error) {
	raw, _ := tok.Extra("id_token").(string)
	if raw == "" {
		return User{}, errors.New("it sends no ID token")
	}
	id, err := p.oidc.VerifierContext(p.with(ctx), &oidc.Config{ClientID: p.config.Client}).Verify(ctx, raw)
	if _, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return User{}, errors.New("its ID token has expired already: compare the clock of this computer")
	}
	if err != nil {
		return User{}, err
	}
	if nonce != "" && subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return User{}, errors.New("its ID token is not of this sign-in: the nonce differs")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(tok.AccessToken); err != nil {
			return User{}, errors.New("its access token is not that of the ID token")
		}
	}
	var told struct {
		claims
		Azp string `json:"azp"`
	}
	if err := id.Claims(&told); err != nil {
		return User{}, err
	}
	if told.Azp != p.config.Client && (told.Azp != "" || len(id.Audience) > 1) {
		return User{}, errors.New("its ID token was issued to another client")
	}
	if told.Subject == "" {
		return User{}, errors.New("its ID token names no user")
	}
	u := told.user(time.Time{})
	u.addRoles(tok.AccessToken)
	return u, nil
}

// errOther says that the provider changes the user of a sign-in.
var errOther = errors.New("its tokens are of another user than before")

// identifyAgain returns the user of a sign-in by the tokens of a refresh, among which an ID
// token need not be (OpenID Connect Core 1.0, section 12.2).
func (p *provider) identifyAgain(ctx context.Context, tok *oauth2.Token, before User) (User, error) {
	if tok.Extra("id_token") == nil {
		u := before
		u.Realm, u.Clients = nil, map[string][]string{}
		u.addRoles(tok.AccessToken)
		return u, nil
	}
	u, err := p.identify(ctx, tok, "")
	if err == nil && u.Subject != before.Subject {
		err = errOther
	}
	return u, err
}

// addRoles adds the roles that an access token tells. It comes from the provider itself,
// over a connection that nobody else can write to, so that its signature says nothing more.
// A token that is no JWT tells nothing.
func (u *User) addRoles(access string) {
	parts := strings.Split(access, ".")
	if len(parts) != 3 {
		return
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return
	}
	var told claims
	if json.Unmarshal(payload, &told) != nil || told.Subject != u.Subject || told.Issuer != u.Issuer {
		return
	}
	more := told.user(time.Time{})
	u.Realm = union(u.Realm, more.Realm)
	for client, names := range more.Clients {
		u.Clients[client] = union(u.Clients[client], names)
	}
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// unusable returns an error that wraps [ErrProvider], or that of ctx if it is over.
func unusable(ctx context.Context, c Config, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return message.NewError(ErrProvider, "signin_provider", "check_issuer", "issuer", c.Issuer, "cause", cause(err))
}

// isRefusal reports whether the provider has answered, and refused with a code (RFC 6749,
// section 5.2).
func isRefusal(err error, code string) bool {
	var refusal *oauth2.RetrieveError
	return errors.As(err, &refusal) && refusal.ErrorCode == code
}

// cause returns in a few plain words what went wrong. Of a provider's answer it has the
// code and the description of an error, and nothing else: the answer may hold a token.
func cause(err error) string {
	var refusal *oauth2.RetrieveError
	var request *url.Error
	switch {
	case errors.As(err, &refusal) && refusal.ErrorCode != "":
		return refusalText(refusal.ErrorCode, refusal.ErrorDescription)
	case errors.As(err, &refusal) && refusal.Response != nil:
		return "it answers " + plain(refusal.Response.Status)
	case errors.As(err, &request):
		return plain(request.Err.Error())
	}
	return plain(err.Error())
}

// refusalText returns an error that a provider tells.
func refusalText(code, description string) string {
	if description == "" {
		return plain(code)
	}
	return plain(code + ": " + description)
}

// plain returns the begin of a text, on one line and with nothing in it that can't be seen.
func plain(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, text)), " ")
	if all := []rune(text); len(all) > mostCause {
		return string(all[:mostCause]) + "…"
	}
	return text
}
