package localapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// The size of a request is bounded, in whatever form it is sent.
func TestSizesAreBounded(t *testing.T) {
	b := newBench(t)
	long := strings.Repeat("x", 900_000)
	asJSON := map[string]string{"Content-Type": "application/json"}
	request := func(plan string) string {
		return fmt.Sprintf(`{"file":%q,"target":%q,"plan":%s}`, b.path("a.csv"), b.path("out.db"), plan)
	}
	fields := func(n int, name, value string) (map[string]string, io.Reader) {
		var parts [][2]string
		for range n {
			parts = append(parts, [2]string{name, value})
		}
		body, contentType := form(t, parts...)
		return map[string]string{"Content-Type": contentType}, body
	}
	many, manyBody := fields(20_000, "null", strings.Repeat("x", 5000))
	short, shortBody := fields(20_000, "null", "x")
	heads, headsBody := fields(1, strings.Repeat("x", 8<<20), "x")
	for _, test := range []struct {
		name   string
		header map[string]string
		body   io.Reader
		status int
	}{
		{"fields of a form", many, manyBody, 413},
		{"short fields of a form", short, shortBody, 413},
		{"the head of a part", heads, headsBody, 413},
		{"the name of a table", asJSON, strings.NewReader(request(`{"table":"` + long + `"}`)), 413},
		{"a field that is mapped", asJSON, strings.NewReader(request(`{"table":"t","map":{"` + long + `":"a"}}`)), 413},
		{"columns", asJSON, strings.NewReader(request(`{"table":"t","columns":[` + strings.Repeat("{},", 200_000) + `{}]}`)), 413},
		{"depth", asJSON, strings.NewReader(request(`{"table":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`)), 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			inner := *b
			inner.T = t
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			inner.want(test.status, call{"POST", "/v1/imports", test.header, test.body}, nil)
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
				t.Errorf("it takes %d MB", took)
			}
		})
	}
	if jobs, err := b.runner.Jobs(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("imports were started: %d, %v", len(jobs), err)
	}
	checkSpoolIsEmpty(b)
}

// A list of imports is bounded too, and its pages hold each import once.
func TestImportPages(t *testing.T) {
	b := newBench(t)
	// From an earlier version, or from the window.
	long := strings.Repeat("x", 900_000)
	var want []string
	for range 7 {
		j, err := b.runner.Start(t.Context(), job.Request{File: b.path("none.csv"), Target: b.path("out.db"), Plan: load.Plan{Table: long}})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{j.ID}, want...)
		_, _ = b.runner.Wait(t.Context(), j.ID) // it fails, which doesn't matter here
	}
	for query, pages := range map[string]int{"": 3, "limit=3": 3, "limit=7": 3, "limit=1": 7} {
		var got []string
		n := 0
		for next := ""; ; n++ {
			var page struct {
				Imports []job.Job
				Next    string
			}
			res, body := b.do(call{"GET", "/v1/imports?" + query + "&after=" + next, nil, nil})
			if len(body) > 10<<20 {
				t.Errorf("status %d with a page of %d bytes", res.StatusCode, len(body))
			}
			decodeInto(t, body, &page)
			for _, j := range page.Imports {
				got = append(got, j.ID)
			}
			if next = page.Next; next == "" {
				break
			}
		}
		if n++; n < pages || strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%q: in %d pages, %v, want %v", query, n, got, want)
		}
	}
	for _, query := range []string{"?limit=0", "?limit=1001", "?limit=x"} {
		b.want(400, call{"GET", "/v1/imports" + query, nil, nil}, nil)
	}
	b.want(404, call{"GET", "/v1/imports?after=none", nil, nil}, nil)
}

// A page of rejects ends where it gets too large, and the next one continues.
func TestRejectPagesOfLongValues(t *testing.T) {
	b := newBench(t)
	var csv strings.Builder
	csv.WriteString("sku,price\n")
	for i := range 5 {
		fmt.Fprintf(&csv, "A%d,%s\n", i, strings.Repeat("x", 9<<20))
	}
	var v importView
	b.want(202, call{"POST", "/v1/imports", map[string]string{"Content-Type": "application/json"}, strings.NewReader(fmt.Sprintf(
		`{"file":%q,"target":%q,"plan":%s}`, b.file("a.csv", csv.String()), b.path("out.db"), plan("articles")))}, &v)
	b.ended(v.ID)
	total, after := 0, int64(0)
	for {
		res, body := b.do(call{"GET", fmt.Sprintf("/v1/imports/%s/rejects?after=%d", v.ID, after), nil, nil})
		if len(body) > 2*maxPageBytes {
			t.Errorf("status %d with a page of %d bytes", res.StatusCode, len(body))
		}
		var page job.RejectPage
		decodeInto(t, body, &page)
		if len(page.Rejects) == 0 {
			break
		}
		total += len(page.Rejects)
		after = page.Rejects[len(page.Rejects)-1].ID
	}
	if total != 5 {
		t.Errorf("%d rejects by pages, want 5", total)
	}
}

// Accepted imports are finished; further ones are refused.
func TestFinish(t *testing.T) {
	b := newBench(t)
	free := b.lock()
	upload := func(key string) call {
		return call{"POST", "/v1/imports" + b.query(), map[string]string{"Content-Type": "text/csv", "Idempotency-Key": key}, strings.NewReader(articles(100))}
	}
	var v, again importView
	b.want(202, upload("k"), &v)
	if left := b.server.Refuse(); left != 1 {
		t.Errorf("%d imports are left, want 1", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.server.Finish(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it has finished: %v", err)
	}
	for _, key := range []string{"", "other"} {
		res := b.want(503, upload(key), nil)
		if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("it is refused by %s", got)
		}
	}
	if b.want(202, upload("k"), &again); again.ID != v.ID { // already running
		t.Errorf("the same key is answered with %s, want %s", again.ID, v.ID)
	}
	b.want(200, call{"GET", "/v1/imports/" + v.ID, nil, nil}, nil)
	free()
	if err := b.server.Finish(t.Context()); err != nil {
		t.Error(err)
	}
	if s := b.ended(v.ID); s.State != job.Done || s.Inserted != 90 {
		t.Errorf("the summary is %+v", s)
	}
	checkSpoolIsEmpty(b)
}

// The number of queued imports is bounded.
func TestAcceptedImportsAreBounded(t *testing.T) {
	var s Server
	wide := job.Request{Plan: load.Plan{Columns: make([]load.Column, 30_000)}}
	var all []func()
	for {
		ended, err := s.accept(wide)
		if err != nil {
			break
		}
		all = append(all, ended)
	}
	if len(all) < 10 || len(all) > 100 {
		t.Errorf("%d wide imports are accepted", len(all))
	}
	for _, ended := range all {
		ended()
	}
	for range maxAccepted {
		if _, err := s.accept(job.Request{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.accept(job.Request{}); err == nil {
		t.Error("there is no limit")
	}
}
