package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"linefeed/backend/csvfile"
	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target"
)

func (p *program) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE... --to TARGET --table NAME",
		Short: "Load CSV files into a table",
		Long: `Loads CSV files into a table. Every record is loaded, or rejected with its line, its column, the reason and a
hint: one bad record costs no other. FILE may be - for standard input.`,
		Example: `  linefeed import articles.csv --to shop.db --table articles --create
  linefeed import articles.csv --to shop.db --table articles --on-conflict update --rejects bad.csv
  linefeed import prices.csv --to shop.db --table prices --map 'Preis=price,Nr=sku' --decimal ,
  linefeed import prices-may.csv --profile prices
  linefeed import --again k3v7q2ma articles-march.csv
  zcat big.csv.gz | linefeed import - --to shop.db --table log --create --json`,
	}
	p.loading(c, false)
	return c
}

func (p *program) checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE... [--to TARGET --table NAME]",
		Short: "Do all that import does, but for the writing",
		Long: `Reads CSV files and converts every record as import would, and tells which it would reject. Nothing is written.
Without a target, the records are held against the columns that a new table would get. What the database finds only as a
row is written is not checked: keys that are there already, CHECK rules, foreign keys, triggers.`,
		Example: `  linefeed check articles.csv
  linefeed check articles.csv --to shop.db --table articles --log errors.csv`,
	}
	p.loading(c, true)
	return c
}

// loading makes c a command that runs jobs.
func (p *program) loading(c *cobra.Command, check bool) {
	d, f, o := newDialectFlags(), newPlanFlags(), newOutputFlags()
	addGroups(c, f.target, d.group, f.values, o.group)
	c.RunE = func(c *cobra.Command, files []string) error {
		p.loads = true
		ignoreBrokenPipe()
		l := &loader{program: p, output: o}
		if f.again != "" {
			if err := errors.Join(alone("again", f.target, d.group, f.values), o.check(files, "")); err != nil {
				return err
			}
			return l.again(c.Context(), f, files, check)
		}
		requests, err := requests(files, d, f, check)
		if err != nil {
			return err
		}
		to, err := f.into()
		if err != nil {
			return err
		}
		if err := o.check(files, to); err != nil {
			return err
		}
		return l.run(c.Context(), requests)
	}
}

