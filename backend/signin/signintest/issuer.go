package signintest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Client is the ID of the client to which an Issuer issues tokens.
const Client = "linefeed"

// An Issuer is a provider as a resource server sees it: its discovery document, its keys,
// and the tokens that it has issued, of whatever kind a test needs. URL is its issuer. It
// is safe for concurrent use.
type Issuer struct {
	*httptest.Server
	t testing.TB

	mu      sync.Mutex
	keys    []Key
	extra   []any // further members of the key set
	lookups int
	status  int           // of the answers; 0 for 200
	stalled chan struct{} // no answer before it is closed; nil for at once
	asked   chan struct{} // receives when a lookup begins, once for several
}

// A Key signs tokens.
type Key struct {
	ID      string
	Alg     jose.SignatureAlgorithm
	Private any
}

// NewKey makes a key for RS256, PS256, ES256, EdDSA or the like.
func NewKey(t testing.TB, id string, alg jose.SignatureAlgorithm) Key {
	t.Helper()
	var private any
	var err error
	switch {
	case alg == jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case alg == jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case alg == jose.ES384:
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case alg == jose.ES512:
		private, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Key{id, alg, private}
}

// Public returns the key as it is published.
func (k Key) Public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: (&jose.JSONWebKey{Key: k.Private}).Public().Key, KeyID: k.ID, Algorithm: string(k.Alg), Use: "sig"}
}

// NewIssuer starts an issuer with one key, until the test ends.
func NewIssuer(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{t: t, keys: []Key{NewKey(t, "first", jose.ES256)}, asked: make(chan struct{}, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		i.answer(w, r, map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/keys",
			"authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.lookups++
		set := slices.Clone(i.extra)
		for _, k := range i.keys {
			set = append(set, k.Public())
		}
		i.mu.Unlock()
		i.answer(w, r, map[string]any{"keys": set})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *Issuer) answer(w http.ResponseWriter, r *http.Request, v any) {
	i.mu.Lock()
	status, stalled := i.status, i.stalled
	i.mu.Unlock()
	select {
	case i.asked <- struct{}{}:
	default:
	}
	if stalled != nil {
		select {
		case <-stalled:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if status != 0 {
		w.WriteHeader(status)
	}
	_ = json.NewEncoder(w).Encode(v) // a client that has gone needs none
}

// SetKeys publishes keys in the place of those before. The first one signs.
func (i *Issuer) SetKeys(keys ...Key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// Publish adds a member to the key set, by which nothing is signed.
func (i *Issuer) Publish(member any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.extra = append(i.extra, member)
}

// Lookups returns how often the keys were asked for.
func (i *Issuer) Lookups() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.lookups
}

// Fail has the issuer answer with a status from now on; 0 for as usual.
func (i *Issuer) Fail(status int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.status = status
}

// Stall has the issuer answer nothing until release is called.
func (i *Issuer) Stall() (release func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	stalled := make(chan struct{})
	i.stalled = stalled
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.stalled = nil
		close(stalled)
	}
}

// Asked receives when the issuer is asked something.
func (i *Issuer) Asked() <-chan struct{} { return i.asked }

// Claims returns those of an access token of Keycloak that is good for five minutes, with
// changes: nil removes a claim.
func (i *Issuer) Claims(changes map[string]any) map[string]any {
	now := time.Now()
	claims := map[string]any{
		"iss": i.URL, "sub": "f3b1c9d2", "aud": "account", "azp": Client, "typ": "Bearer",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"preferred_username": "ada", "email": "ada@example.org",
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Token returns an access token as Claims has it, signed by the issuer's first key.
func (i *Issuer) Token(changes map[string]any) string {
	i.t.Helper()
	return i.Sign(i.Claims(changes), map[string]any{"typ": "JWT"})
}

// Sign returns a JWT of claims, or of JSON text as []byte, with further members of its
// header, signed by the issuer's first key.
func (i *Issuer) Sign(claims any, header map[string]any) string {
	i.t.Helper()
	i.mu.Lock()
	k := i.keys[0]
	i.mu.Unlock()
	return SignBy(i.t, k, claims, header)
}

// SignBy is Sign with some key.
func SignBy(t testing.TB, k Key, claims any, header map[string]any) string {
	t.Helper()
	text, ok := claims.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(claims); err != nil {
			t.Fatal(err)
		}
	}
	opt := &jose.SignerOptions{}
	for name, v := range header {
		opt.WithHeader(jose.HeaderKey(name), v)
	}
	var key any = jose.JSONWebKey{Key: k.Private, KeyID: k.ID}
	if k.ID == "" {
		key = k.Private
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.Alg, Key: key}, opt)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// IDToken returns claims as those of an ID token of Keycloak.
func IDToken(claims map[string]any) map[string]any {
	own := maps.Clone(claims)
	own["typ"], own["aud"], own["nonce"] = "ID", Client, strings.Repeat("n", 22)
	return own
}
