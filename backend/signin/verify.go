package signin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejson "github.com/go-jose/go-jose/v4/json"
	"github.com/go-jose/go-jose/v4/jwt"
)

// A Refusal is why an access token is refused, in plain words of ASCII without quotes. No
// part of the token is in it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// Why an access token is refused.
const (
	ErrMalformed  Refusal = "it is no signed JWT"
	ErrAlgorithm  Refusal = "it is signed by an algorithm that is not taken"
	ErrUnknownKey Refusal = "the provider has no such key"
	ErrSignature  Refusal = "its signature is wrong"
	ErrIssuer     Refusal = "it comes from another issuer"
	ErrNotForUs   Refusal = "it is for another audience, or was issued to another client"
	ErrNotAccess  Refusal = "it is no access token"
	ErrBound      Refusal = "it is bound to a key of its bearer, which is not verified here"
	ErrExpired    Refusal = "it has expired"
	ErrNotYet     Refusal = "it is not valid yet: compare the clock of this computer"
)

// ErrUnreachable says that the provider can't be asked for its keys, so that nothing is
// known about a token.
var ErrUnreachable = errors.New("the sign-in provider can't be asked for its keys")

// algorithms are those by which access tokens may be signed. They are asymmetric: with one
// that is not, who can verify could sign, and a public key could be taken for a secret.
var algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

const (
	// mostToken is the length in bytes of the longest token that is looked at.
	mostToken = 16 << 10

	// leeway is by how much this computer's clock may be behind the provider's. None is
	// given at a token's end: its bearer can have a fresh one.
	leeway = 30 * time.Second
)

// A Verifier tells whose an access token is: a JWT (RFC 7519) that the provider of its
// configuration has signed. It is safe for concurrent use.
//
// The provider's keys are looked up when they are first needed, every few minutes while
// tokens come, and when a token names one that is not known, at most every ten seconds.
// No token whose key is known waits for that.
type Verifier struct {
	config Config
	keys   *keySet
	now    func() time.Time
}

// NewVerifier returns a verifier for a configuration that is [Config.On]. It asks the
// provider nothing yet, and nothing after ctx. Close it.
func NewVerifier(ctx context.Context, c Config) *Verifier { return newVerifier(ctx, c, time.Now) }

func newVerifier(ctx context.Context, c Config, now func() time.Time) *Verifier {
	return &Verifier{config: c, keys: newKeySet(ctx, c.Issuer, now), now: now}
}

// Close ends what is asked of the provider: from then on, only tokens are verified whose
// keys are known.
func (v *Verifier) Close() { v.keys.close() }

// IsJWT reports whether a bearer's token has the form of a signed JWT (RFC 7515, section
// 7.1), whoever has made it.
func IsJWT(token string) bool {
	return strings.Count(token, ".") == 2 && strings.HasPrefix(token, "ey") // {" as base64url
}

// Verify returns the user whose access token raw is. The token must be signed by a key of
// the provider, come from it (iss), be for the configured audience or issued to the
// configured client (aud, azp), be valid now (exp, nbf, iat), and be an access token: by its
// type in the header (RFC 9068) or, as Keycloak has it, in the claims. What the user may do
// is for the caller to ask: see [User.HasRole]. The error is a [Refusal], or wraps
// [ErrUnreachable].
func (v *Verifier) Verify(ctx context.Context, raw string) (User, error) {
	if len(raw) > mostToken {
		return User{}, ErrMalformed
	}
	jws, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil {
		if unexpected := (*jose.ErrUnexpectedSignatureAlgorithm)(nil); errors.As(err, &unexpected) {
			return User{}, ErrAlgorithm
		}
		return User{}, ErrMalformed // what is wrong could show a part of it
	}
	h := jws.Signatures[0].Protected
	// What is refused by what it says of itself costs nobody a request to the provider.
	if _, err := v.check(h, jws.UnsafePayloadWithoutVerification()); err != nil {
		return User{}, err
	}
	keys, err := v.keys.find(ctx, h)
	if err != nil {
		return User{}, err
	}
	for _, k := range keys {
		if payload, err := jws.Verify(k.Key); err == nil {
			return v.check(h, payload)
		}
	}
	return User{}, ErrSignature
}

// accessClaims are the claims of an access token.
type accessClaims struct {
	claims
	Type      string           `json:"typ"` // Keycloak's: Bearer, ID, Refresh, …
	Audience  jwt.Audience     `json:"aud"`
	Party     string           `json:"azp"`
	Expiry    *jwt.NumericDate `json:"exp"`
	NotBefore *jwt.NumericDate `json:"nbf"`
	IssuedAt  *jwt.NumericDate `json:"iat"`
	Bound     *struct{}        `json:"cnf"` // RFC 7800: DPoP, mutual TLS
}

// check returns the user of which a token tells, if it is an access token for this
// program that is valid now.
func (v *Verifier) check(h jose.Header, payload []byte) (User, error) {
	if _, critical := h.ExtraHeaders["crit"]; critical { // none of its extensions is one of a JWT that is known here
		return User{}, ErrMalformed
	}
	var c accessClaims
	// Unlike encoding/json, it refuses a claim that comes twice, and one in another case is
	// another one.
	if err := josejson.Unmarshal(payload, &c); err != nil {
		return User{}, ErrMalformed
	}
	now := v.now()
	switch {
	case c.Issuer != v.config.Issuer:
		return User{}, ErrIssuer
	case !isAccess(h, c.Type) || c.Subject == "":
		return User{}, ErrNotAccess
	case c.Bound != nil:
		return User{}, ErrBound
	case !c.isFor(v.config):
		return User{}, ErrNotForUs
	case c.Expiry == nil || !now.Before(c.Expiry.Time()):
		return User{}, ErrExpired
	case now.Add(leeway).Before(c.NotBefore.Time()) || now.Add(leeway).Before(c.IssuedAt.Time()):
		return User{}, ErrNotYet
	}
	return c.user(c.Expiry.Time()), nil
}

// isAccess reports whether a token is an access token, by the types that its header and
// its claims tell. An ID token is none (Keycloak's has the type ID, others tell none).
func isAccess(h jose.Header, claim string) bool {
	media, _ := h.ExtraHeaders[jose.HeaderType].(string)
	switch strings.TrimPrefix(strings.ToLower(media), "application/") {
	case "at+jwt":
		return claim == "" || strings.EqualFold(claim, "Bearer")
	case "", "jwt":
		return strings.EqualFold(claim, "Bearer")
	}
	return false
}

// isFor reports whether a token is meant for this program.
func (c accessClaims) isFor(config Config) bool {
	if config.Audience != "" {
		return slices.Contains(c.Audience, config.Audience)
	}
	return c.Party != "" && c.Party == config.Client
}
