// Package signintest has OpenID Connect providers for tests.
package signintest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options are those of a [Provider]. Each has a default for its zero.
type Options struct {
	Clients          []string `json:"clients,omitempty"`          // public clients; "linefeed"
	Origins          []string `json:"origins,omitempty"`          // of pages that sign in by themselves
	Audience         string   `json:"audience,omitempty"`         // of access tokens; "linefeed-api"
	AccessTokenLife  int      `json:"accessTokenLife,omitempty"`  // seconds; 300
	RefreshTokenLife int      `json:"refreshTokenLife,omitempty"` // seconds; 3600
	DeviceCodeLife   int      `json:"deviceCodeLife,omitempty"`   // seconds; 600
}

// A Provider is a whole OpenID Connect provider that the test has started: oidc-provider,
// of npm, by tools/oidc/provider.js. Its users are ada, who has the role importer of the
// realm and of the client, and bob, who has neither; any password is right. Refresh tokens
// are good for one use. It is safe for concurrent use.
type Provider struct {
	URL string // its issuer

	front *httptest.Server // passes on to back
	back  string

	mu     sync.Mutex
	told   []string // codes and tokens
	down   bool
	change func(*http.Response) error
	calls  map[string]int // by path
	called *sync.Cond     // a path was called
}

// StartProvider starts a provider that ends with the test. Where its programs are missing the
// test is skipped, and fails in continuous integration.
func StartProvider(t testing.TB, o Options) *Provider {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..", "..")
	tools := filepath.Join(root, "tools", "oidc")
	if _, err := os.Stat(filepath.Join(tools, "node_modules", "oidc-provider", "package.json")); err != nil {
		missing(t, "oidc-provider is not installed: run scripts/setup servers")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		missing(t, "there is no bash to start the provider with")
	}
	p := &Provider{calls: map[string]int{}}
	p.called = sync.NewCond(&p.mu)
	p.front = httptest.NewServer(p)
	t.Cleanup(p.front.Close)
	p.URL = p.front.URL
	p.start(t, root, tools, o)
	return p
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func (p *Provider) start(t testing.TB, root, tools string, o Options) {
	t.Helper()
	options, err := json.Marshal(struct {
		Issuer string `json:"issuer"`
		Options
	}{p.URL, o})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(root, "scripts", "with-node"), "node", filepath.Join(tools, "provider.js"), string(options)) //nolint:noctx // it ends with its input
	logged, err := os.Create(filepath.Join(t.TempDir(), "provider.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = logged
	input, errIn := cmd.StdinPipe()
	output, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		t.Fatal(errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait()
		if text, err := os.ReadFile(logged.Name()); err == nil && t.Failed() {
			t.Logf("the provider says:\n%s", text)
		}
		_ = logged.Close()
	})
	var told struct{ Port int }
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &told)
	}
	if err != nil {
		text, _ := os.ReadFile(logged.Name())
		t.Fatalf("the provider does not start: %v\n%s", err, text)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.back = fmt.Sprintf("http://127.0.0.1:%d", told.Port)
}

// ServeHTTP passes a request on to the provider.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.calls[r.URL.Path]++
	p.called.Broadcast()
	back, down, change := p.back, p.down, p.change
	p.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler) // which cuts the connection
	}
	to, err := url.Parse(back)
	if err != nil {
		panic(err)
	}
	(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: func(res *http.Response) error {
			if err := p.remember(res); err != nil || change == nil {
				return err
			}
			return change(res)
		},
	}).ServeHTTP(w, r)
}

// secrets are the members of answers that nobody else may know.
var secrets = []string{"access_token", "refresh_token", "id_token", "device_code"}

// remember notes the codes and tokens that an answer tells.
func (p *Provider) remember(res *http.Response) error {
	var told []string
	if to, err := url.Parse(res.Header.Get("Location")); err == nil && to.Query().Has("code") {
		told = append(told, to.Query().Get("code"))
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		text, err := io.ReadAll(res.Body)
		if err != nil {
			return err
		}
		res.Body = io.NopCloser(bytes.NewReader(text))
		var m map[string]any
		_ = json.Unmarshal(text, &m) // what is no object tells none
		for _, name := range secrets {
			if v, ok := m[name].(string); ok {
				told = append(told, v)
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, told...)
	return nil
}

// Secrets returns all codes and tokens that the provider has told.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// SetDown says whether the provider cuts every connection.
func (p *Provider) SetDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
	if down {
		p.front.CloseClientConnections()
	}
}

// Change has f change the provider's answers, by their request; nil for no change.
func (p *Provider) Change(f func(*http.Response) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change = f
}

// Calls returns how often a path was called.
func (p *Provider) Calls(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// Rotate has the provider sign with another key from now on, and forget the one before.
func (p *Provider) Rotate(t testing.TB) { t.Helper(); p.order(t, "/test/rotate") }

// Revoke ends all sessions, with their refresh tokens.
func (p *Provider) Revoke(t testing.TB) { t.Helper(); p.order(t, "/test/revoke") }

// Await returns once a path was called so often.
func (p *Provider) Await(t testing.TB, path string, calls int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	defer context.AfterFunc(ctx, p.called.Broadcast)()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.calls[path] < calls {
		if ctx.Err() != nil {
			t.Fatalf("%s was called %d times, not %d", path, p.calls[path], calls)
		}
		p.called.Wait()
	}
}

func (p *Provider) order(t testing.TB, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.back+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatalf("%s: %s, %v", path, res.Status, err)
	}
}
