package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// A gated engine requires a user of a provider with the role importer.
type gated struct {
	*testing.T
	*engine.Engine
	provider *signintest.Provider
	dir      string
}

func newGated(t *testing.T, o signintest.Options) *gated {
	t.Helper()
	t.Setenv("LINEFEED_KEYCHAIN", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
	keyring.MockInit()
	g := &gated{T: t, provider: signintest.StartProvider(t, o), dir: newHome(t)}
	g.Engine, _ = opened(t, engine.Open)
	for name, value := range map[string]string{
		signin.SettingIssuer: g.provider.URL, signin.SettingClient: "linefeed", signin.SettingAudience: "linefeed-api",
		signin.SettingRole: "importer", signin.SettingTargets: g.path("out.db"), signin.SettingRequired: "yes",
	} {
		g.set(name, value)
	}
	return g
}

func (g *gated) path(name string) string { return filepath.Join(g.dir, name) }

func (g *gated) set(name, value string) {
	g.Helper()
	if _, err := g.Runner.SetSetting(g.Context(), name, value); err != nil {
		g.Fatal(err)
	}
}

// login signs a user in, in the place of the one before.
func (g *gated) login(user string) {
	g.Helper()
	shown := make(chan error, 1)
	_, err := g.Account.Login(g.Context(), func(url string) error {
		go func() {
			_, err := g.provider.NewBrowser().SignIn(context.WithoutCancel(g.Context()), url, user)
			shown <- err
		}()
		return nil
	})
	if err := errors.Join(err, <-shown); err != nil {
		g.Fatal(err)
	}
}

// request asks for an import of one record into a table of its own.
func (g *gated) request(table string) job.Request {
	return job.Request{File: write(g.T, g.dir, table+".csv", "id\n1\n"), Target: g.path("out.db"), Plan: load.Plan{Table: table, Create: true}}
}

// imports runs an import, and returns who the history says it is of.
func (g *gated) imports(table string) (string, error) {
	g.Helper()
	j, err := g.Runner.Start(g.Context(), g.request(table))
	if err != nil {
		return "", err
	}
	_, err = g.Runner.Wait(g.Context(), j.ID)
	return j.Who, err
}

func (g *gated) refused(when string, err error, texts ...string) {
	g.Helper()
	if !errors.Is(err, job.ErrNotAllowed) {
		g.Errorf("%s: %v", when, err)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			g.Errorf("%s: it does not say %q: %v", when, text, err)
		}
	}
}

// Where sign-in is required, only a user with the role imports, whom the history tells.
func TestRequiredSignIn(t *testing.T) {
	g := newGated(t, signintest.Options{})
	ada := "ada (" + strings.TrimPrefix(g.provider.URL, "http://") + ")"
	_, err := g.imports("nobody")
	g.refused("nobody is signed in", err, "imports need a user who is signed in", "nobody is signed in at "+g.provider.URL, "linefeed login")
	check := g.request("check")
	check.Check = true
	if j, err := g.Runner.Start(t.Context(), check); err != nil {
		t.Errorf("a check: %v", err)
	} else if _, err := g.Runner.Wait(t.Context(), j.ID); err != nil {
		t.Errorf("a check: %v", err)
	}

	g.login("bob")
	_, err = g.imports("bob")
	g.refused("bob has not the role", err, "bob (", "the role importer", "ask who manages")
	g.set(signin.SettingRole, "staff")
	if who, err := g.imports("staff"); err != nil || !strings.HasPrefix(who, "bob (") {
		t.Errorf("as staff: %q, %v", who, err)
	}
	g.set(signin.SettingRole, "importer")

	g.login("ada")
	if who, err := g.imports("ada"); err != nil || who != ada {
		t.Errorf("by %q, %v", who, err)
	}
	if err := g.Account.Logout(t.Context(), nil); err != nil && !errors.Is(err, signin.ErrNotTold) {
		t.Fatal(err)
	}
	_, err = g.imports("gone")
	g.refused("signed out", err, "linefeed login")

	// Not required, the history tells who is signed in, if anybody is, and the provider is not asked.
	g.set(signin.SettingRequired, "no")
	if who, err := g.imports("free"); err != nil || who == "" || who == ada {
		t.Errorf("nobody signed in, and none required: %q, %v", who, err)
	}
	g.login("ada")
	g.provider.SetDown(true)
	if who, err := g.imports("down"); err != nil || who != ada {
		t.Errorf("not required: %q, %v", who, err)
	}

	// What is half set up lets nobody in.
	g.set(signin.SettingRequired, "yes")
	g.set(signin.SettingClient, "")
	_, err = g.imports("half")
	g.refused("half set up", err, "signin-client is not set", "set signin-issuer and signin-client")
}

