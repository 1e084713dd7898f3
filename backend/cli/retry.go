package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/mend"
)

// A ruleFlag is a flag that adds a rule, so that rules are applied in the order of the
// command line.
type ruleFlag struct {
	rules *[]mend.Rule
	parse func(text string) (mend.Rule, error)
	all   bool // the flag may stand without a column
}

func (f ruleFlag) String() string { return "" }
func (f ruleFlag) Type() string   { return "rule" }

// allColumns is the value of a flag without one.
const allColumns = "*"

func (f ruleFlag) Set(text string) error {
	if f.all && text == allColumns {
		text = ""
	}
	r, err := f.parse(text)
	if err == nil {
		*f.rules = append(*f.rules, r)
	}
	return err
}

// nullText is how NULL is written in a flag.
const nullText = "NULL"

// withValue returns r with a value as a flag gives it.
func withValue(r mend.Rule, value string) mend.Rule {
	if value == nullText {
		r.Null = true
	} else {
		r.Value = value
	}
	return r
}

// columnAnd splits COLUMN=TEXT.
func columnAnd(text, example string) (column, value string, err error) {
	column, value, ok := strings.Cut(text, "=")
	if !ok || column == "" {
		return "", "", fmt.Errorf("want a column and a text, such as %s", example)
	}
	return column, value, nil
}

// rules returns the group of the flags that add rules to a list.
func ruleFlags(rules *[]mend.Rule) flagGroup {
	g := newGroup("How the records are mended (in this order; earlier retries' rules come first)")
	add := func(name, usage string, parse func(string) (mend.Rule, error)) {
		g.flags.Var(ruleFlag{rules: rules, parse: parse}, name, usage)
	}
	pair := func(op mend.Op, example string) func(string) (mend.Rule, error) {
		return func(text string) (mend.Rule, error) {
			column, value, err := columnAnd(text, example)
			return withValue(mend.Rule{Column: column, Op: op}, value), err
		}
	}
	add("set", "put a text, or NULL, in the place of every value, as price=NULL (`COLUMN=TEXT`)", pair(mend.Set, "price=NULL"))
	add("replace", "put a text, or NULL, in the place of one value, as price:N/A=0 (`COLUMN:TEXT=TEXT`)", func(text string) (mend.Rule, error) {
		column, both, _ := strings.Cut(text, ":")
		from, value, ok := strings.Cut(both, "=")
		if !ok || column == "" {
			return mend.Rule{}, errors.New("want a column, what to replace and by what, such as price:N/A=0")
		}
		return withValue(mend.Rule{Column: column, Op: mend.Replace, From: from}, value), nil
	})
	add("map-values", "put words in the place of others, as active:ja=true,nein=false (`COLUMN:WORD=WORD,…`)", func(text string) (mend.Rule, error) {
		column, list, _ := strings.Cut(text, ":")
		r := mend.Rule{Column: column, Op: mend.MapValues, Values: map[string]string{}}
		for pair := range strings.SplitSeq(list, ",") {
			from, to, ok := strings.Cut(pair, "=")
			if !ok || column == "" {
				return r, errors.New("want a column and its words, such as active:ja=true,nein=false")
			}
			r.Values[from] = to
		}
		return r, nil
	})
	add("default", "put a text in the place of empty values and NULL, as category=Unknown (`COLUMN=TEXT`)", pair(mend.Default, "category=Unknown"))
	add("format", "how values are written, as price=1.234,56 or published_at=DD.MM.YYYY (`COLUMN=PATTERN`)", func(text string) (mend.Rule, error) {
		column, value, err := columnAnd(text, "price=1.234,56")
		return mend.Rule{Column: column, Op: mend.Format, Value: value}, err
	})
	add("cut", "cut texts to a number of characters, or to the column's length, as title=200 or title (`COLUMN=N`)", func(text string) (mend.Rule, error) {
		column, length, given := strings.Cut(text, "=")
		r := mend.Rule{Column: column, Op: mend.Cut}
		var err error
		if given {
			if r.Length, err = strconv.Atoi(length); err != nil || r.Length < 1 {
				err = errors.New("want a column and a number, such as title=200")
			}
		}
		return r, err
	})
	ofAll := func(name, usage string, op mend.Op) {
		g.flags.Var(ruleFlag{rules: rules, all: true, parse: func(column string) (mend.Rule, error) { return mend.Rule{Column: column, Op: op}, nil }}, name, usage)
		g.flags.Lookup(name).NoOptDefVal = allColumns
	}
	ofAll("trim", "remove blanks around values, of all columns or of one (`=COLUMN`)", mend.Trim)
	ofAll("remove-thousands", "remove thousands separators from numbers, of all columns or of one (`=COLUMN`)", mend.Thousands)
	add("ragged", "pad: missing fields are empty, empty extra ones are dropped (`RULE`)", func(text string) (mend.Rule, error) {
		if text != string(load.RaggedPad) {
			return mend.Rule{}, errors.New("want pad")
		}
		return mend.Rule{Op: mend.Pad}, nil
	})
	return g
}

