package main

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"
)

// assets are the window's page and its help, as make builds them below frontend/dist.
//
//go:embed all:frontend/dist
var assets embed.FS

// helpPolicy lets the pages of the help load what lies beside them, connect to nothing, and be shown in the window alone.
const helpPolicy = "default-src 'none'; " +
	"script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// built is a folder below frontend/dist. Where it was not built, nothing is in it.
func built(folder string) fs.FS {
	found, err := fs.Sub(assets, "frontend/dist/"+folder)
	if err != nil {
		panic(err) // the name is no path
	}
	return found
}

// withHelp answers below /help/ with the pages of site, under their own policy. No page is at the address of a folder:
// Wails would put its scripts, and with them what the window may call, into it.
func withHelp(site fs.FS, next http.Handler) http.Handler {
	pages := http.StripPrefix("/help/", http.FileServerFS(site))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/help/") {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", helpPolicy)
		if strings.HasSuffix(r.URL.Path, "/") || strings.HasSuffix(r.URL.Path, "/index.html") {
			http.NotFound(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}
