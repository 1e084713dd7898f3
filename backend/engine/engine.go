// Package engine puts the program together: the store, the hub of events, the
// runner of jobs and the local API, opened and closed in the right order. The
// window and the command line are screens on top of it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/localapi"
	"linefeed/backend/store"
)

// An Engine is the program without a screen. It may be used by any number of
// goroutines.
type Engine struct {
	Store  *store.Store
	Hub    *event.Hub
	Runner *job.Runner

	home   string           // the folder of the program's own files
	run    string           // the folder of what lives only while the program runs
	window *flock.Flock     // held by the engine of the window; nil for a command's
	api    *localapi.Server // nil while nothing listens

	mu       sync.Mutex
	stopLook context.CancelFunc // ends the latest Look
}

// ErrWindowOpen says that another process has the window open.
var ErrWindowOpen = errors.New("Linefeed is open already: use that window, or close it first") //nolint:staticcheck // it is a name

// Open opens the engine of a command, in the folders that [store.Home] and
// [store.RunDir] name.
func Open(ctx context.Context) (*Engine, error) {
	e, err := open(ctx)
	if err != nil {
		return nil, err
	}
	_ = localapi.Tidy(e.run, e.Spool()) // nothing depends on it, and the next one tries again
	return e, nil
}

// OpenWindow opens the engine of the window. There is one at a time: for a
// second one it returns [ErrWindowOpen].
func OpenWindow(ctx context.Context) (*Engine, error) {
	e, err := open(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.lockWindow(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func open(ctx context.Context) (*Engine, error) {
	home, err := store.Home()
	if err != nil {
		return nil, err
	}
	run, err := store.RunDir()
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, home, run)
	if err != nil {
		return nil, err
	}
	hub := event.New()
	return &Engine{Store: st, Hub: hub, Runner: job.NewRunner(st, hub), home: home, run: run}, nil
}

// lockWindow makes the engine the window's. Wails has a lock of its own, which
// needs D-Bus on Linux: that is not always there.
func (e *Engine) lockWindow() error {
	window := flock.New(filepath.Join(e.run, "window.lock"))
	switch got, err := window.TryLock(); {
	case err != nil:
		return fmt.Errorf("lock the program's folder: %w", err)
	case !got:
		return ErrWindowOpen
	}
	e.window = window
	return nil
}

// Listen serves the local API until the engine is closed: at addr, or at a free
// port of 127.0.0.1 where addr is "". Pages of origins may call it. Where it
// fails, the engine works on without the API.
//
// The window's address is the one in api.json. A command leaves that file to
// the program whose address is in it.
func (e *Engine) Listen(addr string, origins []string) error {
	api, err := localapi.Start(e.Runner, e.Hub, localapi.Options{
		Addr: addr, Origins: origins, Spool: e.Spool(), Announce: e.run, Beside: e.window == nil,
	})
	if err != nil {
		return err
	}
	e.api = api
	return nil
}

// API returns the local API; nil while nothing listens.
func (e *Engine) API() *localapi.Server { return e.api }

// Home returns the folder of the program's own files.
func (e *Engine) Home() string { return e.home }

// Spool returns the folder for received files, which may be large.
func (e *Engine) Spool() string { return filepath.Join(e.home, "spool") }

// Close interrupts the jobs that have not ended, waits until they have, lets
// listeners read the last events, and frees everything.
func (e *Engine) Close() error {
	e.Runner.Close()
	e.Hub.Close() // after the last event, before the API, whose streams end with it
	var errs []error
	if e.api != nil {
		errs = append(errs, e.api.Close())
	}
	errs = append(errs, e.Store.Close())
	if e.window != nil { // last: the next window finds everything free
		errs = append(errs, e.window.Unlock())
	}
	return errors.Join(errs...)
}
