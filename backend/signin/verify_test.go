package signin

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"linefeed/backend/signin/signintest"
)

// A verifying is an issuer, and a verifier of its tokens with a clock that the test moves.
type verifying struct {
	*testing.T
	*signintest.Issuer
	*Verifier

	mu    sync.Mutex
	ahead time.Duration
}

func newVerifying(t *testing.T, changes func(*Config)) *verifying {
	t.Helper()
	v := &verifying{T: t, Issuer: signintest.NewIssuer(t)}
	c := Config{Issuer: v.URL, Client: signintest.Client}
	if changes != nil {
		changes(&c)
	}
	v.Verifier = newVerifier(t.Context(), c, func() time.Time {
		v.mu.Lock()
		defer v.mu.Unlock()
		return time.Now().Add(v.ahead)
	})
	t.Cleanup(v.Verifier.Close)
	return v
}

// pass moves the clock.
func (v *verifying) pass(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ahead += d
}

// lasting returns claims of an access token that outlives every movement of the clock.
func (v *verifying) lasting() map[string]any {
	return v.Claims(map[string]any{"exp": time.Now().Add(1000 * time.Hour).Unix()})
}

// want verifies a token, and holds the error against err, and that it shows nothing of the
// token.
func (v *verifying) want(name, token string, err error) {
	v.Helper()
	user, got := v.Verify(v.Context(), token)
	switch {
	case !errors.Is(got, err) || (got == nil) != (err == nil):
		v.Errorf("%s: got %v, want %v", name, got, err)
	case err == nil && user.Name != "ada":
		v.Errorf("%s: the user is %+v", name, user)
	case err != nil && user.Subject != "":
		v.Errorf("%s: beside an error, the user is %+v", name, user)
	}
	if got == nil {
		return
	}
	for part := range strings.SplitSeq(token, ".") {
		for i := 0; i+12 <= len(part) && i < 2000; i++ {
			if strings.Contains(got.Error(), part[i:i+12]) {
				v.Errorf("%s: the error shows a part of the token: %v", name, got)
				return
			}
		}
	}
}

func TestVerify(t *testing.T) {
	v := newVerifying(t, nil)
	var last signintest.Key
	for _, alg := range algorithms {
		last = signintest.NewKey(t, string(alg), alg)
		v.SetKeys(last)
		v.pass(keysAgain)
		v.want(string(alg), v.Token(nil), nil)
	}
	for name, token := range map[string]string{
		"type of RFC 9068":          v.Sign(v.Claims(map[string]any{"typ": nil}), map[string]any{"typ": "at+jwt"}),
		"that type in full":         v.Sign(v.Claims(map[string]any{"typ": nil}), map[string]any{"typ": "application/AT+jwt"}),
		"both types":                v.Sign(v.Claims(nil), map[string]any{"typ": "at+jwt"}),
		"no type in the header":     v.Sign(v.Claims(nil), nil),
		"several audiences":         v.Token(map[string]any{"aud": []string{"account", "other"}}),
		"no audience":               v.Token(map[string]any{"aud": nil}),
		"a clock that is behind":    v.Token(map[string]any{"nbf": time.Now().Add(v.ahead + leeway/2).Unix(), "iat": time.Now().Add(v.ahead + leeway/2).Unix()}),
		"fractions of a second":     v.Token(map[string]any{"exp": float64(time.Now().Unix()) + 300.5}),
		"claims in another case":    v.Token(map[string]any{"ISS": "https://elsewhere", "Exp": 1}),
		"unknown header parameters": v.Sign(v.Claims(nil), map[string]any{"jku": "https://elsewhere", "x5u": "https://elsewhere", "b": 1}),
		"no name of the key":        signintest.SignBy(t, unnamed(last), v.Claims(nil), nil),
		"of 15 KiB":                 v.Token(map[string]any{"groups": strings.Repeat("g", 11000)}),
	} {
		v.want(name, token, nil)
	}

	user, err := v.Verify(t.Context(), v.Token(map[string]any{
		"realm_access": map[string]any{"roles": []string{"staff"}}, "resource_access": map[string]any{"shop": map[string]any{"roles": []string{"importer"}}},
	}))
	if err != nil || user.Subject != "f3b1c9d2" || user.Issuer != v.URL || user.Email != "ada@example.org" || time.Until(user.Expiry) < time.Minute {
		t.Errorf("%+v, %v", user, err)
	}
	for role, has := range map[string]bool{"": true, "staff": true, "shop:importer": true, "importer": false, "other:importer": false, "shop:staff": false} {
		if user.HasRole(Config{Role: role}) != has {
			t.Errorf("role %q: %v", role, !has)
		}
	}
}

