package localapi

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/store"
)

// An expected says who may make a call, and has a request that does something.
type expected struct {
	method, route string
	needs         string // watch, import, or own for the program's own token
	bound         bool   // its token has to be good for the database of what the path names

	path   string // of the request
	body   string // JSON
	idle   string // a path by which the call, with a body that is none, does nothing
	status int    // of the answer to the program's own token

	first    func() // has it that the request can do it
	then     func() // waits for what the request has begun
	harmless bool   // it does nothing that would be seen
}

func (e expected) is(r route) bool { return e.method == r.method && e.route == r.path }

// A world is a bench with something of everything: what the calls could look at, change
// and remove.
type world struct {
	*bench
	users   *provided // who may import into all databases
	done    string    // the ID of an import that has ended, with rejects and undoable
	running string    // of one that is paused
	queued  string    // of one behind it
	set     string    // of a set behind that
	over    string    // of a set that has ended, and is undoable
}

func newWorld(t *testing.T) *world {
	t.Helper()
	users := newProvided(t)
	users.targets = []string{access.Anywhere}
	w := &world{bench: users.bench, users: users}
	w.setting("imports-at-once", "1")
	w.setting("allowed-origins", "https://shop.example")
	secret := func(more string) string { return secretWord + more }

	var v struct{ ID string }
	start := func(file, target, plan string) string {
		w.want(http.StatusAccepted, call{"POST", "/v1/imports", jsonType, strings.NewReader(asText(map[string]any{
			"file": file, "target": w.path(target), "plan": json.RawMessage(plan),
		}))}, &v)
		return v.ID
	}
	plan := func(more string) string { return `{"table":"` + secretWord + `","create":true` + more + `}` }
	small := w.file(secret(".csv"), articles(30))
	w.done = start(small, secret(".db"), plan(`,"undo":true,"columns":`+columns))
	w.ended(w.done)

	plans := map[string]any{"table": secretWord + "2", "create": true, "undo": true}
	w.want(http.StatusAccepted, call{"POST", "/v1/sets", jsonType, strings.NewReader(asText(map[string]any{
		"files": []string{small}, "import": map[string]any{"target": w.path(secret(".db")), "plan": plans},
	}))}, &v)
	w.over = v.ID
	w.wait(func(j job.Job) bool { return j.Set == w.over })()

	w.lock()() // so that the file is there, whether or not the import comes to open it before it stands still
	w.running = start(w.file(secret("3.csv"), "sku\n"+strings.Repeat("a long name\n", 1<<20)), "out.db", plan(""))
	w.state(w.running, "running")
	w.want(http.StatusAccepted, call{"POST", "/v1/imports/" + w.running + "/pause", nil, nil}, nil)
	w.queued = start(small, "out.db", plan(""))
	w.want(http.StatusAccepted, call{"POST", "/v1/sets", jsonType, strings.NewReader(w.setOf())}, &v)
	w.set = v.ID

	p := profile.Profile{Target: w.path(secret(".db"))}
	p.Plan.Table = secretWord
	if err := w.runner.Profiles.Save(t.Context(), secretWord, p, false); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", w.path("home", "linefeed.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "INSERT INTO notices (id, subject, time) VALUES (1, '/tmp/damaged', '2026-03-01T09:30:00.000Z')"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.connect(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.server.access.Add(t.Context(), secretWord, access.Scope{May: access.Watch, Targets: []string{access.Anywhere}}, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(w.path("in"), 0o700); err != nil {
		t.Fatal(err)
	}
	return w
}

// expectations has every call of routes.go, in an order in which each can be done.
func (w *world) expectations() []expected {
	done, running, queued := "/v1/imports/"+w.done, "/v1/imports/"+w.running, "/v1/imports/"+w.queued
	set, over, saved, shop := "/v1/sets/"+w.set, "/v1/sets/"+w.over, "/v1/profiles/"+secretWord, "/v1/connections/"+secretWord
	db := w.path(secretWord + ".db")
	look := func(route, path, needs string, bound bool) expected {
		return expected{method: "GET", route: route, path: path, needs: needs, bound: bound}
	}
	change := func(method, route, path, needs, body string, status int) expected {
		idle := strings.NewReplacer("{id}", "none", "{name}", "none").Replace(route)
		bound := needs == "import" && strings.Contains(route, "{id}")
		return expected{method: method, route: route, path: path, needs: needs, bound: bound, body: body, idle: idle, status: status}
	}
	harmless := func(e expected) expected { e.harmless = true; return e }
	var free func()
	first := func(e expected, f func()) expected { e.first = f; return e }
	then := func(e expected, f func()) expected { e.then = f; return e }

	retry := `{"rules":[{"op":"replace","column":"price","from":"soon","value":"0"}]}`
	into := func(table string) string {
		return asText(map[string]any{"file": w.path(secretWord + ".csv"), "target": db, "plan": map[string]any{"table": table, "create": true}})
	}
	ofTable := asText(map[string]any{"target": db, "table": secretWord})
	bound := func(e expected) expected { e.bound, e.harmless = true, true; return e }
	idle := func(e expected, path string) expected { e.idle = path; return e }
	return []expected{
		look("/v1/openapi.yaml", "/v1/openapi.yaml", "watch", false),
		look("/v1/presets", "/v1/presets", "watch", false),
		look("/v1/encodings", "/v1/encodings", "watch", false),
		look("/v1/imports/{id}/rejects/{reject}/fields", done+"/rejects/1/fields", "watch", true),
		look("/v1/imports/{id}/cancel", running+"/cancel", "import", true),
		look("/v1/imports/{id}/again", done+"/again", "import", true),
		look("/v1/imports/{id}/profile", done+"/profile", "import", true),
		look("/v1/sets/{id}/rejects", over+"/rejects", "watch", true),
		look("/v1/sets/{id}/rejects/groups", over+"/rejects/groups", "watch", true),
		look("/v1/sets/{id}/undo", over+"/undo", "watch", true),
		look("/v1/watches", "/v1/watches", "import", false),
		look("/v1/profiles/{name}/watch", saved+"/watch", "import", true),
		look("/v1/settings/{name}/preview", "/v1/settings/keep-jobs/preview?value=30d", "own", false),
		look("/v1/store", "/v1/store", "own", false),
		look("/v1/store/ended", "/v1/store/ended?age=30d", "own", false),
		look("/v1/imports", "/v1/imports", "watch", false),
		look("/v1/imports/{id}", done, "watch", true),
		look("/v1/imports/{id}/events", running+"/events", "watch", true),
		look("/v1/imports/{id}/rejects", done+"/rejects", "watch", true),
		look("/v1/imports/{id}/rejects/groups", done+"/rejects/groups", "watch", true),
		look("/v1/imports/{id}/rejects/{reject}/history", done+"/rejects/1/history", "watch", true),
		look("/v1/imports/{id}/undo", done+"/undo", "watch", true),
		look("/v1/sets", "/v1/sets", "watch", false),
		look("/v1/sets/{id}", set, "watch", true),
		look("/v1/sets/{id}/events", set+"/events", "watch", true),
		look("/v1/profiles", "/v1/profiles", "import", false),
		look("/v1/profiles/{name}", saved, "import", true),
		look("/v1/connections", "/v1/connections", "import", false),
		look("/v1/notices", "/v1/notices", "watch", false),
		look("/v1/settings", "/v1/settings", "watch", false),
		look("/v1/tokens", "/v1/tokens", "own", false),
		look("/v1/events", "/v1/events", "watch", false),

		harmless(change("POST", "/v1/previews", "/v1/previews", "import", asText(map[string]any{"file": w.path(secretWord + ".csv")}), 200)),
		bound(change("POST", "/v1/plans", "/v1/plans", "import", into("planned"), 200)),
		bound(change("POST", "/v1/plans/profile", "/v1/plans/profile", "import", into("planned"), 200)),
		harmless(change("POST", "/v1/fits", "/v1/fits", "import", `{"fields":["sku"]}`, 200)),
		bound(change("POST", "/v1/profiles/{name}/fit", saved+"/fit", "import", `{"fields":["sku"]}`, 200)),
		bound(change("POST", "/v1/tables", "/v1/tables", "import", ofTable, 200)),
		bound(change("POST", "/v1/tables/columns", "/v1/tables/columns", "import", ofTable, 200)),
		harmless(change("POST", "/v1/tables/rows", "/v1/tables/rows", "own", ofTable, 200)),
		harmless(change("POST", "/v1/imports/{id}/leave", done+"/leave", "import", "", 202)),
		harmless(change("POST", "/v1/sets/{id}/leave", over+"/leave", "import", "", 202)),
		change("POST", "/v1/sets/{id}/undo", over+"/undo", "import", "", 200),
		harmless(change("POST", "/v1/imports/{id}/first", queued+"/first", "import", "", 202)),
		first(change("POST", "/v1/imports/{id}/resume", running+"/resume", "import", "", 202), func() {
			free = sync.OnceFunc(w.lock()) // or it would be at its end at once
			w.Cleanup(free)
		}),
		change("POST", "/v1/imports/{id}/pause", running+"/pause", "import", "", 202),
		harmless(change("POST", "/v1/sets/{id}/pause", set+"/pause", "import", "", 202)), // it waits, and shows it in its turn
		harmless(change("POST", "/v1/sets/{id}/resume", set+"/resume", "import", "", 202)),
		then(change("POST", "/v1/sets/{id}/cancel", set+"/cancel", "import", "", 202), w.wait(func(j job.Job) bool { return j.Set == w.set })),
		change("DELETE", "/v1/sets/{id}", set, "import", "", 204),
		then(change("POST", "/v1/imports/{id}/cancel", running+"/cancel", "import", `{"rows":"keep"}`, 202), func() {
			free()
			w.wait(func(j job.Job) bool { return j.ID == w.running })()
		}),
		change("POST", "/v1/imports", "/v1/imports", "import", asText(map[string]any{
			"file": w.path(secretWord + ".csv"), "target": w.path("out.db"), "plan": map[string]any{"table": "more", "create": true},
		}), 202),
		change("POST", "/v1/sets", "/v1/sets", "import", w.setOf(), 202),

		harmless(change("POST", "/v1/imports/{id}/retry/preview", done+"/retry/preview", "import", retry, 200)),
		change("POST", "/v1/imports/{id}/dismiss", done+"/dismiss", "import", `{"ids":[1],"note":"known"}`, 200),
		then(change("POST", "/v1/imports/{id}/retry", done+"/retry", "import", retry, 202), w.wait(func(j job.Job) bool { return j.Request.Retry != nil })),
		change("POST", "/v1/imports/{id}/undo", done+"/undo", "import", "", 200),
		change("DELETE", "/v1/imports/{id}", running, "import", "", 204),

		change("PUT", "/v1/profiles/{name}/watch", saved+"/watch", "own", asText(map[string]any{"folder": w.path("in")}), 204),
		change("DELETE", "/v1/profiles/{name}/watch", saved+"/watch", "own", "", 204),
		change("PUT", "/v1/profiles/{name}", "/v1/profiles/another", "own", `{"linefeedProfile":1}`, 204),
		change("DELETE", "/v1/profiles/{name}", saved, "own", "", 204),
		change("POST", "/v1/profiles/{name}/rename", "/v1/profiles/another/rename", "own", `{"to":"renamed"}`, 204),
		change("POST", "/v1/passwords", "/v1/passwords", "own", asText(map[string]any{"target": "connection:" + secretWord, "password": "s3cret"}), 204),
		harmless(change("POST", "/v1/connections/{name}/test", shop+"/test", "own", `{}`, 200)),
		change("PUT", "/v1/connections/{name}", shop, "own", `{"url":"postgres://ann@127.0.0.1:1/other"}`, 200),
		change("POST", "/v1/connections/{name}/rename", shop+"/rename", "own", `{"to":"renamed"}`, 200),
		change("DELETE", "/v1/connections/{name}", "/v1/connections/renamed", "own", "", 204),
		idle(harmless(change("POST", "/v1/store/tidy", "/v1/store/tidy", "own", "", 200)), "/v1/store/tidy?none"),
		harmless(change("DELETE", "/v1/store/damaged", "/v1/store/damaged?path="+url.QueryEscape(db), "own", "", 204)),
		change("DELETE", "/v1/notices/{id}", "/v1/notices/1", "own", "", 204),
		change("PUT", "/v1/settings/{name}", "/v1/settings/allowed-origins", "own", `{"value":"http://evil.example"}`, 200),
		change("POST", "/v1/tokens", "/v1/tokens", "own", `{"name":"mine","may":"import","targets":["any"]}`, 201),
		change("DELETE", "/v1/tokens/{name}", "/v1/tokens/"+secretWord, "own", "", 204),
		change("DELETE", "/v1/store/ended", "/v1/store/ended?age=all", "own", "", 200),
	}
}

var jsonType = map[string]string{"Content-Type": "application/json"}

// asText returns v as JSON.
func asText(v any) string {
	text, _ := json.Marshal(v) // what the tests have always encodes
	return string(text)
}

// setOf returns the order of a set.
func (w *world) setOf() string {
	req := job.SetRequest{Files: []string{w.file(secretWord+"1.csv", articles(3)), w.file(secretWord+"2.csv", articles(3))}, Import: job.Request{Target: w.path("out.db")}}
	req.Import.Plan.Table, req.Import.Plan.Create = secretWord, true
	return asText(req)
}

// wait returns a function that waits for the end of some imports.
func (w *world) wait(which func(job.Job) bool) func() {
	return func() {
		all, err := w.runner.Jobs(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		for _, j := range all {
			if which(j) {
				_, _ = w.runner.Wait(w.Context(), j.ID) // its error says how it ended
			}
		}
	}
}

// setting changes a setting.
func (w *world) setting(name, value string) {
	w.Helper()
	w.want(http.StatusOK, call{"PUT", "/v1/settings/" + url.PathEscape(name), jsonType, strings.NewReader(asText(map[string]string{"value": value}))}, nil)
}

// connect saves a connection.
func (w *world) connect() (connection.Connection, error) {
	st, err := store.Open(w.Context(), w.path("home"), w.path("home", "run"))
	if err != nil {
		return connection.Connection{}, err
	}
	defer st.Close()
	return connection.New(st).Save(w.Context(), connection.Draft{Name: secretWord, URL: "postgres://ann@127.0.0.1:1/shop"})
}
