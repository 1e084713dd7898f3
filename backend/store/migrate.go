package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// A step brings the tables from one version to the next.
type step struct {
	name string // what comes with it
	sql  string
}

// steps make the tables, of a new store and of an older one. The version of a store,
// in PRAGMA user_version, is the number of steps that it has taken: a step is never
// changed, and new ones are added at the end.
var steps = []step{
	{"jobs and rejects", `
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
	id       INTEGER PRIMARY KEY, -- see idRange
	time     TEXT NOT NULL,
	record   INTEGER NOT NULL,
	line     INTEGER NOT NULL,
	end_line INTEGER NOT NULL,
	"column" TEXT NOT NULL,
	value    TEXT NOT NULL,
	code     TEXT NOT NULL,
	message  TEXT NOT NULL,
	hint     TEXT NOT NULL,
	raw      BLOB NOT NULL
);
CREATE TABLE reject_counts (
	job      INTEGER NOT NULL,
	code     TEXT NOT NULL,
	"column" TEXT NOT NULL,
	count    INTEGER NOT NULL,
	PRIMARY KEY (job, code, "column")
) WITHOUT ROWID;
`},
	{"what the texts of a reject are made of", `
ALTER TABLE rejects ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE rejects ADD COLUMN hint_id TEXT NOT NULL DEFAULT ''; -- of a hint that is not in hint
ALTER TABLE rejects ADD COLUMN params TEXT NOT NULL DEFAULT ''; -- JSON, of both
`},
	{"connections", `
CREATE TABLE connections (
	name  TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
	url   TEXT NOT NULL, -- holds no password
	key   TEXT NOT NULL, -- by which the password is kept, in the system's keychain
	place TEXT NOT NULL  -- where the password is; '' for none
) WITHOUT ROWID;
`},
	{"what was done about rejects", `
CREATE TABLE mends (
	number  INTEGER PRIMARY KEY AUTOINCREMENT,
	origin  INTEGER NOT NULL, -- the number of the job whose rejects they are
	job     INTEGER UNIQUE,   -- the number of the job that retries them
	what    TEXT NOT NULL,    -- retry, dismiss or reopen
	who     TEXT NOT NULL,
	time    TEXT NOT NULL,
	how     TEXT NOT NULL,    -- JSON
	through INTEGER           -- of a retry, once it is settled: what was not rejected again is loaded up to this record
);
CREATE INDEX mends_of_job ON mends (origin);
CREATE TABLE mend_items (
	id     INTEGER PRIMARY KEY, -- the number of the mend, shifted as that of a job (see idRange), plus the record's
	reject INTEGER NOT NULL,
	line   INTEGER NOT NULL,    -- where the record is in the mended file; 0 for none
	raw    BLOB,                -- its new text; NULL for the reject's own bytes
	rules  INTEGER NOT NULL,    -- those of this mend and of the earlier ones; 0 for none
	again  INTEGER              -- the reject of the retry; NULL for none
);
CREATE INDEX mend_items_of_reject ON mend_items (reject);
CREATE TABLE mend_rules (
	id    INTEGER PRIMARY KEY,
	rules TEXT NOT NULL UNIQUE -- JSON
);
CREATE TABLE reject_states (   -- of rejects that something was done about
	reject INTEGER PRIMARY KEY,
	closed INTEGER NOT NULL,   -- 0 for open, 1 for loaded, 2 for dismissed
	item   INTEGER NOT NULL    -- the latest mend of it
);
ALTER TABLE jobs ADD COLUMN closed INTEGER NOT NULL DEFAULT 0; -- the number of its closed rejects
`},
	{"settings, notices, and what is forgotten", `
CREATE TABLE settings (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE notices (
	id        INTEGER PRIMARY KEY,
	subject   TEXT NOT NULL UNIQUE, -- the path of a file that was set aside
	time      TEXT NOT NULL,
	dismissed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE forgotten (job INTEGER PRIMARY KEY); -- numbers of jobs whose rejects are to be removed
ALTER TABLE jobs ADD COLUMN forgot TEXT NOT NULL DEFAULT ''; -- when that began for the job
`},
	{"how far jobs have come", `
CREATE TABLE checkpoints (
	job      INTEGER PRIMARY KEY,
	last     TEXT NOT NULL,
	before   TEXT NOT NULL DEFAULT '',
	through  INTEGER NOT NULL DEFAULT 0, -- the last one went through
	complete INTEGER NOT NULL DEFAULT 0  -- and it is the end
);
`},
	{"sets of files", `
CREATE TABLE sets (
	number  INTEGER PRIMARY KEY AUTOINCREMENT,
	id      TEXT NOT NULL UNIQUE,
	request TEXT NOT NULL, -- JSON
	created TEXT NOT NULL
);
ALTER TABLE jobs ADD COLUMN set_number INTEGER; -- of the set that it is one of; NULL for none
CREATE INDEX jobs_of_set ON jobs (set_number) WHERE set_number IS NOT NULL;
`},
	{"wishes of other processes, and turns", `
CREATE TABLE wishes (
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	job    INTEGER NOT NULL, -- the number of the job that they are about
	what   TEXT NOT NULL,    -- JSON
	answer TEXT              -- NULL until there is one
);
CREATE TABLE turns (
	number INTEGER PRIMARY KEY AUTOINCREMENT, -- their order
	job    INTEGER NOT NULL UNIQUE,           -- the number of the job
	path   TEXT NOT NULL                      -- of the file that it loads into
);
CREATE INDEX jobs_active ON jobs (owner) WHERE state IN ('queued', 'running', 'paused');
`},
	{"who imported, and what was undone", `
ALTER TABLE jobs ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN undoable INTEGER NOT NULL DEFAULT 0; -- what is needed to undo it is kept in its target
ALTER TABLE jobs ADD COLUMN undone TEXT NOT NULL DEFAULT ''; -- JSON of what undoing it did; '' if it was not
`},
	{"the progress of jobs, and the first reject of each reason", `
CREATE TABLE progress (
	job    INTEGER PRIMARY KEY,
	latest TEXT NOT NULL -- JSON
);
ALTER TABLE reject_counts ADD COLUMN first INTEGER NOT NULL DEFAULT 0; -- the number in the job's log; 0 where an older version counted
`},
	{"tokens", `
CREATE TABLE tokens (
	name    TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
	hash    TEXT NOT NULL UNIQUE, -- of the secret: SHA-256, as hexadecimal
	scope   TEXT NOT NULL,        -- JSON
	created TEXT NOT NULL,
	expires TEXT NOT NULL         -- '' for never
) WITHOUT ROWID;
`},
	{"keys by which jobs are started once", `
ALTER TABLE jobs ADD COLUMN key BLOB;     -- NULL for none
ALTER TABLE jobs ADD COLUMN key_for BLOB; -- the fingerprint of what was started with it
CREATE UNIQUE INDEX jobs_of_key ON jobs (key) WHERE key IS NOT NULL;
`},
	{"when tokens were used", `
ALTER TABLE tokens ADD COLUMN used TEXT NOT NULL DEFAULT '';
`},
}

