package localapi

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/profile"
)

// Connections are saved, renamed, tested and removed, and no answer has a password.
func TestConnectionsAreChanged(t *testing.T) {
	t.Setenv("LINEFEED_KEYCHAIN", "none")
	b := newBench(t)
	do := func(status int, method, path, text, says string) {
		t.Helper()
		res, answer := b.do(call{method, "/v1/" + path, jsonBody, body(text)})
		if res.StatusCode != status || !strings.Contains(answer, says) || strings.Contains(answer, "s3cret") {
			t.Errorf("%s %s %s: %d %s, want %d with %q", method, path, text, res.StatusCode, answer, status, says)
		}
	}
	do(201, "PUT", "connections/shop", `{"url":"postgres://ann@127.0.0.1:9/shop","password":"s3cret"}`, `"password":"session"`)
	do(200, "PUT", "connections/SHOP", `{"url":"postgres://ann:s3cret@127.0.0.1:9/two"}`, `"name":"shop","url":"postgres://ann@127.0.0.1:9/two"`)
	do(200, "PUT", "connections/shop", `{"url":"postgres://ann@127.0.0.1:9/two","password":""}`, `"password":""`)
	do(201, "PUT", "connections/other", `{"url":"mysql://ann:s3cret@127.0.0.1:9/x","session":true}`, `"kind":"mysql"`)
	do(409, "POST", "connections/other/rename", `{"to":"Shop"}`, "Shop")
	do(422, "POST", "connections/other/rename", `{"to":""}`, "")
	do(404, "POST", "connections/none/rename", `{"to":"x"}`, "there is no connection none")
	do(200, "POST", "connections/other/rename", `{"to":"renamed"}`, `"name":"renamed","url":"mysql://ann@127.0.0.1:9/x","kind":"mysql","password":"session"`)
	for _, bad := range []string{`"/tmp/x.db"`, `""`, `"postgres://ann:s3cret@127.0.0.1:9/x?sslpassword=s3cret"`, `"postgres://ann:s3cret@%%/x"`} {
		do(422, "PUT", "connections/bad", `{"url":`+bad+`}`, "")
	}
	do(422, "PUT", "connections/"+url.PathEscape("postgres://ann:s3cret@127.0.0.1/x"), `{"url":"postgres://ann@127.0.0.1:9/shop"}`, "")
	do(200, "POST", "connections/renamed/test", `{}`, `"ok":false`)
	do(200, "POST", "connections/new/test", `{"url":"postgres://ann:s3cret@127.0.0.1:9/x","table":"t"}`, `"kind":"closed_port"`)
	do(404, "POST", "connections/new/test", `{}`, "")
	do(204, "POST", "passwords", `{"target":"postgres://ann@127.0.0.1:9/x","password":"s3cret"}`, "")
	do(422, "POST", "passwords", `{"target":`+quote(b.path("x.db"))+`,"password":"s3cret"}`, "")
	do(200, "POST", "tables", `{"target":"postgres://ann:s3cret@127.0.0.1:9/x"}`, `"kind":"closed_port"`)
	do(422, "POST", "tables/columns", `{"target":"postgres://ann:s3cret@127.0.0.1:9/x","table":"t"}`, "")
	do(422, "POST", "plans", `{"file":`+quote(b.file("a.csv", articles(2)))+`,"target":"postgres://ann:s3cret@127.0.0.1:9/x","plan":{"table":"t"}}`, "")
	do(204, "DELETE", "connections/Renamed", "", "")
	do(404, "DELETE", "connections/renamed", "", "")
	do(200, "GET", "connections", "", `"connections":[{"name":"shop"`)
}

