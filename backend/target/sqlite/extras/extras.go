// Package extras adds what the sqlite3 program has and users' databases may
// depend on, but the driver includes only with build tags on every build command:
// full-text search (FTS5) and the math functions. Without them a trigger, check
// or generated column that uses one would refuse every row.
//
// fts5.c is SQLite's own, taken unchanged from the driver's sources.
package extras

//go:generate ./take-fts5

/*
#cgo CFLAGS: -Wno-unused-parameter
#cgo !windows LDFLAGS: -lm
#include "extras.h"
*/
import "C"

import (
	"fmt"
	"sync"
)

// Install adds the extras to every connection opened from now on.
var Install = sync.OnceValue(func() error {
	if rc := C.lf_extras(); rc != C.SQLITE_OK {
		return fmt.Errorf("register full-text search and math functions with SQLite: code %d", int(rc))
	}
	return nil
})
