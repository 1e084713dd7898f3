package localapi

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"linefeed/backend/job"
)

// A set is posted, followed to its end, looked at and listed; what can't be is refused.
func TestSets(t *testing.T) {
	b := newBench(t)
	one, two := b.file("part2.csv", "id,name\n2,b\n"), b.file("part10.csv", "id,name\n10,c\n")
	post := func(path, body string) call {
		return call{method: "POST", path: path, header: map[string]string{"Content-Type": "application/json"}, body: strings.NewReader(body)}
	}
	order := func(files ...string) call {
		req := job.SetRequest{Files: files, Import: job.Request{Target: b.path("out.db")}}
		req.Import.Plan.Table, req.Import.Plan.Create = "t", true
		text, err := json.Marshal(req)
		if err != nil {
			t.Fatal(err)
		}
		return post("/v1/sets", string(text))
	}
	var set job.Set
	res := b.want(http.StatusAccepted, order(filepath.Join(b.dir, "part*.csv"), two), &set)
	at := res.Header.Get("Location")
	if at != "/v1/sets/"+set.ID || len(set.Jobs) != 2 || set.Jobs[0].Request.File != one {
		t.Fatalf("%s: %+v", at, set)
	}
	// The events end with the set, and the last state has the summary.
	if _, events := b.do(call{method: "GET", path: at + "/events"}); !strings.Contains(events, `"state":"done","summary":{"set":"`+set.ID) {
		t.Errorf("%s", events)
	}
	if b.want(http.StatusOK, call{method: "GET", path: at}, &set); set.State != job.Done || set.Summary.Inserted != 2 {
		t.Errorf("%+v", set)
	}
	if _, list := b.do(call{method: "GET", path: "/v1/sets"}); !strings.Contains(list, `"id":"`+set.ID+`"`) {
		t.Errorf("%s", list)
	}
	for _, do := range []string{"pause", "resume", "cancel"} {
		b.want(http.StatusConflict, post(at+"/"+do, ""), nil)
		b.want(http.StatusNotFound, post("/v1/sets/set-none/"+do, ""), nil)
	}
	b.want(http.StatusNotFound, call{method: "GET", path: "/v1/sets/set-none"}, nil)
	b.want(http.StatusNotFound, call{method: "GET", path: "/v1/sets/set-none/events"}, nil)
	for _, bad := range []call{order(), order("relative.csv"), order(b.path("*.tsv")), order(one, b.file("other.csv", "id,born\n1,2\n"))} {
		b.want(http.StatusUnprocessableEntity, bad, nil)
	}
	// What is known of the files is told without a start.
	var look struct{ Files []job.SetFile }
	preview := order(one, b.path("none.csv"), b.file("more.csv", "id,born\n1,2\n"))
	preview.path += "?preview=true"
	b.want(http.StatusOK, preview, &look)
	if f := look.Files; len(f) != 3 || f[0].Size != 12 || f[0].Table != "t" || f[1].Error == "" || f[2].Differs == nil {
		t.Errorf("%+v", look)
	}
	preview = order(one, two)
	preview.path += "?preview=maybe"
	b.want(http.StatusBadRequest, preview, nil)
	b.want(http.StatusBadRequest, post(at+"/resume?changed=maybe", ""), nil)

	b.want(http.StatusNotFound, call{method: "DELETE", path: "/v1/imports/" + set.ID}, nil)
	b.want(http.StatusNoContent, call{method: "DELETE", path: at}, nil)
	b.want(http.StatusNotFound, call{method: "DELETE", path: at}, nil)
	b.want(http.StatusNotFound, call{method: "GET", path: "/v1/imports/" + set.Jobs[0].ID}, nil)
}