// What is in a database is told: tables, columns, rows.
func TestTables(t *testing.T) {
	b := newBench(t)
	shop := b.path("shop.db")
	var none connection.Database
	b.want(200, call{"POST", "/v1/tables", jsonBody, body(`{"target":` + quote(shop) + `}`)}, &none)
	if len(none.Tables) != 0 || none.Failure != nil {
		t.Errorf("of no file: %+v", none)
	}
	b.imported(shop, "articles", articles(20))
	var d connection.Database
	b.want(200, call{"POST", "/v1/tables", jsonBody, body(`{"target":` + quote(shop) + `}`)}, &d)
	if len(d.Tables) != 1 || d.Tables[0].Name != "articles" || d.Place.Kind != "sqlite" {
		t.Errorf("%+v", d)
	}
	var c struct{ Columns []load.Column }
	b.want(200, call{"POST", "/v1/tables/columns", jsonBody, body(`{"target":` + quote(shop) + `,"table":"articles"}`)}, &c)
	if len(c.Columns) != 2 || c.Columns[1].Name != "price" {
		t.Errorf("%+v", c)
	}
	var h connection.Head
	b.want(200, call{"POST", "/v1/tables/rows", jsonBody, body(`{"target":` + quote(shop) + `,"table":"articles","limit":3}`)}, &h)
	if len(h.Rows) != 3 || *h.Rows[0][0] != "A0" {
		t.Errorf("%+v", h)
	}
	for text, path := range map[string]string{
		`{"target":` + quote(shop) + `,"table":"none"}`: "columns", `{"target":` + quote(shop) + `}`: "rows",
		`{"target":"shop.db","table":"articles"}`: "rows", `{"table":"articles"}`: "columns", `{"target":` + quote(shop) + `,"table":"articles","limit":1001}`: "rows",
	} {
		b.want(422, call{"POST", "/v1/tables/" + path, jsonBody, body(text)}, nil)
	}
}

// imported imports a file into a new table, and returns the import's ID.
func (b *bench) imported(target, table, content string) string {
	b.Helper()
	var j job.Job
	query := url.Values{"target": {target}, "table": {table}, "create": {""}, "columnTypes": {"price=decimal"}}.Encode()
	b.want(202, call{"POST", "/v1/imports?" + query, map[string]string{"Content-Type": "text/csv"}, strings.NewReader(content)}, &j)
	b.ended(j.ID)
	return j.ID
}

