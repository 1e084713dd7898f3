package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"linefeed/backend/engine"
	"linefeed/backend/files"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target"
)

// A loader runs jobs and reports on them.
type loader struct {
	*program
	output  *outputFlags
	engine  *engine.Engine
	several bool // files, which are told apart by their names
}

// human returns where people are told the outcome.
func (l *loader) human() *screen {
	if l.output.json || l.output.setJSON || l.output.events {
		return l.err
	}
	return l.out
}

// all runs the imports of the files of a list, of which there is one at least.
func (l *loader) all(ctx context.Context, req job.SetRequest, list files.List) error {
	if err := l.unlock(ctx, req.Import); err != nil {
		return err
	}
	l.tellLeftOut(list)
	if len(req.Files) > 1 {
		return l.runSet(ctx, req)
	}
	r := req.Import
	r.File = req.Files[0]
	r.Plan.Table = job.TableOf(r.Plan.Table, r.File)
	return l.only(ctx, r)
}

// only runs one import.
func (l *loader) only(ctx context.Context, r job.Request) error {
	_, status, err := l.one(ctx, r)
	l.status = worse(l.status, status)
	return err
}

// again runs what a job did again, for its own file or for others.
func (l *loader) again(ctx context.Context, f *planFlags, several *setFlags, list files.List, check bool) error {
	return l.with(ctx, func() error {
		r, err := l.engine.Runner.Again(ctx, f.again, "")
		if err != nil {
			return err
		}
		if len(list.Paths) == 0 {
			list.Paths = []string{r.File}
		}
		if err := errors.Join(checkNamed(list.Paths), l.output.check(list.Paths, r.Target)); err != nil {
			return err
		}
		r.File, r.Check, r.Plan.Undo, r.Added = "", check, r.Plan.Undo || f.plan.Undo, r.Added || f.added
		return l.all(ctx, several.request(list.Paths, r), list)
	})
}

// with opens the engine, and the local API if that is wanted, and closes them after do.
func (l *loader) with(ctx context.Context, do func() error) (err error) {
	if len(l.output.origins) > 0 && l.output.listen == "" {
		return usagef("--origin %s needs --listen: without it there is nothing that a page could call", l.output.origins[0])
	}
	if l.engine, err = engine.Open(ctx); err != nil {
		return err
	}
	defer func() {
		if closeErr := l.engine.Close(); closeErr != nil { // everything has been loaded
			l.err.printError(closeErr)
			l.status = worse(l.status, exitLost)
		}
	}()
	l.err.printNotices(l.engine)
	if l.output.listen != "" {
		if err := l.engine.Listen(l.output.listen, l.output.origins); err != nil {
			return usagef("--listen %s: %w", l.output.listen, err)
		}
		if !l.output.quiet {
			l.err.printf("local API: %s (its token is in %s)\n", l.engine.API().URL(), l.engine.API().Announcement())
		}
		defer l.finish(ctx)
	}
	return do()
}

// unlock asks for the password of a request's target, if that is needed. A path that
// may be meant for the name of a connection is refused.
func (l *loader) unlock(ctx context.Context, r job.Request) error {
	if name := r.Target; name != "" && !strings.ContainsAny(name, `/\.:`) && l.engine.Connections.Saved(ctx, name) {
		if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
			return usagef("--to %s: a connection of that name is saved: write connection:%s, or ./%s for a file", name, name, name)
		}
	}
	l.warnOfPassword(r.Target)
	if !l.err.terminal {
		return nil // nobody can be asked
	}
	url := r.Target
	if url == "" && r.Profile != "" {
		if p, err := l.engine.Profiles.Get(r.Profile); err == nil { // else the job says so
			url = p.Target
		}
	}
	of := r.Like
	if r.Retry != nil {
		of = r.Retry.Job
	}
	if url == "" && of != "" {
		if j, err := l.engine.Runner.Job(ctx, of); err == nil { // else the job says so
			url = j.Request.Target
		}
	}
	return l.engine.Connections.Unlock(ctx, url, l.askPassword)
}

// finish refuses further imports over the local API, and waits for those it has
// accepted.
func (l *loader) finish(ctx context.Context) {
	left := int64(l.engine.API().Refuse())
	if left == 0 {
		return
	}
	if !l.output.quiet && ctx.Err() == nil {
		l.err.printf("waiting for %s accepted over the local API (Ctrl-C ends it)\n", imports(left))
	}
	if l.engine.API().Finish(ctx) != nil {
		left = int64(l.engine.API().Refuse()) // some may have ended meanwhile
		l.err.printf("%s accepted over the local API did not reach the end: linefeed jobs\n", imports(left))
		l.status = worse(l.status, exitStopped)
	}
}

// worse returns the more important of two exit statuses.
func worse(a, b int) int {
	for _, s := range []int{exitStopped, exitFailed, exitUsage, exitLost, exitRejects} {
		if a == s || b == s {
			return s
		}
	}
	return exitDone
}

