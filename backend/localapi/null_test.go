package localapi

import (
	"strconv"
	"testing"
)

// A body that is null is none of those that have members.
func TestNullIsNoBody(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/v1/imports", "/v1/plans", "/v1/sets", "/v1/tables", "/v1/fits", "/v1/tokens"} {
		b.want(400, call{"POST", path, jsonBody, body(" null\n")}, nil)
	}
	b.want(400, call{"PUT", "/v1/connections/shop", jsonBody, body("null")}, nil)
}

// What is gone, or is none, is the client's to know, and no fault of the program.
func TestGoneIsNoFault(t *testing.T) {
	b := newBench(t)
	id := b.imported(b.path("shop.db"), "articles", articles(20))
	at := "/v1/imports/" + id
	b.want(404, call{"GET", at + "/rejects/" + strconv.FormatInt(1<<62, 10) + "/history", nil, nil}, nil)
	b.want(404, call{"GET", at + "/rejects/1000/fields", nil, nil}, nil)
	b.want(422, call{"POST", at + "/retry/preview", jsonBody, body(`{"edits":[{"id":1000,"fields":["x","1"]}]}`)}, nil)
	b.file("shop.db", "no database any more")
	b.want(422, call{"POST", at + "/retry/preview", jsonBody, body(`{}`)}, nil)
}
