package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/message"
)

func (p *program) jobsForget() *cobra.Command {
	olderThan, all := "", false
	c := &cobra.Command{
		Use:   "forget JOB|SET...",
		Short: "Remove jobs from the history, with their rejects",
		Long: `Removes jobs with all that is kept of them, also their rejected records, and frees the space. What they loaded stays in
the database; what an import that did not reach its end has noted there, to go on, is removed. A job that has not ended is
not removed. Of a set, all jobs are.`,
		Example: `  linefeed jobs forget k3v7q2ma
  linefeed jobs forget --older-than 30d`,
	}
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return jobNames(c.Context(), nil), cobra.ShellCompDirectiveNoFileComp
	}
	c.Flags().StringVar(&olderThan, "older-than", "", "those that ended longer ago, such as 30d, 12w or 1y (`AGE`)")
	c.Flags().BoolVar(&all, "all", false, "all that have ended")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case len(args) > 0 && (all || olderThan != "") || all && olderThan != "":
			return usagef("give the names of jobs, or --older-than, or --all")
		case len(args) == 0 && !all && olderThan == "":
			return usagef("want the names of jobs, --older-than or --all: `linefeed jobs` lists them")
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			if len(args) > 0 {
				return p.forgotten(e.Runner.ForgetAll(c.Context(), args))
			}
			return p.forgotten(e.Runner.ForgetOlder(c.Context(), olderThan))
		})
	}
	return c
}

// forgotten tells how many jobs were forgotten.
func (p *program) forgotten(f job.Forgotten, err error) error {
	if errors.Is(err, job.ErrBadSetting) {
		return usagef("--older-than: %w", err)
	}
	for _, n := range f.Left {
		p.err.printError(&message.Error{Note: n})
	}
	said := count(f.Jobs) + " jobs forgotten"
	if f.Jobs == 1 {
		said = "1 job forgotten"
	}
	if f.Freed > 0 {
		said += ", " + size(f.Freed) + " freed"
	}
	p.out.println(said)
	return err
}
