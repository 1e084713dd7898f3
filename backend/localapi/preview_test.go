package localapi

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/profile"
)

var jsonBody = map[string]string{"Content-Type": "application/json"}

func body(text string) io.Reader { return strings.NewReader(text) }

// A file that is sent, or named, is looked at, and what was sent is not kept.
func TestPreview(t *testing.T) {
	b := newBench(t)
	file := b.file("articles.csv", articles(20))
	var sent, named job.Preview
	b.want(200, call{"POST", "/v1/previews?name=a.csv", map[string]string{"Content-Type": "text/csv"}, body(articles(20))}, &sent)
	b.want(200, call{"POST", "/v1/previews", jsonBody, body(`{"file":` + quote(file) + `,"dialect":{"delimiter":";"}}`)}, &named)
	if len(sent.Rows) != 20 || len(sent.Fields) != 2 || sent.Dialect.Delimiter != "," || len(sent.Guesses) != 2 {
		t.Errorf("of what was sent: %+v", sent)
	}
	if len(named.Fields) != 1 || named.Dialect.Delimiter != ";" {
		t.Errorf("of what was named: %+v", named)
	}
	left, err := os.ReadDir(b.path("home", "spool"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		if inside, _ := os.ReadDir(b.path("home", "spool", entry.Name())); len(inside) > 0 && entry.IsDir() {
			t.Errorf("kept: %s/%s", entry.Name(), inside[0].Name())
		}
	}
	for text, says := range map[string]string{
		`{}`:                                  "has no file",
		`{"file":"a.csv"}`:                    "no full path",
		`{"file":` + quote(b.path("x")) + `}`: "no such file",
		`{"file":` + quote(file) + `,"profile":"none"}`: "there is no profile",
		`{"file":` + quote(file) + `,"like":"none"}`:    "none",
	} {
		if res, answer := b.do(call{"POST", "/v1/previews", jsonBody, body(text)}); res.StatusCode != 422 || !strings.Contains(answer, says) {
			t.Errorf("%s: %d %s, want %q", text, res.StatusCode, answer, says)
		}
	}
}

// An import is fitted to its table before it is started, also to one that has the file
// already; what was settled can be saved as a profile, which is then offered.
func TestPlan(t *testing.T) {
	b := newBench(t)
	order := body
	text := `{"file":` + quote(b.file("articles.csv", articles(20))) + `,"target":` + quote(b.path("shop.db")) + `,"plan":{"table":"articles","create":true}}`
	var s job.Settled
	b.want(200, call{"POST", "/v1/plans", jsonBody, order(text)}, &s)
	if !s.Create || len(s.Columns) != 2 || len(s.Problems) != 0 {
		t.Errorf("before: %+v", s)
	}
	if _, err := os.Stat(b.path("shop.db")); err == nil {
		t.Error("the database was made")
	}
	var j job.Job
	b.want(202, call{"POST", "/v1/imports", jsonBody, order(text)}, &j)
	b.ended(j.ID)
	var again job.Request
	b.want(200, call{"GET", "/v1/imports/" + j.ID + "/again", nil, nil}, &again)
	if again.Plan.Create || again.File == "" {
		t.Errorf("again: %+v", again)
	}
	if res, answer := b.do(call{"POST", "/v1/plans", jsonBody, body(strings.Replace(text, `,"create":true`, "", 1))}); res.StatusCode != 200 || !strings.Contains(answer, `"code":"same_file"`) {
		t.Errorf("with the same file: %d %s", res.StatusCode, answer)
	}
	for _, c := range []call{{"POST", "/v1/plans/profile", jsonBody, body(strings.Replace(text, `,"create":true`, "", 1))}, {"GET", "/v1/imports/" + j.ID + "/profile", nil, nil}} {
		res, answer := b.do(c)
		if res.StatusCode != 200 {
			t.Fatalf("%s: %d %s", c.path, res.StatusCode, answer)
		}
		b.want(204, call{"PUT", "/v1/profiles/articles", jsonBody, body(answer)}, nil)
	}
	b.want(412, call{"PUT", "/v1/profiles/articles", with(jsonBody, "If-None-Match", "*"), body(`{"linefeedProfile":1,"plan":{"table":"x"}}`)}, nil)
	b.want(204, call{"POST", "/v1/profiles/articles/rename", jsonBody, body(`{"to":"shop"}`)}, nil)
	b.want(404, call{"POST", "/v1/profiles/articles/rename", jsonBody, body(`{"to":"x"}`)}, nil)
	var fits struct{ Profiles []profile.Match }
	b.want(200, call{"POST", "/v1/fits", jsonBody, body(`{"fields":["sku","Price"]}`)}, &fits)
	if len(fits.Profiles) != 1 || fits.Profiles[0].Name != "shop" {
		t.Errorf("offered: %+v", fits)
	}
	var fit job.Fit
	b.want(200, call{"POST", "/v1/profiles/shop/fit", jsonBody, body(`{"fields":["sku","Price"]}`)}, &fit)
	if fit.Map["Price"] != "price" {
		t.Errorf("the fit: %+v", fit)
	}
	var p job.Preview
	b.want(200, call{"POST", "/v1/previews", map[string]string{"Content-Type": "text/csv"}, body(articles(1))}, &p)
	if len(p.Profiles) != 1 || p.Profiles[0].Name != "shop" {
		t.Errorf("offered in a preview: %+v", p.Profiles)
	}
}

// Imports are asked for by a state that there is.
func TestUnknownState(t *testing.T) {
	b := newBench(t)
	for _, state := range append(job.FindStates, "") {
		b.want(http.StatusOK, call{"GET", "/v1/imports?state=" + state, nil, nil}, nil)
	}
	if _, answer := b.do(call{"GET", "/v1/imports?state=finished", nil, nil}); !strings.Contains(answer, "no such state") || !strings.Contains(answer, "undone") {
		t.Errorf("an unknown state: %s", answer)
	}
}
