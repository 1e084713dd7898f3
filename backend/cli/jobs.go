package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

func (p *program) jobsCommand() *cobra.Command {
	asJSON, limit, q, since := false, 20, job.Query{}, ""
	c := &cobra.Command{
		Use:   "jobs",
		Short: "List the imports, the newest first",
		Long:  "Lists the imports and checks that were started here or in the window, the newest first.",
		Example: `  linefeed jobs
  linefeed jobs --json --limit 1
  linefeed jobs --search prices --since 7d
  linefeed jobs --table articles --state failed`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(p.jobsForget())
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	c.Flags().StringVar(&q.Search, "search", "", "those with a text in file, table, database, user or name (`TEXT`)")
	c.Flags().StringVar(&q.Table, "table", "", "those into a table of that name (`NAME`)")
	c.Flags().StringVar(&q.Target, "target", "", "those into databases with that text in path or address (`TEXT`)")
	c.Flags().StringVar(&q.State, "state", "", "those in a state: "+strings.Join(choices["state"], ", ")+" (`STATE`)")
	c.Flags().StringVar(&since, "since", "", "those since then: a date, or an age such as 7d (`TIME`)")
	c.Flags().IntVar(&limit, "limit", limit, "how many at most (`N`)")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if limit < 1 {
			return usagef("--limit %d: want 1 or more", limit)
		}
		if q.State != "" {
			if err := oneOf("state", q.State); err != nil {
				return err
			}
		}
		var err error
		if q.Since, err = startOf(since, time.Now()); err != nil {
			return err
		}
		all := q == job.Query{}
		q.Limit = limit
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			jobs, _, err := e.Runner.FindJobs(c.Context(), q)
			if err != nil {
				return err
			}
			if asJSON {
				return p.out.printJSON(jobs)
			}
			if len(jobs) == 0 && !all {
				p.out.println("No job is like that: linefeed jobs lists all")
				return nil
			}
			p.printJobs(jobs)
			return nil
		})
	}
	return c
}

// startOf returns the time that --since means, as a query has it; "" for none.
func startOf(since string, now time.Time) (string, error) {
	if since == "" {
		return "", nil
	}
	if age, err := job.ParseAge(since); err == nil && age > 0 {
		return now.Add(-age).Format(time.RFC3339Nano), nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, since, time.Local); err == nil {
			return t.Format(time.RFC3339Nano), nil
		}
	}
	return "", usagef("--since %s: give a date such as 2026-03-01, or an age such as 7d, 12w or 1y", since)
}

func (p *program) printJobs(jobs []job.Job) {
	if len(jobs) == 0 {
		p.out.println("There are no jobs yet: linefeed import FILE --to data.db --table NAME --create")
		return
	}
	titles := []string{"job", "state", "started", "file", "table", "read", "loaded", "rejected", "time"}
	sets := slices.ContainsFunc(jobs, func(j job.Job) bool { return j.Set != "" })
	if sets {
		titles = append(titles, "set")
	}
	t := newTable(titles...)
	t.alignRight(5, 6, 7, 8)
	for _, j := range jobs {
		row := []string{j.ID, string(j.State), localTime(j.Created, "2006-01-02 15:04"), filepath.Base(j.Request.File), j.Request.Plan.Table}
		if j.Request.Check {
			row[1] += " (check)"
		}
		if j.Undone != nil {
			row[1] += " (undone)"
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
		if sets {
			row = append(row, j.Set)
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
