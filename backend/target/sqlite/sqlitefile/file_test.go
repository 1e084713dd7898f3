package sqlitefile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"linefeed/backend/target/sqlite/bulk"
)

// The driver opens the named file, whatever characters the name has.
func TestConnectToAnyName(t *testing.T) {
	for _, name := range []string{"plain.db", "with space.db", "a?b=c.db", "a#b.db", "100%25.db", "ü 中.db", "a&mode=ro.db"} {
		path := filepath.Join(t.TempDir(), name)
		c, err := Connect(t.Context(), path, "mode=rwc", time.Second, new(atomic.Bool))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := c.ExecContext(t.Context(), "CREATE TABLE t (a)"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s was not written: %v", name, err)
		}
	}
	c, err := Connect(t.Context(), filepath.Join(t.TempDir(), "none.db"), "mode=rw", time.Second, new(atomic.Bool))
	if Code(err) != sqlite3.ErrCantOpen || c != nil {
		t.Errorf("a file that is not there: %v, %v", c, err)
	}
}

var errBusy = &bulk.Error{Code: int(sqlite3.ErrBusy), Message: "database is locked"}

func TestRetry(t *testing.T) {
	tries := 0
	err := Retry(t.Context(), time.Minute, func() error {
		if tries++; tries < 3 {
			return errBusy
		}
		return nil
	})
	if err != nil || tries != 3 {
		t.Errorf("%d tries, %v; want 3", tries, err)
	}
	other := errors.New("another")
	if err := Retry(t.Context(), time.Minute, func() error { return other }); !errors.Is(err, other) {
		t.Errorf("what is no lock: %v", err)
	}
	if err := Retry(t.Context(), 0, func() error { return errBusy }); !errors.Is(err, errBusy) {
		t.Errorf("a lock that stays: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = Retry(ctx, time.Minute, func() error { cancel(); return errBusy })
	if !errors.Is(err, context.Canceled) || !Locked(err) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestExplain(t *testing.T) {
	a := Advice{"unlock it", "choose", "allow it", "free some", "check", "look", "test"}
	for code, want := range map[sqlite3.ErrNo]string{
		sqlite3.ErrBusy:     "write: x.db is locked by another program: unlock it: m",
		sqlite3.ErrLocked:   "write: x.db is locked by another program: unlock it: m",
		sqlite3.ErrNotADB:   "write: x.db is not an SQLite database, or it is encrypted: choose: not a database",
		sqlite3.ErrReadonly: "write: x.db can't be written: allow it: m",
		sqlite3.ErrFull:     "write: the disk that holds x.db is full: free some: m",
		sqlite3.ErrCorrupt:  "write: x.db is damaged: check: m",
		sqlite3.ErrCantOpen: "write: x.db can't be opened: look: m",
		sqlite3.ErrPerm:     "write: x.db can't be opened: look: m",
		sqlite3.ErrIoErr:    "write: reading or writing x.db failed: test: m",
	} {
		for _, err := range []error{
			&bulk.Error{Code: int(code) | 3<<8, Message: "m"},
			errors.Join(&bulk.Error{Code: int(code), Message: "m"}),
		} {
			got := a.Explain("write", "x.db", err)
			if got == nil || got.Error() != want {
				t.Errorf("code %d is %v, want %s", code, got, want)
			}
			if locked := errors.Is(got, ErrLocked); locked != Locked(err) {
				t.Errorf("code %d: locked %v", code, locked)
			}
		}
	}
	noSpace := sqlite3.Error{Code: sqlite3.ErrIoErr, SystemErrno: syscall.ENOSPC} // of its log
	if got := a.Explain("write", "x.db", noSpace); got == nil || !strings.Contains(got.Error(), "is full") {
		t.Errorf("%v", got)
	}
	if got := a.Explain("write", "x.db", sqlite3.Error{Code: sqlite3.ErrFull}); got == nil || !strings.Contains(got.Error(), "is full") {
		t.Errorf("the driver's error is %v", got)
	}
	for _, err := range []error{errors.New("x"), &bulk.Error{Code: int(sqlite3.ErrConstraint)}} {
		if got := a.Explain("write", "x.db", err); got != nil {
			t.Errorf("%v says nothing of the file: %v", err, got)
		}
	}
}
