package localapi

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// Profiles are saved, listed, used by an import and removed; what is none is refused.
func TestProfiles(t *testing.T) {
	b := newBench(t)
	text := `{"linefeedProfile":1,"fields":["Nr","Preis"],"target":"` + filepath.ToSlash(b.path("shop.db")) + `","dialect":{"delimiter":";"},` +
		`"plan":{"table":"prices","create":true,"columns":[{"name":"sku","type":"text","nullable":true},{"name":"price","type":"decimal","nullable":true}],` +
		`"map":{"Nr":"sku","Preis":"price"},"formats":{"price":"1.234,56"}}}`
	json := map[string]string{"Content-Type": "application/json"}
	want := func(c call, status int, has string) {
		t.Helper()
		if res, body := b.do(c); res.StatusCode != status || !strings.Contains(body, has) {
			t.Errorf("%s %s: %d %s, want %d with %s", c.method, c.path, res.StatusCode, body, status, has)
		}
	}
	want(call{"GET", "/v1/profiles", nil, nil}, 200, `{"profiles":[]}`)
	want(call{"PUT", "/v1/profiles/Prices%20of%20Miller", json, strings.NewReader(text)}, 204, "")
	want(call{"PUT", "/v1/profiles/Prices%20of%20Miller", json, strings.NewReader(text)}, 204, "") // again
	want(call{"GET", "/v1/profiles", nil, nil}, 200, `"name":"Prices of Miller"`)
	want(call{"GET", "/v1/profiles/prices%20of%20miller", nil, nil}, 200, `"formats":{"price":"1.234,56"}`)

	file := b.file("may.csv", "Nr;Preis\n001;1.234,5\n")
	want(call{"POST", "/v1/imports", json, strings.NewReader(`{"file":"` + filepath.ToSlash(file) + `","profile":"prices of miller"}`)}, 202, `"table":"prices"`)
	want(call{"POST", "/v1/imports", json, strings.NewReader(`{"file":"` + filepath.ToSlash(file) + `","profile":"nope"}`)}, 422, `there is no profile \"nope\"`)
	want(call{"POST", "/v1/imports", json, strings.NewReader(`{"file":"` + filepath.ToSlash(file) + `","profile":"nope.json"}`)}, 422, "no full path")

	for _, bad := range []struct{ name, text, says string }{
		{"x", `{"linefeedProfile":2,"unknown":1}`, "newer version"},
		{"x", `{"linefeedProfile":1,"unknown":1}`, "unknown field"},
		{"x", `{"table":"x"}`, "is no profile"},
		{"x", `{"linefeedProfile":1,"target":"postgres://ann:s3cret@db/x"}`, "has a password"},
		{"CON", text, "can't be the name"},
	} {
		want(call{"PUT", "/v1/profiles/" + bad.name, json, strings.NewReader(bad.text)}, 422, bad.says)
	}
	folder := filepath.ToSlash(b.path("in"))
	watch := "/v1/profiles/prices%20of%20miller/watch"
	want(call{"PUT", watch, json, strings.NewReader(`{"folder":"` + folder + `","order":"time"}`)}, 204, "")
	want(call{"GET", "/v1/profiles", nil, nil}, 200, `"watch":{"folder":"`+folder+`","order":"time"}`)
	want(call{"PUT", watch, json, strings.NewReader(`{"folder":"in"}`)}, 422, "full path")
	want(call{"PUT", "/v1/profiles/none/watch", json, strings.NewReader(`{"folder":"` + folder + `"}`)}, 404, "there is no profile")
	want(call{"DELETE", watch, nil, nil}, 204, "")
	want(call{"GET", "/v1/profiles", nil, nil}, 200, `"fields":2}`)

	want(call{"GET", "/v1/profiles/..%2F..%2Fx.json", nil, nil}, 404, "there is no profile")
	want(call{"DELETE", "/v1/profiles/prices%20of%20miller", nil, nil}, http.StatusNoContent, "")
	want(call{"DELETE", "/v1/profiles/prices%20of%20miller", nil, nil}, 404, "there is no profile")
}

// A profile that does not come whole, or is too long, is told as any other body.
func TestProfileThatIsNotReceived(t *testing.T) {
	b := newBench(t)
	b.want(400, call{"PUT", "/v1/profiles/x", map[string]string{"Content-Type": "application/json", "Content-Encoding": "gzip"}, strings.NewReader("no gzip")}, nil)
	long := `{"linefeedProfile":1,"plan":{"table":"` + strings.Repeat("x", maxJSON) + `"}}`
	b.want(413, call{"PUT", "/v1/profiles/x", map[string]string{"Content-Type": "application/json"}, strings.NewReader(long)}, nil)
}
