package sqlite

import (
	"context"
	"errors"
	"strings"
	"testing"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/target/sqlite/bulk"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// What fails by itself is told also where a cancel came at the same time.
func TestCancelHidesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &DB{path: "x.db"}
	for code, want := range map[driver.ErrNo]string{
		driver.ErrFull: "disk that holds x.db is full", driver.ErrIoErr: "check the disk", driver.ErrCorrupt: "damaged", driver.ErrConstraint: "write",
	} {
		if err := d.explain(ctx, "write", &bulk.Error{Code: int(code)}); errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), want) {
			t.Errorf("code %d is told as %q, want %q", code, err, want)
		}
	}
	for _, code := range []driver.ErrNo{driver.ErrInterrupt, driver.ErrBusy} {
		if err := d.explain(ctx, "write", &bulk.Error{Code: int(code)}); !errors.Is(err, context.Canceled) {
			t.Errorf("code %d is told as %q, want %v", code, err, context.Canceled)
		}
	}
}

func TestErrorsThatCanBeToldApart(t *testing.T) {
	d := &DB{path: "x.db"}
	for code, want := range map[driver.ErrNo]error{driver.ErrBusy: sqlitefile.ErrLocked, driver.ErrLocked: sqlitefile.ErrLocked, driver.ErrNotADB: sqlitefile.ErrNoDatabase} {
		if err := d.explain(t.Context(), "open database", &bulk.Error{Code: int(code)}); !errors.Is(err, want) {
			t.Errorf("code %d is told as %q, want %v", code, err, want)
		}
	}
}
