package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
)

func (p *program) undoCommand() *cobra.Command {
	dryRun, asJSON, partly := false, false, false
	c := &cobra.Command{
		Use:   "undo JOB|SET",
		Short: "Take an import, or a set of them, back",
		Long: `Takes back what an import has done to its table: rows that it inserted are removed, and rows that it updated or
replaced get back what they held before, all at once. Rows that somebody has changed since stay as they are, and so do
those to which others refer. It has to be an import with --keep-undo.

Of a set, each file is undone by itself, the last one first. Where some can't be, that is said, and nothing is undone unless
--partly is given.`,
		Example: `  linefeed undo k3v7q2ma --dry-run
  linefeed undo k3v7q2ma
  linefeed undo set-k3v7q2ma --dry-run`,
		Args: cobra.ExactArgs(1),
	}
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return jobNames(c.Context(), args), cobra.ShellCompDirectiveNoFileComp
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	c.Flags().BoolVar(&partly, "partly", false, "of a set, undo what can be undone")
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		p.loads = true
		ctx, l := c.Context(), &loader{program: p}
		return p.withEngine(ctx, func(e *engine.Engine) error {
			l.engine = e
			if job.IsSet(args[0]) {
				return l.undoSet(ctx, args[0], dryRun, partly, asJSON)
			}
			if partly {
				return usagef("--partly is of a set")
			}
			j, err := e.Runner.Job(ctx, args[0])
			if err != nil {
				return err
			}
			if err := l.unlock(ctx, j.Request); err != nil {
				return err
			}
			n, err := e.Runner.Undo(ctx, j.ID, dryRun)
			if err != nil {
				return err
			}
			n.Warnings = spelledWarnings(n.Warnings)
			if asJSON {
				return p.out.printJSON(n)
			}
			p.printUndoing(n, dryRun)
			return nil
		})
	}
	return c
}

// printUndoing prints what undoing an import did, or would do.
func (p *program) printUndoing(n load.Undoing, dryRun bool) {
	would := ""
	if dryRun {
		would = "would be "
	}
	head := fmt.Sprintf("%s %sremoved", count(n.Removed)+" inserted", would)
	if n.Removed == 0 && n.Restored > 0 {
		head = ""
	}
	if n.Restored > 0 {
		if head != "" {
			head += ", "
		}
		head += fmt.Sprintf("%s changed %sput back", count(n.Restored), would)
	}
	if n.Dropped {
		head += fmt.Sprintf("; the table, with nothing left in it, %sremoved", would)
	}
	p.out.println(head)
	t := newTable("", "")
	t.alignRight(0)
	stay := func(rows int64, why string) {
		if rows > 0 {
			t.add(count(rows), why)
		}
	}
	stay(n.Changed, "stay: changed by others since")
	stay(n.Referred, "stay: rows of others refer to them")
	stay(n.Refused, "stay: the database refuses what would be done")
	stay(n.Gone, "are gone: removed by others")
	t.print(p.out, "  ", 0)
	for _, w := range n.Warnings {
		p.out.println(w.Note.String())
	}
}
