package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
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
		before := time.Now()
		switch {
		case len(args) > 0 && (all || olderThan != "") || all && olderThan != "":
			return usagef("give the names of jobs, or --older-than, or --all")
		case olderThan != "":
			age, err := job.ParseAge(olderThan)
			if err != nil || age == 0 {
				return usagef("--older-than %s: give a number of days, weeks or years, such as 30d, 12w or 1y", olderThan)
			}
			before = before.Add(-age)
		case len(args) == 0 && !all:
			return usagef("want the names of jobs, --older-than or --all: `linefeed jobs` lists them")
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) (err error) {
			if len(args) == 0 {
				if args, err = e.Runner.EndedBefore(c.Context(), before); err != nil {
					return err
				}
			}
			return p.forget(c, e.Runner, args)
		})
	}
	return c
}

// forget forgets jobs, and tells how many it were. One that can't be forgotten does not
// keep the others.
func (p *program) forget(c *cobra.Command, r *job.Runner, ids []string) error {
	before, err := r.StoreSize(c.Context())
	if err != nil {
		return err
	}
	var errs []error
	n := int64(0)
	for _, id := range ids {
		switch err := r.Forget(c.Context(), id); {
		case errors.Is(err, job.ErrMarksLeft):
			p.err.printError(err)
			n++
		case err != nil:
			errs = append(errs, err)
		default:
			n++
		}
	}
	errs = append(errs, r.Tidy(c.Context()))
	after, err := r.StoreSize(c.Context())
	said := count(n) + " jobs forgotten"
	if n == 1 {
		said = "1 job forgotten"
	}
	if after < before {
		said += ", " + size(before-after) + " freed"
	}
	p.out.println(said)
	return errors.Join(append(errs, err)...)
}
