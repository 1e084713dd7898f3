package localapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linefeed/backend/access"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/message"
	"linefeed/backend/signin"
	"linefeed/backend/signin/signintest"
)

// A provided bench has a provider whose users may import into out.db, if they have the
// role importer.
type provided struct {
	*bench
	*signintest.Issuer
	targets []string
}

func newProvided(t *testing.T) *provided {
	t.Helper()
	p := &provided{}
	var c signin.Config
	var v *signin.Verifier
	p.bench = newBench(t, func(opt *Options) {
		opt.Users = func(ctx context.Context, token string) (signin.User, access.Scope, error) {
			u, err := v.Verify(ctx, token)
			if err == nil && !u.HasRole(c) {
				err = signin.ErrNoRole
			}
			return u, access.Scope{May: access.Import, Targets: p.targets}, err
		}
	})
	p.Issuer = signintest.NewIssuer(t) // which ends before the bench looks for what is left
	c = signin.Config{Issuer: p.URL, Client: signintest.Client, Role: "importer"}
	v = signin.NewVerifier(t.Context(), c)
	t.Cleanup(v.Close)
	p.targets = []string{p.path("out.db")}
	p.runner.Allow = func(ctx context.Context, _ bool) (string, error) {
		u, ok := signin.CallerOf(ctx)
		if !ok {
			return "", nil
		}
		return u.Who(), nil
	}
	return p
}

// of returns the header of a user with the role, with changes to the token's claims.
func (p *provided) of(changes map[string]any) map[string]string {
	claims := map[string]any{"realm_access": map[string]any{"roles": []string{"importer"}}}
	for name, v := range changes {
		claims[name] = v
	}
	return bearing(p.Token(claims))
}

func bearing(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// An access token of the provider's is let in if it is good, and refused with the reason.
func TestUsersTokens(t *testing.T) {
	p := newProvided(t)
	get := func(header map[string]string) *http.Response {
		res, body := p.do(call{method: "GET", path: "/v1/imports", header: header})
		if token := strings.TrimPrefix(header["Authorization"], "Bearer "); strings.Contains(body, token) {
			t.Errorf("the answer shows the token: %s", body)
		}
		return res
	}
	p.Fail(http.StatusBadGateway)
	if res := get(with(p.of(nil), "Origin", pageOrigin)); !strings.Contains(res.Header.Get("Access-Control-Expose-Headers"), "Retry-After") || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || res.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("while the provider is down: status %d with %v", res.StatusCode, res.Header)
	}
	p.Fail(0)
	p = newProvided(t) // which has not asked a moment ago
	for _, tt := range []struct {
		name      string
		header    map[string]string
		status    int
		challenge string
	}{
		{"a good one", p.of(nil), 200, ""},
		{"one in the future", p.of(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}), 401, `error="invalid_token", error_description="it is not valid yet: compare the clock of this computer"`},
		{"an expired one", p.of(map[string]any{"exp": 1}), 401, `error="invalid_token", error_description="it has expired"`},
		{"one of another issuer", p.of(map[string]any{"iss": "https://x"}), 401, `error="invalid_token", error_description="it comes from another issuer"`},
		{"one for another client", p.of(map[string]any{"azp": "x"}), 401, `error="invalid_token", error_description="it is for another audience, or was issued to another client"`},
		{"an ID token", p.of(map[string]any{"typ": "ID"}), 401, `error="invalid_token", error_description="it is no access token"`},
		{"one that nobody has signed", bearing("eyJhbGciOiJub25lIn0.e30."), 401, `error="invalid_token", error_description="it is signed by an algorithm that is not taken"`},
		{"one that is none", bearing("ey.ey.ey"), 401, `error="invalid_token", error_description="it is no signed JWT"`},
		{"one with a dot too many", bearing("ey.ey.ey.ey"), 401, `error="invalid_token"`},
		{"one without the role", p.of(map[string]any{"realm_access": nil}), 403, `error="insufficient_scope"`},
		{"one with the role of a client", p.of(map[string]any{"realm_access": nil, "resource_access": map[string]any{"x": map[string]any{"roles": []string{"importer"}}}}), 403, `error="insufficient_scope"`},
	} {
		if tt.challenge != "" {
			tt.challenge = `Bearer realm="linefeed", ` + tt.challenge
		}
		tt.header["Origin"] = pageOrigin
		res := get(tt.header)
		if res.StatusCode != tt.status || res.Header.Get("WWW-Authenticate") != tt.challenge || res.Header.Get("Access-Control-Allow-Origin") != pageOrigin {
			t.Errorf("%s: status %d with %v", tt.name, res.StatusCode, res.Header)
		}
	}

	for name, b := range map[string]*bench{
		"no provider":       newBench(t),
		"sign-in is off":    newBench(t, failing(signin.ErrOff)),
		"the store is gone": newBench(t, failing(errors.New("disk I/O error"))),
	} {
		want := http.StatusUnauthorized
		if name == "the store is gone" {
			want = http.StatusServiceUnavailable
		}
		if res, body := b.do(call{method: "GET", path: "/v1/imports", header: p.of(nil)}); res.StatusCode != want || strings.Contains(body, "disk") {
			t.Errorf("%s: status %d: %s", name, res.StatusCode, body)
		}
	}
}

