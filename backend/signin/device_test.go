package signin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// byDevice signs in by a code, which the test is given.
func byDevice(ctx context.Context, a *signin.Account) (codes chan signin.DeviceCode, end chan error) {
	codes, end = make(chan signin.DeviceCode, 1), make(chan error, 1)
	go func() {
		_, err := a.LoginByDevice(ctx, func(d signin.DeviceCode) { codes <- d })
		end <- err
	}()
	return codes, end
}

func TestDevice(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path != "/device/auth" {
			return nil
		}
		return changeJSON(res, func(m map[string]any) { m["interval"] = 1 })
	})
	codes, end := byDevice(t.Context(), a)
	d := <-codes
	if d.URL != p.URL+"/device" || len(d.Code) < 8 || !strings.HasPrefix(d.Complete, d.URL+"?") || time.Until(d.Expiry) < time.Minute {
		t.Fatalf("%+v", d)
	}
	// The provider can't be reached for a while.
	p.SetDown(true)
	p.Await(t, "/token", p.Calls("/token")+1)
	p.SetDown(false)
	p.Change(func(res *http.Response) error { // what stands before it answers in its place
		res.StatusCode, res.Body = http.StatusBadGateway, io.NopCloser(strings.NewReader("<h1>Bad Gateway</h1>"))
		res.Header = http.Header{"Content-Type": {"text/html"}}
		return nil
	})
	p.Await(t, "/token", p.Calls("/token")+1)
	p.Change(nil)
	if _, err := p.NewBrowser().Answer(t.Context(), d.Complete, "ada"); err != nil {
		t.Fatal(err)
	}
	if err := <-end; err != nil {
		t.Fatal(err)
	}
	if u, ok, err := accountAt(p).Who(t.Context()); !ok || err != nil || u.Name != "ada" {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestDeviceFails(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)

	codes, end := byDevice(t.Context(), a)
	if _, err := p.NewBrowser().Answer(t.Context(), (<-codes).Complete, signintest.Nobody); err != nil {
		t.Fatal(err)
	}
	if err := <-end; !errors.Is(err, signin.ErrDenied) {
		t.Errorf("denied: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	codes, end = byDevice(ctx, a)
	<-codes
	cancel()
	if err := <-end; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}

	for name, tt := range map[string]struct {
		path   string
		change func(m map[string]any)
		err    error
	}{
		"a page that others read": {"/device/auth", func(m map[string]any) { m["verification_uri"] = "http://sso.example.org" }, signin.ErrProvider},
		"a page with a script":    {"/device/auth", func(m map[string]any) { m["verification_uri_complete"] = "javascript:alert(1)" }, signin.ErrProvider},
		"no code":                 {"/device/auth", func(m map[string]any) { m["user_code"] = "\u202e" }, signin.ErrProvider},
		"no such sign-in":         {"/.well-known/openid-configuration", func(m map[string]any) { delete(m, "device_authorization_endpoint") }, signin.ErrNoDevice},
	} {
		p.Change(func(res *http.Response) error {
			if res.Request.URL.Path != tt.path {
				return nil
			}
			return changeJSON(res, tt.change)
		})
		_, err := accountAt(p).LoginByDevice(t.Context(), func(d signin.DeviceCode) { t.Errorf("%s: %+v is shown", name, d) })
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path == "/device/auth" {
			res.Body, res.ContentLength = io.NopCloser(strings.NewReader("null")), 4
			res.Header.Del("Content-Length")
		}
		return nil
	})
	if _, err := a.LoginByDevice(t.Context(), func(d signin.DeviceCode) { t.Errorf("%+v is shown", d) }); !errors.Is(err, signin.ErrProvider) {
		t.Errorf("an answer that is null: %v", err)
	}
	wantNobody(t, a)
}

func TestDeviceCodeExpires(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{DeviceCodeLife: 1})
	codes, end := byDevice(t.Context(), accountAt(p))
	<-codes
	if err := <-end; !errors.Is(err, signin.ErrTimeout) {
		t.Errorf("%v", err)
	}
}
