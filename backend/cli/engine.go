package cli

import (
	"context"
	"errors"
	"path/filepath"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/localapi"
	"linefeed/backend/store"
)

// An engine is what runs jobs and keeps them.
type engine struct {
	run    string // the folder of what lives while the program runs
	spool  string // the folder of files that are received, which may be large
	store  *store.Store
	hub    *event.Hub
	runner *job.Runner
	api    *localapi.Server // nil where nothing listens
}

func openEngine(ctx context.Context) (*engine, error) {
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
	spool := filepath.Join(home, "spool")
	_ = localapi.Tidy(run, spool) // nothing depends on it, and the next one tries again
	hub := event.New()
	return &engine{run: run, spool: spool, store: st, hub: hub, runner: job.NewRunner(st, hub)}, nil
}

// listen serves the local API until the engine is closed.
func (e *engine) listen(addr string) (err error) {
	e.api, err = localapi.Start(e.runner, e.hub, localapi.Options{
		Addr: addr, Spool: e.spool, Announce: e.run, Beside: true,
	})
	if err != nil {
		return usagef("--listen %s: %w", addr, err)
	}
	return nil
}

// close ends what runs and frees all.
func (e *engine) close() error {
	e.runner.Close()
	e.hub.Close() // lets those who listen read to the end
	var err error
	if e.api != nil {
		err = e.api.Close()
	}
	return errors.Join(err, e.store.Close())
}

// withEngine runs do with an engine, and closes it.
func withEngine(ctx context.Context, do func(*engine) error) error {
	e, err := openEngine(ctx)
	if err != nil {
		return err
	}
	err = do(e)
	if closeErr := e.close(); err == nil {
		err = closeErr
	}
	return err
}
