package signin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linefeed/backend/lockfile"
	"linefeed/backend/secret"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// lockIn returns what serialises processes by a lock file.
func lockIn(dir string) func(context.Context) (func(), error) {
	return func(ctx context.Context) (func(), error) {
		for ctx.Err() == nil {
			lock, err := lockfile.Hold(filepath.Join(dir, "signin.lock"))
			if err == nil {
				return func() { _ = lock.Release() }, nil
			}
			if !errors.Is(err, lockfile.ErrHeld) {
				return nil, err
			}
			time.Sleep(time.Millisecond) // another process has no other way to tell
		}
		return nil, ctx.Err()
	}
}

// files keep secrets in files, as a keychain that processes of a test share.
type files struct{ dir string }

func (f files) path(key string) string { return filepath.Join(f.dir, fmt.Sprintf("%x", key)) }

func (f files) Set(_ context.Context, key, value string, _ bool) (secret.Place, error) {
	temp := f.path(key) + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(temp, []byte(value), 0o600); err != nil {
		return secret.Nowhere, err
	}
	return secret.Keychain, os.Rename(temp, f.path(key))
}

func (f files) Get(_ context.Context, key string) (string, error) {
	text, err := os.ReadFile(f.path(key))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

func (f files) Delete(_ context.Context, key string) error { return os.Remove(f.path(key)) }
func (f files) InSession(string) string                    { return "" }
func (f files) Forget(string)                              {}

// refreshes is how often each process refreshes, and each time as a process that has just
// begun.
const refreshes = 15

// TestMain is also the process that refreshes beside another one.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SIGNIN_TEST_PROCESS"); dir != "" {
		if err := refreshOften(dir, os.Getenv("SIGNIN_TEST_ISSUER")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func refreshOften(dir, issuer string) error {
	for i := range refreshes {
		a := signin.New(files{dir}, func(context.Context) (signin.Config, error) {
			return signin.Config{Issuer: issuer, Client: "linefeed"}, nil
		})
		a.Lock = lockIn(dir)
		if _, u, err := a.Token(context.Background()); err != nil || u.Name != "ada" {
			return fmt.Errorf("refresh %d: %q, %w", i, u.Name, err)
		}
	}
	return nil
}

// Two processes that refresh at the same time each have the other's refresh token next: one
// that is used twice ends the sign-in.
func TestProcesses(t *testing.T) {
	p := signintest.StartProvider(t, signintest.Options{})
	dir := t.TempDir()
	a := signin.New(files{dir}, func(context.Context) (signin.Config, error) { return configOf(p), nil })
	a.Lock = lockIn(dir)
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	for i := range 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "SIGNIN_TEST_PROCESS="+dir, "SIGNIN_TEST_ISSUER="+p.URL)
		both.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
			}
		})
	}
	both.Wait()
	if n := p.Calls("/token"); n != 1+2*refreshes {
		t.Errorf("%d calls for tokens, want %d", n, 1+2*refreshes)
	}
	if u, ok, err := a.Who(t.Context()); !ok || err != nil || u.Name != "ada" {
		t.Errorf("%+v, %v", u, err)
	}
}

// Whoever asks at the same time gets the one token that was refreshed for all.
func TestGoroutines(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	before := p.Calls("/token")
	a := accountAt(p)
	tokens := make([]string, 8)
	var all sync.WaitGroup
	for i := range tokens {
		all.Go(func() {
			var err error
			if tokens[i], _, err = a.Token(t.Context()); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if n := p.Calls("/token") - before; n != 1 {
		t.Errorf("%d refreshes", n)
	}
	for _, token := range tokens {
		if token == "" || token != tokens[0] {
			t.Error("not all have the same token")
		}
	}
}

// A token that is about to expire is refreshed, and the user told anew.
func TestRefresh(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	var ahead time.Duration
	a.SetClock(func() time.Time { return time.Now().Add(ahead) })
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	changes := 0
	a.OnChange = func() { changes++ }
	first, _, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ahead = 280 * time.Second // of 300
	second, u, err := a.Token(t.Context())
	if err != nil || first == second || !u.HasRole(configOf(p)) || time.Until(u.Expiry) <= 0 || changes != 0 {
		t.Errorf("%+v, %v, %d changes", u, err, changes)
	}
	// Another key signs from now on, and roles are taken away.
	p.Rotate(t)
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path != "/token" {
			return nil
		}
		return changeJSON(res, func(m map[string]any) { m["access_token"] = "opaque"; delete(m, "id_token") })
	})
	ahead = 10 * time.Minute
	if _, u, err := a.Token(t.Context()); err != nil || u.Name != "ada" || u.HasRole(configOf(p)) || changes != 1 {
		t.Errorf("without roles: %+v, %v, %d changes", u, err, changes)
	}
	p.Change(nil)
	if _, u, err := accountAt(p).Token(t.Context()); err != nil || !u.HasRole(configOf(p)) {
		t.Errorf("with another key: %+v, %v", u, err)
	}
}

// A session that the provider has ended is told, once, and nothing is kept of it.
func TestRevoked(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	p.Revoke(t)
	a := accountAt(p)
	changes := 0
	a.OnChange = func() { changes++ }
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrEnded) || !errors.Is(err, signin.ErrNobody) || !strings.Contains(err.Error(), p.URL) {
		t.Errorf("%v", err)
	}
	if _, _, err := a.Token(t.Context()); errors.Is(err, signin.ErrEnded) || !errors.Is(err, signin.ErrNobody) {
		t.Errorf("then: %v", err)
	}
	if changes != 1 {
		t.Errorf("%d changes", changes)
	}
	wantNobody(t, a)
}

