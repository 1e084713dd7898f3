// Package cli is the command line: `linefeed import FILE --to DATABASE`, and the
// other commands. It needs no window.
//
// Results go to standard output, everything else (progress, rejects as they occur,
// errors) to standard error.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/access"
	"linefeed/backend/connection"
	"linefeed/backend/csvfile"
	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

// The exit statuses.
const (
	exitDone    = 0  // every record was loaded, or skipped by rule
	exitRejects = 1  // done, but records were rejected
	exitFailed  = 2  // an import failed, or the command did
	exitStopped = 3  // an import was stopped
	exitLost    = 4  // done, but a report, the summary or the program's own record could not be written
	exitUsage   = 64 // invalid command line; EX_USAGE of sysexits.h
)

// ExitStopped is the exit status of a program that was stopped early.
const ExitStopped = exitStopped

// Main runs the command line args, without the program's name, and returns the exit
// status. When ctx is done, running jobs are cancelled cleanly.
//
// If stdout or stderr is an *os.File that is a terminal, output to it is formatted for
// a terminal. env looks up environment variables, except LINEFEED_HOME and the like,
// which are always read from the process.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	p := &program{in: stdin, out: newScreen(stdout, env), err: newScreen(stderr, env)}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := execute(ctx, root)
	if err == nil && p.out.failed != nil { // a failure of stderr can't be reported
		return p.outputLost(p.out.failed)
	}
	if err == nil {
		return p.status
	}
	if !p.started { // cobra rejected the command, a flag or an argument
		err = usageError{err}
	}
	status := exitStatus(err)
	p.err.printError(err)
	var usage usageError
	if errors.As(err, &usage) {
		p.err.printf("%s\n", p.err.dim(fmt.Sprintf("see: %s --help", cmd.CommandPath())))
	}
	return status
}

// execute runs a command. A panic is an error, and a line of the log.
func execute(ctx context.Context, root *cobra.Command) (cmd *cobra.Command, err error) {
	defer func() {
		if p := recover(); p != nil {
			cmd, err = root, engine.Panicked(p)
		}
	}()
	return root.ExecuteContextC(ctx)
}

// A program is one run of the command line.
type program struct {
	in      io.Reader
	out     *screen
	err     *screen
	started bool // the command line was valid
	loads   bool // the command runs jobs
	status  int  // the exit status of a command without an error
}

// outputLost reports that standard output can't be written, and returns the exit
// status. Loaded records stay loaded.
func (p *program) outputLost(err error) int {
	if !p.loads {
		p.err.printError(err)
		return exitFailed
	}
	p.err.printError(fmt.Errorf("standard output: %w: what was done stays done: see `linefeed jobs`", err))
	return worse(p.status, exitLost)
}

// Command returns the command line as a tree of commands, to be documented and not to be
// run.
func Command() *cobra.Command {
	nowhere := func(string) string { return "" }
	p := &program{in: strings.NewReader(""), out: newScreen(io.Discard, nowhere), err: newScreen(io.Discard, nowhere)}
	root := p.root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "linefeed",
		Short: "Load CSV files into a database, and know every line that could not be loaded",
		Example: `  linefeed import articles.csv --to shop.db --table articles --create
  linefeed preview articles.csv
  linefeed check articles.csv --to shop.db --table articles
  linefeed rejects JOB > rejected.csv`,
		SilenceErrors:    true,
		SilenceUsage:     true,
		PersistentPreRun: func(*cobra.Command, []string) { p.started = true },
	}
	root.AddCommand(
		p.importCommand(), p.checkCommand(), p.previewCommand(), p.resumeCommand(), p.pauseCommand(), p.cancelCommand(), p.firstCommand(), p.undoCommand(),
		p.jobsCommand(), p.rejectsCommand(), p.retryCommand(), p.dismissCommand(),
		p.profilesCommand(), p.watchFolderCommand(), p.serveCommand(), p.connectionsCommand(), p.tokensCommand(), p.loginCommand(), p.logoutCommand(), p.whoamiCommand(), p.settingsCommand(), p.diagnosticsCommand(), p.versionCommand(),
	)
	addGroups(root)
	return root
}

// A usageError is an error in the command line itself, not in running it.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// exitStatus returns the exit status of a command that ended with err.
func exitStatus(err error) int {
	var usage usageError
	var file *csvfile.Error
	var problem load.Problem
	switch {
	case errors.As(err, &problem) && problem.Denied:
		return exitFailed
	case errors.As(err, &usage), errors.As(err, &problem), errors.Is(err, load.ErrNoTable), errors.Is(err, job.ErrNoJob), errors.Is(err, job.ErrNoSet), errors.Is(err, job.ErrActive), errors.Is(err, job.ErrNoUndo), errors.Is(err, job.ErrNoSetting), errors.Is(err, job.ErrBadSetting), errors.Is(err, job.ErrPinned), errors.Is(err, connection.ErrNoConnection),
		errors.Is(err, profile.ErrNone), errors.Is(err, profile.ErrName), errors.Is(err, profile.ErrTaken), errors.Is(err, profile.ErrFormat),
		errors.Is(err, profile.ErrUse), errors.Is(err, watch.ErrFolder),
		errors.Is(err, access.ErrName), errors.Is(err, access.ErrScope), errors.Is(err, access.ErrLife), errors.Is(err, access.ErrNoToken), errors.Is(err, access.ErrNameTaken):
		return exitUsage
	case errors.As(err, &file) && file.Usage():
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitStopped
	}
	return exitFailed
}
