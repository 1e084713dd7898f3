package cli

import (
	"github.com/spf13/cobra"

	"linefeed/backend/job"
)

func (p *program) resumeCommand() *cobra.Command {
	var how job.TakeUp
	o := newOutputFlags().forSets()
	c := &cobra.Command{
		Use:   "resume JOB|SET",
		Short: "Go on with an import, or a set of them, that did not reach its end",
		Long: `Goes on with an import that failed, was stopped or was killed, as the same job: after the last record that is in
the table. Every record is loaded once, and every rejected one told once. Where nothing was kept, it begins anew. One that
is paused, in another terminal or the window, goes on there.

The file has to begin with what was loaded of it, and to have its size; or it was only added to, which is loaded, too.

Of a set, files that are done are passed over, those that were stopped go on, and those that were not begun begin.`,
		Example: `  linefeed jobs
  linefeed resume k3v9x2ab
  linefeed resume set-k3v9x2ab`,
		Args: cobra.ExactArgs(1),
	}
	c.Flags().BoolVar(&how.Changed, "changed", false, "go on though the file has changed: what is in the table is passed over by the number of its record")
	c.Flags().StringVar(&how.Unsure, "unsure", "", "what to take records for of which it is not known whether they are in the table: loaded or open (`STATE`)")
	addGroups(c, o.group)
	c.RunE = func(c *cobra.Command, args []string) error {
		p.loads = true
		ignoreBrokenPipe()
		ctx, l := c.Context(), &loader{program: p, output: o}
		return l.with(ctx, func() error {
			if active, err := p.resumePaused(ctx, l.engine.Runner, args[0], o.json || o.events); active || err != nil {
				return err
			}
			if job.IsSet(args[0]) {
				return l.resumeSet(ctx, args[0], how)
			}
			j, err := l.engine.Runner.Job(ctx, args[0])
			if err == nil {
				err = o.checkOne(j.Request.Target, j.Request.File)
			}
			if err != nil {
				return err
			}
			if err := l.unlock(ctx, j.Request); err != nil {
				return err
			}
			if j, err = l.engine.Runner.TakeUp(ctx, j.ID, how); err != nil {
				return err
			}
			_, status, err := l.follow(ctx, j, j.Request.File, renaming{})
			l.status = worse(l.status, status)
			return err
		})
	}
	return c
}