// failing has no token verified.
func failing(err error) func(*Options) {
	return func(opt *Options) {
		opt.Users = func(context.Context, string) (signin.User, access.Scope, error) {
			return signin.User{}, access.Scope{}, err
		}
	}
}

// A user imports what is sent into the databases of the settings, which the history tells,
// and may do nothing else.
func TestUsersScope(t *testing.T) {
	p := newProvided(t)
	user := p.of(nil)
	var v importView
	p.want(202, call{"POST", "/v1/imports" + p.query(), with(user, "Content-Type", "text/csv"), strings.NewReader(articles(20))}, &v)
	p.ended(v.ID)
	if j, err := p.runner.Job(t.Context(), v.ID); err != nil || j.State != job.Done || j.Who != "ada ("+strings.TrimPrefix(p.URL, "http://")+")" {
		t.Errorf("%+v, %v", j, err)
	}
	p.want(200, call{method: "GET", path: "/v1/imports/" + v.ID + "/rejects", header: user}, nil)

	var others job.Job
	file := p.file("in.csv", articles(3))
	body := func(target string) *strings.Reader {
		return strings.NewReader(fmt.Sprintf(`{"file":%q,"target":%q,"plan":{"table":"articles","create":true}}`, file, target))
	}
	p.want(202, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"}, body(p.path("other.db"))}, &others)
	p.ended(others.ID)
	if j, err := p.runner.Job(t.Context(), others.ID); err != nil || strings.Contains(j.Who, "ada") {
		t.Errorf("the program's own token acts for %q, %v", j.Who, err)
	}
	for name, c := range map[string]call{
		"a local file":             {"POST", "/v1/imports", with(user, "Content-Type", "application/json"), body(p.path("out.db"))},
		"another database":         {"POST", "/v1/imports?create&table=t&target=" + p.path("other.db"), with(user, "Content-Type", "text/csv"), strings.NewReader(articles(1))},
		"an import into that":      {"GET", "/v1/imports/" + others.ID, user, nil},
		"an undo of that":          {"POST", "/v1/imports/" + others.ID + "/undo", user, nil},
		"the settings":             {"PUT", "/v1/settings/signin-role", with(user, "Content-Type", "application/json"), strings.NewReader(`{"value":""}`)},
		"the tokens":               {"GET", "/v1/tokens", user, nil},
		"a set":                    {"POST", "/v1/sets", with(user, "Content-Type", "application/json"), strings.NewReader(fmt.Sprintf(`{"files":[%q],"import":{"target":%q}}`, file, p.path("out.db")))},
		"a profile":                {"PUT", "/v1/profiles/p", with(user, "Content-Type", "application/json"), strings.NewReader(`{}`)},
		"a check without database": {"POST", "/v1/imports?check&table=t", with(user, "Content-Type", "text/csv"), strings.NewReader(articles(1))},
	} {
		res, text := p.do(c)
		if res.StatusCode != 403 || !strings.Contains(res.Header.Get("WWW-Authenticate"), "insufficient_scope") {
			t.Errorf("%s: status %d: %s", name, res.StatusCode, text)
		}
		if !strings.Contains(text, "the user ada") {
			t.Errorf("%s: the answer does not tell who: %s", name, text)
		}
	}
	if _, err := os.Stat(p.path("other.db")); err != nil {
		t.Fatal(err)
	}
}

// Without targets of the settings, a user imports into saved connections, whatever they are
// called, and into nothing else.
func TestUsersConnections(t *testing.T) {
	p := newProvided(t)
	p.targets = []string{access.Connections}
	send := func(target string, status int, v any) {
		t.Helper()
		p.want(status, call{"POST", "/v1/imports?create&table=t&target=" + target, with(p.of(nil), "Content-Type", "text/csv"), strings.NewReader(articles(1))}, v)
	}
	for target, status := range map[string]int{p.path("out.db"): 403, p.path("connections"): 403, "connections": 422, "postgres://localhost/x": 403} {
		send(target, status, nil)
	}
	var v importView
	send("connection:none", 202, &v) // which there is not
	if s, err := p.runner.Wait(t.Context(), v.ID); s.State != job.Failed {
		t.Errorf("%+v, %v", s, err)
	}
	p.want(204, call{method: "DELETE", path: "/v1/imports/" + v.ID, header: p.of(nil)}, nil)
}

// A stream ends when its token expires, and says so; with a fresh token it goes on after its
// last event, and the import never stopped.
func TestExpiryInMidStream(t *testing.T) {
	p := newProvided(t)
	free := p.lock() // so that the import outlives the token
	short := p.of(map[string]any{"exp": time.Now().Unix() + 2})
	res := p.open(call{"POST", "/v1/imports" + p.query(), with(short, "Content-Type", "text/csv", "Accept", "text/event-stream"), strings.NewReader(articles(1000))})
	first := all(t, res.Body)
	id := strings.TrimPrefix(res.Header.Get("Location"), "/v1/imports/")
	last := checkReauth(t, first, id, "expired")
	if res, _ := p.do(call{method: "GET", path: "/v1/imports/" + id, header: short}); res.StatusCode != 401 {
		t.Errorf("with the old token: status %d", res.StatusCode)
	}
	if j, err := p.runner.Job(t.Context(), id); err != nil || j.State != job.Running {
		t.Errorf("the import is %s, %v", j.State, err)
	}

	fresh := p.of(nil)
	res = p.open(call{method: "GET", path: "/v1/imports/" + id + "/events", header: with(fresh, "Last-Event-ID", last)})
	free()
	second := all(t, res.Body)
	if n := len(second); n == 0 || second[n-1].name != "state" || second[n-1].decode(t).Summary == nil || second[n-1].decode(t).Summary.Read != 1000 {
		t.Fatalf("it goes on with %+v", second)
	}
	var states, seqs []string
	rejects := 0
	for _, e := range slices.Concat(first, second) {
		d := e.decode(t)
		if e.name == "state" {
			states = append(states, d.State)
		}
		if e.name != "reauth" {
			if slices.Contains(seqs, fmt.Sprint(d.Seq)) {
				t.Errorf("the event %d comes twice", d.Seq)
			}
			seqs = append(seqs, fmt.Sprint(d.Seq))
		}
		rejects += len(d.Rejects) + d.More
	}
	if got := strings.Join(states, " "); got != "queued running done" || rejects != 100 {
		t.Errorf("over both streams: %s, %d rejects", got, rejects)
	}
}

// checkReauth holds that the last event, and no other, says that the stream ends for a
// reason, and returns the ID of the one before it.
func checkReauth(t *testing.T, events []sent, job, reason string) (last string) {
	t.Helper()
	var seq uint64
	for i, e := range events {
		if (e.name == "reauth") != (i == len(events)-1) {
			t.Fatalf("the events are %+v", events)
		}
		if e.name != "reauth" {
			last, seq = e.id, e.decode(t).Seq
			continue
		}
		d := e.decode(t)
		if _, err := time.Parse(time.RFC3339, d.Time); err != nil || e.id != "" || d.Job != job || d.Seq != seq || !strings.Contains(e.data, `"reason":"`+reason+`"`) {
			t.Errorf("the last event is %+v, after %d of %s", e, seq, job)
		}
	}
	if len(events) == 0 {
		t.Fatal("there are no events")
	}
	return last
}

// On a clock that the test has for itself, streams end in the second in which the token
// expires, while events come and while none do, and soon after it is revoked, but not
// because the provider is down.
func TestStreamsEndInTime(t *testing.T) {
	down := fmt.Errorf("%w: connection refused", signin.ErrUnreachable)
	narrower := errors.New("the same token is for less")
	for _, tt := range []struct {
		name   string
		busy   bool
		later  error         // what becomes of the token after 20 s
		ends   time.Duration // when the stream does
		reason string
	}{
		{"silent", false, nil, 100 * time.Second, "expired"},
		{"busy", true, nil, 100 * time.Second, "expired"},
		{"the provider is down", false, down, 100 * time.Second, "expired"},
		{"the provider is down, and it is busy", true, down, 100 * time.Second, "expired"},
		{"sign-in is set up otherwise", false, signin.ErrIssuer, 30 * time.Second, "revoked"},
		{"sign-in is off", true, signin.ErrOff, 30 * time.Second, "revoked"},
		{"the role is another one", false, signin.ErrNoRole, 30 * time.Second, "revoked"},
		{"the databases are others", false, narrower, 30 * time.Second, "revoked"},
	} {
		var start time.Time
		inBubble(t, func(t *testing.T, s *Server, client *http.Client) {
			start = time.Now()
			req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+"/v1/events", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer eyJ.x.y")
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			ctx, cancel := context.WithCancel(t.Context())
			var busy sync.WaitGroup
			if tt.busy {
				busy.Go(func() {
					for ctx.Err() == nil {
						s.hub.State("a", event.State{State: "running"})
						time.Sleep(time.Second)
					}
				})
			}
			events := all(t, res.Body)
			if took := time.Since(start).Truncate(time.Second); took != tt.ends {
				t.Errorf("%s: it ends after %v", tt.name, took)
			}
			cancel()
			busy.Wait()
			if last := checkReauth(t, events, "", tt.reason); (last != "") != tt.busy {
				t.Errorf("%s: the last ID is %q", tt.name, last)
			}
		}, func(s *Server) {
			s.users = func(context.Context, string) (signin.User, access.Scope, error) {
				scope := access.Scope{May: access.Watch, Targets: []string{access.Anywhere}}
				if !start.IsZero() && time.Since(start) > 20*time.Second && tt.later != nil {
					if !errors.Is(tt.later, narrower) {
						return signin.User{}, access.Scope{}, tt.later
					}
					scope.Targets = []string{"/own.db"}
				}
				return signin.User{Name: "ada", Expiry: time.Now().Truncate(time.Second).Add(100 * time.Second)}, scope, nil
			}
		})
	}
}

// A token that was made for another program ends its streams the same way.
func TestReauthOfTokens(t *testing.T) {
	b := newBench(t)
	b.hub.State("a", event.State{State: "running"})
	secret, made, err := b.server.access.Add(t.Context(), "short", access.Scope{May: access.Watch, Targets: []string{access.Anywhere}}, 500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	checkReauth(t, all(t, b.open(call{method: "GET", path: "/v1/events", header: bearing(secret)}).Body), "", "expired")

	secret, made, err = b.server.access.Add(t.Context(), "long", access.Scope{May: access.Watch, Targets: []string{access.Anywhere}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r = r.WithContext(bearer{token: &made, secret: secret}.within(r.Context()))
	if why, err := b.server.invalid(r); why != "" || err != nil {
		t.Errorf("a good one: %q, %v", why, err)
	}
	if err := b.server.access.Remove(t.Context(), "long"); err != nil {
		t.Fatal(err)
	}
	if why, err := b.server.invalid(r); why != "revoked" || err != nil {
		t.Errorf("one that was removed: %q, %v", why, err)
	}
}

// While the provider does not answer, only those wait whose keys are not known.
func TestProviderThatStalls(t *testing.T) {
	p := newProvided(t)
	known := p.of(nil)
	p.want(200, call{method: "GET", path: "/v1/imports", header: known}, nil)
	p = newProvided(t)
	release := p.Stall()
	waiting := make(chan int)
	go func() {
		res, err := p.client.Do(p.request(call{method: "GET", path: "/v1/imports", header: p.of(nil)}))
		if err != nil {
			waiting <- 0
			return
		}
		res.Body.Close()
		waiting <- res.StatusCode
	}()
	<-p.Asked()
	for name, header := range map[string]map[string]string{"the program's own": nil, "one that was made": p.token(access.Scope{May: access.Watch, Targets: []string{access.Anywhere}})} {
		if res, _ := p.do(call{method: "GET", path: "/v1/imports", header: header}); res.StatusCode != 200 {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
	}
	select {
	case status := <-waiting:
		t.Errorf("it did not wait: status %d", status)
	default:
	}
	release()
	if status := <-waiting; status != 200 {
		t.Errorf("once the provider answers: status %d", status)
	}
}

// Where sign-in is required and nobody is signed in, nothing is started, which is told with
// what to do; what runs goes on, and is told of.
func TestRequiredSignIn(t *testing.T) {
	b := newBench(t)
	var closed atomic.Bool
	b.runner.Allow = func(_ context.Context, work bool) (string, error) {
		if work && closed.Load() {
			return "", message.NewError(job.ErrNotAllowed, "import_needs_user", "sign_in_here", "why", "nobody is signed in")
		}
		return "", nil
	}
	csv := map[string]string{"Content-Type": "text/csv"}
	known := call{"POST", "/v1/imports?create&table=known&target=" + b.path("known.db"), with(csv, "Idempotency-Key", "known"), strings.NewReader(articles(2))}
	var before, again importView
	b.want(202, known, &before)
	b.ended(before.ID)
	free := b.lock()
	var running importView
	b.want(202, call{"POST", "/v1/imports" + b.query(), csv, strings.NewReader(articles(100))}, &running)
	b.state(running.ID, "running")
	own := "/v1/imports/" + running.ID

	closed.Store(true)
	known.body = strings.NewReader(articles(2))
	if b.want(202, known, &again); again.ID != before.ID {
		t.Errorf("sent twice, it is %s and %s", before.ID, again.ID)
	}
	b.want(202, call{method: "POST", path: own + "/pause"}, nil)
	file := b.file("in.csv", articles(3))
	for name, c := range map[string]call{
		"an import":    {"POST", "/v1/imports" + b.query(), csv, strings.NewReader(articles(1))},
		"with a key":   {"POST", "/v1/imports" + b.query(), with(csv, "Idempotency-Key", "k"), strings.NewReader(articles(1))},
		"with events":  {"POST", "/v1/imports" + b.query(), with(csv, "Accept", "text/event-stream"), strings.NewReader(articles(1))},
		"a set":        {"POST", "/v1/sets", map[string]string{"Content-Type": "application/json"}, strings.NewReader(fmt.Sprintf(`{"files":[%q],"import":{"target":%q,"plan":{"table":"t","create":true}}}`, file, b.path("out.db")))},
		"a resumption": {"POST", own + "/resume", nil, nil},
	} {
		var p problem
		b.want(403, c, &p)
		if !strings.Contains(p.Detail, "imports need a user who is signed in: nobody is signed in") || !strings.Contains(p.Hint, "linefeed login") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	b.want(202, call{"POST", "/v1/imports?check&table=t&target=" + b.path("new.db") + "&create", csv, strings.NewReader(articles(1))}, nil)
	b.want(200, call{method: "GET", path: own}, nil)
	closed.Store(false)
	b.want(202, call{method: "POST", path: own + "/resume"}, nil)
	closed.Store(true)
	free()
	if s, err := b.runner.Wait(t.Context(), running.ID); err != nil || s.State != job.Done {
		t.Errorf("%+v, %v", s, err)
	}
}
