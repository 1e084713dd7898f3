package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"linefeed/backend/cli"
	"linefeed/backend/engine"
	"linefeed/backend/signin/signintest"
)

// newSignin gives the test a home, a keychain and a provider to sign in with.
func newSignin(t *testing.T) (home string, p *signintest.Provider) {
	t.Helper()
	p = signintest.StartProvider(t, signintest.Options{})
	home = newHome(t)
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	t.Setenv("DISPLAY", "") // no browser is opened
	t.Setenv("WAYLAND_DISPLAY", "")
	keyring.MockInit()
	run(t, "settings", "signin-issuer", p.URL).want(t, 0)
	run(t, "settings", "signin-client", "linefeed").want(t, 0)
	run(t, "settings", "signin-role", "importer").want(t, 0)
	return home, p
}

// A follower is what a command writes, in which it waits for the address of a page.
type follower struct {
	bytes.Buffer
	page *regexp.Regexp
	open func(page string)
}

func (f *follower) Write(text []byte) (int, error) {
	n, err := f.Buffer.Write(text)
	if found := f.page.FindStringSubmatch(f.String()); found != nil && f.open != nil {
		go f.open(found[1])
		f.open = nil
	}
	return n, err
}

// login runs linefeed login for a user, who goes to the page that it shows.
func login(t *testing.T, p *signintest.Provider, user string, args ...string) result {
	t.Helper()
	page := `(?m)^  (http\S+)\n`
	if len(args) > 0 {
		page = `knows the code: (http\S+)\n`
	}
	opened := make(chan error, 1)
	var stdout bytes.Buffer
	stderr := follower{page: regexp.MustCompile(page), open: func(page string) {
		ctx, b := context.WithoutCancel(t.Context()), p.NewBrowser()
		back, err := b.Answer(ctx, page, user)
		if err == nil && strings.Contains(back, "/callback?") {
			_, err = b.Visit(ctx, back)
		}
		opened <- err
	}}
	status := cli.Main(t.Context(), append([]string{"login"}, args...), nil, &stdout, &stderr, os.Getenv)
	if stderr.open != nil {
		t.Fatalf("no page is shown: %s%s", stdout.String(), stderr.String())
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	return result{status, stdout.String(), stderr.String()}
}

func whoami(t *testing.T, status int) (s engine.SignedIn, r result) {
	t.Helper()
	r = run(t, "whoami", "--json").want(t, status)
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
		t.Fatalf("%v: %s", err, r.stdout)
	}
	return s, r
}

