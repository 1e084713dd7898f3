package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"linefeed/backend/lockfile"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// A damaged store is set aside under another name, and a new one is made; an older one is
// brought up to date. Nobody may have it open meanwhile: a process that opens the store
// first holds its owner's lock, and the one that changes it for all holds the lock at
// path+asideLock, during which nobody enters.
const (
	asideLock     = ".aside" + lockfile.Suffix
	asideInfix    = ".damaged-" // before the time, in the names of the files that are set aside
	asideTime     = "20060102T150405Z"
	suspectSuffix = ".suspect" // the file says that reading or writing the store failed as on a damaged one
)

// errDamaged is wrapped by errors for a store that is damaged otherwise than SQLite
// tells.
var errDamaged = errors.New("the tables are not those of the program")

// isDamaged reports whether err says that the store is damaged, or no store.
func isDamaged(err error) bool {
	return sqlitefile.Damaged(err) || errors.Is(err, errDamaged)
}

// enter makes this process an owner of the store at path, once nobody sets it aside or
// brings it up to date.
func enter(ctx context.Context, path string) (*owner, error) {
	for {
		o, err := lockOwner(path)
		if err != nil {
			return nil, err
		}
		// Whoever takes the lock from now on finds this owner.
		busy, err := lockfile.Held(path + asideLock)
		if err == nil && !busy {
			return o, nil
		}
		if err := errors.Join(err, o.lock.Release()); err != nil {
			return nil, err
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// asidePatience is how long to wait for others who have the store open: those who have
// only begun to will find out too what is wrong with it, and commands may end.
const asidePatience = time.Second

// alone runs f while no process has the store at path open, and none opens it. It returns
// open, an error, where others have it open and do not close it soon. Where another
// process is doing the same, or has done it, it returns nil, and the caller looks again.
func alone(ctx context.Context, path string, open error, f func() error) error {
	lock, err := lockfile.Hold(path + asideLock)
	if errors.Is(err, lockfile.ErrHeld) {
		return pause(ctx)
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }() // which the end of the process does too
	for begun := time.Now(); ; {
		others, err := anyAlive(path)
		if err != nil {
			return err
		}
		if !others {
			return f()
		}
		if time.Since(begun) > asidePatience {
			if sound(ctx, path) { // another process was faster, and uses it
				return nil
			}
			return open
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// setAside sets the store at path aside, which damage says is damaged, unless another
// process was faster. While others have it open it returns why it can't.
func setAside(ctx context.Context, path string, damage error) error {
	open := message.NewError(damage, "store_damaged_open", "close_others", "path", path)
	return alone(ctx, path, open, func() error { return moveAside(ctx, path, damage) })
}

func moveAside(ctx context.Context, path string, damage error) error {
	if sound(ctx, path) { // another one has set it aside
		return nil
	}
	to := path + asideInfix + time.Now().UTC().Format(asideTime)
	// The store first: SQLite takes no log of an earlier one for a new one.
	for _, suffix := range companions {
		if err := os.Rename(path+suffix, to+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return message.NewError(errors.Join(err, damage), "store_damaged_stays", "move_store", "path", path, "cause", err)
		}
	}
	_ = os.Remove(path + suspectSuffix)
	return nil
}

// sound reports whether there is a store at path that is not damaged, or none.
func sound(ctx context.Context, path string) bool {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return true
	}
	db, err := sqlitefile.Open(path, waiting(busyTimeout))
	if err != nil {
		return false
	}
	s := &Store{path: path, db: db}
	defer db.Close()
	version, err := s.version(ctx, db)
	return err == nil && version == len(steps) && s.examine(ctx) == nil
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(5 * time.Millisecond):
		return nil
	}
}

// suspect notes that the store may be damaged, for the process that opens it next.
func (s *Store) suspect(err error) {
	if isDamaged(err) {
		_ = os.WriteFile(s.path+suspectSuffix, nil, 0o600) // without it the damage shows again when the same is read
	}
}

func (s *Store) suspected() bool {
	_, err := os.Stat(s.path + suspectSuffix)
	return err == nil
}

// examine returns what is damaged in a store that is up to date. It reads all of it
// only if an earlier process had a reason to.
func (s *Store) examine(ctx context.Context) error {
	want, err := wholeSchema()
	if err != nil {
		return err
	}
	got, err := columns(ctx, s.db)
	if err != nil {
		return err
	}
	for column := range want {
		if !got[column] {
			return fmt.Errorf("%w: there is no %s", errDamaged, column)
		}
	}
	if !s.suspected() {
		return nil
	}
	var found string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, found)
	}
	_ = os.Remove(s.path + suspectSuffix) // or it is read whole once more
	return nil
}

// wholeSchema returns the columns that the steps make.
var wholeSchema = sync.OnceValues(func() (map[string]bool, error) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each has a database of its own
	for _, next := range steps {
		if _, err := db.ExecContext(context.Background(), next.sql); err != nil {
			return nil, fmt.Errorf("%s: %w", next.name, err)
		}
	}
	return columns(context.Background(), db)
})

// columns returns the columns of all tables, as table.column.
func columns(ctx context.Context, db *sql.DB) (map[string]bool, error) {
	rows, err := db.QueryContext(ctx, "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'")
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	_, err = scanAll(rows, func(r *sql.Rows) (_ struct{}, err error) {
		var column string
		err = r.Scan(&column)
		all[column] = true
		return struct{}{}, err
	})
	return all, err
}

// beside returns the paths of the files that begin with path+infix.
func beside(path, infix string) (all []string, err error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+infix) {
			all = append(all, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return all, err
}
