package signin

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// How the keys of a provider are kept. A provider that changes its keys publishes the new
// one before, or when, it signs with it, and removes the old one when the last token that it
// signed has expired, or at once when it is no longer secret.
const (
	// keysFresh is how long keys are used before they are looked up again, beside the
	// verification that finds them older.
	keysFresh = 5 * time.Minute

	// keysTrusted is how long keys are used where the provider can't be reached.
	keysTrusted = time.Hour

	// keysAgain is the least time between two lookups, whatever tokens come.
	keysAgain = 10 * time.Second

	// keysTimeout is for one lookup, discovery included.
	keysTimeout = 5 * time.Second

	mostKeys = 100
	leastRSA = 2048 // bits; go-jose takes none above jose.MaxRSAModulusBits, as each verification takes its time
)

// A keySet has the public keys of a provider (RFC 7517), found by its discovery document
// (OpenID Connect Discovery 1.0). It is safe for concurrent use.
//
// oidc.RemoteKeySet is not used: it asks the provider for each token that it can't verify,
// never forgets a key that the provider has withdrawn, and takes any key for any algorithm.
type keySet struct {
	issuer string
	client *http.Client
	now    func() time.Time

	ctx  context.Context // of lookups
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fetched time.Time     // when the lookup began that found them
	tried   time.Time     // when the last lookup began
	failed  error         // of the last lookup
	running chan struct{} // closed when the lookup under way ends; nil if there is none
}

func newKeySet(ctx context.Context, issuer string, now func() time.Time) *keySet {
	s := &keySet{issuer: issuer, client: newHTTPClient(), now: now}
	s.ctx, s.stop = context.WithCancel(ctx)
	return s
}

// close ends a lookup, and waits for it. None begins any more.
func (s *keySet) close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.work.Wait()
}

// find returns the keys that a token with that header may be signed by. It waits for the
// provider only where none is known, and only until ctx is done. The error wraps
// ErrUnknownKey or ErrUnreachable.
func (s *keySet) find(ctx context.Context, h jose.Header) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	keys := s.known(h)
	var lookup <-chan struct{}
	if len(keys) == 0 || s.now().Sub(s.fetched) >= keysFresh {
		lookup = s.look()
	}
	s.mu.Unlock()
	if len(keys) > 0 {
		return keys, nil
	}
	if lookup != nil {
		select {
		case <-lookup:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, context.Cause(ctx))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	keys = s.known(h)
	switch {
	case len(keys) > 0:
		return keys, nil
	case s.failed != nil:
		return nil, fmt.Errorf("%w: %s", ErrUnreachable, cause(s.failed))
	}
	return nil, ErrUnknownKey
}

// known returns the keys that fit a header and may still be used. mu is held.
func (s *keySet) known(h jose.Header) (fitting []jose.JSONWebKey) {
	if s.fetched.IsZero() || s.now().Sub(s.fetched) >= keysTrusted {
		return nil
	}
	for _, k := range s.keys {
		if (h.KeyID == "" || k.KeyID == h.KeyID) && (k.Algorithm == "" || k.Algorithm == h.Algorithm) {
			fitting = append(fitting, k)
		}
	}
	return fitting
}

// look returns the lookup that is under way; if none is, it begins one, unless it is too
// early: then it returns nil. mu is held.
func (s *keySet) look() <-chan struct{} {
	now := s.now()
	if s.running != nil || !s.tried.IsZero() && now.Sub(s.tried) < keysAgain || s.ctx.Err() != nil {
		return s.running
	}
	done := make(chan struct{})
	s.running, s.tried = done, now
	s.work.Go(func() {
		keys, err := s.fetch()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.failed = err
		if err == nil {
			s.keys, s.fetched = keys, now
		}
		s.running = nil
		close(done)
	})
	return done
}

// fetch asks the provider for its keys.
func (s *keySet) fetch() ([]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(s.ctx, keysTimeout)
	defer cancel()
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, s.client), s.issuer)
	if err != nil {
		return nil, err
	}
	var discovered struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&discovered); err != nil {
		return nil, err
	}
	if !isSafe(discovered.Keys) {
		return nil, fmt.Errorf("the provider has its keys at %q, which is no https address", discovered.Keys)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, discovered.Keys, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the keys at %s: %s", discovered.Keys, res.Status)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	return parseKeys(text)
}

// parseKeys returns the keys of a JWK set by which signatures can be verified. Those that
// are of another kind or for another use are left out (RFC 7517, section 5).
func parseKeys(text []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("the provider's keys are not understood: %w", err)
	}
	if len(set.Keys) > mostKeys {
		return nil, fmt.Errorf("the provider has %d keys: at most %d are taken", len(set.Keys), mostKeys)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) != nil || !k.Valid() || !k.IsPublic() || k.Use != "" && k.Use != "sig" {
			continue
		}
		if k.Algorithm != "" && !slices.Contains(algorithms, jose.SignatureAlgorithm(k.Algorithm)) {
			continue
		}
		if r, ok := k.Key.(*rsa.PublicKey); ok && r.N.BitLen() < leastRSA {
			continue
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the provider has no key that signatures can be verified by: RSA keys have %d to %d bits", leastRSA, jose.MaxRSAModulusBits)
	}
	return keys, nil
}
