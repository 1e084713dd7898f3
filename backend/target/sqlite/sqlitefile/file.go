// Package sqlitefile opens SQLite files, waits for the locks of other programs,
// and explains what SQLite's result codes say about a file.
//
// It serves the databases of users (package sqlite) and the program's own
// (package store).
package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"linefeed/backend/target/sqlite/bulk"
)

// Open returns a pool of connections to the file at path. The parameters are
// those of the driver and of SQLite's URIs, as a query.
func Open(path, parameters string) (*sql.DB, error) {
	return sql.Open("sqlite3", name(path)+"?"+parameters)
}

// name returns SQLite's URI of a file.
func name(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/folder/file
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// Files returns path and the paths of the files that SQLite makes beside it.
func Files(path string) []string {
	return []string{path, path + "-wal", path + "-shm", path + "-journal"}
}

// A Conn is a single connection to a file, with its bulk path. It is used by
// one goroutine at a time.
type Conn struct {
	*sql.Conn
	Bulk *bulk.Loader
	pool *sql.DB
}

// Connect opens a connection to the file at path; for the parameters see [Open].
// It waits up to wait for the locks of other programs, and so does the connection
// later on; waiting is set while the bulk path waits.
func Connect(ctx context.Context, path, parameters string, wait time.Duration, waiting *atomic.Bool) (_ *Conn, err error) {
	if err := bulk.Install(); err != nil {
		return nil, err
	}
	c := &Conn{}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	if c.pool, err = Open(path, parameters); err != nil {
		return nil, err
	}
	// The driver reads from the file as it connects.
	if err = Retry(ctx, wait, func() (err error) { c.Conn, err = c.pool.Conn(ctx); return err }); err != nil {
		return nil, err
	}
	var address int64
	if err := c.QueryRowContext(ctx, "SELECT linefeed_connection()").Scan(&address); err != nil {
		return nil, err
	}
	if c.Bulk, err = bulk.Open(address, wait, waiting); err != nil {
		return nil, err
	}
	return c, nil
}

// Close closes the connection.
func (c *Conn) Close() error {
	var err error
	if c.Conn != nil {
		err = c.Conn.Close()
	}
	if c.pool != nil {
		err = errors.Join(err, c.pool.Close())
	}
	if c.Bulk != nil {
		c.Bulk.Free() // only after its connection is closed
	}
	return err
}

// retryPause is how long [Retry] waits before it tries again.
const retryPause = 5 * time.Millisecond

// Retry calls f until it no longer fails because of another program's lock, for
// at most wait. Unlike SQLite's busy handler it stops as soon as ctx is done, with
// an error that wraps those of f and ctx, and it also covers the locks that SQLite
// does not wait for.
func Retry(ctx context.Context, wait time.Duration, f func() error) error {
	for begun := time.Now(); ; {
		err := f()
		if !Locked(err) || time.Since(begun) > wait {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(retryPause):
		}
	}
}
