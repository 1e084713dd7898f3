//go:build !dev

package main

// developmentOrigins are those of a page that is being developed: a release lets
// none of them in.
var developmentOrigins []string
