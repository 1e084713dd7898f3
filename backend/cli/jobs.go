package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

func (p *program) jobsCommand() *cobra.Command {
	asJSON, limit := false, 20
	c := &cobra.Command{
		Use:   "jobs",
		Short: "List the imports, the newest first",
		Long:  "Lists the imports and checks that were started here or in the window, the newest first.",
		Example: `  linefeed jobs
  linefeed jobs --json --limit 1`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(p.jobsForget())
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	c.Flags().IntVar(&limit, "limit", limit, "how many at most (`N`)")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if limit < 1 {
			return usagef("--limit %d: want 1 or more", limit)
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			jobs, err := e.Runner.Jobs(c.Context())
			if err != nil {
				return err
			}
			jobs = jobs[:min(limit, len(jobs))]
			if asJSON {
				return p.out.printJSON(jobs)
			}
			p.printJobs(jobs)
			return nil
		})
	}
	return c
}

func (p *program) printJobs(jobs []job.Job) {
	if len(jobs) == 0 {
		p.out.println("There are no jobs yet: linefeed import FILE --to data.db --table NAME --create")
		return
	}
	t := newTable("job", "state", "started", "file", "table", "read", "loaded", "rejected", "time")
	t.alignRight(5, 6, 7, 8)
	for _, j := range jobs {
		row := []string{j.ID, string(j.State), localTime(j.Created, "2006-01-02 15:04"), filepath.Base(j.Request.File), j.Request.Plan.Table}
		if j.Request.Check {
			row[1] += " (check)"
		}
		if j.Problem != "" {
			row[1] += " (damaged)"
		}
		if v := j.Summary; v != nil {
			row[4] = v.Table
			row = append(row, count(v.Read), count(v.Inserted+v.Updated), count(v.Rejected), seconds(v.Seconds))
		} else {
			row = append(row, "", "", "", "")
		}
		t.add(row...)
	}
	t.print(p.out, "", 40)
}

// jobNames returns the IDs of the existing jobs, to complete the only argument of a
// command.
func jobNames(ctx context.Context, args []string) (names []string) {
	if len(args) > 0 {
		return nil
	}
	err := withEngine(ctx, func(e *engine.Engine) error {
		jobs, err := e.Runner.Jobs(ctx)
		for _, j := range jobs {
			names = append(names, j.ID+"\t"+string(j.State)+" "+filepath.Base(j.Request.File))
		}
		return err
	})
	if err != nil {
		return nil // a shell can't show an error
	}
	return names
}