func TestSignin(t *testing.T) {
	_, p := newSignin(t)
	if s, r := whoami(t, 2); s.SignedIn || !s.On || s.Issuer != p.URL || r.stderr != "" {
		t.Errorf("%+v, %s", s, r.stderr)
	}
	if r := run(t, "whoami").want(t, 2); r.stdout != "nobody is signed in at "+p.URL+": linefeed login\n" {
		t.Errorf("%s", r.stdout)
	}
	if r := login(t, p, "ada").want(t, 0); r.stdout != "signed in as ada (ada@example.org) at "+p.URL+"\n" || !strings.Contains(r.stderr, "login --device") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	want := engine.SignedIn{On: true, SignedIn: true, Issuer: p.URL, Name: "ada", Email: "ada@example.org", Subject: "ada", Role: "importer", HasRole: true, Kept: true}
	if s, r := whoami(t, 0); s != want || r.stderr != "" {
		t.Errorf("%+v, %s", s, r.stderr)
	}
	p.SetDown(true)
	if s, r := whoami(t, 0); !s.SignedIn || s.Notice == nil || !strings.Contains(r.stderr, "warning: the sign-in provider "+p.URL+" can't be used") {
		t.Errorf("%+v, %s", s, r.stderr)
	}
	p.SetDown(false)
	if r := run(t, "logout").want(t, 0); r.stdout != "signed out\n" {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	if r := run(t, "logout").want(t, 0); r.stdout != "nobody was signed in\n" {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}

	if r := login(t, p, "bob", "--device").want(t, 0); !strings.HasPrefix(r.stdout, "signed in as bob") || !strings.Contains(r.stderr, "bob has not the role importer") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	p.Revoke(t)
	if s, r := whoami(t, 2); s.SignedIn || !strings.Contains(r.stderr, "has ended") {
		t.Errorf("%+v, %s", s, r.stderr)
	}
	if s, r := whoami(t, 2); s.SignedIn || r.stderr != "" {
		t.Errorf("then: %+v, %s", s, r.stderr)
	}
	login(t, p, "bob").want(t, 0)
	run(t, "settings", "signin-issuer", "default").want(t, 0)
	if r := run(t, "logout").want(t, 0); r.stdout != "nobody was signed in\n" || !strings.Contains(r.stderr, "sign-in is off") {
		t.Errorf("while it is off: %s%s", r.stdout, r.stderr)
	}
	run(t, "settings", "signin-issuer", p.URL).want(t, 0)
	if s, r := whoami(t, 0); s.Name != "bob" {
		t.Errorf("it is on again: %+v, %s", s, r.stderr)
	}
	p.SetDown(true)
	if r := run(t, "logout").want(t, 2); !strings.Contains(r.stderr, "signed out here, but "+p.URL) {
		t.Errorf("%s", r.stderr)
	}
	p.SetDown(false)
	if s, _ := whoami(t, 2); s.SignedIn {
		t.Errorf("%+v", s)
	}
	if r := login(t, p, signintest.Nobody).want(t, 2); !strings.Contains(r.stderr, "not agreed") {
		t.Errorf("%s", r.stderr)
	}
}

// Where nothing is set up, or nothing could be kept, nobody signs in.
func TestNoSignin(t *testing.T) {
	newHome(t)
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
	for _, args := range [][]string{{"login"}, {"login", "--device"}} {
		if r := run(t, args...).want(t, 2); !strings.Contains(r.stderr, "signin-issuer") {
			t.Errorf("%v: %s", args, r.stderr)
		}
	}
	if s, _ := whoami(t, 2); s.On || s.SignedIn {
		t.Errorf("%+v", s)
	}
	run(t, "settings", "signin-required", "yes").want(t, 0)
	if s, r := whoami(t, 2); !s.Required || !strings.Contains(r.stderr, "signin-issuer is not set") {
		t.Errorf("%+v, %s", s, r.stderr)
	}
	run(t, "login", "x").want(t, 64)
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	if r := run(t, "login").want(t, 2); !strings.Contains(r.stderr, "could not be kept for the next command") {
		t.Errorf("%s", r.stderr)
	}
}

// A keychain that takes nothing leaves nobody signed in.
func TestKeychainTakesNothing(t *testing.T) {
	_, p := newSignin(t)
	keyring.MockInitWithError(os.ErrPermission)
	if r := login(t, p, "ada"); r.status != 2 || strings.Contains(r.stdout, "signed in") || !strings.Contains(r.stderr, "could not be kept") {
		t.Errorf("%+v", r)
	}
	keyring.MockInit()
	if s, _ := whoami(t, 2); s.SignedIn {
		t.Errorf("%+v", s)
	}
}

// No token and no code of a sign-in is in a file of the program's, or in what it prints.
func TestNoTokenIsTold(t *testing.T) {
	t.Setenv("LINEFEED_LOG", "debug")
	home, p := newSignin(t)
	told := ""
	add := func(r result) { told += r.stdout + r.stderr }
	add(login(t, p, "ada"))
	add(run(t, "whoami", "--json"))
	add(login(t, p, "ada", "--device"))
	add(run(t, "whoami"))
	p.SetDown(true)
	add(run(t, "whoami"))
	add(run(t, "logout"))
	p.SetDown(false)
	add(login(t, p, "ada"))
	p.Revoke(t)
	add(run(t, "whoami"))
	add(login(t, p, "ada"))
	add(run(t, "logout"))
	add(run(t, "diagnostics"))
	secrets := p.Secrets()
	if len(secrets) < 15 {
		t.Fatalf("only %d secrets were seen", len(secrets))
	}
	for _, s := range secrets {
		if strings.Contains(told, s) {
			t.Errorf("it prints a token")
		}
	}
	files := 0
	err := filepath.WalkDir(filepath.Dir(home), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for _, s := range secrets {
			if bytes.Contains(text, []byte(s)) {
				t.Errorf("%s has a token", path)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}
