// Package sqlite loads into SQLite database files.
//
// Rows are written by a bulk path (package bulk); everything else uses
// database/sql on the single connection of a [DB].
//
// The user's database keeps its journal mode and all other persistent settings.
// Every commit is on the disk when it returns (synchronous=EXTRA), and a power cut
// leaves the file intact. Constraints are enforced as declared, including foreign
// keys, which SQLite ignores by default.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/extras"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// A DB is an SQLite database file, which need not exist yet. It implements
// load.Target. It is used by one goroutine at a time.
type DB struct {
	path   string
	conn   *sqlitefile.Conn // nil until the file exists
	made   bool             // this DB created the file
	kept   bool             // something was committed
	wait   time.Duration
	writer *writer

	waiting atomic.Bool // for the lock of another program
}

// Waiting reports whether the current call waits for the lock of another program.
// It may be called from any goroutine.
func (d *DB) Waiting() bool { return d.waiting.Load() }

// Place returns where the database is.
func (d *DB) Place() load.Place {
	return load.Place{Kind: "sqlite", Product: "SQLite", File: d.path, Marks: true, Undo: true}
}

// Options are the options of [Open].
type Options struct {
	// Wait is the longest wait for the lock of another program, each time; 0
	// means 10 seconds.
	Wait time.Duration
}

// MaxWait is the longest wait.
const MaxWait = 24 * time.Hour

// lockWait is the default wait.
var lockWait = 10 * time.Second

// cacheKiB is the size of the connection's page cache. A larger one helps only with
// keys in random order and tables larger than the cache.
const cacheKiB = 12 * 1024

// pageSize is the page size of new files. Loading takes a quarter less time than
// with SQLite's default of 4096; larger pages gain nothing.
const pageSize = 8192

// Open opens the database file at path. If it does not exist, the first Prepare that
// creates a table creates it, and Close removes it unless something was committed.
func Open(ctx context.Context, path string, opt Options) (*DB, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, fmt.Errorf("open database: %w", message.NewError(nil, "not_a_file", "give_database", "path", path))
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &DB{path: abs, wait: opt.Wait}
	if d.wait == 0 {
		d.wait = lockWait
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, d.checkFolder()
	case err != nil:
		return nil, fmt.Errorf("open database: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("open database: %w", message.NewError(nil, "is_a_folder", "give_file_in_it", "path", path))
	}
	if err := d.connect(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// Files returns the paths of the files that a database at path may consist of.
func Files(path string) []string { return sqlitefile.Files(path) }

// checkFolder returns why the file could not be created, if so.
func (d *DB) checkFolder() error {
	folder := filepath.Dir(d.path)
	info, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("open database: the folder of %s: %w", d.path, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("open database: %w", message.NewError(nil, "not_a_folder", "", "path", folder))
	}
	return nil
}

// make creates the database file, empty.
func (d *DB) make(ctx context.Context) error {
	f, err := os.OpenFile(d.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) { // another program has just created it
		return d.connect(ctx)
	}
	if err != nil {
		return fmt.Errorf("make database: %w", message.NewError(err, "cannot_make", "check_writable", "cause", err))
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	d.made = true
	return d.connect(ctx)
}

// parameters are the parameters of the connection. Connecting never creates the
// file. The connection needs no mutex: it is used by one goroutine at a time. The
// driver reads the file when it connects, without regard to the context, so it
// must not wait for locks.
const parameters = "mode=rw&_mutex=no&_busy_timeout=0"

// connect opens the connection to the file, which must exist, and reads from it.
func (d *DB) connect(ctx context.Context) (err error) {
	if err := extras.Install(); err != nil {
		return err
	}
	if d.conn, err = sqlitefile.Connect(ctx, d.path, parameters, d.wait, &d.waiting); err != nil {
		return d.explain(ctx, "open database", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.disconnect())
		}
	}()
	defer d.conn.Bulk.Watch(ctx)()
	pragmas := []string{
		"PRAGMA foreign_keys=ON",
		"PRAGMA synchronous=EXTRA",
	}
	if d.made {
		pragmas = append(pragmas, fmt.Sprintf("PRAGMA page_size=%d", pageSize))
	}
	// After the page size: SQLite counts the cache in pages of the current size.
	pragmas = append(pragmas, fmt.Sprintf("PRAGMA cache_size=-%d", cacheKiB))
	for _, pragma := range pragmas {
		if _, err := d.conn.ExecContext(context.WithoutCancel(ctx), pragma); err != nil {
			return d.explain(ctx, "open database", err)
		}
	}
	// The first read from the file: it fails if this is not a database.
	if _, err := d.schemaVersion(); err != nil {
		return d.explain(ctx, "open database", err)
	}
	return nil
}

// schemaVersion returns a number that changes with every change of the schema.
func (d *DB) schemaVersion() (version int64, err error) {
	err = d.conn.QueryRowContext(context.Background(), "PRAGMA schema_version").Scan(&version)
	return version, err
}

// disconnect closes the connection, if there is one.
func (d *DB) disconnect() error {
	if d.conn == nil {
		return nil
	}
	err := d.conn.Close()
	d.conn = nil
	return err
}

// Close closes the database and its writer, if one is open. A file that Prepare
// created is removed if nobody has committed anything to it.
func (d *DB) Close() error {
	var err error
	if d.writer != nil {
		err = d.writer.Close()
	}
	empty := d.made && !d.kept
	removed := empty && d.removeLocked()
	if e := d.disconnect(); e != nil {
		err = errors.Join(err, fmt.Errorf("close database: %w", e))
	}
	if empty && !removed {
		err = errors.Join(err, d.removeEmpty())
	}
	d.made = false
	return err
}

// removeLocked removes the file if it is empty, under a lock that keeps others from
// writing to it; those who wait for the lock will find the file gone. It reports
// whether nothing is left to do.
func (d *DB) removeLocked() bool {
	ctx := context.Background()
	if d.conn == nil {
		return false
	}
	for _, sql := range []string{"PRAGMA busy_timeout=0", "BEGIN EXCLUSIVE"} {
		if _, err := d.conn.ExecContext(ctx, sql); err != nil {
			return true // another program reads or writes it
		}
	}
	return d.removeEmpty() == nil // fails on Windows, where the file is open
}

// removeEmpty removes the file if it is empty.
func (d *DB) removeEmpty() error {
	info, err := os.Stat(d.path)
	if err == nil && info.Size() == 0 {
		err = os.Remove(d.path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the empty database: %w", err)
	}
	return nil
}
