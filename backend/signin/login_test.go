package signin_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linefeed/backend/secret"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// A pending is a sign-in that waits for its answer.
type pending struct {
	page string // of the provider
	err  chan error
}

// begin begins a sign-in, which ends with ctx.
func begin(ctx context.Context, t *testing.T, a *signin.Account) pending {
	t.Helper()
	p := pending{err: make(chan error, 1)}
	pages := make(chan string, 1)
	go func() {
		_, err := a.Login(ctx, func(url string) error { pages <- url; return nil })
		p.err <- err
	}()
	select {
	case p.page = <-pages:
	case err := <-p.err:
		t.Fatalf("the sign-in does not begin: %v", err)
	}
	return p
}

// query returns a parameter of an address.
func query(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}

// with returns an address with a parameter changed.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// get calls an address of this computer, and returns the status and the page.
func get(t *testing.T, method, address, host string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("the page may load %s", csp)
	}
	return res.StatusCode, string(text)
}

// wantNoListener holds that nothing listens at an address any more.
func wantNoListener(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err == nil {
		conn.Close()
		t.Errorf("something listens at %s", u.Host)
	}
}

func wantNobody(t *testing.T, a *signin.Account) {
	t.Helper()
	if u, ok, err := a.Who(t.Context()); ok || err != nil {
		t.Errorf("%q is signed in, %v", u.Name, err)
	}
}

