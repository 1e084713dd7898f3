//go:build dev

package main

// developmentOrigins are those of the page while `wails dev` serves it, in the
// window and in a browser.
var developmentOrigins = []string{"wails://wails.localhost:34115", "http://localhost:34115"}

// arguments returns none: those of the command line are for Wails' development server.
func arguments() []string { return nil }