// one runs one job to its end and returns its summary and the exit status. An error of
// the job itself is printed, not returned.
func (l *loader) one(ctx context.Context, r job.Request) (v job.Summary, status int, err error) {
	name := r.File
	var called renaming
	if r.Retry == nil {
		var remove func()
		if r.File, called, remove, err = l.readable(ctx, name, r.Check); err != nil {
			return v, 0, err
		}
		defer remove()
	}
	if r.Target, err = target.Abs(r.Target); err != nil {
		return v, 0, err
	}
	j, err := l.engine.Runner.Start(ctx, r)
	if err != nil {
		return v, 0, err
	}
	if r.Retry != nil {
		name = j.Request.File
	}
	return l.follow(ctx, j, name, called)
}

// readable returns the full path of a file. One that can be read only once is received
// first; then called gives it its own name again, and remove removes what was received.
func (l *loader) readable(ctx context.Context, name string, check bool) (path string, called renaming, remove func(), err error) {
	in := l.onceReadable(name)
	if in == nil {
		path, err = filepath.Abs(name)
		return path, called, func() {}, err
	}
	if !check {
		if err := l.engine.Runner.Allowed(ctx); err != nil { // before it is read for nothing
			return "", called, nil, err
		}
	}
	if !check && !l.output.quiet {
		l.err.printf("%s can be read only once: this import can't be resumed if it does not reach its end\n", inputName(name))
	}
	received, err := l.receive(ctx, in)
	if err != nil {
		return "", called, nil, fmt.Errorf("receive %s: %w", inputName(name), err)
	}
	remove = func() { _ = received.Remove() } // leftovers are removed with the engine
	return received.Path, newRenaming(received.Path, name), remove, nil
}

// follow reports on a job, whose file has that name, to its end, and returns its summary
// and the exit status.
func (l *loader) follow(ctx context.Context, j job.Job, name string, called renaming) (v job.Summary, status int, err error) {
	runner := l.engine.Runner
	defer context.AfterFunc(ctx, func() { _ = runner.Cancel(context.WithoutCancel(ctx), j.ID, job.KeepRows) })() // it may have ended

	cursor, err := l.engine.Hub.Follow(j.ID, l.engine.Hub.ID(0)) // no gap for what an earlier run has told
	if err != nil {
		return v, 0, fmt.Errorf("follow job %s: %w", j.ID, err)
	}
	printers := l.printers(j.ID)
	whole := context.WithoutCancel(ctx) // a cancelled job is reported to its end
	for e := range cursor.Events(whole) {
		e = called.event(e)
		for _, p := range printers {
			p.print(e)
		}
	}
	for _, p := range printers {
		p.end()
	}
	v, jobErr := runner.Wait(whole, j.ID)
	v, status = l.concludeAs(whole, v, jobErr, name, called)
	return v, status, nil
}

// concludeAs concludes a job whose file has that name.
func (l *loader) concludeAs(ctx context.Context, v job.Summary, jobErr error, name string, called renaming) (job.Summary, int) {
	v.Warnings, v.Error = spelledWarnings(v.Warnings), message.SpelledText(v.Error, v.Reasons, flag)
	v.File, v.Error = name, called.text(v.Error)
	return v, l.conclude(ctx, v, called.err(jobErr))
}

// printers returns the printers of a job's events.
func (l *loader) printers(id string) []printer {
	var all []printer
	if l.output.events {
		all = append(all, eventLines{l.out})
	}
	if !l.output.quiet {
		all = append(all, newLivePrinter(l.err, id))
	}
	return all
}

// conclude saves and prints the outcome of a job, and returns the exit status. If that
// fails, loaded records stay loaded.
func (l *loader) conclude(ctx context.Context, v job.Summary, jobErr error) (status int) {
	switch {
	case v.State == job.Done && v.Rejected > 0:
		status = exitRejects
	case v.State == job.Done:
		status = exitDone
	case v.State == job.Failed:
		status = exitStatus(jobErr)
	default:
		status = exitStopped
	}
	if jobErr != nil && v.Error != "" { // failed, or stopped and rolled back
		if l.several {
			l.err.printf("%s:\n", visible(v.File))
		}
		l.err.printError(jobErr)
		if errors.Is(jobErr, load.ErrNoTable) {
			l.err.printf("          add --create to have it made\n")
		}
	}
	check := func(err error) {
		if err != nil {
			l.err.printError(err)
			status = worse(status, exitLost)
		}
	}
	if v.State == job.Done {
		check(jobErr) // the outcome could not be stored
	}
	if v.Read > 0 || v.State == job.Done {
		check(l.output.save(ctx, l.engine.Runner, v.Job))
	}
	if !l.output.quiet && (v.Read > 0 || v.State != job.Failed) {
		reasons, err := l.engine.Runner.RejectCounts(ctx, v.Job)
		check(err)
		if l.several {
			l.human().printf("%s: ", visible(v.File))
		}
		j, err := l.engine.Runner.Job(ctx, v.Job)
		check(err)
		printSummary(l.human(), v, j.Resumable, reasons)
	}
	if l.output.json {
		_ = l.out.printJSON(v) // Main reports the error
	}
	return status
}
