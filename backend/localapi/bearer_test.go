package localapi

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"linefeed/backend/access"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/store"
)

// token makes a token and returns its header.
func (b *bench) token(s access.Scope) map[string]string {
	b.Helper()
	secret, _, err := b.server.access.Add(b.Context(), b.Name()+string(s.May)+strings.Join(s.Targets, ","), s, 0)
	if err != nil {
		b.Fatal(err)
	}
	return map[string]string{"Authorization": "Bearer " + secret}
}

// quote returns s as JSON.
func quote(s string) string {
	text, _ := json.Marshal(s) // a string always encodes
	return string(text)
}

func with(header map[string]string, more ...string) map[string]string {
	all := maps.Clone(header)
	for i := 0; i < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

// Each call needs a right, which a token has or has not.
func TestRights(t *testing.T) {
	b := newBench(t)
	watch := b.token(access.Scope{May: access.Watch, Targets: []string{access.Anywhere}})
	importing := b.token(access.Scope{May: access.Import, Targets: []string{access.Anywhere}})
	for _, r := range routes {
		path := strings.NewReplacer("{id}", "none", "{name}", "none", "{reject}", "1").Replace(r.path)
		if r.path == "/v1/events" {
			continue // which never ends
		}
		for _, test := range []struct {
			header map[string]string
			may    bool
		}{{watch, r.needs == toWatch}, {importing, r.needs != toOwn}, {nil, true}} {
			res, _ := b.do(call{method: r.method, path: path, header: test.header})
			if refused := res.StatusCode == http.StatusForbidden; refused == test.may {
				t.Errorf("%s %s: status %d, may is %v", r.method, r.path, res.StatusCode, test.may)
			} else if refused && !strings.Contains(res.Header.Get("WWW-Authenticate"), "insufficient_scope") {
				t.Errorf("%s %s: the challenge is %q", r.method, r.path, res.Header.Get("WWW-Authenticate"))
			}
		}
	}
}

// A token for one database starts, sees and changes imports into that alone, and names
// only files of its folders.
func TestScope(t *testing.T) {
	b := newBench(t)
	for _, dir := range []string{"inside", "outside"} {
		if err := os.Mkdir(b.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	inside := b.file("inside/articles.csv", articles(3))
	outside := b.file("outside/articles.csv", articles(3))
	own, other := b.path("own.db"), b.path("other.db")
	header := b.token(access.Scope{May: access.Import, Targets: []string{own}, Folders: []string{b.path("inside")}})

	body := func(file, target string) string {
		return `{"file":` + quote(file) + `,"target":` + quote(target) + `,"plan":{"table":"articles","create":true}}`
	}
	start := func(status int, file, target string) (j job.Job) {
		t.Helper()
		b.want(status, call{"POST", "/v1/imports", with(header, "Content-Type", "application/json"), strings.NewReader(body(file, target))}, &j)
		return j
	}
	mine := start(http.StatusAccepted, inside, own)
	start(http.StatusForbidden, outside, own)
	start(http.StatusForbidden, inside, other)
	start(http.StatusForbidden, b.path("inside")+"/../outside/articles.csv", own)
	past := ""                     // a link in a folder of the token, to a folder in another one
	if runtime.GOOS != "windows" { // where links need rights
		past = b.path("inside/link") + "/../"
		if err := errors.Join(os.Mkdir(b.path("outside/deep"), 0o700), os.Symlink(b.path("outside/deep"), b.path("inside/link"))); err != nil {
			t.Fatal(err)
		}
		start(http.StatusForbidden, past+"articles.csv", own)
	}

	var theirs job.Job
	b.want(http.StatusAccepted, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"}, strings.NewReader(body(outside, other))}, &theirs)
	b.ended(mine.ID)
	b.ended(theirs.ID)

	for path, status := range map[string]int{
		"/v1/imports/" + mine.ID:               200,
		"/v1/imports/" + mine.ID + "/rejects":  200,
		"/v1/imports/" + theirs.ID:             403,
		"/v1/imports/" + theirs.ID + "/events": 403,
		"/v1/imports/none":                     404,
	} {
		if res, text := b.do(call{method: "GET", path: path, header: header}); res.StatusCode != status {
			t.Errorf("%s: status %d, want %d: %s", path, res.StatusCode, status, text)
		}
	}
	var list struct{ Imports []job.Job }
	b.want(200, call{method: "GET", path: "/v1/imports", header: header}, &list)
	if len(list.Imports) != 1 || list.Imports[0].ID != mine.ID {
		t.Errorf("the list has %+v", list.Imports)
	}
	res, _ := b.do(call{"POST", "/v1/imports/" + theirs.ID + "/retry", with(header, "Content-Type", "application/json"), strings.NewReader(`{}`)})
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a retry of another's: status %d", res.StatusCode)
	}

	// Nor does it reach them by a request of its own that names them.
	for _, more := range []string{
		`"target":` + quote(own) + `,"like":` + quote(theirs.ID),
		`"like":` + quote(mine.ID) + `,"retry":{"job":` + quote(theirs.ID) + `}`,
		`"target":` + quote(own) + `,"retry":{"job":` + quote(theirs.ID) + `}`,
		`"check":true,"plan":{"table":"articles"}`,
	} {
		b.want(http.StatusForbidden, call{"POST", "/v1/imports", with(header, "Content-Type", "application/json"),
			strings.NewReader(`{"file":` + quote(inside) + `,"plan":{"table":"articles"},` + more + `}`)}, nil)
	}

	// What is sent needs no folder, but its database; a file of a profile does.
	send := func(status int, target, more string) {
		t.Helper()
		query := url.Values{"target": {target}, "table": {"sent"}, "create": {""}}.Encode() + more
		b.want(status, call{"POST", "/v1/imports?" + query, with(header, "Content-Type", "text/csv"), strings.NewReader(articles(1))}, nil)
	}
	send(http.StatusAccepted, own, "")
	send(http.StatusForbidden, other, "")
	send(http.StatusForbidden, own, "&profile="+url.QueryEscape(b.path("outside/p.json")))

	set := func(status int, file, target string) {
		t.Helper()
		b.want(status, call{"POST", "/v1/sets", with(header, "Content-Type", "application/json"),
			strings.NewReader(`{"files":[` + quote(file) + `],"import":{"target":` + quote(target) + `,"plan":{"table":"set","create":true}}}`)}, nil)
	}
	set(http.StatusForbidden, b.path("outside"), own)
	set(http.StatusForbidden, b.path("out*/*.csv"), own)
	set(http.StatusForbidden, "*.csv", own)
	if past != "" {
		set(http.StatusForbidden, past+"*.csv", own)
		set(http.StatusForbidden, past+"none*.csv", own) // nor is it told that there are none
	}
	set(http.StatusForbidden, b.path("inside"), other)
	set(http.StatusAccepted, b.path("inside"), own)
}

// The stream of all imports has those of the token alone.
func TestScopeOfEvents(t *testing.T) {
	b := newBench(t)
	file, own, other := b.file("articles.csv", articles(3)), b.path("own.db"), b.path("other.db")
	header := b.token(access.Scope{May: access.Watch, Targets: []string{own}})
	res := b.open(call{method: "GET", path: "/v1/events", header: header})
	ids := map[string]string{}
	for _, target := range []string{other, own} {
		var j job.Job
		b.want(http.StatusAccepted, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"},
			strings.NewReader(`{"file":` + quote(file) + `,"target":` + quote(target) + `,"plan":{"table":"articles","create":true}}`)}, &j)
		ids[target] = j.ID
		b.ended(j.ID)
	}
	readEvents(t, res.Body, func(e sent) bool {
		if e.name == "" {
			return true
		}
		d := e.decode(t)
		if d.Job != ids[own] {
			t.Errorf("an event of %s, which is not %s", d.Job, ids[own])
		}
		return d.State != "done"
	})
}

// What can't be looked up for a moment is not kept back from then on.
func TestScopeOfEventsOnceKnown(t *testing.T) {
	b := newBench(t)
	own := b.path("own.db")
	st, err := store.Open(t.Context(), b.path("home"), b.path("home", "run"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	know := func(id string) {
		t.Helper()
		if err := st.AddJob(t.Context(), store.Job{ID: id, State: "done", Request: `{"target":` + quote(own) + `}`, Created: "2030-01-01T00:00:00Z"}); err != nil {
			t.Fatal(err)
		}
	}
	know("first")
	res := b.open(call{method: "GET", path: "/v1/events", header: b.token(access.Scope{May: access.Watch, Targets: []string{own}})})
	b.hub.State("second", event.State{State: "running"})
	b.hub.State("first", event.State{State: "running"})
	var got []string
	readEvents(t, res.Body, func(e sent) bool {
		if e.name == "" {
			return true
		}
		if got = append(got, e.decode(t).Job); len(got) == 1 { // so the event before it was looked at
			know("second")
			b.hub.State("second", event.State{State: "done"})
			b.hub.State("first", event.State{State: "done"})
		}
		return len(got) < 2
	})
	if strings.Join(got, " ") != "first second" {
		t.Errorf("events of %v", got)
	}
}

// A token that was revoked is good no more, and its streams end.
func TestRevoked(t *testing.T) {
	b := newBench(t)
	header := b.token(access.Scope{May: access.Watch, Targets: []string{access.Anywhere}})
	all, err := b.server.access.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	b.want(http.StatusNoContent, call{method: "DELETE", path: "/v1/tokens/" + url.PathEscape(all[0].Name)}, nil)
	if res, _ := b.do(call{method: "GET", path: "/v1/imports", header: header}); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d", res.StatusCode)
	}
	b.want(http.StatusNotFound, call{method: "DELETE", path: "/v1/tokens/" + url.PathEscape(all[0].Name)}, nil)
}

// Pages of the origins of the settings may call, from the next request on.
func TestAllowedOrigins(t *testing.T) {
	b := newBench(t)
	page := map[string]string{"Origin": "https://shop.example"}
	status := func() int {
		res, _ := b.do(call{method: "GET", path: "/v1/imports", header: page})
		return res.StatusCode
	}
	set := func(want int, value string) {
		t.Helper()
		b.want(want, call{"PUT", "/v1/settings/allowed-origins", map[string]string{"Content-Type": "application/json"}, strings.NewReader(`{"value":` + quote(value) + `}`)}, nil)
	}
	if got := status(); got != http.StatusForbidden {
		t.Errorf("before: %d", got)
	}
	set(http.StatusOK, "http://localhost:4200 https://shop.example")
	if got := status(); got != http.StatusOK {
		t.Errorf("allowed: %d", got)
	}
	set(http.StatusUnprocessableEntity, "*")
	set(http.StatusOK, "default")
	if got := status(); got != http.StatusForbidden {
		t.Errorf("after: %d", got)
	}
}

// Pages of imports, and what a query finds, say nothing of imports into other databases:
// neither by the ID that the next page begins after, nor by there being one.
func TestPagesTellOfNoOthers(t *testing.T) {
	b := newBench(t)
	own, other := b.path("own.db"), b.path("other.db")
	header := b.token(access.Scope{May: access.Watch, Targets: []string{own}})
	tables := 0
	start := func(target, file string) string {
		t.Helper()
		var j job.Job
		tables++
		b.want(http.StatusAccepted, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"}, strings.NewReader(
			`{"file":` + quote(b.file(file, articles(1))) + `,"target":` + quote(target) + `,"plan":{"table":"t` + strconv.Itoa(tables) + `","create":true}}`)}, &j)
		b.ended(j.ID)
		return j.ID
	}
	mine := []string{start(own, "one.csv")}
	for range 3 {
		start(other, "salaries.csv")
	}
	mine = append(mine, start(own, "two.csv"))
	start(other, "salaries.csv")

	type page struct {
		Imports []job.Job
		Next    string
	}
	find := func(query string) (p page) {
		t.Helper()
		b.want(http.StatusOK, call{method: "GET", path: "/v1/imports?" + query, header: header}, &p)
		return p
	}
	if p := find("search=salaries&limit=1"); len(p.Imports) > 0 || p.Next != "" {
		t.Errorf("a search for others finds %+v", p)
	}
	first := find("limit=1")
	if len(first.Imports) != 1 || first.Imports[0].ID != mine[1] || first.Next != mine[1] {
		t.Errorf("the first page is %+v, want %s", first, mine[1])
	}
	if p := find("limit=1&after=" + first.Next); len(p.Imports) != 1 || p.Imports[0].ID != mine[0] || p.Next != "" {
		t.Errorf("the second page is %+v, want %s", p, mine[0])
	}
}

// A token for any database has no server of its bearer's choice told the passwords that the
// program knows for others.
func TestServersOfTheBearersChoice(t *testing.T) {
	b := newBench(t)
	listed := "postgres://ann@127.0.0.1:1/listed"
	header := with(b.token(access.Scope{May: access.Import, Targets: []string{access.Anywhere, listed}, Folders: []string{b.dir}}), "Content-Type", "application/json")
	file := b.file("articles.csv", articles(1))
	for target, want := range map[string]int{
		"postgres://ann@evil.example/shop":                              http.StatusForbidden,
		"mysql://ann@evil.example/shop":                                 http.StatusForbidden,
		"postgres://evil.example/shop?passfile=/home/ann/.pgpass":       http.StatusForbidden,
		"postgres://ann:x@evil.example/shop?sslcert=/home/ann/cert.pem": http.StatusForbidden,
		"postgres://ann:x@/shop?service=work":                           http.StatusForbidden,
		"postgres://ann:x@127.0.0.1:1/shop?connect_timeout=1":           http.StatusAccepted,
		listed:               http.StatusAccepted,
		b.path("any.db"):     http.StatusAccepted,
		"connection:unknown": http.StatusAccepted,
	} {
		body := `{"file":` + quote(file) + `,"target":` + quote(target) + `,"plan":{"table":"t","create":true}}`
		if res, text := b.do(call{"POST", "/v1/imports", header, strings.NewReader(body)}); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d: %s", target, res.StatusCode, want, text)
		}
	}
	set := `{"files":[` + quote(file) + `],"import":{"target":"postgres://ann@evil.example/shop","plan":{"table":"t","create":true}}}`
	b.want(http.StatusForbidden, call{"POST", "/v1/sets", header, strings.NewReader(set)}, nil)
}

