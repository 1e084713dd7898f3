package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

func (p *program) pauseCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "pause JOB|SET",
		Short: "Pause an import that runs, here or in the window",
		Long: `Pauses an import that another terminal or the window runs, after its current batch: what it has written is committed,
and it reads on when it is resumed. Other imports may begin meanwhile, but none into the same database.`,
		Example: `  linefeed jobs
  linefeed pause k3v7q2ma
  linefeed resume k3v7q2ma`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeJob,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the job as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			if err := e.Runner.Pause(c.Context(), args[0]); err != nil {
				return err
			}
			return p.changed(c.Context(), e.Runner, args[0], asJSON, (*subject).stands)
		})
	}
	return c
}

func (p *program) cancelCommand() *cobra.Command {
	asJSON, keep, takeBack := false, false, false
	c := &cobra.Command{
		Use:   "cancel JOB|SET",
		Short: "Cancel an import that runs or waits, here or in the window",
		Long: `Cancels an import that another terminal or the window runs, or that waits for its turn, and waits until it has
ended. The rows that it has committed are kept, and "linefeed resume" goes on after them; or they are taken back, where that
is possible: where the import has made its table, that is removed, and with --undo what it did is undone. An import that is
all or nothing keeps none.`,
		Example: `  linefeed cancel k3v7q2ma
  linefeed cancel k3v7q2ma --take-back`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeJob,
	}
	c.Flags().BoolVar(&keep, "keep", false, "keep the rows that are committed, without asking")
	c.Flags().BoolVar(&takeBack, "take-back", false, "take them back; where that is not possible, nothing is cancelled")
	c.Flags().BoolVar(&asJSON, "json", false, "print the job as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if keep && takeBack {
			return usagef("--keep and --take-back: choose one")
		}
		ctx, id := c.Context(), args[0]
		return p.withEngine(ctx, func(e *engine.Engine) error {
			rows := job.KeepRows
			switch {
			case takeBack:
				rows = job.TakeBackRows
			case !keep:
				var err error
				if rows, err = p.askRows(ctx, e.Runner, id); err != nil {
					return err
				}
			}
			if err := e.Runner.Cancel(ctx, id, rows); err != nil {
				return err
			}
			return p.changed(ctx, e.Runner, id, asJSON, func(v *subject) bool { return !v.state.Active() })
		})
	}
	return c
}

func (p *program) firstCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "first JOB",
		Short: "Move an import that waits to the front of the queue",
		Long: `Moves an import that waits in the queue of the window, or of a command that listens, to its front: it is the next to begin,
or the next into its database.`,
		Example: `  linefeed jobs --state queued
  linefeed first k3v7q2ma`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeJob,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the job as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			if err := e.Runner.First(c.Context(), args[0]); err != nil {
				return err
			}
			return p.changed(c.Context(), e.Runner, args[0], asJSON, func(*subject) bool { return true })
		})
	}
	return c
}

// askRows asks what becomes of the rows that a job has committed: where they can be taken
// back, and somebody can be asked.
func (p *program) askRows(ctx context.Context, r *job.Runner, id string) (job.Rows, error) {
	if job.IsSet(id) {
		return job.KeepRows, nil
	}
	j, err := r.Job(ctx, id)
	if err != nil || !j.State.Active() {
		return job.KeepRows, err
	}
	can, err := r.TakingBack(ctx, id)
	if err != nil || !can.Possible || !can.Asks() {
		return job.KeepRows, err
	}
	in, out, err := p.terminal()
	if err != nil { // nobody
		return job.KeepRows, nil
	}
	defer in.Close()
	if out != in {
		defer out.Close()
	}
	return readRows(ctx, in, int(in.Fd()), out, j.Request.Plan.Table)
}

// readRows asks what becomes of the rows in a table until it gets an answer.
func readRows(ctx context.Context, in io.Reader, fd int, out io.Writer, table string) (job.Rows, error) {
	question := fmt.Sprintf("What is loaded into %s so far: keep it, or take it back? [K/t] ", visible(table))
	for {
		answer, err := readLine(ctx, in, fd, out, question)
		if err != nil {
			return "", err
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "", "k", "keep":
			return job.KeepRows, nil
		case "t", "take", "take back", "take-back":
			return job.TakeBackRows, nil
		}
	}
}

// changeFor is how long a change may take, once the process that runs the job has
// answered: the batch at hand, the last commit, the removal of a table.
const changeFor = 60 * time.Second

// A subject is the job or the set that a command changes, as it is now.
type subject struct {
	state job.State
	job   job.Job
	set   *job.Set // nil for a job
}

func subjectOf(ctx context.Context, r *job.Runner, id string) (v subject, err error) {
	if job.IsSet(id) {
		set, err := r.Set(ctx, id)
		return subject{state: set.State, set: &set}, err
	}
	v.job, err = r.Job(ctx, id)
	v.state = v.job.State
	return v, err
}

// stands reports whether what was paused stands still. Of a set that is paused between two
// files none is paused, which only the program knows that runs it.
func (v *subject) stands() bool {
	if v.set != nil && v.state == job.Running && v.set.Summary.Files.Running == 0 {
		v.state, v.set.State, v.set.Summary.State = job.Paused, job.Paused, job.Paused
	}
	return v.state != job.Running
}

// print prints how a subject is.
func (p *program) print(v subject, asJSON bool) error {
	j, set := v.job, v.set
	switch {
	case asJSON && set != nil:
		return p.out.printJSON(set)
	case asJSON:
		return p.out.printJSON(j)
	case set != nil:
		p.out.println(fmt.Sprintf("set %s is %s: %s of %d files are done", set.ID, set.State, count(int64(set.Summary.Files.Done)), set.Summary.Files.Total))
	case j.Summary == nil || j.State.Active():
		p.out.println(fmt.Sprintf("job %s is %s: %s", j.ID, j.State, visible(filepath.Base(j.Request.File))))
	default:
		p.out.println(outcome(p.out, *j.Summary, j.Resumable))
		p.out.printNotes(*j.Summary)
	}
	return nil
}

// changed waits until a job or a set is in the state that was asked for, and tells that.
// One that did its work before it could be changed is an error.
func (p *program) changed(ctx context.Context, r *job.Runner, id string, asJSON bool, is func(*subject) bool) error {
	late := time.NewTimer(changeFor)
	defer late.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		v, err := subjectOf(ctx, r, id)
		if err != nil {
			return err
		}
		if is(&v) {
			if err = p.print(v, asJSON); err == nil && !v.state.Active() && v.state != job.Cancelled {
				err = fmt.Errorf("%s is %s: %w", id, v.state, errTooLate)
			}
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return fmt.Errorf("%s is still %s after %s: the program that runs it has agreed: see `linefeed jobs`", id, v.state, changeFor)
		}
	}
}

var errTooLate = errors.New("it has ended by itself")

// resumePaused lets a paused job or set of another terminal or the window go on, and
// reports whether it has not ended.
func (p *program) resumePaused(ctx context.Context, r *job.Runner, id string, asJSON bool) (active bool, err error) {
	v, err := subjectOf(ctx, r, id)
	if err != nil || !v.state.Active() {
		return false, err
	}
	if err := r.Resume(ctx, id); err != nil {
		return true, err
	}
	return true, p.changed(ctx, r, id, asJSON, func(v *subject) bool { return v.state != job.Paused })
}

// completeJob completes the name of a job.
func completeJob(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return jobNames(c.Context(), args), cobra.ShellCompDirectiveNoFileComp
}
