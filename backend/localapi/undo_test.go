package localapi

import (
	"net/http"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

func TestUndo(t *testing.T) {
	b := newBench(t)
	file, db := b.file("articles.csv", articles(100)), b.path("shop.db")
	start := func(plan string) (j job.Job) {
		t.Helper()
		b.want(http.StatusAccepted, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"},
			strings.NewReader(`{"file":"` + file + `","target":"` + db + `","plan":{"table":"articles","create":true` + plan + `}}`)}, &j)
		b.ended(j.ID)
		return j
	}
	j := start(`,"undo":true`)
	undo := "/v1/imports/" + j.ID + "/undo"
	for _, method := range []string{"GET", "POST"} {
		if got := b.rows(db, "articles"); got != 100 {
			t.Errorf("before %s there are %d rows", method, got)
		}
		var n load.Undoing
		b.want(http.StatusOK, call{method, undo, nil, nil}, &n)
		if n.Removed != 100 || !n.Dropped {
			t.Errorf("%+v", n)
		}
	}
	b.want(http.StatusConflict, call{"POST", undo, nil, nil}, nil)
	b.want(http.StatusNotFound, call{"GET", "/v1/imports/none/undo", nil, nil}, nil)
	b.want(http.StatusOK, call{"GET", "/v1/imports/" + j.ID, nil, nil}, &j)
	if j.Undone == nil || j.Undone.Removed != 100 || j.Undoable {
		t.Errorf("%+v", j)
	}
	other := start("") // into the table that is not there any more
	b.want(http.StatusConflict, call{"GET", "/v1/imports/" + other.ID + "/undo", nil, nil}, nil)

	for query, want := range map[string]string{"state=undone": j.ID, "search=ARTICLES&limit=1": other.ID, "table=none": "", "since=2020-01-01T00:00:00Z&after=" + other.ID: j.ID, "target=shop.db&limit=1": other.ID} {
		var list struct{ Imports []job.Job }
		b.want(http.StatusOK, call{"GET", "/v1/imports?" + query, nil, nil}, &list)
		if len(list.Imports) == 0 && want != "" || len(list.Imports) > 0 && list.Imports[0].ID != want {
			t.Errorf("%s: %+v, want %s", query, list.Imports, want)
		}
	}
	b.want(http.StatusBadRequest, call{"GET", "/v1/imports?since=soon", nil, nil}, nil)
	b.want(http.StatusBadRequest, call{"GET", "/v1/imports?sort=file", nil, nil}, nil)
}
