package signin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"linefeed/backend/secret"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// record returns what the keychain has of the sign-in.
func record(t *testing.T, p *signintest.Provider) (r struct{ Refresh string }) {
	t.Helper()
	text, err := keyring.Get("Linefeed", "sign-in of linefeed at "+p.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLogout(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	if err := a.Logout(t.Context(), nil); !errors.Is(err, signin.ErrNobody) {
		t.Errorf("of nobody: %v", err)
	}
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	refresh := record(t, p).Refresh
	changes, opened := 0, ""
	a.OnChange = func() { changes++ }
	if err := a.Logout(t.Context(), func(url string) error { opened = url; return nil }); err != nil || changes != 1 {
		t.Errorf("%v, %d changes", err, changes)
	}
	if opened != p.URL+"/session/end?client_id=linefeed" {
		t.Errorf("%s is opened", opened)
	}
	wantNobody(t, a)
	if _, err := keyring.Get("Linefeed", "sign-in of linefeed at "+p.URL); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keychain: %v", err)
	}
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrNobody) {
		t.Errorf("%v", err)
	}
	res, err := http.PostForm(p.URL+"/token", map[string][]string{"grant_type": {"refresh_token"}, "client_id": {"linefeed"}, "refresh_token": {refresh}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("the refresh token that was signed out is answered %s", res.Status)
	}
}

// Whatever becomes of the provider, nothing is left here.
func TestLogoutWithoutProvider(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	for name, fault := range map[string]func(){
		"down": func() { p.SetDown(true) },
		"without endpoints": func() {
			p.Change(func(res *http.Response) error {
				if res.Request.URL.Path != "/.well-known/openid-configuration" {
					return nil
				}
				return changeJSON(res, func(m map[string]any) { delete(m, "end_session_endpoint"); delete(m, "revocation_endpoint") })
			})
		},
		"out of order": func() {
			p.Change(func(res *http.Response) error { res.StatusCode = http.StatusInternalServerError; return nil })
		},
	} {
		if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
			t.Fatal(err)
		}
		refresh := record(t, p).Refresh
		fault()
		a := accountAt(p)
		err := a.Logout(t.Context(), nil)
		if !errors.Is(err, signin.ErrNotTold) || !strings.Contains(err.Error(), p.URL) || strings.Contains(err.Error(), refresh) {
			t.Errorf("%s: %v", name, err)
		}
		wantNobody(t, a)
		wantNobody(t, accountAt(p))
		p.SetDown(false)
		p.Change(nil)
	}
}

// Without a keychain a sign-in lasts as long as the program.
func TestNoKeychain(t *testing.T) {
	withKeychain(t)
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	var ahead time.Duration
	a.SetClock(func() time.Time { return time.Now().Add(ahead) })
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	_, u, err := a.Token(t.Context())
	if err != nil || a.Kept(t.Context()) {
		t.Errorf("%+v, %v, kept: %v", u, err, a.Kept(t.Context()))
	}
	ahead = time.Until(u.Expiry)
	if _, u, err := a.Token(t.Context()); err != nil || u.Name != "ada" {
		t.Errorf("refreshed: %+v, %v", u, err)
	}
	wantNobody(t, accountAt(p))
	if err := a.Logout(t.Context(), nil); err != nil {
		t.Error(err)
	}
	wantNobody(t, a)
}

// A sign-in without a refresh token lasts as long as its access token, and is in the place of
// the one before it.
func TestNoRefreshToken(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path != "/token" {
			return nil
		}
		return changeJSON(res, func(m map[string]any) { delete(m, "refresh_token") })
	})
	a := accountAt(p)
	var ahead time.Duration
	a.SetClock(func() time.Time { return time.Now().Add(ahead) })
	if _, _, err := loginAs(t, a, p.NewBrowser(), "bob"); err != nil {
		t.Fatal(err)
	}
	_, u, err := a.Token(t.Context())
	if err != nil || u.Name != "bob" || a.Kept(t.Context()) {
		t.Errorf("%+v, %v, kept: %v", u, err, a.Kept(t.Context()))
	}
	wantNobody(t, accountAt(p))
	ahead = time.Until(u.Expiry)
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrEnded) {
		t.Errorf("when it has expired: %v", err)
	}
	wantNobody(t, a)
}