// A provider that is down, or not itself, costs nobody the sign-in.
func TestProviderDown(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	var ahead time.Duration
	a.SetClock(func() time.Time { return time.Now().Add(ahead) })
	if _, _, err := loginAs(t, a, p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	held, u, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.SetDown(true)
	fresh := accountAt(p)
	if _, _, err := fresh.Token(t.Context()); !errors.Is(err, signin.ErrProvider) {
		t.Errorf("with no token held: %v", err)
	}
	// While the token that is held is good, it does, also when it is time for another.
	ahead = time.Until(u.Expiry) - 10*time.Second
	if token, _, err := a.Token(t.Context()); err != nil || token != held {
		t.Errorf("with one that is still good: %v", err)
	}
	ahead = time.Until(u.Expiry)
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrProvider) || errors.Is(err, signin.ErrNobody) {
		t.Errorf("with one that has expired: %v", err)
	}
	if u, ok, err := a.Who(t.Context()); !ok || err != nil || u.Name != "ada" {
		t.Errorf("%+v, %v", u, err)
	}
	p.SetDown(false)
	for name, change := range map[string]func(res *http.Response) error{
		"out of order": func(res *http.Response) error { res.StatusCode = http.StatusBadGateway; return nil },
		"no tokens":    func(res *http.Response) error { return changeJSON(res, func(m map[string]any) { clear(m) }) },
		"elsewhere": func(res *http.Response) error {
			res.StatusCode = http.StatusTemporaryRedirect
			res.Header.Set("Location", p.URL+"/moved")
			return nil
		},
	} {
		p.Change(nil)
		a := accountAt(p)
		if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
			t.Fatal(err)
		}
		calls := p.Calls("/moved")
		p.Change(func(res *http.Response) error {
			if res.Request.URL.Path != "/token" {
				return nil
			}
			return change(res)
		})
		if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrProvider) {
			t.Errorf("%s: %v", name, err)
		}
		if p.Calls("/moved") != calls {
			t.Errorf("%s: the refresh token is sent elsewhere", name)
		}
		if _, ok, err := a.Who(t.Context()); !ok || err != nil {
			t.Errorf("%s: nobody is signed in, %v", name, err)
		}
	}
}

// A provider whose addresses change is found again.
func TestProviderMoves(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path != "/.well-known/openid-configuration" {
			return nil
		}
		return changeJSON(res, func(m map[string]any) { m["token_endpoint"] = p.URL + "/old" })
	})
	a := accountAt(p)
	if _, _, err := a.Token(t.Context()); !errors.Is(err, signin.ErrProvider) {
		t.Errorf("at an address that is no longer good: %v", err)
	}
	p.Change(nil)
	if _, u, err := a.Token(t.Context()); err != nil || u.Name != "ada" {
		t.Errorf("%+v, %v", u, err)
	}
}

// What comes with a refresh is looked at as what comes with a sign-in is.
func TestBadRefresh(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	change := func(f func(m map[string]any)) {
		p.Change(func(res *http.Response) error {
			if res.Request.URL.Path != "/token" {
				return nil
			}
			return changeJSON(res, f)
		})
	}
	ofBob := ""
	change(func(m map[string]any) { ofBob = m["id_token"].(string) })
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "bob"); err != nil {
		t.Fatal(err)
	}
	p.Change(nil)
	if _, _, err := loginAs(t, accountAt(p), p.NewBrowser(), "ada"); err != nil {
		t.Fatal(err)
	}
	// With tokens that are not right, nothing is lost: the next refresh token is.
	change(func(m map[string]any) { m["id_token"] = m["id_token"].(string) + "x" })
	if _, _, err := accountAt(p).Token(t.Context()); !errors.Is(err, signin.ErrProvider) {
		t.Errorf("with a bad signature: %v", err)
	}
	p.Change(nil)
	if _, u, err := accountAt(p).Token(t.Context()); err != nil || u.Name != "ada" {
		t.Errorf("and after that: %+v, %v", u, err)
	}
	// Nobody becomes another user.
	change(func(m map[string]any) { m["id_token"] = ofBob })
	if token, _, err := accountAt(p).Token(t.Context()); !errors.Is(err, signin.ErrEnded) || token != "" {
		t.Errorf("as bob: %v", err)
	}
	wantNobody(t, accountAt(p))
}
