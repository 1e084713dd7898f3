package localapi

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linefeed/backend/access"
)

// secretWord stands in the name of everything that the matrix's requests are about: no
// answer to a request that is refused may have it.
const secretWord = "hushhush"

// A sender is a value of one side of the matrix: what a request says by one of its
// headers.
type sender struct {
	name    string
	headers map[string]string
	query   string // is added to the address
	good    bool   // it is let in so far

	// Of tokens:
	rank  int    // what it may do: 1 to watch, 2 to import, 3 all
	other bool   // it is for another database than that of the requests
	error string // that the challenge names; "" if no token is sent as one should be
}

// ranks are what a token needs for a call, in the matrix's own words.
var ranks = map[string]int{"watch": 1, "import": 2, "own": 3}

// hosts, origins and tokens are the sides of the matrix.
func (w *world) hosts() []sender {
	_, port, _ := strings.Cut(w.server.host, ":")
	host := func(name, value string, good bool) sender {
		return sender{name: name, headers: map[string]string{"Host": value}, good: good}
	}
	return []sender{
		host("own host", w.server.host, true),
		host("rebound host", "evil.example:"+port, false),
		host("localhost", "localhost:"+port, false),
	}
}

func (w *world) origins() []sender {
	origin := func(name, value string, good bool) sender {
		return sender{name: name, headers: map[string]string{"Origin": value}, good: good}
	}
	return []sender{
		{name: "no page", good: true},
		origin("the window", "wails://wails", true),
		origin("a page that the program was started for", pageOrigin, true),
		origin("a page of the settings", "https://shop.example", true),
		origin("another page", "http://evil.example", false),
		origin("a page of another port", "http://127.0.0.1:1", false),
		origin("a page of the API's own address", w.server.URL(), false),
		origin("a page without an origin", "null", false),
	}
}

func (w *world) tokens() []sender {
	const invalid = "invalid_token"
	bearer := func(name, secret string, rank int, other bool) sender {
		s := sender{name: name, headers: map[string]string{"Authorization": "Bearer " + secret}, good: rank > 0, rank: rank, other: other}
		if rank == 0 {
			s.error = invalid
		}
		return s
	}
	made := func(name string, may access.Right, target string, lasts time.Duration) string {
		secret, _, err := w.server.access.Add(w.Context(), name, access.Scope{May: may, Targets: []string{target}}, lasts)
		if err != nil {
			w.Fatal(err)
		}
		return secret
	}
	user := func(name string, changes map[string]any, rank int, refused string) sender {
		return sender{name: name, headers: w.users.of(changes), good: refused == "", rank: rank, error: refused}
	}
	revoked := made("revoked", access.Import, access.Anywhere, 0)
	if err := w.server.access.Remove(w.Context(), "revoked"); err != nil {
		w.Fatal(err)
	}
	elsewhere := w.path("other.db")
	own := w.server.Token()
	return []sender{
		bearer("the program's token", own, 3, false),
		bearer("a token to import", made("importing", access.Import, access.Anywhere, 0), 2, false),
		bearer("a token to watch", made("watching", access.Watch, access.Anywhere, time.Hour), 1, false),
		bearer("a token to import elsewhere", made("importing elsewhere", access.Import, elsewhere, 0), 2, true),
		bearer("a token to watch elsewhere", made("watching elsewhere", access.Watch, elsewhere, 0), 1, true),
		bearer("an expired token", made("expired", access.Import, access.Anywhere, time.Nanosecond), 0, false),
		bearer("a revoked token", revoked, 0, false),
		bearer("a made-up token", strings.Repeat("A", 43), 0, false),
		user("a user's access token", nil, 2, ""),
		user("an access token of a user without the role", map[string]any{"realm_access": nil}, 0, ""),
		user("an expired access token", map[string]any{"exp": 1}, 0, invalid+`", error_description="it has expired`),
		user("a user's ID token", map[string]any{"typ": "ID"}, 0, invalid+`", error_description="it is no access token`),
		{name: "no token", headers: map[string]string{"Authorization": ""}},
		{name: "the token by Basic", headers: map[string]string{"Authorization": "Basic " + own}},
		{name: "the token in the address", headers: map[string]string{"Authorization": ""}, query: "access_token=" + own + "&token=" + own},
		{name: "the token as a cookie", headers: map[string]string{"Authorization": "", "Cookie": "token=" + own + "; access_token=" + own}},
	}
}

