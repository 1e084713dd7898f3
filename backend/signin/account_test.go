package signin_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"linefeed/backend/secret"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// withKeychain gives the test a keychain of its own.
func withKeychain(t *testing.T) {
	t.Helper()
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
}

// configOf returns how to sign in with a provider.
func configOf(p *signintest.Provider) signin.Config {
	return signin.Config{Issuer: p.URL, Client: "linefeed", Role: "importer"}
}

// accountAt returns an account at a provider, as a new process has it.
func accountAt(p *signintest.Provider) *signin.Account {
	return signin.New(secret.New(), func(context.Context) (signin.Config, error) { return configOf(p), nil })
}

// loginAs signs a user in, and returns the page that the browser shows in the end.
func loginAs(t *testing.T, a *signin.Account, b *signintest.Browser, user string) (signin.User, string, error) {
	t.Helper()
	type end struct {
		page string
		err  error
	}
	shown := make(chan end, 1)
	u, err := a.Login(t.Context(), func(url string) error {
		go func() {
			page, err := b.SignIn(context.WithoutCancel(t.Context()), url, user)
			shown <- end{page, err}
		}()
		return nil
	})
	e := <-shown
	if e.err != nil {
		t.Fatalf("the browser: %v", e.err)
	}
	return u, e.page, err
}

func TestLogin(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	changes := 0
	a.OnChange = func() { changes++ }
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrNobody) {
		t.Fatalf("before: %v", err)
	}
	u, page, err := loginAs(t, a, p.NewBrowser(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	if u.Name != "ada" || u.Subject != "ada" || u.Email != "ada@example.org" || u.Issuer != p.URL || !u.HasRole(configOf(p)) || changes != 1 {
		t.Errorf("%+v, %d changes", u, changes)
	}
	if !strings.Contains(page, "You are signed in.") || strings.Contains(page, "<script") || strings.Contains(page, "http") {
		t.Errorf("the browser shows %s", page)
	}
	// Another process finds it, and gets tokens of its own.
	other := accountAt(p)
	if w, ok, err := other.Who(t.Context()); err != nil || !ok || w.Name != "ada" || !other.Kept(t.Context()) {
		t.Errorf("%+v, %v, %v", w, ok, err)
	}
	token, w, err := other.Token(t.Context())
	if err != nil || w.Name != "ada" || !w.HasRole(configOf(p)) || strings.Count(token, ".") != 2 {
		t.Errorf("%+v, %v", w, err)
	}
	// bob has not the role.
	if err := a.Logout(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if u, _, err := loginAs(t, a, p.NewBrowser(), "bob"); err != nil || u.Name != "bob" || u.HasRole(configOf(p)) {
		t.Errorf("%+v, %v", u, err)
	}
}