// A keychain that is locked for a while costs nothing, and one that does not let go is told.
func TestLockedKeychain(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	locked := errors.New("locked")
	keyring.MockInitWithError(locked)
	if _, u, err := a.Token(t.Context()); err != nil || u.Name != "ada" {
		t.Errorf("with a token held: %+v, %v", u, err)
	}
	if _, _, err := accountAt(p).Token(t.Context()); !errors.Is(err, locked) || errors.Is(err, signin.ErrNobody) {
		t.Errorf("without: %v", err)
	}
	if err := a.Logout(t.Context(), nil); !errors.Is(err, locked) || !strings.Contains(err.Error(), "stays in the keychain") {
		t.Errorf("signed out: %v", err)
	}
	if _, _, err := a.Token(t.Context()); !errors.Is(err, locked) {
		t.Errorf("the access token is still held: %v", err)
	}
}

// stuck keeps what it has.
type stuck struct{ files }

func (stuck) Delete(context.Context, string) error { return errors.New("it is stuck") }

// What a keychain does not let go is of no use to anybody, once the provider knows.
func TestStuckKeychain(t *testing.T) {
	p := signintest.StartProvider(t, signintest.Options{})
	a := signin.New(stuck{files{t.TempDir()}}, func(context.Context) (signin.Config, error) { return configOf(p), nil })
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	if err := a.Logout(t.Context(), nil); errors.Is(err, signin.ErrNotTold) || !strings.Contains(fmt.Sprint(err), "stays in the keychain: it is stuck") {
		t.Errorf("%v", err)
	}
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrEnded) {
		t.Errorf("then: %v", err)
	}
	p.SetDown(true)
	if err := a.Logout(t.Context(), nil); !errors.Is(err, signin.ErrNotTold) || !strings.Contains(fmt.Sprint(err), "it is stuck") {
		t.Errorf("without the provider: %v", err)
	}
}

// The sign-in is that of one provider and one client.
func TestAnotherProvider(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{Clients: []string{"linefeed", "other"}})
	c := configOf(p)
	a := signin.New(secret.New(), func(context.Context) (signin.Config, error) { return c, nil })
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	for _, other := range []signin.Config{{Issuer: p.URL, Client: "other"}, {Issuer: "https://sso.example.org", Client: "linefeed"}} {
		c = other
		wantNobody(t, a)
		if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrNobody) {
			t.Errorf("%+v: %v", other, err)
		}
	}
	for _, off := range []signin.Config{{}, {Issuer: p.URL}, {Client: "linefeed"}} {
		c = off
		wantNobody(t, a)
		_, _, err := a.Token(t.Context())
		_, loginErr := a.Login(t.Context(), nil)
		_, deviceErr := a.LoginByDevice(t.Context(), nil)
		for _, err := range []error{err, loginErr, deviceErr, a.Logout(t.Context(), nil)} {
			if !errors.Is(err, signin.ErrOff) {
				t.Errorf("%+v: %v", off, err)
			}
		}
	}
	c = configOf(p)
	if _, u, err := a.Token(t.Context()); err != nil || u.Name != "ada" {
		t.Errorf("back again: %+v, %v", u, err)
	}
}

// What closes waits for a refresh that is under way: the token that was used is no longer good,
// and the next one is kept.
func TestCloseWaitsForARefresh(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	before, calls := record(t, p).Refresh, p.Calls("/token")
	answer, closed := make(chan struct{}), make(chan struct{})
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path == "/token" {
			<-answer
		}
		return nil
	})
	a := accountAt(p)
	refreshed := make(chan error, 1)
	go func() {
		_, _, err := a.Token(context.WithoutCancel(t.Context()))
		refreshed <- err
	}()
	p.Await(t, "/token", calls+1)
	go func() {
		a.Close()
		close(closed)
	}()
	select {
	case <-closed:
		t.Error("it is closed before the refresh has ended")
	case <-time.After(50 * time.Millisecond): // it waits
	}
	close(answer)
	<-closed
	if record(t, p).Refresh == before {
		t.Error("the keychain has the refresh token that was used")
	}
	if err := <-refreshed; err != nil {
		t.Error(err)
	}
}

// Each folder of the program's own files has a sign-in of its own: programs of several do not
// take turns, and a refresh token is good for one use.
func TestEachHomeSignsInByItself(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	one, other := accountAt(p), accountAt(p)
	one.Home, other.Home = t.TempDir(), t.TempDir()
	if _, _, err := loginAs(t, one, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	wantNobody(t, other)
	again := accountAt(p)
	again.Home = one.Home
	if u, ok, err := again.Who(t.Context()); !ok || err != nil || u.Name != "ada" {
		t.Errorf("another program of the same home: %+v, %v", u, err)
	}
}