// verdict is what the answer to a request has to be.
type verdict struct {
	status    int // 0 for that of the call itself
	origin    string
	challenge string // WWW-Authenticate
}

// judge says by the promises of docs/api.md what becomes of a request, and knows nothing of
// the guard.
func judge(host, origin, token sender, e expected) (v verdict) {
	const realm = `Bearer realm="linefeed"`
	switch {
	case !host.good:
		return verdict{status: http.StatusMisdirectedRequest}
	case !origin.good:
		return verdict{status: http.StatusForbidden}
	}
	v.origin = origin.headers["Origin"]
	switch {
	case !token.good:
		v.status, v.challenge = http.StatusUnauthorized, realm
		if token.error != "" {
			v.challenge += `, error="` + token.error + `"`
		}
	case token.rank < ranks[e.needs] || token.other && e.bound:
		v.status, v.challenge = http.StatusForbidden, realm+`, error="insufficient_scope"`
	}
	return v
}

// Every call from every host, page and bearer is answered as promised. What is refused is
// told nothing, and does nothing, though each request would do something: the program's
// own token shows that in the end.
func TestMatrix(t *testing.T) {
	w := newWorld(t)
	expectations := w.expectations()
	for _, r := range routes {
		if !slices.ContainsFunc(expectations, func(e expected) bool { return e.is(r) }) {
			t.Errorf("%s %s is not in the matrix: say in matrix_routes_test.go who may do it", r.method, r.path)
		}
	}
	for _, e := range expectations {
		if !slices.ContainsFunc(routes, e.is) {
			t.Errorf("%s %s is in the matrix, and no call", e.method, e.route)
		}
	}
	hosts, origins, tokens := w.hosts(), w.origins(), w.tokens()
	before := w.everything()
	cells := 0
	for _, e := range expectations {
		for _, host := range hosts {
			for _, origin := range origins {
				for _, token := range tokens {
					cells++
					w.cell(host, origin, token, e)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("the rest is left out after %s %s", e.method, e.route)
		}
	}
	w.checkNothingDone("requests that were refused", before)
	t.Logf("%d cells", cells)
	w.otherMethods(expectations, hosts[0], origins, tokens)
	w.checkNothingDone("methods that there are not", before)
	for _, e := range expectations {
		if e.method != http.MethodGet {
			w.doneByOwn(e)
		}
	}
}

// cell sends one request, and looks at its answer.
func (w *world) cell(host, origin, token sender, e expected) {
	w.Helper()
	want := judge(host, origin, token, e)
	path, body := e.path, e.body
	if want.status == 0 && e.method != http.MethodGet { // it is let in: with nothing to do
		path, body = e.idle, "{"
	}
	cell := fmt.Sprintf("%s %s: %s, %s, %s", e.method, e.route, host.name, origin.name, token.name)
	res, text := w.send(e.method, path, body, host, origin, token)
	w.checkHeaders(cell, res, want)
	switch {
	case want.status != 0:
		if res.StatusCode != want.status {
			w.Errorf("%s: status %d, want %d: %s", cell, res.StatusCode, want.status, text)
		}
		if strings.Count(text, secretWord) > strings.Count(path, secretWord) { // what the request says may be repeated
			w.Errorf("%s: status %d tells %s", cell, res.StatusCode, text)
		}
	case e.method == http.MethodGet:
		if res.StatusCode != http.StatusOK {
			w.Errorf("%s: status %d, want 200: %s", cell, res.StatusCode, text)
		}
		if token.other && strings.Contains(text, secretWord) {
			w.Errorf("%s: it tells of another database: %s", cell, text)
		}
	case !slices.Contains([]int{400, 404, 415, 422}, res.StatusCode):
		w.Errorf("%s: with nothing to do, status %d: %s", cell, res.StatusCode, text)
	}
}

// checkHeaders looks at what every answer has to say, or not to say, by its header.
func (w *world) checkHeaders(cell string, res *http.Response, want verdict) {
	w.Helper()
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin":      want.origin,
		"Access-Control-Allow-Credentials": "",
		"WWW-Authenticate":                 want.challenge,
		"Vary":                             "Origin",
		"X-Content-Type-Options":           "nosniff",
		"Set-Cookie":                       "",
	} {
		if got := strings.Join(res.Header.Values(name), " and "); got != value {
			w.Errorf("%s: %s is %q, want %q", cell, name, got, value)
		}
	}
	if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		w.Errorf("%s: Cache-Control is %q", cell, got)
	}
	if res.StatusCode >= 400 && res.Header.Get("Content-Type") != "application/problem+json" {
		w.Errorf("%s: status %d as %s", cell, res.StatusCode, res.Header.Get("Content-Type"))
	}
}

