package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"linefeed/backend/secret"
	"linefeed/backend/signin/signintest"
)

// The access token of a whole provider is verified, through changes of its keys, and its ID
// token is not taken for one.
func TestVerifyTokensOfAProvider(t *testing.T) {
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
	p := signintest.StartProvider(t, signintest.Options{})
	c := Config{Issuer: p.URL, Client: "linefeed", Audience: "linefeed-api", Role: "linefeed:importer"}
	a := New(secret.New(), func(context.Context) (Config, error) { return c, nil })
	var answered struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	p.Change(func(r *http.Response) error {
		if r.Request.URL.Path != "/token" {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return errors.Join(err, json.Unmarshal(body, &answered))
	})
	login := func(user string) {
		t.Helper()
		shown := make(chan error, 1)
		_, err := a.Login(t.Context(), func(url string) error {
			go func() {
				_, err := p.NewBrowser().SignIn(t.Context(), url, user)
				shown <- err
			}()
			return nil
		})
		if err := errors.Join(err, <-shown); err != nil {
			t.Fatal(err)
		}
	}
	ahead := time.Duration(0)
	v := newVerifier(t.Context(), c, func() time.Time { return time.Now().Add(ahead) })
	defer v.Close()
	want := func(name, token string, want error) {
		t.Helper()
		u, err := v.Verify(t.Context(), token)
		if !errors.Is(err, want) || err == nil && (u.Name != "ada" || !u.HasRole(c) || !u.HasRole(Config{Role: "staff"})) {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}

	login("ada")
	first := answered.Access
	want("an access token", first, nil)
	want("an ID token", answered.ID, ErrNotAccess)

	p.Rotate(t)
	login("ada")
	want("one of a new key, too early to ask for that", answered.Access, ErrUnknownKey)
	ahead = keysAgain
	want("one of a new key", answered.Access, nil)
	want("one of a key that is gone", first, ErrUnknownKey)

	p.SetDown(true)
	want("while the provider is down", answered.Access, nil)
	ahead = 6 * time.Minute
	want("one that has expired", answered.Access, ErrExpired)
	p.SetDown(false)

	login("bob")
	if u, err := v.Verify(t.Context(), answered.Access); err == nil || u.HasRole(c) { // it has expired, six minutes ahead
		t.Errorf("%+v, %v", u, err)
	}
	ahead = keysAgain
	if u, err := v.Verify(t.Context(), answered.Access); err != nil || u.Name != "bob" || u.HasRole(c) {
		t.Errorf("who has not the role: %+v, %v", u, err)
	}
	other := newVerifier(t.Context(), Config{Issuer: p.URL, Client: "linefeed", Audience: "other"}, time.Now)
	defer other.Close()
	if _, err := other.Verify(t.Context(), answered.Access); !errors.Is(err, ErrNotForUs) {
		t.Errorf("for another audience: %v", err)
	}
	byClient := newVerifier(t.Context(), Config{Issuer: p.URL, Client: "linefeed"}, time.Now)
	defer byClient.Close()
	if _, err := byClient.Verify(t.Context(), answered.Access); err != nil {
		t.Errorf("by the client: %v", err)
	}
}