// requests returns a request for each file, after the checks that need no engine.
func requests(files []string, d *dialectFlags, f *planFlags, check bool) ([]job.Request, error) {
	if len(files) == 0 {
		return nil, usagef("no file is named: linefeed import FILE --to TARGET --table NAME")
	}
	if !check && f.to == "" && f.like == "" && f.profile == "" {
		return nil, usagef("no database is named: add --to, such as --to data.db")
	}
	if f.plan.Table == "" && f.preset == "" && f.like == "" && f.profile == "" && (f.to != "" || !check) {
		return nil, usagef("no table is named: add --table NAME")
	}
	if f.preset != "" && f.plan.Create {
		return nil, usagef("--preset makes the table when it is not there: leave out --create")
	}
	var all []job.Request
	stdin := false
	for _, file := range files {
		r, err := request(file, d, f)
		if err != nil {
			return nil, err
		}
		if r.Check = check; check && r.Target == "" && r.Like == "" && r.Profile == "" {
			r.Plan.Create = r.Preset == ""
			if r.Plan.Table == "" && r.Preset == "" {
				r.Plan.Table = tableFor(file)
			}
		}
		switch {
		case file == "-" && stdin:
			return nil, usagef("standard input (-) is named twice: it can be read once")
		case file == "-":
			stdin = true
		default:
			if err := checkExists(file); err != nil {
				return nil, err
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// checkExists checks that a file exists, so that of several files none is loaded when
// one is missing.
func checkExists(file string) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return &csvfile.Error{Op: "open", Path: file, Kind: csvfile.KindFolder, Note: message.New("folder", "name_files_in_it")}
	case errors.Is(err, os.ErrNotExist):
		return &csvfile.Error{Op: "open", Path: file, Kind: csvfile.KindMissing, Note: message.New("file_missing", "check_name")}
	}
	return nil // the reader reports any other error
}

// A loader runs jobs one after the other and reports on them.
type loader struct {
	*program
	output *outputFlags
	engine *engine.Engine
}

func (l *loader) run(ctx context.Context, requests []job.Request) error {
	return l.with(ctx, func() error { return l.all(ctx, requests) })
}

// all runs the requests, which have the same target.
func (l *loader) all(ctx context.Context, requests []job.Request) error {
	if err := l.unlock(ctx, requests[0]); err != nil {
		return err
	}
	made := false // by an earlier file
	for ; len(requests) > 0 && ctx.Err() == nil; requests = requests[1:] {
		r := requests[0]
		if made {
			addTo(&r)
		}
		v, status, err := l.one(ctx, r)
		if err != nil {
			return err
		}
		made = made || v.Created
		l.status = worse(l.status, status)
	}
	return nil
}

// again runs what a job did again, for its own file or for others.
func (l *loader) again(ctx context.Context, f *planFlags, files []string, check bool) error {
	return l.with(ctx, func() error {
		j, err := l.engine.Runner.Job(ctx, f.again)
		if err != nil {
			return err
		}
		if err := l.unlock(ctx, j.Request); err != nil {
			return err
		}
		if len(files) == 0 {
			files = []string{""}
		}
		var all []job.Request
		for _, file := range files {
			r, err := l.engine.Runner.Again(ctx, j.ID, file)
			if err != nil {
				return err
			}
			if file != "-" {
				if err := checkExists(r.File); err != nil {
					return err
				}
			}
			r.Check, r.Plan.Undo = check, r.Plan.Undo || f.plan.Undo
			all = append(all, r)
		}
		return l.all(ctx, all)
	})
}

// alone returns an error if a flag is given with others that say what it says, too.
func alone(flag string, groups ...flagGroup) (err error) {
	for _, g := range groups {
		g.flags.VisitAll(func(f *pflag.Flag) {
			if f.Changed && f.Name != flag && f.Name != "keep-undo" {
				err = usagef("--%s and --%s say the same: leave out one of them", flag, f.Name)
			}
		})
	}
	return err
}

// with opens the engine, and the local API if that is wanted, and closes them after do.
func (l *loader) with(ctx context.Context, do func() error) (err error) {
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
		if err := l.engine.Listen(l.output.listen, nil); err != nil {
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

// addTo makes a request that would create its table add to the one that an earlier file
// created: all of its fields must have a column there.
func addTo(r *job.Request) {
	if r.Plan.Create {
		r.Plan.Create, r.Plan.ColumnTypes, r.Plan.Strict = false, nil, true
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
	if in := l.onceReadable(name); in != nil && r.Retry == nil {
		if !r.Check && !l.output.quiet {
			l.err.printf("%s can be read only once: this import can't be resumed if it does not reach its end\n", inputName(name))
		}
		received, err := l.receive(ctx, in)
		if err != nil {
			return v, 0, fmt.Errorf("receive %s: %w", inputName(name), err)
		}
		defer received.Remove() //nolint:errcheck // leftovers are removed with the engine
		r.File = received.Path
		called = newRenaming(r.File, name)
	}
	if r.Retry == nil {
		if r.File, err = filepath.Abs(r.File); err != nil {
			return v, 0, err
		}
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

// follow reports on a job, whose file has that name, to its end, and returns its summary
// and the exit status.
func (l *loader) follow(ctx context.Context, j job.Job, name string, called renaming) (v job.Summary, status int, err error) {
	runner := l.engine.Runner
	defer context.AfterFunc(ctx, func() { _ = runner.Cancel(context.WithoutCancel(ctx), j.ID) })() // it may have ended

	cursor, err := l.engine.Hub.Follow(j.ID, "")
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
	v.Warnings, v.Error = spelledWarnings(v.Warnings), message.SpelledText(v.Error, v.Reasons, flag)
	v.File, v.Error, jobErr = name, called.text(v.Error), called.err(jobErr)
	return v, l.conclude(whole, v, jobErr), nil
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
		human := l.out
		if l.output.json || l.output.events {
			human = l.err
		}
		printSummary(human, v, reasons)
	}
	if l.output.json {
		_ = l.out.printJSON(v) // Main reports the error
	}
	return status
}