// send sends a request. Of an answer that is a stream, it returns the beginning.
func (w *world) send(method, path, body string, from ...sender) (*http.Response, string) {
	w.Helper()
	header := map[string]string{}
	if body != "" {
		header["Content-Type"] = "application/json"
	}
	for _, s := range from {
		for name, value := range s.headers {
			header[name] = value
		}
		if s.query != "" {
			path += "?" + s.query
		}
	}
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	res, err := w.client.Do(w.request(call{method, path, header, r}))
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Type") == "text/event-stream" {
		text := make([]byte, len(comment))
		if _, err := io.ReadFull(res.Body, text); err != nil {
			w.Fatalf("%s %s: %v", method, path, err)
		}
		return res, string(text)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	return res, string(text)
}

// otherMethods sends requests by methods that the calls do not have, and to addresses that
// are none: who has no token is not told which is which.
func (w *world) otherMethods(expectations []expected, host sender, origins, tokens []sender) {
	w.Helper()
	methods := map[string][]string{"/v1/none": {}, "/": {}, "/v1": {}, "/v2/imports": {}}
	paths := map[string]string{}
	for _, e := range expectations {
		methods[e.route] = append(methods[e.route], e.method)
		paths[e.route] = e.path
	}
	for route, known := range methods {
		path := route
		if p, ok := paths[route]; ok {
			path = p
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
			if slices.Contains(known, method) || method == "HEAD" && slices.Contains(known, "GET") {
				continue
			}
			for _, origin := range origins {
				for _, token := range tokens {
					want := judge(host, origin, token, expected{needs: "watch"})
					if want.status == 0 {
						want.status = http.StatusMethodNotAllowed
						if len(known) == 0 {
							want.status = http.StatusNotFound
						}
					}
					cell := fmt.Sprintf("%s %s: %s, %s", method, route, origin.name, token.name)
					res, text := w.send(method, path, "", host, origin, token)
					w.checkHeaders(cell, res, want)
					if res.StatusCode != want.status || strings.Count(text, secretWord) > strings.Count(path, secretWord) {
						w.Errorf("%s: status %d, want %d: %s", cell, res.StatusCode, want.status, text)
					}
				}
			}
		}
	}
}

// doneByOwn does what the matrix's requests were refused, with the program's own token.
func (w *world) doneByOwn(e expected) {
	w.Helper()
	if e.first != nil {
		e.first()
	}
	before := w.everything()
	res, text := w.send(e.method, e.path, e.body)
	if res.StatusCode != e.status {
		w.Errorf("%s %s, by the program's token: status %d, want %d: %s", e.method, e.route, res.StatusCode, e.status, text)
	}
	if e.then != nil {
		e.then()
	}
	if !e.harmless && slices.Equal(w.everything(), before) {
		w.Errorf("%s %s, by the program's token: it does nothing that would be seen", e.method, e.route)
	}
}

// used is when a token was used last, which is kept of requests that are refused, too.
var used = regexp.MustCompile(`,"used":"[^"]*"`)

// everything returns what there is in the program, and which files: what a call could
// change.
func (w *world) everything() (lines []string) {
	w.Helper()
	for _, path := range []string{
		"/v1/imports", "/v1/sets", "/v1/profiles", "/v1/connections", "/v1/notices", "/v1/settings", "/v1/tokens",
		"/v1/imports/" + w.done + "/rejects", "/v1/imports/" + w.done + "/undo",
	} {
		_, text := w.send("GET", path, "")
		lines = append(lines, path+": "+used.ReplaceAllString(text, ""))
	}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(w.dir, path)
		if d.IsDir() && (name == filepath.Join("home", "run")) {
			return filepath.SkipDir
		}
		if strings.HasPrefix(name, filepath.Join("home", "linefeed.db")) || strings.HasSuffix(name, "-journal") {
			return err // which come and go by themselves
		}
		lines = append(lines, name)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return lines
}

// checkNothingDone compares what there is with what there was.
func (w *world) checkNothingDone(what string, before []string) {
	w.Helper()
	after := w.everything()
	for _, line := range after {
		if !slices.Contains(before, line) {
			w.Errorf("%s did something: there is %s", what, line)
		}
	}
	for _, line := range before {
		if !slices.Contains(after, line) {
			w.Errorf("%s did something: there was %s", what, line)
		}
	}
}
