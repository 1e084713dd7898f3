// Package store keeps the jobs and every record that they rejected, and the saved
// connections, in an SQLite file of the program's own.
//
// Several processes can have it open at the same time: the window and any number
// of command lines.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"linefeed/backend/target/sqlite/sqlitefile"
)

// A Store is the program's own database. It is safe for concurrent use.
type Store struct {
	path   string
	db     *sql.DB // for reading
	writer *sql.DB // one connection; retries while the store is locked
	owner  *owner

	reserveMu sync.Mutex
	reserve   string // path of the file that reserves space, "" for none
}

// fileName is the name of the store in its folder.
const fileName = "linefeed.db"

// ErrNoJob means that there is no job of that name.
var ErrNoJob = errors.New("no such job")

// schema is the version of the tables below, in PRAGMA user_version.
const schema = 3

// A reject's id is its job's number, shifted left, plus its position in the job's
// log from 1: the rejects of a job are adjacent, and any page of them is found at
// once.
const rejectBits = 40

const tables = `
CREATE TABLE jobs (
	number   INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE,
	owner    TEXT NOT NULL,
	state    TEXT NOT NULL,
	file     TEXT NOT NULL,
	request  TEXT NOT NULL,
	created  TEXT NOT NULL,
	started  TEXT NOT NULL DEFAULT '',
	finished TEXT NOT NULL DEFAULT '',
	summary  TEXT NOT NULL DEFAULT '',
	dialect  TEXT NOT NULL DEFAULT '',
	header   BLOB
);
CREATE TABLE rejects (
	id       INTEGER PRIMARY KEY,
	time     TEXT NOT NULL,
	record   INTEGER NOT NULL,
	line     INTEGER NOT NULL,
	end_line INTEGER NOT NULL,
	"column" TEXT NOT NULL,
	value    TEXT NOT NULL,
	code     TEXT NOT NULL,
	message  TEXT NOT NULL,
	hint     TEXT NOT NULL,
	raw      BLOB NOT NULL,
	-- since version 2
	message_id TEXT NOT NULL DEFAULT '',
	hint_id    TEXT NOT NULL DEFAULT '', -- of a hint that is not in hint
	params     TEXT NOT NULL DEFAULT ''  -- JSON, of both
);
CREATE TABLE reject_counts (
	job      INTEGER NOT NULL,
	code     TEXT NOT NULL,
	"column" TEXT NOT NULL,
	count    INTEGER NOT NULL,
	PRIMARY KEY (job, code, "column")
) WITHOUT ROWID;
` + connections

// connections came with version 3.
const connections = `
CREATE TABLE connections (
	name  TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
	url   TEXT NOT NULL, -- holds no password
	key   TEXT NOT NULL, -- by which the password is kept, in the system's keychain
	place TEXT NOT NULL  -- where the password is; '' for none
) WITHOUT ROWID;
`

// withOrigins brings the tables from version 1 to 2.
const withOrigins = `
ALTER TABLE rejects ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE rejects ADD COLUMN hint_id TEXT NOT NULL DEFAULT '';
ALTER TABLE rejects ADD COLUMN params TEXT NOT NULL DEFAULT '';
`

// Open opens the store in the folder home, and creates both if they do not exist.
// Jobs of processes that are gone become interrupted.
func Open(ctx context.Context, home, runDir string) (*Store, error) {
	for _, dir := range []string{home, runDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of the program's own files: %w (set LINEFEED_HOME to a folder that you can write to)", err)
		}
	}
	path := filepath.Join(home, fileName)
	if err := makePrivate(home, runDir, path); err != nil {
		return nil, err
	}
	if err := installFind(); err != nil {
		return nil, err
	}
	db, err := sqlitefile.Open(path, parameters(busyTimeout))
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	writer, err := sqlitefile.Open(path, parameters(busyPause))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", err), db.Close())
	}
	db.SetMaxOpenConns(4)
	writer.SetMaxOpenConns(1)
	s := &Store{path: path, db: db, writer: writer}
	register(path, 1)
	if err := s.open(ctx, runDir); err != nil {
		_ = s.Close() // the first error says more
		return nil, s.explain("open the store", err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, runDir string) (err error) {
	if err = s.migrate(ctx); err != nil {
		return err
	}
	if s.owner, err = lockOwner(runDir); err != nil {
		return err
	}
	if err := s.interruptOrphans(ctx, runDir); err != nil {
		return err
	}
	s.removeReserves(runDir)
	s.removeLeftovers(runDir)
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		switch {
		case version == schema:
			return nil
		case version > schema:
			return fmt.Errorf("it was made by a newer version of the program: use that one, or set LINEFEED_HOME to another folder")
		}
		statements := tables
		switch version {
		case 1:
			statements = withOrigins + connections
		case 2:
			statements = connections
		}
		_, err := tx.ExecContext(ctx, statements+fmt.Sprintf("PRAGMA user_version = %d", schema))
		return err
	})
}

// update runs f in a write transaction.
func (s *Store) update(ctx context.Context, f func(*sql.Tx) error) error {
	return sqlitefile.Retry(ctx, busyTimeout, func() error {
		tx, err := s.writer.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := f(tx); err != nil {
			return errors.Join(err, ignoreDone(tx.Rollback()))
		}
		return tx.Commit()
	})
}

// exec runs one statement that writes. If there is no space for it, it releases
// the reserve.
func (s *Store) exec(ctx context.Context, statement string, args ...any) error {
	run := func() error {
		_, err := s.writer.ExecContext(ctx, statement, args...)
		return err
	}
	err := sqlitefile.Retry(ctx, busyTimeout, run)
	if sqlitefile.NoRoom(err) && s.freeReserve() {
		err = sqlitefile.Retry(ctx, busyTimeout, run)
	}
	return err
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// Close closes the store. Jobs of this process that are still active become
// interrupted when the store is opened again.
func (s *Store) Close() error {
	s.freeReserve()
	errs := []error{s.db.Close(), s.writer.Close()}
	register(s.path, -1)
	if s.owner != nil {
		errs = append(errs, s.owner.lock.Release())
	}
	return errors.Join(errs...)
}

// How long readers and writers wait for the lock of another program, and how long
// a writer waits at a time.
const (
	busyTimeout = 15 * time.Second
	busyPause   = 100 * time.Millisecond
)

// parameters returns the parameters of a connection on which SQLite waits that long
// for locks. The write-ahead log lets the window read while an import writes. With
// it, a power cut under synchronous=NORMAL loses the latest commits but no
// consistency.
func parameters(wait time.Duration) string {
	return fmt.Sprintf("_journal_mode=WAL&_synchronous=NORMAL&_txlock=immediate&_busy_timeout=%d", wait.Milliseconds())
}