// A token for one database and one folder reaches no other one by looking at it.
func TestScopeOfLooking(t *testing.T) {
	b := newBench(t)
	own, other := b.path("own.db"), b.path("other.db")
	outside := b.file("articles.csv", articles(3))
	mine, theirs := b.imported(own, "articles", articles(3)), b.imported(other, "articles", articles(3))
	for name, target := range map[string]string{"mine": own, "theirs": other} {
		b.want(204, call{"PUT", "/v1/profiles/" + name, jsonBody, body(`{"linefeedProfile":1,"fields":["sku","price"],"target":` + quote(target) + `,"plan":{"table":"articles"}}`)}, nil)
	}
	loose := b.file("loose.json", `{"linefeedProfile":1,"target":`+quote(own)+`,"plan":{"table":"articles"}}`)
	importing := b.token(access.Scope{May: access.Import, Targets: []string{own}})
	watching := b.token(access.Scope{May: access.Watch, Targets: []string{own}})

	csv := map[string]string{"Content-Type": "text/csv"}
	for _, test := range []struct {
		status             int
		method, path, text string
		header             map[string]string
	}{
		{200, "POST", "/v1/previews", articles(1), csv},
		{403, "POST", "/v1/previews", `{"file":` + quote(outside) + `}`, jsonBody},
		{403, "POST", "/v1/previews", `{"file":"/etc/passwd"}`, jsonBody},
		{200, "POST", "/v1/previews?profile=mine", articles(1), csv},
		{403, "POST", "/v1/previews?profile=theirs", articles(1), csv},
		{403, "POST", "/v1/previews?profile=" + url.QueryEscape(loose), articles(1), csv},
		{200, "POST", "/v1/previews?like=" + mine, articles(1), csv},
		{403, "POST", "/v1/previews?like=" + theirs, articles(1), csv},
		{200, "POST", "/v1/plans?table=articles&target=" + url.QueryEscape(own), articles(1), csv},
		{403, "POST", "/v1/plans?table=articles&target=" + url.QueryEscape(other), articles(1), csv},
		{403, "POST", "/v1/plans?table=articles&check", articles(1), csv},
		{403, "POST", "/v1/plans?profile=theirs", articles(1), csv},
		{403, "POST", "/v1/plans/profile?profile=theirs", articles(1), csv},
		{403, "POST", "/v1/plans/profile?table=articles&target=" + url.QueryEscape(other), articles(1), csv},
		{403, "POST", "/v1/plans", `{"file":` + quote(outside) + `,"target":` + quote(own) + `,"plan":{"table":"articles"}}`, jsonBody},
		{403, "POST", "/v1/sets?preview", `{"files":[` + quote(outside) + `],"recursive":true,"import":{"target":` + quote(own) + `,"plan":{"table":"t"}}}`, jsonBody},
		{403, "POST", "/v1/sets?plan=" + url.QueryEscape(outside), `{"files":[` + quote(outside) + `],"import":{"target":` + quote(own) + `,"plan":{"table":"t"}}}`, jsonBody},
		{200, "GET", "/v1/imports/" + mine + "/again", "", nil},
		{403, "GET", "/v1/imports/" + theirs + "/again", "", nil},
		{403, "GET", "/v1/imports/" + theirs + "/profile", "", nil},
		{403, "GET", "/v1/imports/" + theirs + "/cancel", "", nil},
		{403, "POST", "/v1/imports/" + theirs + "/leave", "", nil},
		{403, "GET", "/v1/imports/" + theirs + "/rejects/1/fields", "", nil},
		{200, "POST", "/v1/profiles/mine/fit", `{"fields":["sku"]}`, jsonBody},
		{403, "POST", "/v1/profiles/theirs/fit", `{"fields":["sku"]}`, jsonBody},
		{403, "GET", "/v1/profiles/theirs/watch", "", nil},
		{200, "POST", "/v1/tables", `{"target":` + quote(own) + `}`, jsonBody},
		{403, "POST", "/v1/tables", `{"target":` + quote(other) + `}`, jsonBody},
		{403, "POST", "/v1/tables", `{"target":` + quote(b.path("home", "linefeed.db")) + `}`, jsonBody},
		{403, "POST", "/v1/tables", `{"target":"postgres://ann@127.0.0.1:9/x"}`, jsonBody},
		{200, "POST", "/v1/tables/columns", `{"target":` + quote(own) + `,"table":"articles"}`, jsonBody},
		{403, "POST", "/v1/tables/columns", `{"target":` + quote(other) + `,"table":"articles"}`, jsonBody},
		{403, "POST", "/v1/tables/columns", `{"target":` + quote(own+"/../other.db") + `,"table":"articles"}`, jsonBody},
		{403, "POST", "/v1/tables/rows", `{"target":` + quote(own) + `,"table":"articles"}`, jsonBody},
	} {
		res, answer := b.do(call{test.method, test.path, with(importing, pairs(test.header)...), body(test.text)})
		if res.StatusCode != test.status {
			t.Errorf("%s %s %s: %d %s, want %d", test.method, test.path, test.text, res.StatusCode, answer, test.status)
		}
		if strings.Contains(answer, "theirs") && !strings.Contains(test.path, "theirs") {
			t.Errorf("%s %s: it is told of another's profile: %s", test.method, test.path, answer)
		}
	}
	for _, c := range []call{{"POST", "/v1/fits", jsonBody, body(`{"fields":["sku","price"]}`)}, {"POST", "/v1/previews", csv, body(articles(1))}} {
		c.header = with(importing, pairs(c.header)...)
		if _, answer := b.do(c); !strings.Contains(answer, `"mine"`) || strings.Contains(answer, `"theirs"`) {
			t.Errorf("%s: offered are %s", c.path, answer)
		}
	}
	for _, path := range []string{"/v1/previews", "/v1/plans", "/v1/tables", "/v1/tables/columns", "/v1/fits"} {
		b.want(http.StatusForbidden, call{"POST", path, with(watching, "Content-Type", "application/json"), body(`{}`)}, nil)
	}
}

