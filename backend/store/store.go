// Package store keeps the jobs and every record that they rejected, the saved
// connections and the settings, in an SQLite file of the program's own.
//
// The tables are made and brought up to date by steps (migrate.go); a damaged file is
// set aside (damage.go); what is old is forgotten in the background (tidy.go).
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
	tidier tidier
	fresh  []Notice // that this process is the first to tell
	policy policy

	whole sync.Map // the numbers of jobs whose rejects can all be read, with how many they are: see missing

	reserveMu sync.Mutex
	reserve   string // path of the file that reserves space, "" for none
}

// fileName is the name of the store in its folder.
const fileName = "linefeed.db"

// ErrNoJob means that there is no job of that name.
var ErrNoJob = errors.New("no such job")

// Open opens the store in the folder home, and creates both if they do not exist.
// Jobs of processes that are gone become interrupted. With a policy file that can't be
// read or understood it does not open, so that nothing happens that an administrator
// forbids: LINEFEED_POLICY names one where the administrator's does not exist.
func Open(ctx context.Context, home, runDir string) (*Store, error) {
	pinned, err := readPolicy(policyPath(), os.Getenv("LINEFEED_POLICY"))
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{home, runDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of the program's own files: %w (set LINEFEED_HOME to a folder that you can write to)", err)
		}
	}
	if err := installFind(); err != nil {
		return nil, err
	}
	path := filepath.Join(home, fileName)
	for {
		if err := makePrivate(home, runDir, path); err != nil {
			return nil, err
		}
		s, err := openFile(ctx, path, pinned)
		if err == nil {
			return s, nil
		}
		if errors.Is(err, errOlder) {
			err = bringUpToDate(ctx, path)
		}
		if isDamaged(err) {
			err = setAside(ctx, path, err)
		}
		if err != nil {
			return nil, err
		}
	}
}

// openFile opens the store at path, which exists.
func openFile(ctx context.Context, path string, pinned policy) (*Store, error) {
	owner, err := enter(ctx, path)
	if err != nil {
		return nil, err
	}
	s, err := connect(path)
	if err != nil {
		return nil, errors.Join(err, owner.lock.Release())
	}
	s.owner, s.policy = owner, pinned
	register(path, 1)
	if err := s.open(ctx); err != nil {
		_ = s.Close() // the first error says more
		if errors.Is(err, ErrNewer) || errors.Is(err, errOlder) {
			return nil, err
		}
		return nil, s.explain("open the store", err)
	}
	return s, nil
}

// connect opens the connections to the store at path, which is not used yet: it has no
// owner.
func connect(path string) (*Store, error) {
	db, err := sqlitefile.Open(path, waiting(busyTimeout)) // and so does not write
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	writer, err := sqlitefile.Open(path, parameters(busyPause))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", err), db.Close())
	}
	db.SetMaxOpenConns(4)
	writer.SetMaxOpenConns(1)
	return &Store{path: path, db: db, writer: writer}, nil
}

// disconnect closes the connections.
func (s *Store) disconnect() error { return errors.Join(s.db.Close(), s.writer.Close()) }

func (s *Store) open(ctx context.Context) (err error) {
	if err = s.checkVersion(ctx); err != nil {
		return err
	}
	if err := s.examine(ctx); err != nil {
		return err
	}
	if err := s.noticeAside(ctx); err != nil {
		return err
	}
	if err := s.interruptOrphans(ctx); err != nil {
		return err
	}
	s.removeOldCopies()
	s.removeReserves()
	s.removeLeftovers()
	s.startTidying()
	return nil
}

// update runs f in a write transaction.
func (s *Store) update(ctx context.Context, f func(*sql.Tx) error) error {
	return s.updateWithin(ctx, busyTimeout, f)
}

// updateWithin runs f in a write transaction, and waits that long for the lock of
// another program.
func (s *Store) updateWithin(ctx context.Context, wait time.Duration, f func(*sql.Tx) error) error {
	return sqlitefile.Retry(ctx, wait, func() error {
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

// SQLite returns the version of the SQLite that keeps the store, and that imports into SQLite
// files use.
func SQLite() string { return sqlitefile.Version() }

// Close closes the store. Jobs of this process that are still active become
// interrupted when the store is opened again.
func (s *Store) Close() error {
	s.stopTidying()
	s.freeReserve()
	err := s.disconnect()
	register(s.path, -1)
	return errors.Join(err, s.owner.lock.Release())
}

// How long readers and writers wait for the lock of another program, and how long
// a writer waits at a time.
const (
	busyTimeout = 15 * time.Second
	busyPause   = 100 * time.Millisecond
)

// parameters returns the parameters of a connection that writes, on which SQLite
// waits that long for locks. The write-ahead log lets the window read while an
// import writes. With it, a power cut under synchronous=NORMAL loses the latest
// commits but no consistency.
func parameters(wait time.Duration) string {
	return waiting(wait) + "&_journal_mode=WAL&_synchronous=NORMAL&_txlock=immediate"
}

// waiting returns the parameters of a connection on which SQLite waits that long for
// locks.
func waiting(wait time.Duration) string {
	return fmt.Sprintf("_busy_timeout=%d", wait.Milliseconds())
}
