// Package extras gives SQLite what a user's database may lean on, as the
// sqlite3 program has it, and the driver leaves out unless every command that
// builds the program names its build tags: full-text search (FTS5) and the
// math functions. A trigger, check or generated column that uses one would
// refuse every row without it.
//
// fts5.c is SQLite's own, taken from the driver's sources as they are.
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

// Install gives them to every connection that is opened from now on.
var Install = sync.OnceValue(func() error {
	if rc := C.lf_extras(); rc != C.SQLITE_OK {
		return fmt.Errorf("register full-text search and math functions with SQLite: code %d", int(rc))
	}
	return nil
})
