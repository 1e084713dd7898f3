package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

// profile imports, or checks, the articles in this process, as the command line does, and
// writes a CPU profile to import.prof or check.prof.
func (b *bench) profile(ctx context.Context, what string) error {
	if what != "import" && what != "check" {
		return fmt.Errorf("there is no profile %q: there is import and check", what)
	}
	if err := b.provide(ctx, articles); err != nil {
		return err
	}
	db, err := b.database()
	if err != nil {
		return err
	}
	request := articles.request(b.csv(articles), db)
	request.Check = what == "check"

	home := b.path("home")
	if err := os.RemoveAll(home); err != nil {
		return err
	}
	out, err := os.Create(b.path(what + ".prof"))
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	err = runJob(ctx, home, request)
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

func runJob(ctx context.Context, home string, request job.Request) (err error) {
	if err := os.Setenv("LINEFEED_HOME", home); err != nil {
		return err
	}
	e, err := engine.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	j, err := e.Runner.Start(ctx, request)
	if err != nil {
		return err
	}
	summary, err := e.Runner.Wait(ctx, j.ID)
	if err == nil && summary.State != job.Done {
		err = fmt.Errorf("the job is %s: %s", summary.State, summary.Error)
	}
	return err
}
