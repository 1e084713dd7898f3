package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

// A selectionFlags says which rejects are meant.
type selectionFlags struct {
	job.Selection
	value string
	set   *pflag.FlagSet
}

// add adds the flags to a command.
func (f *selectionFlags) add(set *pflag.FlagSet) {
	f.set = set
	set.StringVar(&f.Code, "code", "", "only those with this code, such as not_a_number (`CODE`)")
	set.StringVar(&f.Column, "column", "", "only those in this column (`NAME`)")
	set.StringVar(&f.value, "value", "", "only those with exactly this value (`TEXT`)")
	set.Int64SliceVar(&f.IDs, "id", nil, "only these, by the ids that --format list shows; may be repeated (`N`)")
}

// selection returns the flags as a selection.
func (f *selectionFlags) selection() job.Selection {
	v := f.Selection
	if f.set.Changed("value") {
		v.Value = &f.value
	}
	return v
}

// A rejectsFlags says what to print of a job's rejects.
type rejectsFlags struct {
	selectionFlags
	format, save, find           string
	open, groups, values, asJSON bool
	limit                        int
	offset                       int64
}

func (p *program) rejectsCommand() *cobra.Command {
	f := rejectsFlags{format: "original", limit: 100}
	c := &cobra.Command{
		Use:   "rejects JOB|SET",
		Short: "Print the records that a job, or a set of them, rejected",
		Long: `Prints the records that a job rejected: as they stand in the file, after its header, to be mended and loaded with
retry; as a report of where and why, as CSV, as a line of JSON each, or as a page to print; as a list; or how many there
are of each kind. Each of them is open, loaded by a retry, or dismissed.

Of a set, the reports are of all its files, and --save saves a file for each that has rejects into a folder.`,
		Example: `  linefeed rejects k3v7q2ma --groups
  linefeed rejects k3v7q2ma --values --code not_a_number --column price
  linefeed rejects k3v7q2ma --format list --open
  linefeed rejects k3v7q2ma --id 17
  linefeed rejects k3v7q2ma --save rejected.csv
  linefeed rejects k3v7q2ma --format html > rejects.html
  linefeed rejects set-k3v7q2ma --save rejected`,
	}
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return jobNames(c.Context(), args), cobra.ShellCompDirectiveNoFileComp
	}
	set := c.Flags()
	set.SortFlags = false
	set.StringVar(&f.format, "format", f.format, "what to print: original, csv, json, html or list (`FORMAT`)")
	set.BoolVar(&f.open, "open", false, "only those that are open")
	set.StringVar(&f.save, "save", "", "save the records there, to be mended, and beside them why they were rejected; of a set, a folder (`FILE`)")
	set.BoolVar(&f.groups, "groups", false, "print how many there are of each code and column")
	set.BoolVar(&f.values, "values", false, "print how many there are of each value")
	set.StringVar(&f.find, "find", "", "of a list or groups, only those with this text (`TEXT`)")
	f.add(set)
	set.IntVar(&f.limit, "limit", f.limit, "of a list or groups, how many at most (`N`)")
	set.Int64Var(&f.offset, "offset", 0, "of a list or groups, how many to pass over (`N`)")
	set.BoolVar(&f.asJSON, "json", false, "print groups, or the reject that --id names, as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("want the name of one job or set: `linefeed jobs` lists them")
		}
		if err := oneOf("format", f.format); err != nil {
			return err
		}
		if err := f.check(); err != nil {
			return err
		}
		if f.limit < 1 || f.offset < 0 {
			return usagef("--limit wants 1 or more, and --offset 0 or more")
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			if job.IsSet(args[0]) {
				return p.setRejects(c.Context(), e.Runner, args[0], &f)
			}
			if _, err := e.Runner.Job(c.Context(), args[0]); err != nil {
				return err
			}
			return p.rejects(c.Context(), e.Runner, args[0], &f)
		})
	}
	return c
}