// A token for any database has no server of its bearer's choice told passwords by looking
// at its tables.
func TestTablesOfServersOfTheBearersChoice(t *testing.T) {
	b := newBench(t)
	header := with(b.token(access.Scope{May: access.Import, Targets: []string{access.Anywhere}}), "Content-Type", "application/json")
	for target, want := range map[string]int{
		"postgres://ann@127.0.0.1:1/shop":                        http.StatusForbidden,
		"postgres://127.0.0.1:1/shop?passfile=/home/ann/.pgpass": http.StatusForbidden,
		"postgres://ann:x@127.0.0.1:1/shop":                      http.StatusOK,
		b.path("any.db"):                                         http.StatusOK,
	} {
		b.want(want, call{"POST", "/v1/tables", header, body(`{"target":` + quote(target) + `}`)}, nil)
		if want == http.StatusForbidden {
			b.want(want, call{"POST", "/v1/tables/columns", header, body(`{"target":` + quote(target) + `,"table":"t"}`)}, nil)
			b.want(want, call{"POST", "/v1/plans?table=t&target=" + url.QueryEscape(target), with(header, "Content-Type", "text/csv"), body(articles(1))}, nil)
		}
	}
}

// pairs returns a header as with wants it.
func pairs(header map[string]string) (all []string) {
	for name, value := range header {
		all = append(all, name, value)
	}
	return all
}

// What the program keeps is told, and forgotten by age; nothing is where no age is given.
func TestStore(t *testing.T) {
	b := newBench(t)
	b.imported(b.path("shop.db"), "articles", articles(20))
	var u job.Usage
	b.want(200, call{"GET", "/v1/store", nil, nil}, &u)
	if u.Jobs != 1 || u.Rejects != 2 || u.Size == 0 {
		t.Errorf("%+v", u)
	}
	b.want(400, call{"DELETE", "/v1/store/ended", nil, nil}, nil)
	b.want(422, call{"DELETE", "/v1/store/ended?age=soon", nil, nil}, nil)
	b.want(422, call{"GET", "/v1/store/ended?age=0d", nil, nil}, nil)
	var g job.Going
	b.want(200, call{"GET", "/v1/store/ended?age=all", nil, nil}, &g)
	if g.Jobs != 1 || g.Rejects != 2 {
		t.Errorf("would be forgotten: %+v", g)
	}
	b.want(200, call{"GET", "/v1/settings/keep-rejects/preview?value=30d", nil, nil}, &g)
	if g.Rejects != 0 {
		t.Errorf("by the setting: %+v", g)
	}
	b.want(422, call{"GET", "/v1/settings/keep-rejects/preview?value=soon", nil, nil}, nil)
	other := b.file("other.db", "not to be removed")
	b.want(204, call{"DELETE", "/v1/store/damaged?path=" + url.QueryEscape(other), nil, nil}, nil)
	if _, err := os.Stat(other); err != nil {
		t.Errorf("a file that is no store: %v", err)
	}
	b.want(200, call{"POST", "/v1/store/tidy", nil, nil}, &u)
	var f job.Forgotten
	b.want(200, call{"DELETE", "/v1/store/ended?age=all", nil, nil}, &f)
	if f.Jobs != 1 {
		t.Errorf("forgotten: %+v", f)
	}
}

// Profiles of others do not keep one's own from being offered.
func TestOffersAmongOthers(t *testing.T) {
	b := newBench(t)
	own, other := b.path("own.db"), b.path("other.db")
	save := func(name, fields, target string) {
		t.Helper()
		b.want(204, call{"PUT", "/v1/profiles/" + name, jsonBody, body(`{"linefeedProfile":1,"fields":` + fields + `,"target":` + quote(target) + `,"plan":{"table":"articles"}}`)}, nil)
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		save(name, `["sku","price"]`, other)
	}
	save("mine", `["sku","price","more"]`, own)
	header := b.token(access.Scope{May: access.Import, Targets: []string{own}})
	for path, c := range map[string]call{
		"/v1/fits":     {header: with(header, "Content-Type", "application/json"), body: body(`{"fields":["sku","price"]}`)},
		"/v1/previews": {header: with(header, "Content-Type", "text/csv"), body: body(articles(1))},
	} {
		var offered struct{ Profiles []profile.Match }
		b.want(200, call{"POST", path, c.header, c.body}, &offered)
		if len(offered.Profiles) != 1 || offered.Profiles[0].Name != "mine" {
			t.Errorf("%s: offered are %+v", path, offered.Profiles)
		}
	}
}