func (p *program) retryCommand() *cobra.Command {
	var v job.Retry
	var chosen selectionFlags
	var edit, conflict string
	dryRun := false
	o := newOutputFlags()
	rules := ruleFlags(&v.Rules)
	which := newGroup("Which rejects (all that are open where nothing is said)")
	chosen.add(which.flags)
	how := newGroup("How they are loaded")
	set := how.flags
	set.StringVar(&edit, "edit", "", "the new text of the record that --id names (`TEXT`)")
	set.BoolVar(&v.Afresh, "afresh", false, "begin with the records' own bytes, without what earlier retries changed")
	set.StringVar(&conflict, "on-conflict", "", "a record whose key is there already: reject, skip, update or replace; else as the job has it (`RULE`)")
	set.BoolVar(&dryRun, "dry-run", false, "tell which would be loaded now and which not, and write nothing")
	set.StringVar(&v.Unsure, "unsure", "", "what to take an earlier retry's records for that was killed, where the database keeps no marks: loaded or open (`STATE`)")
	c := &cobra.Command{
		Use:   "retry JOB [FILE]",
		Short: "Mend rejects of a job, and load just those",
		Long: `Loads the open rejects of a job again, mended by rules, or as they stand in FILE: the rejects as ` + "`rejects --save`" + ` saves
them, mended in an editor. Each is read by itself, by what was settled for its own file. Those that are loaded are closed;
those that are rejected again stay open, with the new reason.`,
		Example: `  linefeed retry k3v7q2ma --code not_a_number --column price --set price=NULL --dry-run
  linefeed retry k3v7q2ma --replace 'price:N/A=0' --trim --remove-thousands=price
  linefeed retry k3v7q2ma --format published_at=DD.MM.YYYY --map-values active:ja=true,nein=false
  linefeed retry k3v7q2ma --id 17 --edit 'A1017,Desk lamp,,Light,12.50,EUR,20,,true'
  linefeed retry k3v7q2ma rejected.csv`,
	}
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return jobNames(c.Context(), args), cobra.ShellCompDirectiveNoFileComp
	}
	addGroups(c, which, rules, how, o.group)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) < 1 || len(args) > 2 {
			return usagef("want the name of a job, and perhaps of a file with its mended rejects: linefeed retry JOB [FILE]")
		}
		v.Job, v.Selection, v.OnConflict = args[0], chosen.selection(), load.Conflict(conflict)
		if conflict != "" {
			if err := oneOf("on-conflict", conflict); err != nil {
				return err
			}
		}
		if len(args) == 2 {
			if err := checkExists(args[1]); err != nil {
				return err
			}
			path, err := filepath.Abs(args[1])
			if err != nil {
				return err
			}
			v.File = path
		}
		if err := fitEdit(&v, how.flags, edit); err != nil {
			return err
		}
		ignoreBrokenPipe()
		if dryRun {
			return p.tryRetry(c.Context(), v, o.json)
		}
		p.loads = true
		l := &loader{program: p, output: o}
		return l.with(c.Context(), func() error {
			of, err := l.engine.Runner.Job(c.Context(), v.Job)
			if err == nil {
				err = o.checkOne(of.Request.Target, of.Request.File, v.File)
			}
			if err != nil {
				return err
			}
			r := job.Request{Retry: &v}
			if err := l.unlock(c.Context(), r); err != nil {
				return err
			}
			return l.only(c.Context(), r)
		})
	}
	return c
}

// fitEdit checks that the flags name one kind of records, and sets the text of an edited
// one.
func fitEdit(v *job.Retry, how *pflag.FlagSet, edit string) error {
	selected := v.Code != "" || v.Column != "" || v.Value != nil || len(v.IDs) > 0
	switch {
	case v.File != "" && selected:
		return usagef("a file names its records itself: leave out --code, --column, --value and --id")
	case !how.Changed("edit"):
		return nil
	case v.File != "" || len(v.IDs) != 1:
		return usagef("--edit is the text of one record: name it with --id")
	}
	v.Edits = []job.RetryEdit{{ID: v.IDs[0], Text: edit}}
	v.IDs = nil
	return nil
}

// tryRetry tells what a retry would do.
func (p *program) tryRetry(ctx context.Context, v job.Retry, asJSON bool) error {
	return p.withEngine(ctx, func(e *engine.Engine) error {
		l := &loader{program: p, engine: e}
		if err := l.unlock(ctx, job.Request{Retry: &v}); err != nil {
			return err
		}
		trial, err := e.Runner.TryRetry(ctx, v)
		if err != nil {
			return err
		}
		if trial.Fail > 0 {
			p.status = exitRejects
		}
		if asJSON {
			return p.out.printJSON(trial)
		}
		p.printTrial(trial)
		return nil
	})
}

// printTrial prints what a retry would do.
func (p *program) printTrial(v job.Trial) {
	s, least := p.out, ""
	if v.Part {
		least = "at least "
	}
	s.printf("%s\n", s.bold(fmt.Sprintf("%s%s of %s would be loaded", least, count(v.Pass), count(v.Open)))+
		fmt.Sprintf("; %s%s rejected again, in %s", least, count(v.Fail), seconds(v.Seconds)))
	if v.Part {
		s.printf("  %s\n", s.dim("only "+count(v.Tried)+" were tried: the others would have taken too long"))
	}
	t := newTable("", "", "")
	t.alignRight(0)
	for _, r := range v.Reasons {
		t.add(count(r.Count), words(string(r.Code)), r.Column)
	}
	t.print(s, "  ", 0)
	t = newTable("id", "line", "column", "value", "reason")
	t.alignRight(0, 1)
	for _, r := range v.Failing {
		m, h := r.Reason.Spelled(r.Reason.Message, r.Reason.Hint, flag)
		if h != "" {
			m += ": " + h
		}
		t.add(fmt.Sprint(r.ID), lineOf(job.Reject{Line: r.Line, MendedLine: r.MendedLine}), r.Reason.Column, r.Reason.Value, m)
	}
	if len(v.Failing) > 0 {
		t.print(s, "", 80)
	}
	var told []string
	for _, w := range spelledWarnings(v.Warnings) {
		told = append(told, warning(w.Line, w.Message, w.Hint))
	}
	s.printNote("warning", told, s.amber)
}