// check returns an error if a flag would change nothing.
func (f *rejectsFlags) check() error {
	list := f.format == "list" && f.save == ""
	for flag, used := range map[string]bool{
		"code": f.groups || f.values || list, "column": f.groups || f.values || list, "find": f.groups || f.values || list,
		"limit": f.groups || f.values || list, "offset": f.groups || f.values || list, "value": list,
	} {
		if f.set.Changed(flag) && !used {
			return usagef("--%s is of a list: add --format list", flag)
		}
	}
	if f.asJSON && !f.groups && !f.values && len(f.IDs) == 0 {
		return usagef("--json is of --groups, --values and --id: for all rejects as JSON use --format json")
	}
	return nil
}

// rejects prints or saves what the flags ask for.
func (p *program) rejects(ctx context.Context, r *job.Runner, id string, f *rejectsFlags) error {
	w := p.out.w
	switch {
	case f.groups || f.values:
		return p.printGroups(ctx, r, id, f)
	case len(f.IDs) > 0:
		for _, reject := range f.IDs {
			if err := p.printReject(ctx, r, id, reject, f.asJSON); err != nil {
				return err
			}
		}
		return nil
	case f.save != "":
		if err := canSave(f.save); err != nil {
			return usagef("--save %s: it can't be saved there: %w", f.save, err)
		}
		return r.SaveSomeRejects(ctx, id, f.open, f.save, flag)
	}
	switch f.format {
	case "csv":
		return r.WriteReport(ctx, id, f.open, w, flag)
	case "html":
		return r.WritePage(ctx, id, f.open, w, flag)
	case "json":
		for v, err := range r.EachReject(ctx, id, f.open) {
			if err != nil {
				return err
			}
			if err := p.out.printJSON(spelledReject(v)); err != nil {
				return err
			}
		}
		return nil
	case "list":
		return p.printList(ctx, r, id, f)
	}
	return r.WriteRejects(ctx, id, f.open, w)
}

// printGroups prints how many rejects there are of each kind.
func (p *program) printGroups(ctx context.Context, r *job.Runner, id string, f *rejectsFlags) error {
	page, err := r.RejectGroups(ctx, job.GroupQuery{
		Job: id, Open: f.open, Values: f.values, Code: f.Code, Column: f.Column, Find: f.find, Offset: f.offset, Limit: f.limit,
	})
	if err != nil {
		return err
	}
	if f.asJSON {
		return errors.Join(p.out.printJSON(page), p.lacking(ctx, r, id, page.Missing))
	}
	t := newTable("rejects", "code", "column", "value")
	if !f.values {
		t = newTable("rejects", "code", "column")
	}
	t.alignRight(0)
	for _, g := range page.Groups {
		row := []string{count(g.Count), string(g.Code), g.Column}
		if g.Value != nil {
			row = append(row, *g.Value)
		}
		t.add(row...)
	}
	t.print(p.out, "", 60)
	if more := page.Total - f.offset - int64(len(page.Groups)); more > 0 {
		p.out.printf("%s\n", p.out.dim(fmt.Sprintf("and %s more: --offset %d", count(more), f.offset+int64(len(page.Groups)))))
	}
	return p.lacking(ctx, r, id, page.Missing)
}

// printList prints a page of rejects.
func (p *program) printList(ctx context.Context, r *job.Runner, id string, f *rejectsFlags) error {
	v := f.selection()
	page, err := r.Rejects(ctx, job.RejectQuery{
		Job: id, Code: v.Code, Column: v.Column, Value: v.Value, Find: f.find, Open: f.open, Offset: f.offset, Limit: f.limit,
	})
	if err != nil {
		return err
	}
	t := newTable("id", "line", "state", "column", "value", "reason")
	t.alignRight(0, 1)
	for _, v := range page.Rejects {
		v = spelledReject(v)
		reason, column, value := v.Message, v.Column, v.Value
		if v.Latest != nil {
			reason, column, value = v.Latest.Message, v.Latest.Column, v.Latest.Value
		}
		t.add(fmt.Sprint(v.ID), lineOf(v), stateOf(v), column, value, reason)
	}
	t.print(p.out, "", 60)
	if more := page.Total - f.offset - int64(len(page.Rejects)); more > 0 {
		p.out.printf("%s\n", p.out.dim(fmt.Sprintf("and %s more: --offset %d", count(more), f.offset+int64(len(page.Rejects)))))
	}
	return p.lacking(ctx, r, id, page.Missing)
}

