package localapi

import (
	"testing"

	"linefeed/backend/access"
	"linefeed/backend/job"
)

// An import that takes its database from an earlier one is listed for whoever may see that,
// is retried and undone, also when the earlier one is forgotten.
func TestLikeHasTheDatabase(t *testing.T) {
	b := newBench(t)
	own := b.path("own.db")
	first := b.imported(own, "articles", articles(20))
	header := with(b.token(access.Scope{May: access.Import, Targets: []string{own}}), "Content-Type", "text/csv")
	var j job.Job
	b.want(202, call{"POST", "/v1/imports?undo&like=" + first, header, body(articles(20))}, &j)
	b.ended(j.ID)
	var list struct{ Imports []job.Job }
	b.want(200, call{"GET", "/v1/imports", header, nil}, &list)
	if len(list.Imports) != 2 {
		t.Errorf("the list has %+v", list.Imports)
	}
	b.want(204, call{"DELETE", "/v1/imports/" + first, header, nil}, nil)
	at := "/v1/imports/" + j.ID
	b.want(200, call{"GET", at, header, nil}, nil)
	b.want(200, call{"POST", at + "/retry/preview", with(header, "Content-Type", "application/json"), body(`{}`)}, nil)
	b.want(200, call{"POST", at + "/undo", header, nil}, nil)
}