func unnamed(k signintest.Key) signintest.Key {
	k.ID = ""
	return k
}

func TestVerifyRefuses(t *testing.T) {
	v := newVerifying(t, nil)
	own := signintest.NewKey(t, "rsa", jose.RS256)
	v.SetKeys(own)
	v.want("a good one", v.Token(nil), nil)

	changed := func(changes map[string]any) string { return v.Token(changes) }
	header := func(h map[string]any) string { return v.Sign(v.Claims(nil), h) }
	text := func(json string) string { return v.Sign([]byte(json), nil) }
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	stranger := signintest.NewKey(t, "rsa", jose.RS256)
	good := strings.Split(v.Token(nil), ".")
	whole, err := json.Marshal(v.Claims(nil))
	if err != nil {
		t.Fatal(err)
	}

	for _, tt := range []struct {
		name, token string
		err         error
	}{
		{"expired", changed(map[string]any{"exp": at(-time.Second)}), ErrExpired},
		{"without an end", changed(map[string]any{"exp": nil}), ErrExpired},
		{"an end of another case", changed(map[string]any{"exp": nil, "Exp": at(time.Hour)}), ErrExpired},
		{"an end that is no number", changed(map[string]any{"exp": "tomorrow"}), ErrMalformed},
		{"an end beyond all time", text(strings.Replace(string(whole), `"exp":`, `"exp":1e300,"x":`, 1)), ErrMalformed},
		{"an end before all time", changed(map[string]any{"exp": -1}), ErrExpired},
		{"not valid yet", changed(map[string]any{"nbf": at(2 * leeway)}), ErrNotYet},
		{"issued in the future", changed(map[string]any{"iat": at(2 * leeway)}), ErrNotYet},

		{"of another issuer", changed(map[string]any{"iss": "https://sso.example.org"}), ErrIssuer},
		{"of nearly the issuer", changed(map[string]any{"iss": v.URL + "/"}), ErrIssuer},
		{"of no issuer", changed(map[string]any{"iss": nil}), ErrIssuer},
		{"of several issuers", changed(map[string]any{"iss": []string{v.URL}}), ErrMalformed},
		{"issued to another client", changed(map[string]any{"azp": "other"}), ErrNotForUs},
		{"issued to nobody", changed(map[string]any{"azp": nil}), ErrNotForUs},
		{"for us, issued to another client", changed(map[string]any{"azp": "other", "aud": signintest.Client}), ErrNotForUs},

		{"an ID token", v.Sign(signintest.IDToken(v.Claims(nil)), map[string]any{"typ": "JWT"}), ErrNotAccess},
		{"an ID token without a type", v.Sign(v.Claims(map[string]any{"typ": nil, "nonce": "n", "aud": signintest.Client}), nil), ErrNotAccess},
		{"an ID token in the clothes of an access token", v.Sign(signintest.IDToken(v.Claims(nil)), map[string]any{"typ": "at+jwt"}), ErrNotAccess},
		{"a refresh token", changed(map[string]any{"typ": "Refresh"}), ErrNotAccess},
		{"a logout token", v.Sign(v.Claims(nil), map[string]any{"typ": "logout+jwt"}), ErrNotAccess},
		{"a proof", header(map[string]any{"typ": "dpop+jwt"}), ErrNotAccess},
		{"a type that begins like it", header(map[string]any{"typ": "at+jwt2"}), ErrNotAccess},
		{"of nobody", changed(map[string]any{"sub": nil}), ErrNotAccess},
		{"bound by DPoP", changed(map[string]any{"cnf": map[string]any{"jkt": "x"}}), ErrBound},
		{"bound by a certificate", changed(map[string]any{"cnf": map[string]any{"x5t#S256": "x"}}), ErrBound},

		{"signed by nobody", encode(`{"alg":"none","typ":"JWT"}`) + "." + good[1] + ".", ErrAlgorithm},
		{"signed by NoNe", encode(`{"alg":"NoNe"}`) + "." + good[1] + "." + good[2], ErrAlgorithm},
		{"signed by no algorithm", encode(`{}`) + "." + good[1] + "." + good[2], ErrAlgorithm},
		{"signed by the public key as a secret (PEM)", signintest.SignBy(t, signintest.Key{ID: "rsa", Alg: jose.HS256, Private: publicPEM(t, own)}, v.Claims(nil), nil), ErrAlgorithm},
		{"signed by the public key as a secret (JWK)", signintest.SignBy(t, signintest.Key{ID: "rsa", Alg: jose.HS256, Private: publicJWK(t, own)}, v.Claims(nil), nil), ErrAlgorithm},
		{"by another algorithm than the key is for", signintest.SignBy(t, signintest.Key{ID: "rsa", Alg: jose.PS256, Private: own.Private}, v.Claims(nil), nil), ErrUnknownKey},
		{"signed by a stranger", signintest.SignBy(t, stranger, v.Claims(nil), nil), ErrSignature},
		{"signed by a stranger who gives no name", signintest.SignBy(t, unnamed(stranger), v.Claims(nil), nil), ErrSignature},
		{"that brings its key", signedWithItsKey(t, stranger, whole), ErrSignature},
		{"with other claims", good[0] + "." + encode(string(whole)+" ") + "." + good[2], ErrSignature},
		{"with another signature", good[0] + "." + good[1] + "." + encode("signature"), ErrSignature},
		{"without a signature", good[0] + "." + good[1] + ".", ErrSignature},

		{"what is critical is not known", header(map[string]any{"crit": []string{"exp"}, "exp": at(time.Hour)}), ErrMalformed},
		{"what is critical is nothing", header(map[string]any{"crit": []string{}}), ErrMalformed},
		{"that is no base64url", header(map[string]any{"crit": []string{"b64"}, "b64": true}), ErrMalformed},
		{"an issuer twice", text(strings.Replace(string(whole), `{`, `{"iss":"https://sso.example.org",`, 1)), ErrMalformed},
		{"roles twice", text(strings.Replace(string(whole), `{`, `{"realm_access":{"roles":[]},"realm_access":{"roles":["admin"]},`, 1)), ErrMalformed},
		{"a header twice", encode(`{"alg":"none","alg":"RS256","kid":"rsa"}`) + "." + good[1] + "." + good[2], ErrMalformed},
		{"claims that are none", text(`[]`), ErrMalformed},
		{"two texts of claims", text(string(whole) + `{}`), ErrMalformed},
		{"too long", changed(map[string]any{"groups": strings.Repeat("g", mostToken)}), ErrMalformed},
		{"far too long", strings.Repeat("ey.", 1<<20), ErrMalformed},
		{"five parts", strings.Join(good, ".") + ".a.b", ErrMalformed},
		{"JSON", `{"payload":"` + good[1] + `","protected":"` + good[0] + `","signature":"` + good[2] + `"}`, ErrMalformed},
		{"nothing", "", ErrMalformed},
		{"dots", "..", ErrAlgorithm},
		{"no base64", "ey{.ey}.x", ErrMalformed},
	} {
		v.want(tt.name, tt.token, tt.err)
	}
	v.want("still", v.Token(nil), nil)
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func publicPEM(t *testing.T, k signintest.Key) []byte {
	der, err := x509.MarshalPKIXPublicKey(&k.Private.(*rsa.PrivateKey).PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func publicJWK(t *testing.T, k signintest.Key) []byte {
	text, err := json.Marshal(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// signedWithItsKey returns a token that has the key in its header by which it is signed.
func signedWithItsKey(t *testing.T, k signintest.Key, claims []byte) string {
	public := k.Public()
	text, err := json.Marshal(public)
	if err != nil {
		t.Fatal(err)
	}
	return signintest.SignBy(t, k, claims, map[string]any{"jwk": json.RawMessage(text)})
}

func TestVerifyAudience(t *testing.T) {
	v := newVerifying(t, func(c *Config) { c.Audience = "linefeed-api" })
	for name, tt := range map[string]struct {
		changes map[string]any
		err     error
	}{
		"it alone":          {map[string]any{"aud": "linefeed-api"}, nil},
		"it among others":   {map[string]any{"aud": []string{"account", "linefeed-api"}, "azp": "page"}, nil},
		"others":            {map[string]any{"aud": []string{"account"}}, ErrNotForUs},
		"none":              {map[string]any{"aud": nil}, ErrNotForUs},
		"in another case":   {map[string]any{"aud": "Linefeed-API"}, ErrNotForUs},
		"the client's":      {map[string]any{"aud": signintest.Client, "azp": signintest.Client}, ErrNotForUs},
		"a list of numbers": {map[string]any{"aud": []int{1}}, ErrMalformed},
	} {
		v.want(name, v.Token(tt.changes), tt.err)
	}
}

// A new key of the provider is found when a token names it, and one that the provider has
// withdrawn is not taken any more.
func TestKeyRotation(t *testing.T) {
	v := newVerifying(t, nil)
	old := v.Sign(v.lasting(), nil)
	v.want("the first key", old, nil)
	v.pass(keysAgain)

	second := signintest.NewKey(t, "second", jose.RS256)
	v.SetKeys(second)
	v.want("the next key", v.Sign(v.lasting(), nil), nil)
	v.want("the key that is gone", old, ErrUnknownKey)

	// It is gone also where no token names a new one.
	v.SetKeys(signintest.NewKey(t, "third", jose.ES256))
	withdrawn := signintest.SignBy(t, second, v.lasting(), nil)
	v.pass(keysFresh - time.Second)
	v.want("shortly after", withdrawn, nil)
	v.pass(time.Second)
	v.want("the one that finds the keys old", withdrawn, nil)
	v.keys.work.Wait()
	v.want("the next one", withdrawn, ErrUnknownKey)
}

// Where a key has the name of one that was withdrawn, it is another one all the same.
func TestKeyOfTheSameName(t *testing.T) {
	v := newVerifying(t, nil)
	old := v.Sign(v.lasting(), nil)
	v.want("the first key", old, nil)
	v.SetKeys(signintest.NewKey(t, "first", jose.ES256))
	v.pass(keysFresh)
	v.want("the one that finds the keys old", old, nil)
	v.keys.work.Wait()
	v.want("the old key", old, ErrSignature)
	v.want("the new key", v.Sign(v.lasting(), nil), nil)
}

// Keys that no signature can be verified by safely are passed over.
func TestKeysThatAreNone(t *testing.T) {
	v := newVerifying(t, nil)
	weak, err := rsa.GenerateKey(nil, 1024) //nolint:gosec // that is what is refused
	if err != nil {
		t.Fatal(err)
	}
	v.Publish(map[string]any{"kty": "oct", "kid": "shared", "k": encode(strings.Repeat("k", 64))})
	v.Publish(map[string]any{"kty": "OKP", "crv": "Ed448", "kid": "later", "x": "AAAA"})
	v.Publish(map[string]any{"kty": "new", "kid": "unknown"})
	v.Publish(map[string]any{"kty": "RSA", "kid": "broken", "n": "?", "e": 3})
	v.Publish(jose.JSONWebKey{Key: &weak.PublicKey, KeyID: "weak", Use: "sig"})
	v.Publish(largeKey(4097, "large"))
	secret := signintest.NewKey(t, "encryption", jose.RS256)
	public := secret.Public()
	public.Use = "enc"
	v.Publish(public)
	leaked := signintest.NewKey(t, "leaked", jose.ES256)
	v.Publish(jose.JSONWebKey{Key: leaked.Private, KeyID: leaked.ID, Use: "sig"})

	v.want("the good key among them", v.Token(nil), nil)
	for _, k := range []signintest.Key{{ID: "weak", Alg: jose.RS256, Private: weak}, secret, leaked} {
		v.want(k.ID, signintest.SignBy(t, k, v.Claims(nil), nil), ErrUnknownKey)
	}
}

// largeKey returns a public RSA key of so many bits.
func largeKey(bits uint, id string) jose.JSONWebKey {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return jose.JSONWebKey{Key: &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}, KeyID: id, Use: "sig"}
}

// An RSA key whose size would make each verification slow is not taken, and neither is a small
// one; where there are no others, that is said.
func TestSizesOfKeys(t *testing.T) {
	for bits, want := range map[uint]bool{1024: false, leastRSA: true, 4096: true, 4097: false, 1 << 16: false} {
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{largeKey(bits, "one")}})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := parseKeys(text)
		if (len(keys) == 1) != want || !want && (err == nil || !strings.Contains(err.Error(), "RSA keys have 2048 to 4096 bits")) {
			t.Errorf("%d bits: %d keys, %v", bits, len(keys), err)
		}
	}
}

// Strangers who name keys that there are not have the provider asked once in a while only,
// and delay nobody, not even while it does not answer.
func TestUnknownKeysAskSeldom(t *testing.T) {
	v := newVerifying(t, nil)
	good, bad := v.Sign(v.lasting(), nil), signintest.SignBy(t, signintest.NewKey(t, "stranger", jose.ES256), v.lasting(), nil)
	v.want("the first one", good, nil)
	for range 100 {
		v.want("too early to ask", bad, ErrUnknownKey)
	}
	if n := v.Lookups(); n != 1 {
		t.Errorf("the keys were asked for %d times", n)
	}

	v.pass(keysAgain)
	release := v.Stall()
	<-v.Asked() // by the first one
	var strangers sync.WaitGroup
	for range 50 {
		strangers.Go(func() { v.want("a stranger", bad, ErrUnknownKey) })
	}
	<-v.Asked() // now it is, and they wait
	v.want("known meanwhile", good, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Verify(ctx, bad); !errors.Is(err, ErrUnreachable) || !errors.Is(err, context.Canceled) {
		t.Errorf("who does not wait: %v", err)
	}
	release()
	strangers.Wait()
	if n := v.Lookups(); n != 2 {
		t.Errorf("the keys were asked for %d times", n)
	}
}

// What a token says of itself is looked at before the provider is asked for its key.
func TestRefusedWithoutAsking(t *testing.T) {
	v := newVerifying(t, nil)
	for name, changes := range map[string]map[string]any{
		"expired": {"exp": 1}, "of another issuer": {"iss": "https://x"}, "for others": {"azp": "x"}, "an ID token": {"typ": "ID"},
	} {
		if _, err := v.Verify(t.Context(), v.Token(changes)); err == nil || errors.Is(err, ErrUnknownKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := v.Lookups(); n != 0 {
		t.Errorf("the keys were asked for %d times", n)
	}
}

// While the provider is down, tokens whose keys are known are verified, for an hour; it is
// asked again once it may be back.
func TestProviderThatIsDown(t *testing.T) {
	v := newVerifying(t, nil)
	good := v.Sign(v.lasting(), nil)
	v.Fail(http.StatusBadGateway)
	v.want("at the start", good, ErrUnreachable)
	v.Fail(0)
	v.want("too early to ask", good, ErrUnreachable)
	v.pass(keysAgain)
	v.want("back", good, nil)

	v.Fail(http.StatusServiceUnavailable)
	for range 11 {
		v.pass(keysFresh)
		v.want("down again", good, nil)
		v.keys.work.Wait()
	}
	v.pass(keysFresh)
	v.want("for an hour", good, ErrUnreachable)
	v.Fail(0)
	v.pass(keysAgain)
	v.want("back again", good, nil)
}

// What a provider answers is bounded, and leads nowhere else.
func TestAnswersOfTheProvider(t *testing.T) {
	other := signintest.NewIssuer(t)
	document := func(v *verifying, changes map[string]any) []byte {
		all := map[string]any{"issuer": v.URL, "jwks_uri": v.URL + "/keys"}
		maps.Copy(all, changes)
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	type answering func(v *verifying, w http.ResponseWriter, r *http.Request)
	keysAt := func(url string) answering {
		return func(v *verifying, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(document(v, map[string]any{"jwks_uri": url}))
		}
	}
	keys := func(text string) answering {
		return func(v *verifying, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/keys" {
				_, _ = w.Write([]byte(text))
				return
			}
			_, _ = w.Write(document(v, nil))
		}
	}
	for name, tt := range map[string]struct {
		answer answering
		why    string
	}{
		"keys over http elsewhere": {keysAt("http://sso.example.org/keys"), "no https address"},
		"keys in a file":           {keysAt("file:///etc/passwd"), "no https address"},
		"keys nowhere":             {keysAt(""), "no https address"},
		"no keys there": {func(v *verifying, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/keys" {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write(document(v, nil))
		}, "404"},
		"another issuer": {func(v *verifying, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(document(v, map[string]any{"issuer": other.URL}))
		}, "issuer"},
		"elsewhere": {func(_ *verifying, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusFound)
		}, "302"},
		"without end":   {func(_ *verifying, w http.ResponseWriter, _ *http.Request) { endless(w) }, "unexpected end"},
		"not JSON":      {func(_ *verifying, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "invalid character"},
		"no keys":       {keys(`{"keys":[]}`), "no key that"},
		"another thing": {keys(`[]`), "not understood"},
		"too many keys": {keys(`{"keys":[` + strings.TrimSuffix(strings.Repeat("{},", mostKeys+1), ",") + `]}`), "101 keys"},
	} {
		v := newVerifying(t, nil)
		v.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tt.answer(v, w, r) })
		_, err := v.Verify(t.Context(), v.Token(nil))
		if !errors.Is(err, ErrUnreachable) || len(err.Error()) > 1000 || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %.1000v", name, err)
		}
	}
	if n := other.Lookups(); n != 0 {
		t.Errorf("keys from elsewhere were asked for")
	}
}

func endless(w http.ResponseWriter) {
	blank := []byte(strings.Repeat(" ", 1<<16))
	for {
		if _, err := w.Write(blank); err != nil {
			return
		}
	}
}

func TestIsJWT(t *testing.T) {
	v := newVerifying(t, nil)
	for token, is := range map[string]bool{
		v.Token(nil): true, "": false, "ey": false, "eyJ.x.y": true, "a.b.c": false, "eyJ.x.y.z": false, strings.Repeat("e", 43): false,
	} {
		if IsJWT(token) != is {
			t.Errorf("%s: %v", token, !is)
		}
	}
}

// A verifier can be closed while it is used.
func TestCloseVerifier(t *testing.T) {
	v := newVerifying(t, nil)
	release := v.Stall()
	defer release()
	done := make(chan error)
	go func() {
		_, err := v.Verify(t.Context(), v.Token(nil))
		done <- err
	}()
	<-v.Asked()
	v.Verifier.Close()
	if err := <-done; !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	if _, err := v.Verify(t.Context(), v.Token(nil)); err == nil {
		t.Error("a token is verified without keys")
	}
}
