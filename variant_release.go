//go:build !dev

package main

import "os"

// developmentOrigins are those of a page that is being developed: a release lets
// none of them in.
var developmentOrigins []string

// arguments returns those of the command line.
func arguments() []string { return os.Args[1:] }