// ErrNewer says that a newer version of the program made the store.
var ErrNewer = errors.New("a newer version of Linefeed made the store")

// errOlder says that the store has to be brought up to date.
var errOlder = errors.New("an older version of Linefeed made the store")

// migrateTimeout is how long the migration waits for another program that has the store
// locked.
const migrateTimeout = 5 * time.Minute

// checkVersion returns errOlder or ErrNewer where the store has not the tables that this
// program knows. It writes nothing.
func (s *Store) checkVersion(ctx context.Context) error {
	switch version, err := s.version(ctx, s.db); {
	case err != nil:
		return err
	case version < len(steps):
		return errOlder
	case version > len(steps):
		return message.NewError(ErrNewer, "store_newer", "use_newer_version", "path", s.path, "version", version, "known", len(steps))
	}
	return nil
}

// bringUpToDate brings the store at path up to date, unless another process was faster.
// It returns an error while processes have it open: they know the older tables alone, and
// would go on to write what belongs into them.
func bringUpToDate(ctx context.Context, path string) error {
	open := message.NewError(errOlder, "store_older_open", "close_older", "path", path)
	return alone(ctx, path, open, func() error {
		s, err := connect(path)
		if err != nil {
			return err
		}
		if err := s.migrate(ctx); err != nil {
			return errors.Join(s.explain("open the store", err), s.disconnect())
		}
		return s.disconnect()
	})
}