// A provider that is down ends no import, and keeps nobody out whose access token is still
// good. Then it is told, and imports start again when it is back.
func TestProviderIsDown(t *testing.T) {
	g := newGated(t, signintest.Options{AccessTokenLife: 5})
	if err := g.Listen("", nil); err != nil {
		t.Fatal(err)
	}
	g.login("ada")
	free := lock(t, g.path("out.db"))
	long, err := g.Runner.Start(t.Context(), g.request("long"))
	if err != nil {
		t.Fatal(err)
	}
	token, user, err := g.Account.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	events := g.get("/v1/events", token)
	g.provider.SetDown(true)
	second, err := g.Runner.Start(t.Context(), g.request("second"))
	if err != nil {
		t.Errorf("with a good access token: %v", err)
	}

	if last := lastEvent(t, events.Body); last != "reauth" { // it has expired
		t.Fatalf("the last event is %q", last)
	}
	<-time.After(time.Until(user.Expiry)) // by the answer that it came with, which is up to a second later
	_, err = g.Runner.Start(t.Context(), g.request("third"))
	g.refused("the access token has expired", err, "imports need a user who is signed in", g.provider.URL+" can't be used", "try again later")
	free()
	for _, j := range []job.Job{long, second} {
		if v, err := g.Runner.Wait(t.Context(), j.ID); err != nil || v.Inserted != 1 {
			t.Errorf("one that was under way: %+v, %v", v, err)
		}
	}
	g.provider.SetDown(false)
	if _, err := g.imports("third"); err != nil {
		t.Errorf("the provider is back: %v", err)
	}
}

// lastEvent reads a stream to its end, and returns the name of its last event.
func lastEvent(t *testing.T, stream io.Reader) (name string) {
	t.Helper()
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if kind, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = kind
		}
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	return name
}

func (g *gated) call(method, path, token, body string) *http.Response {
	g.Helper()
	req, err := http.NewRequestWithContext(g.Context(), method, g.API().URL()+path, strings.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "text/csv")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		g.Fatal(err)
	}
	g.Cleanup(func() { res.Body.Close() })
	return res
}

func (g *gated) get(path, token string) *http.Response { return g.call("GET", path, token, "") }

// Over the API, whoever bears a user's access token acts for that user, and with any other
// token for the user who is signed in with the program.
func TestCallers(t *testing.T) {
	g := newGated(t, signintest.Options{})
	if err := g.Listen("", nil); err != nil {
		t.Fatal(err)
	}
	post := func(token, table string) (status int, who string) {
		t.Helper()
		query := url.Values{"target": {g.path("out.db")}, "table": {table}, "create": {""}}
		res := g.call("POST", "/v1/imports?"+query.Encode(), token, "id\n1\n")
		var j job.Job
		if err := json.NewDecoder(res.Body).Decode(&j); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == 202 {
			if _, err := g.Runner.Wait(t.Context(), j.ID); err != nil {
				t.Error(err)
			}
		}
		return res.StatusCode, j.Who
	}
	tokenOf := func(user string) string {
		t.Helper()
		g.login(user)
		token, _, err := g.Account.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	own := g.API().Token()
	if status, _ := post(own, "a"); status != 403 {
		t.Errorf("nobody is signed in: status %d", status)
	}
	ada, bob := tokenOf("ada"), tokenOf("bob")
	if status, who := post(ada, "b"); status != 202 || !strings.HasPrefix(who, "ada (") {
		t.Errorf("with ada's token, while bob is signed in: status %d, by %q", status, who)
	}
	if status, _ := post(bob, "c"); status != 403 {
		t.Errorf("with bob's token: status %d", status)
	}
	if status, _ := post(own, "d"); status != 403 {
		t.Errorf("with the program's own, while bob is signed in: status %d", status)
	}
	g.login("ada")
	if status, who := post(own, "e"); status != 202 || !strings.HasPrefix(who, "ada (") {
		t.Errorf("with the program's own: status %d, by %q", status, who)
	}

	// The settings hold from the next request on.
	g.set(signin.SettingTargets, "")
	if status, _ := post(ada, "f"); status != 403 {
		t.Errorf("into a file, where only saved connections are meant: status %d", status)
	}
	if res := g.call("POST", "/v1/imports?target=connection:none&table=t", ada, "id\n1\n"); res.StatusCode != 202 { // it fails later
		t.Errorf("into a saved connection: status %d", res.StatusCode)
	}
	g.set(signin.SettingTargets, g.path("out.db"))
	g.set(signin.SettingAudience, "other")
	if res := g.get("/v1/imports", ada); res.StatusCode != 401 {
		t.Errorf("for another audience: status %d", res.StatusCode)
	}
	g.set(signin.SettingRequired, "no")
	g.set(signin.SettingIssuer, "")
	if res := g.get("/v1/imports", ada); res.StatusCode != 401 {
		t.Errorf("without a provider: status %d", res.StatusCode)
	}
}
