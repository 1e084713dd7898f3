// Package engine puts the program together: the store, the hub of events, the
// runner of jobs and the local API, opened and closed in the right order. The
// window and the command line are screens on top of it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/localapi"
	"linefeed/backend/lockfile"
	"linefeed/backend/logbook"
	"linefeed/backend/profile"
	"linefeed/backend/secret"
	"linefeed/backend/signin"
	"linefeed/backend/spool"
	"linefeed/backend/store"
)

// An Engine is the program without a screen. It may be used by any number of
// goroutines.
type Engine struct {
	Store       *store.Store
	Hub         *event.Hub
	Runner      *job.Runner
	Connections *connection.Book
	Profiles    *profile.Book
	Access      *access.Book
	Account     *signin.Account

	home   string           // the folder of the program's own files
	run    string           // the folder of what lives only while the program runs
	window *lockfile.Lock   // held by the engine of the window; nil for a command's
	api    *localapi.Server // nil while nothing listens

	log     *logbook.Book
	logErr  error // why there is none
	logging sync.WaitGroup

	watches watches
	callers callers

	mu       sync.Mutex
	spool    *spool.Spool       // nil before it is needed
	stopLook context.CancelFunc // ends the latest Look
	stopTry  context.CancelFunc // ends the latest TryRetry
	stopSign context.CancelFunc // ends the latest SignIn

	signed chan struct{} // who is signed in has changed; holds one; nil once closed
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
	_ = errors.Join(localapi.Tidy(e.run), spool.Tidy(e.spoolFolder())) // nothing depends on it, and the next one tries again
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
	e.log.Info("the window opens", "version", Version())
	e.watchFolders()
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
	book := connection.New(st)
	e := &Engine{Store: st, Hub: hub, Runner: job.NewRunner(st, hub, book), Connections: book, Profiles: profilesIn(home), Access: access.New(st), home: home, run: run}
	e.Runner.Profiles, e.Runner.Allow = e.Profiles, e.allow
	e.Account, e.signed = signin.New(secret.New(), e.SigninConfig), make(chan struct{}, 1)
	e.Account.Home, e.Account.Lock, e.Account.OnChange = home, e.lockSignin, e.signinChanged
	e.openLog()
	return e, nil
}

// Profiles returns the saved profiles, for which no engine need be open.
func Profiles() (*profile.Book, error) {
	home, err := store.Home()
	if err != nil {
		return nil, err
	}
	return profilesIn(home), nil
}

func profilesIn(home string) *profile.Book { return profile.New(filepath.Join(home, "profiles")) }

// lockWindow makes the engine the window's. Wails has a lock of its own, which
// needs D-Bus on Linux: that is not always there.
func (e *Engine) lockWindow() error {
	window, err := lockfile.Hold(filepath.Join(e.run, "window"+lockfile.Suffix))
	switch {
	case errors.Is(err, lockfile.ErrHeld):
		return ErrWindowOpen
	case err != nil:
		return fmt.Errorf("lock the program's folder: %w", err)
	}
	e.window = window
	return nil
}

// Listen serves the local API until the engine is closed: at addr, or at a free
// port of 127.0.0.1 where addr is "". Pages of origins may call it, beside those
// of the settings, unless a policy pins these. Where it fails, the engine works on
// without the API.
//
// The window's address is the one in api.json. A command leaves that file to
// the program whose address is in it.
func (e *Engine) Listen(addr string, origins []string) error {
	if err := e.Store.Pinned(store.AllowedOrigins); err != nil && len(origins) > 0 {
		return err
	}
	received, err := e.openSpool()
	if err != nil {
		return err
	}
	api, err := localapi.Start(e.Runner, e.Hub, localapi.Options{
		Addr: addr, Origins: origins, Spool: received, Access: e.Access, Users: e.caller, Connections: e.Connections, Folders: e, Log: e.log.Logger, Announce: e.run, Beside: e.window == nil,
	})
	if err != nil {
		return err
	}
	e.api = api
	e.log.Info("the local API is served", "version", Version())
	return nil
}

// API returns the local API; nil while nothing listens.
func (e *Engine) API() *localapi.Server { return e.api }

// Home returns the folder of the program's own files.
func (e *Engine) Home() string { return e.home }

// Receive reads r to its end into a file, as [spool.Spool.Receive] does. The file
// goes with the engine, if it is not removed before.
func (e *Engine) Receive(ctx context.Context, r io.Reader, name string) (*spool.File, error) {
	received, err := e.openSpool()
	if err != nil {
		return nil, err
	}
	return received.Receive(ctx, r, name)
}

func (e *Engine) openSpool() (_ *spool.Spool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.spool == nil {
		e.spool, err = spool.Open(e.spoolFolder())
	}
	return e.spool, err
}

// spoolFolder is in the home: what is received may be large.
func (e *Engine) spoolFolder() string { return e.Store.SpoolDir() }

// Close interrupts the jobs that have not ended, waits until they have, lets
// listeners read the last events, and frees everything.
func (e *Engine) Close() error {
	e.watches.close()
	e.closeSignin()
	e.Runner.Close()
	e.Hub.Close() // after the last event, before the API, whose streams end with it
	var errs []error
	if e.api != nil {
		errs = append(errs, e.api.Close())
	}
	e.callers.close()
	e.Account.Close()   // after the runner, which asks it
	if e.spool != nil { // after the runner and the API, which read and fill it
		errs = append(errs, e.spool.Close())
	}
	errs = append(errs, e.Store.Close())
	if e.window != nil || e.api != nil {
		e.log.Info("the program ends")
	}
	e.logging.Wait() // the hub is closed
	errs = append(errs, e.log.Close())
	if e.window != nil { // last: the next window finds everything free
		errs = append(errs, e.window.Release())
	}
	return errors.Join(errs...)
}