// migrate brings an older store up to date, once a copy of it is kept. Nobody else has it
// open.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.makeShrinkable(ctx); err != nil {
		return err
	}
	return s.updateWithin(ctx, migrateTimeout, func(tx *sql.Tx) error {
		version, err := s.version(ctx, tx)
		if err != nil || version >= len(steps) { // another process was faster
			return err
		}
		if version > 0 {
			if err := s.keepCopy(ctx, version); err != nil {
				return fmt.Errorf("keep a copy before it is brought up to date: %w", err)
			}
		}
		for _, next := range steps[version:] {
			if _, err := tx.ExecContext(ctx, next.sql); err != nil {
				return fmt.Errorf("%s: %w", next.name, err)
			}
		}
		_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(steps)))
		return err
	})
}

// makeShrinkable makes the pages of a store movable, so that the file can shrink. One
// for which there is no room to do that stays as it is, and only grows.
func (s *Store) makeShrinkable(ctx context.Context) error {
	err := sqlitefile.Retry(ctx, migrateTimeout, func() error {
		var mode int
		if err := s.writer.QueryRowContext(ctx, "PRAGMA auto_vacuum").Scan(&mode); err != nil || mode != 0 {
			return err
		}
		_, err := s.writer.ExecContext(ctx, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
		return err
	})
	if sqlitefile.NoRoom(err) {
		return nil
	}
	return err
}

// version returns the number of steps that the store has taken. What has taken none and
// has tables is no store.
func (s *Store) version(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (n int, err error) {
	var foreign bool
	err = db.QueryRowContext(ctx, "SELECT user_version, user_version = 0 AND EXISTS (SELECT 1 FROM sqlite_schema) FROM pragma_user_version").Scan(&n, &foreign)
	if foreign {
		err = fmt.Errorf("%w: it is of another program", errDamaged)
	}
	return n, err
}

const (
	copyInfix   = ".v"    // before the version, in the name of a copy
	partSuffix  = ".part" // of a copy that is not whole yet
	keepCopyFor = 30 * 24 * time.Hour
)

// keepCopy copies the store, of an older version, to a file beside it such as
// linefeed.db.v3. The caller holds the lock for writing, so that nothing changes
// meanwhile.
func (s *Store) keepCopy(ctx context.Context, version int) (err error) {
	s.removeCopies(func(name string, _ fs.FileInfo) bool { return strings.HasSuffix(name, partSuffix) })
	to := s.path + copyInfix + strconv.Itoa(version)
	part := to + partSuffix
	defer func() {
		if err != nil {
			_ = os.Remove(part) // or the next migration does
		}
	}()
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(part, to)
}

// removeOldCopies removes the copies that have been kept long enough.
func (s *Store) removeOldCopies() {
	s.removeCopies(func(_ string, info fs.FileInfo) bool { return time.Since(info.ModTime()) > keepCopyFor })
}

// removeCopies removes the copies that are old. One that can't be removed is tried
// again by the next process.
func (s *Store) removeCopies(old func(name string, info fs.FileInfo) bool) {
	dir, base := filepath.Split(s.path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		rest, found := strings.CutPrefix(e.Name(), base+copyInfix)
		if _, err := strconv.Atoi(strings.TrimSuffix(rest, partSuffix)); !found || err != nil {
			continue
		}
		if info, err := e.Info(); err == nil && old(e.Name(), info) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
