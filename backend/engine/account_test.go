package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"linefeed/backend/engine"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// openSignin opens an engine that signs in with a provider.
func openSignin(t *testing.T, p *signintest.Provider) (e *engine.Engine, closeNow func()) {
	t.Helper()
	e, closeNow = opened(t, engine.OpenWindow)
	for name, value := range map[string]string{signin.SettingIssuer: p.URL, signin.SettingClient: "linefeed", signin.SettingRole: "linefeed:importer"} {
		if _, err := e.Runner.SetSetting(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	return e, closeNow
}

// by returns what opens a page as a user does who signs in there.
func by(t *testing.T, p *signintest.Provider, user string) func(string) error {
	return func(page string) error {
		go func() {
			if _, err := p.NewBrowser().SignIn(context.WithoutCancel(t.Context()), page, user); err != nil {
				t.Error(err)
			}
		}()
		return nil
	}
}

// Programs in and outside a session of the desktop, whose folders for what lives while they
// run differ, have one keychain: only one of them refreshes at a time.
func TestOneRefreshes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("such folders are Linux's")
	}
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv("LINEFEED_HOME", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	inside, _ := opened(t, engine.Open)
	t.Setenv("XDG_RUNTIME_DIR", "")
	outside, _ := opened(t, engine.Open)
	release, err := inside.Account.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if also, err := outside.Account.Lock(over); err == nil {
		t.Error("both hold the lock")
		also()
	}
	release()
	release, err = outside.Account.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestSignIn(t *testing.T) {
	t.Setenv("LINEFEED_LOG", "debug")
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
	p := signintest.StartProvider(t, signintest.Options{})
	newHome(t)
	e, closeNow := openSignin(t, p)
	if s, err := e.SignedIn(t.Context()); err != nil || s != (engine.SignedIn{On: true, Issuer: p.URL, Role: "linefeed:importer"}) {
		t.Errorf("at first: %+v, %v", s, err)
	}

	// A sign-in that is under way ends with the next one, when it is stopped, and with the engine.
	waiting := func() <-chan error {
		opened, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			_, err := e.SignIn(context.WithoutCancel(t.Context()), func(string) error { close(opened); return nil })
			ended <- err
		}()
		<-opened
		return ended
	}
	first := waiting()
	second := waiting()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the earlier one: %v", err)
	}
	e.StopSignIn()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that is stopped: %v", err)
	}
	select {
	case <-e.SigninChanges():
		t.Error("a change is told, and there was none")
	default:
	}

	want := engine.SignedIn{On: true, SignedIn: true, Issuer: p.URL, Name: "ada", Email: "ada@example.org", Subject: "ada", Role: "linefeed:importer", HasRole: true, Kept: true}
	if s, err := e.SignIn(t.Context(), by(t, p, "ada")); err != nil || s != want {
		t.Errorf("%+v, %v", s, err)
	}
	<-e.SigninChanges()

	// What another program changes is found.
	other, _ := opened(t, engine.Open)
	if s, err := other.SignedIn(t.Context()); err != nil || s != want {
		t.Errorf("in another program: %+v, %v", s, err)
	}
	p.SetDown(true)
	if s, err := other.SignOut(t.Context(), nil); err != nil || s.SignedIn || s.Notice == nil || !strings.Contains(s.Notice.Message, "could not be told") {
		t.Errorf("signed out without the provider: %+v, %v", s, err)
	}
	p.SetDown(false)
	if s, err := e.CheckSignedIn(t.Context()); err != nil || s.SignedIn {
		t.Errorf("%+v, %v", s, err)
	}
	<-e.SigninChanges()
	if s, err := e.SignOut(t.Context(), nil); err != nil || s.SignedIn || s.Notice != nil {
		t.Errorf("of nobody: %+v, %v", s, err)
	}

	last, changes := waiting(), e.SigninChanges()
	told := e.Diagnostics(t.Context())
	closeNow()
	if err := <-last; !errors.Is(err, context.Canceled) {
		t.Errorf("as the program ends: %v", err)
	}
	if _, open := <-changes; open {
		t.Error("a change is told after the end")
	}
	log, err := os.ReadFile(filepath.Join(os.Getenv("LINEFEED_HOME"), "logs", "linefeed.log"))
	if err != nil || len(p.Secrets()) < 4 {
		t.Fatal(err, len(p.Secrets()))
	}
	for _, s := range p.Secrets() {
		if strings.Contains(string(log)+told, s) {
			t.Error("the log or the diagnostics have a token")
		}
	}
}