// What the authorization request says.
func TestRequest(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	one, two := begin(ctx, t, accountAt(p)), begin(ctx, t, accountAt(p))
	for name, want := range map[string]string{"response_type": "code", "client_id": "linefeed", "code_challenge_method": "S256", "scope": "openid profile email"} {
		if got := query(t, one.page, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge", "redirect_uri"} {
		if a, b := query(t, one.page, name), query(t, two.page, name); a == b || len(a) < 26 {
			t.Errorf("%s of two sign-ins: %q and %q", name, a, b)
		}
	}
	cancel()
	for _, s := range []pending{one, two} {
		if err := <-s.err; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		wantNoListener(t, query(t, s.page, "redirect_uri"))
	}
}

// Only the provider's answer to this sign-in, by this computer's browser, is taken, once.
func TestCallback(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	a := accountAt(p)
	s := begin(t.Context(), t, a)
	back, err := p.NewBrowser().Answer(t.Context(), s.page, "ada")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "http" || u.Hostname() != "127.0.0.1" || u.Path != "/callback" {
		t.Fatalf("the answer goes to %s, %v", back, err)
	}
	state := query(t, back, "state")
	for name, tt := range map[string]struct {
		method, address, host string
		status                int
	}{
		"another state":     {"GET", with(t, back, "state", strings.ToLower(state)), "", http.StatusBadRequest},
		"no state":          {"GET", with(t, back, "state", ""), "", http.StatusBadRequest},
		"two states":        {"GET", back + "&state=" + state, "", http.StatusBadRequest},
		"part of the state": {"GET", with(t, back, "state", state[:8]), "", http.StatusBadRequest},
		"another error":     {"GET", with(t, "http://"+u.Host+"/callback?state=x", "error", "access_denied"), "", http.StatusBadRequest},
		"another host":      {"GET", back, "evil.example.org:" + u.Port(), http.StatusMisdirectedRequest},
		"a name of it":      {"GET", back, "localhost:" + u.Port(), http.StatusMisdirectedRequest},
		"no port":           {"GET", back, "127.0.0.1", http.StatusMisdirectedRequest},
		"another path":      {"GET", strings.Replace(back, "/callback", "/callback/", 1), "", http.StatusNotFound},
		"the root":          {"GET", "http://" + u.Host + "/", "", http.StatusNotFound},
		"another method":    {"POST", back, "", http.StatusMethodNotAllowed},
		"a look":            {"HEAD", back, "", http.StatusMethodNotAllowed},
		"a bad query":       {"GET", back + "&x=%zz", "", http.StatusBadRequest},
	} {
		if status, _ := get(t, tt.method, tt.address, tt.host); status != tt.status {
			t.Errorf("%s: %d, want %d", name, status, tt.status)
		}
	}
	select {
	case err := <-s.err:
		t.Fatalf("the sign-in has ended: %v", err)
	default:
	}
	// The first answer is still being looked at when the second one comes.
	asked, goOn := make(chan struct{}), make(chan struct{})
	p.Change(func(res *http.Response) error {
		if res.Request.URL.Path == "/token" {
			close(asked)
			<-goOn
		}
		return nil
	})
	first := make(chan string, 1)
	go func() {
		text, err := p.NewBrowser().Visit(context.WithoutCancel(t.Context()), back)
		if err != nil {
			text = err.Error()
		}
		first <- text
	}()
	<-asked
	if status, _ := get(t, "GET", back, ""); status != http.StatusGone {
		t.Errorf("the same answer again: %d", status)
	}
	close(goOn)
	if err := <-s.err; err != nil {
		t.Fatal(err)
	}
	if text := <-first; !strings.Contains(text, "You are signed in.") {
		t.Errorf("%s", text)
	}
	wantNoListener(t, back)
	if u, ok, err := a.Who(t.Context()); !ok || err != nil || u.Name != "ada" {
		t.Errorf("%+v, %v", u, err)
	}
}

// What the provider, or somebody in its name, may answer instead of what it should.
func TestBadAnswers(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	// A code that somebody else has got, or that was used.
	used := begin(t.Context(), t, accountAt(p))
	usedBack, err := p.NewBrowser().Answer(t.Context(), used.page, "bob")
	if err != nil {
		t.Fatal(err)
	}
	if _, page := get(t, "GET", usedBack, ""); !strings.Contains(page, "You are signed in.") || <-used.err != nil {
		t.Fatal("the first sign-in fails")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	other := begin(ctx, t, accountAt(p))
	otherBack, err := p.NewBrowser().Answer(t.Context(), other.page, "bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := accountAt(p).Logout(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		request func(page string) string // as it reaches the provider
		answer  func(back string) string // as it comes back
		tokens  func(m map[string]any)   // as they are answered
		err     error
		says    string
	}{
		"denied": {err: signin.ErrDenied, says: "not agreed"},
		"an error": {answer: func(back string) string {
			return with(t, with(t, with(t, back, "code", ""), "error", "server_error"), "error_description", "<b>out of\x00 order</b>\n"+strings.Repeat("x", 500))
		}, err: signin.ErrRefused, says: "server_error: <b>out of order</b> xxx"},
		"no code":          {answer: func(back string) string { return with(t, back, "code", "") }, err: signin.ErrProvider, says: "no code"},
		"two codes":        {answer: func(back string) string { return back + "&code=x" }, err: signin.ErrProvider, says: "no code"},
		"another provider": {answer: func(back string) string { return with(t, back, "iss", "https://evil.example.org") }, err: signin.ErrProvider, says: "another provider"},
		"no provider":      {answer: func(back string) string { return with(t, back, "iss", "") }, err: signin.ErrProvider, says: "another provider"},
		"no such code":     {answer: func(back string) string { return with(t, back, "code", "x") }, err: signin.ErrRefused, says: "invalid_grant"},
		"a used code":      {answer: func(back string) string { return with(t, back, "code", query(t, usedBack, "code")) }, err: signin.ErrRefused, says: "invalid_grant"},
		"another's code":   {answer: func(back string) string { return with(t, back, "code", query(t, otherBack, "code")) }, err: signin.ErrRefused, says: "invalid_grant"},
		"another nonce":    {request: func(page string) string { return with(t, page, "nonce", "x") }, err: signin.ErrProvider, says: "nonce"},
		"no ID token":      {tokens: func(m map[string]any) { delete(m, "id_token") }, err: signin.ErrProvider, says: "no ID token"},
		"another ID token": {tokens: func(m map[string]any) { m["id_token"] = m["access_token"] }, err: signin.ErrProvider, says: ""},
		"unsigned": {tokens: func(m map[string]any) {
			parts := strings.Split(m["id_token"].(string), ".")
			m["id_token"] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
		}, err: signin.ErrProvider, says: ""},
		"changed": {tokens: func(m map[string]any) {
			parts := strings.Split(m["id_token"].(string), ".")
			payload, err := base64.RawURLEncoding.DecodeString(parts[1])
			if err != nil {
				panic(err)
			}
			parts[1] = base64.RawURLEncoding.EncodeToString(bytes.Replace(payload, []byte(`"ada"`), []byte(`"eve"`), 1))
			m["id_token"] = strings.Join(parts, ".")
		}, err: signin.ErrProvider, says: "signature"},
		"no access token": {tokens: func(m map[string]any) { delete(m, "access_token") }, err: signin.ErrProvider, says: "access_token"},
	} {
		t.Run(name, func(t *testing.T) {
			a := accountAt(p)
			sent := []string{}
			p.Change(func(res *http.Response) error {
				if res.Request.URL.Path != "/token" || res.StatusCode != http.StatusOK {
					return nil
				}
				return changeJSON(res, func(m map[string]any) {
					for _, name := range []string{"access_token", "id_token", "refresh_token"} {
						sent = append(sent, m[name].(string))
					}
					if tt.tokens != nil {
						tt.tokens(m)
					}
				})
			})
			defer p.Change(nil)
			s := begin(t.Context(), t, a)
			if tt.request != nil {
				s.page = tt.request(s.page)
			}
			user := "ada"
			if name == "denied" {
				user = signintest.Nobody
			}
			back, err := p.NewBrowser().Answer(t.Context(), s.page, user)
			if err != nil {
				t.Fatal(err)
			}
			if tt.answer != nil {
				back = tt.answer(back)
			}
			_, page := get(t, "GET", back, "")
			err = <-s.err
			if !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("%v, want %v and %q", err, tt.err, tt.says)
			}
			if !strings.Contains(page, "You are not signed in") || strings.Contains(page, "<b>") {
				t.Errorf("the browser shows %s", page)
			}
			for _, token := range append(sent, query(t, back, "code")) {
				if token != "" && token != "x" && (strings.Contains(err.Error(), token) || strings.Contains(page, token)) {
					t.Errorf("a token or code is told: %v", err)
				}
			}
			if len(err.Error()) > 600 {
				t.Errorf("%d bytes are told", len(err.Error()))
			}
			wantNobody(t, a)
			wantNoListener(t, back)
		})
	}
	cancel()
	if err := <-other.err; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// changeJSON changes the JSON object of an answer.
func changeJSON(res *http.Response, change func(map[string]any)) error {
	var m map[string]any
	if err := json.NewDecoder(res.Body).Decode(&m); err != nil {
		return err
	}
	change(m)
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	res.ContentLength = int64(len(text))
	res.Header.Del("Content-Length")
	return nil
}

// A sign-in that ends by itself leaves no listener.
func TestEnds(t *testing.T) {
	withKeychain(t)
	p := signintest.StartProvider(t, signintest.Options{})
	broken := errors.New("there is none")
	listener := ""
	_, err := accountAt(p).Login(t.Context(), func(page string) error { listener = page; return broken })
	if !errors.Is(err, broken) {
		t.Errorf("without a browser: %v", err)
	}
	wantNoListener(t, query(t, listener, "redirect_uri"))

	a := accountAt(p)
	a.SetWithin(time.Millisecond)
	s := begin(t.Context(), t, a)
	if err := <-s.err; !errors.Is(err, signin.ErrTimeout) {
		t.Errorf("without an answer: %v", err)
	}
	wantNoListener(t, query(t, s.page, "redirect_uri"))
}

// A provider that does not keep to the standards, or would have tokens sent where others can
// read them, is not used.
func TestBadProviders(t *testing.T) {
	withKeychain(t)
	for name, tt := range map[string]struct {
		change func(m map[string]any)
		status int
		says   string
	}{
		"another issuer":    {func(m map[string]any) { m["issuer"] = "https://sso.example.org" }, 200, "sso.example.org"},
		"open token":        {func(m map[string]any) { m["token_endpoint"] = "http://sso.example.org/token" }, 200, "not https"},
		"open page":         {func(m map[string]any) { m["authorization_endpoint"] = "http://127.0.0.1.example.org/" }, 200, "not https"},
		"a file":            {func(m map[string]any) { m["authorization_endpoint"] = "file:///etc/passwd" }, 200, "not https"},
		"a script":          {func(m map[string]any) { m["authorization_endpoint"] = "javascript:alert(1)" }, 200, "not https"},
		"a password":        {func(m map[string]any) { m["authorization_endpoint"] = "https://a:b@sso.example.org" }, 200, "not https"},
		"what is not shown": {func(m map[string]any) { m["authorization_endpoint"] = "https://sso.example.org/\u202e" }, 200, "not https"},
		"open sign-out":     {func(m map[string]any) { m["end_session_endpoint"] = "http://sso.example.org" }, 200, "not https"},
		"open revocation":   {func(m map[string]any) { m["revocation_endpoint"] = "http://sso.example.org" }, 200, "not https"},
		"open keys":         {func(m map[string]any) { m["jwks_uri"] = "http://sso.example.org/keys" }, 200, "not https"},
		"no keys":           {func(m map[string]any) { delete(m, "jwks_uri") }, 200, "no keys"},
		"open device":       {func(m map[string]any) { m["device_authorization_endpoint"] = "http://sso.example.org" }, 200, "not https"},
		"no page":           {func(m map[string]any) { delete(m, "authorization_endpoint") }, 200, "no endpoint"},
		"no token":          {func(m map[string]any) { delete(m, "token_endpoint") }, 200, "no endpoint"},
		"no JSON":           {nil, 200, ""},
		"nothing":           {nil, 404, "404"},
		"elsewhere":         {nil, 302, "302"},
		"all too much":      {func(m map[string]any) { m["padding"] = strings.Repeat("x", 2<<20) }, 200, ""},
	} {
		var server *httptest.Server
		server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/moved" {
				t.Errorf("%s: it follows a redirect", name)
			}
			m := map[string]any{
				"issuer": server.URL, "authorization_endpoint": server.URL + "/auth", "token_endpoint": server.URL + "/token", "jwks_uri": server.URL + "/jwks",
				"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
			}
			w.Header().Set("Location", "/moved")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(tt.status)
			if tt.change == nil {
				_, _ = io.WriteString(w, "<html>"+strings.Repeat("secret ", 1000))
				return
			}
			tt.change(m)
			_ = json.NewEncoder(w).Encode(m)
		}))
		a := signin.New(secret.New(), func(context.Context) (signin.Config, error) {
			return signin.Config{Issuer: server.URL, Client: "linefeed"}, nil
		})
		_, err := a.Login(t.Context(), func(url string) error { t.Errorf("%s: %s is opened", name, url); return nil })
		if !errors.Is(err, signin.ErrProvider) || !strings.Contains(err.Error(), tt.says) || len(err.Error()) > 600 {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
		server.Close()
	}
}
