package signin

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"linefeed/backend/signin/signintest"
)

// The claims of an ID token are looked at one by one.
func TestIdentify(t *testing.T) {
	issuer := signintest.NewIssuer(t)
	own := signintest.NewKey(t, "k1", jose.RS256)
	issuer.SetKeys(own)
	p, err := discover(t.Context(), Config{Issuer: issuer.URL, Client: signintest.Client}, newHTTPClient())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	right := func() map[string]any {
		return map[string]any{
			"iss": issuer.URL, "sub": "1", "aud": signintest.Client, "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": "n", "preferred_username": "ada",
		}
	}
	access := issuer.Token(map[string]any{"sub": "1", "realm_access": map[string]any{"roles": []string{"importer"}}})
	hash := sha256.Sum256([]byte(access))
	atHash := base64.RawURLEncoding.EncodeToString(hash[:len(hash)/2])
	for name, tt := range map[string]struct {
		change func(m map[string]any)
		ok     bool
	}{
		"right":                  {func(map[string]any) {}, true},
		"several audiences":      {func(m map[string]any) { m["aud"], m["azp"] = []string{"x", signintest.Client}, signintest.Client }, true},
		"its access token":       {func(m map[string]any) { m["at_hash"] = atHash }, true},
		"another access token":   {func(m map[string]any) { m["at_hash"] = strings.Repeat("A", len(atHash)) }, false},
		"another issuer":         {func(m map[string]any) { m["iss"] = issuer.URL + "/" }, false},
		"another audience":       {func(m map[string]any) { m["aud"] = "x" }, false},
		"no audience":            {func(m map[string]any) { delete(m, "aud") }, false},
		"issued to nobody":       {func(m map[string]any) { m["aud"] = []string{"x", signintest.Client} }, false},
		"issued to another":      {func(m map[string]any) { m["azp"] = "x" }, false},
		"expired":                {func(m map[string]any) { m["exp"] = now.Add(-time.Minute).Unix() }, false},
		"no expiry":              {func(m map[string]any) { delete(m, "exp") }, false},
		"not yet":                {func(m map[string]any) { m["nbf"] = now.Add(time.Hour).Unix() }, false},
		"another nonce":          {func(m map[string]any) { m["nonce"] = "m" }, false},
		"no nonce":               {func(m map[string]any) { delete(m, "nonce") }, false},
		"no user":                {func(m map[string]any) { delete(m, "sub") }, false},
		"an access token for it": {func(m map[string]any) { delete(m, "nonce"); m["typ"] = "Bearer" }, false},
	} {
		m := right()
		tt.change(m)
		tok := (&oauth2.Token{AccessToken: access}).WithExtra(map[string]any{"id_token": issuer.Sign(m, nil)})
		u, err := p.identify(t.Context(), tok, "n")
		if (err == nil) != tt.ok {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
		if name == "expired" && !strings.Contains(fmt.Sprint(err), "the clock of this computer") {
			t.Errorf("%s: it does not say what may be wrong: %v", name, err)
		}
		if tt.ok && (u.Subject != "1" || u.Name != "ada" || !u.HasRole(Config{Role: "importer"})) {
			t.Errorf("%s: %+v", name, u)
		}
	}

	// By what it may be signed.
	sign := func(k signintest.Key) *oauth2.Token {
		return (&oauth2.Token{AccessToken: access}).WithExtra(map[string]any{"id_token": signintest.SignBy(t, k, right(), nil)})
	}
	for name, k := range map[string]signintest.Key{
		"a key of nobody":       signintest.NewKey(t, "x", jose.RS256),
		"a shared secret":       {ID: "x", Alg: jose.HS256, Private: []byte(strings.Repeat("s", 32))},
		"another's of its name": signintest.NewKey(t, own.ID, jose.RS256),
	} {
		if u, err := p.identify(t.Context(), sign(k), "n"); err == nil {
			t.Errorf("signed by %s: %+v", name, u)
		}
	}
}

// Roles are those of the user alone.
func TestAddRoles(t *testing.T) {
	issuer := signintest.NewIssuer(t)
	token := func(subject, iss string) string {
		return issuer.Token(map[string]any{"sub": subject, "iss": iss, "realm_access": map[string]any{"roles": []string{"importer"}}})
	}
	for name, token := range map[string]string{
		"another user":   token("2", issuer.URL),
		"another issuer": token("1", "https://sso.example.org"),
		"no token":       "",
		"opaque":         "a.b.c",
		"no claims":      "a." + base64.RawURLEncoding.EncodeToString([]byte("[]")) + ".c",
	} {
		u := claims{Subject: "1", Issuer: issuer.URL}.user(time.Time{})
		u.addRoles(token)
		if len(u.Realm) > 0 {
			t.Errorf("%s: %+v", name, u)
		}
	}
	u := claims{Subject: "1", Issuer: issuer.URL, Realm: roles{[]string{"staff", "importer"}}}.user(time.Time{})
	u.addRoles(token("1", issuer.URL))
	if strings.Join(u.Realm, " ") != "importer staff" {
		t.Errorf("%+v", u)
	}
}
