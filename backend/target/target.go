// Package target opens the databases that can be loaded into.
package target

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/target/sqlite"
)

// A Target is an open database, with what is needed to choose a table in it.
type Target interface {
	load.Target

	// Tables returns the tables that can be loaded into, by name.
	Tables(ctx context.Context) ([]load.Table, error)

	// Check returns what keeps a layout from being loaded, as far as that can
	// be known before the load, without writing.
	Check(ctx context.Context, l load.Layout) ([]load.Problem, error)

	// Waiting reports whether the call that is going on waits for the lock
	// of another program. It may be called from any goroutine.
	Waiting() bool
}

// scheme finds the scheme of a URL. A single letter is a drive of Windows.
var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+):(//)?`)

// Open opens the database that url names: a path, or sqlite:PATH, for an
// SQLite database file. The file need not be there yet: it is made with the
// first table that is created in it.
func Open(ctx context.Context, url string) (Target, error) {
	m := scheme.FindStringSubmatch(url)
	switch {
	case m != nil && strings.EqualFold(m[1], "sqlite"):
		return open(ctx, url[len("sqlite:"):])
	case m != nil && m[2] != "":
		// The rest of it may hold a password.
		return nil, fmt.Errorf("open target: databases of the kind %s:// are not supported: give a path or sqlite:PATH", m[1])
	}
	return open(ctx, url)
}

// open returns no typed nil when it fails.
func open(ctx context.Context, path string) (Target, error) {
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return db, nil
}