// Who may not use a profile is not told that there is one, by whatever name is tried.
func TestProfilesOfOthers(t *testing.T) {
	b := newBench(t)
	own, other := b.path("own.db"), b.path("other.db")
	header := with(b.token(access.Scope{May: access.Import, Targets: []string{own}, Folders: []string{b.dir}}), "Content-Type", "application/json")
	for name, target := range map[string]string{"Payroll": other, "Mine": own, "Any": ""} {
		p := profile.Profile{Target: target}
		p.Plan.Table, p.Plan.Create = "t"+name, true
		if err := b.runner.Profiles.Save(t.Context(), name, p, false); err != nil {
			t.Fatal(err)
		}
	}
	file := b.file("articles.csv", articles(1))
	order := func(name, more string) string {
		return `{"file":` + quote(file) + `,"profile":` + quote(name) + more + `}`
	}
	target := `,"target":` + quote(own)
	answers := func(name string) (all []string) {
		for _, c := range []call{
			{"GET", "/v1/profiles/" + name, header, nil},
			{"POST", "/v1/imports", header, strings.NewReader(order(name, ""))},
			{"POST", "/v1/imports", header, strings.NewReader(order(name, target))},
			{"POST", "/v1/previews", header, strings.NewReader(order(name, ""))},
			{"POST", "/v1/plans", header, strings.NewReader(order(name, target))},
			{"POST", "/v1/sets", header, strings.NewReader(`{"files":[` + quote(file) + `],"import":` + order(name, target) + `}`)},
		} {
			res, text := b.do(c)
			if strings.Contains(text, "Mine") || strings.Contains(text, "other.db") {
				t.Errorf("%s %s of %s tells %s", c.method, c.path, name, text)
			}
			all = append(all, res.Status+strings.ReplaceAll(text, name, "NAME"))
		}
		return all
	}
	hidden, none := answers("Payroll"), answers("Nothing")
	for i := range hidden {
		if hidden[i] != none[i] {
			t.Errorf("of a profile of others: %s, and of none: %s", hidden[i], none[i])
		}
	}
	for name, more := range map[string]string{"Mine": "", "Any": target} {
		b.want(http.StatusAccepted, call{"POST", "/v1/imports", header, strings.NewReader(order(name, more))}, nil)
	}
}