// lacking returns an error for what of a list is missing.
func (p *program) lacking(ctx context.Context, r *job.Runner, id string, missing int64) error {
	if missing == 0 {
		return nil
	}
	return r.RejectsComplete(ctx, id)
}

// lineOf returns where a reject is: its line in the first file, and in the mended one.
func lineOf(v job.Reject) string {
	if v.MendedLine > 0 {
		return fmt.Sprintf("%s (%s)", count(v.Line), count(v.MendedLine))
	}
	return count(v.Line)
}

// stateOf returns what became of a reject.
func stateOf(v job.Reject) string {
	switch {
	case v.Closed != nil && v.Closed.Job != "":
		return v.State + " by " + v.Closed.Job
	case v.Closed != nil:
		return v.State + " by " + v.Closed.Who
	case v.State == "":
		return fmt.Sprintf("see %d of the first job", v.Original)
	}
	return v.State
}

// printReject prints a reject with its record and its history.
func (p *program) printReject(ctx context.Context, r *job.Runner, id string, reject int64, asJSON bool) error {
	v, err := r.Reject(ctx, id, reject)
	if err != nil {
		return err
	}
	if asJSON {
		return p.out.printJSON(v)
	}
	s, first := p.out, spelledReject(v.Reject)
	s.printf("%s\n", s.bold(visible(fmt.Sprintf("reject %d of job %s, line %s: %s", reject, id, lineOf(v.Reject), stateOf(v.Reject)))))
	s.printf("%s\n", visible(strings.TrimRight(v.Record.Text, "\r\n")))
	s.printf("%s\n", visible(reasonLine(first.Column, first.Value, first.Message, first.Hint)))
	for _, d := range v.History {
		what := map[string]string{"dismiss": "dismissed", "reopen": "opened again", "retry": "retried by job " + d.Job}[d.What]
		switch d.Outcome {
		case "loaded":
			what += ": loaded"
		case "rejected":
			what += ": rejected again"
			if d.Reason == nil { // the retry is forgotten
				break
			}
			if d.Reason.MendedLine > 0 {
				what += fmt.Sprintf(" (line %s of the mended file)", count(d.Reason.MendedLine))
			}
			what += ": " + reasonLine(d.Reason.Column, d.Reason.Value, d.Reason.Message, d.Reason.Hint)
		}
		s.printf("%s\n", visible(fmt.Sprintf("%s  %s  %s", localTime(d.Time, "2006-01-02 15:04"), d.Who, what)))
	}
	return nil
}

// reasonLine says in a line why a record was rejected.
func reasonLine(column, value, message, hint string) string {
	text := message
	if hint != "" {
		text += ": " + hint
	}
	switch {
	case column == "":
	case value == "":
		text = column + ": " + text
	default:
		text = fmt.Sprintf("%s %q: %s", column, value, text)
	}
	return text
}

func (p *program) dismissCommand() *cobra.Command {
	var f selectionFlags
	note, reopen, asJSON := "", false, false
	c := &cobra.Command{
		Use:   "dismiss JOB",
		Short: "Close rejects that are not to be loaded",
		Long: `Closes open rejects of a job that are not to be loaded: all of them, a group, or single ones. They are kept, with who
closed them and when, and can be opened again.`,
		Example: `  linefeed dismiss k3v7q2ma --code duplicate_key --note "they are there already"
  linefeed dismiss k3v7q2ma --id 17,18 --reopen`,
	}
	set := c.Flags()
	set.SortFlags = false
	f.add(set)
	set.StringVar(&note, "note", "", "why, for the history (`TEXT`)")
	set.BoolVar(&reopen, "reopen", false, "open dismissed ones again")
	set.BoolVar(&asJSON, "json", false, "print how many as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("want the name of one job: `linefeed jobs` lists them")
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			n, err := e.Runner.Dismiss(c.Context(), args[0], f.selection(), note, reopen)
			switch {
			case err != nil:
				return err
			case asJSON:
				return p.out.printJSON(map[string]int64{"rejects": n})
			case reopen:
				p.out.printf("%s\n", count(n)+" opened again")
			default:
				p.out.printf("%s\n", count(n)+" dismissed")
			}
			return nil
		})
	}
	return c
}
