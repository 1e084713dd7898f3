package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestHelp(t *testing.T) {
	site := fstest.MapFS{
		"contents.html":    {Data: []byte("<!doctype html><title>Contents</title>")},
		"index.html":       {Data: []byte("<!doctype html><title>Where a server looks</title>")},
		"source/a/b.html":  {Data: []byte("<!doctype html><title>B</title>")},
		"source/index.css": {Data: []byte("body {}")},
	}
	window := withContentPolicy(withHelp(site, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	})))
	for _, c := range []struct {
		path   string
		status int
		policy string
	}{
		{"/", http.StatusTeapot, contentPolicy},
		{"/main.js", http.StatusTeapot, contentPolicy},
		{"/help", http.StatusTeapot, contentPolicy},
		{"/help/contents.html", http.StatusOK, helpPolicy},
		{"/help/source/a/b.html", http.StatusOK, helpPolicy},
		{"/help/source/index.css", http.StatusOK, helpPolicy},
		{"/help/missing.html", http.StatusNotFound, helpPolicy},
		{"/help/../../main.go", http.StatusNotFound, helpPolicy},
		// What Wails would put its scripts into.
		{"/help/", http.StatusNotFound, helpPolicy},
		{"/help/index.html", http.StatusNotFound, helpPolicy},
		{"/help/source/", http.StatusNotFound, helpPolicy},
		{"/help/source/index.html", http.StatusNotFound, helpPolicy},
	} {
		answer := httptest.NewRecorder()
		window.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, c.path, nil))
		if answer.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.path, answer.Code, c.status)
		}
		if policy := answer.Header().Get("Content-Security-Policy"); policy != c.policy {
			t.Errorf("%s: policy %q, want %q", c.path, policy, c.policy)
		}
	}
}
