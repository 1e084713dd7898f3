package cli

import (
	"context"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"linefeed/backend/job"
	"linefeed/backend/message"
	"linefeed/backend/watch"
)

func (p *program) watchFolderCommand() *cobra.Command {
	opt, asJSON, quiet := watch.Options{}, false, false
	c := &cobra.Command{
		Use:   "watch-folder FOLDER --profile NAME",
		Short: "Load each file that comes into a folder, once",
		Long: `Loads each file that comes into a folder by a profile, once it is complete, and moves it with its report to done or
failed within the folder. A file is loaded once, also if the program is killed: the next time it goes on with it.`,
		Example: `  linefeed watch-folder /data/inbox --profile prices
  linefeed watch-folder /data/inbox --profile prices --once --json`,
	}
	set := c.Flags()
	set.StringVar(&opt.Profile, "profile", "", "the profile by which files are loaded: a saved one, or the path of a file (`NAME`)")
	set.BoolVar(&opt.Once, "once", false, "load the files that are there, and end")
	set.StringVar(&opt.Order, "order", watch.ByName, "of files that are there at the same time: name, or time, the oldest first (`ORDER`)")
	set.DurationVar(&opt.Steady, "steady", 3*time.Second, "how long a file has not changed that is complete (`TIME`)")
	set.BoolVar(&asJSON, "json", false, "print what became of each file as a line of JSON on standard output")
	set.BoolVar(&quiet, "quiet", false, "print errors only, beside what --json prints")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		if len(args) != 1 || opt.Profile == "" {
			return usagef("want a folder and a profile: linefeed watch-folder FOLDER --profile NAME")
		}
		if err := oneOf("order", opt.Order); err != nil {
			return err
		}
		if opt.Steady <= 0 {
			return usagef("--steady %v: want a time such as 3s", opt.Steady)
		}
		p.loads = true
		opt.Folder = args[0]
		if opt.Profile, err = profilePath(opt.Profile); err != nil {
			return err
		}
		ctx, l := c.Context(), &loader{program: p, output: &outputFlags{quiet: quiet}}
		return l.with(ctx, func() error { return l.watch(ctx, opt, asJSON) })
	}
	return c
}

// watch loads what comes into a folder until ctx is done.
func (l *loader) watch(ctx context.Context, opt watch.Options, asJSON bool) error {
	if err := l.unlock(ctx, job.Request{Profile: opt.Profile}); err != nil {
		return err
	}
	busy := false
	opt.OnStart = func(file string, j job.Job) {
		busy = true
		if !l.output.quiet {
			l.err.printf("%s  loading, as job %s\n", visible(filepath.Base(file)), j.ID)
		}
	}
	opt.OnEnd = func(o watch.Outcome) {
		busy = false
		l.toldFile(o, asJSON)
	}
	opt.OnFolder = func(err error) {
		switch {
		case err != nil:
			l.err.printError(err)
		case !opt.Once && !l.output.quiet:
			l.err.printf("watching %s (Ctrl-C ends it)\n", visible(opt.Folder))
		}
	}
	err := watch.Run(ctx, l.engine.Runner, opt)
	if err == nil && busy {
		l.err.printf("stopped: the next time it goes on with the file\n")
		l.status = worse(l.status, exitStopped)
	}
	return err
}

// toldFile tells what became of a file.
func (l *loader) toldFile(o watch.Outcome, asJSON bool) {
	status := exitDone
	switch v := o.Summary; {
	case o.Err != nil:
		status = exitFailed
	case v != nil && v.Rejected > 0:
		status = exitRejects
	}
	l.status = worse(l.status, status)
	if asJSON {
		o.Error = message.SpelledText(o.Error, message.Notes(o.Err), flag)
		_ = l.out.printJSON(o) // Main reports the error
	}
	name := visible(filepath.Base(o.File))
	if o.Err != nil {
		l.err.printError(o.Err)
	}
	if l.output.quiet {
		return
	}
	if v := o.Summary; v != nil {
		l.err.printf("%s  %s of %s loaded, %s rejected\n", name, count(v.Inserted+v.Updated), count(v.Read), count(v.Rejected))
	}
	if o.MovedTo != "" {
		l.err.printf("%s  is now %s\n", name, visible(o.MovedTo))
	}
}