// A profile that is changed after it was looked at leads no import elsewhere.
func TestProfileThatChanges(t *testing.T) {
	b := newBench(t)
	header := b.token(access.Scope{May: access.Import, Targets: []string{b.path("own.db")}, Folders: []string{b.dir}})
	to := func(target string) string {
		return b.file("p.json", `{"linefeedProfile":1,"target":`+quote(b.path(target))+`,"plan":{"table":"t","create":true}}`)
	}
	made, err := b.server.access.Find(t.Context(), strings.TrimPrefix(header["Authorization"], "Bearer "))
	if err != nil {
		t.Fatal(err)
	}
	r := b.request(call{method: "POST", path: "/v1/imports"})
	r = r.WithContext(bearer{token: &made}.within(r.Context()))
	in := &received{req: job.Request{File: b.file("articles.csv", articles(1)), Profile: to("own.db")}}
	if err := b.server.checkImport(httptest.NewRecorder(), r, in.req, false); err != nil {
		t.Fatal(err)
	}
	to("other.db")
	if id, err := b.server.start(r, "", in); err == nil {
		s := b.ended(id)
		t.Errorf("it is imported: %+v", s)
	}
	if _, err := os.Stat(b.path("other.db")); err == nil {
		t.Error("the other database was made")
	}
	to("own.db")
	id, err := b.server.start(r, "", in)
	if err != nil {
		t.Fatal(err)
	}
	b.ended(id)
}

// Who may import into one database has no watched folder of another one pass over a file.
func TestWatchedFileOfOthers(t *testing.T) {
	b := newBench(t)
	own := b.path("own.db")
	header := with(b.token(access.Scope{May: access.Import, Targets: []string{own}, Folders: []string{b.dir}}), "Content-Type", "application/json")
	file := b.file("articles.csv", articles(1))
	order := `{"target":` + quote(own) + `,"watched":"hash","plan":{"table":"t","create":true}`
	b.want(http.StatusForbidden, call{"POST", "/v1/imports", header, strings.NewReader(order + `,"file":` + quote(file) + `}`)}, nil)
	b.want(http.StatusForbidden, call{"POST", "/v1/sets", header, strings.NewReader(`{"files":[` + quote(file) + `],"import":` + order + `}}`)}, nil)
	if j, known, err := b.runner.WatchedJob(t.Context(), "hash"); err != nil || known {
		t.Errorf("it is known as %+v, %v", j, err)
	}
}
