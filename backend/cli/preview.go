package cli

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/csvfile"
	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/value"
)

func (p *program) previewCommand() *cobra.Command {
	d, f := newDialectFlags(), newPlanFlags()
	asJSON, rows := false, 10
	c := &cobra.Command{
		Use:   "preview FILE",
		Short: "Show how a file is read: dialect, columns, first records",
		Long: `Shows how a file is read, and why: its encoding, delimiter and so on, the columns that a table of it would get, and
its first records; and which saved profiles fit its header. Only a part of the file is looked at, however large it is.`,
		Example: `  linefeed preview articles.csv
  linefeed preview articles.csv --delimiter ';' --skip-lines 2
  linefeed preview articles.csv --ragged pad --null N/A --format 'day=DD/MM/YYYY'
  linefeed preview articles.csv --json`,
	}
	out := newGroup("What is told")
	out.flags.IntVar(&rows, "rows", rows, "how many records to show (`N`)")
	out.flags.BoolVar(&asJSON, "json", false, "print all that was found as JSON")
	out.flags.StringVar(&f.profile, "profile", "", "read it as that profile says, but for what other flags say (`NAME`)")
	addGroups(c, d.group, f.values, out)
	c.RunE = func(c *cobra.Command, files []string) error {
		if len(files) != 1 {
			return usagef("want one file: linefeed preview FILE")
		}
		if rows < 0 {
			return usagef("--rows %d: want 0 or more", rows)
		}
		req, err := request(files[0], d, f)
		if err != nil {
			return err
		}
		book, err := engine.Profiles()
		if err != nil {
			return err
		}
		v, err := job.LookWith(c.Context(), book, req)
		if err != nil {
			return err
		}
		v.Warnings = spelledWarnings(v.Warnings)
		if asJSON {
			return p.out.printJSON(v)
		}
		p.out.printPreview(files[0], v, rows)
		return nil
	}
	return c
}

// mostCells is the width to which a preview cuts values.
const mostCells = 32

func (s *screen) printPreview(name string, v job.Preview, rows int) {
	about := size(v.Size)
	switch {
	case v.Complete:
		about += ", " + records(v.Records)
	case v.Records > 0:
		about += ", about " + records(v.Records)
	}
	s.printf("%s  %s\n", s.bold(visible(name)), about)

	s.printf("\n%s\n", s.bold("Read as"))
	t := newTable("", "", "")
	for _, f := range v.Findings {
		why := f.Reason
		if f.Given {
			why = "given"
		} else if f.Confidence < 1 {
			why = fmt.Sprintf("%s (%d %% sure)", why, int(math.Floor(f.Confidence*100)))
		}
		t.add(findingName(f.What), quoteSpace(f.Value), why)
	}
	t.print(s, "  ", 0)
	var warnings []string
	for _, w := range v.Warnings {
		warnings = append(warnings, warning(w.Line, w.Message, w.Hint))
	}
	s.printNote("warning", warnings, s.amber)

	s.printOffers(v.Profiles)
	for _, f := range v.Findings {
		if f.What == "member" && len(f.Alternatives) > 0 {
			s.printMembers(f)
		}
	}

	s.println("")
	s.printColumns(v.Guesses)

	s.printf("\n%s\n", s.bold("First records"))
	t = newTable(append([]string{"line"}, v.Fields...)...)
	t.alignRight(0)
	for _, r := range v.Rows[:min(rows, len(v.Rows))] {
		row := []string{count(r.Line)}
		if r.Problem != nil {
			row = append(row, "✗ "+r.Problem.Message)
		} else {
			row = append(row, r.Values...)
		}
		t.add(row...)
	}
	t.print(s, "  ", mostCells)
}

// printColumns prints which column each field would become, and why.
func (s *screen) printColumns(guesses []value.Guess) {
	s.println(s.bold("Columns"))
	t := newTable("", "", "")
	for _, g := range guesses {
		t.add(g.Field, typeName(g.Column), g.Evidence+choice(g))
	}
	t.print(s, "  ", 0)
}

// printMembers lists the files of an archive that a finding names.
func (s *screen) printMembers(f csvfile.Finding) {
	s.printf("\n%s\n", s.bold("In the archive"))
	t := newTable("", "")
	t.add(f.Value, "this one")
	for _, a := range f.Alternatives {
		t.add(a.Value, "")
	}
	t.print(s, "  ", 0)
}

// choice returns the flags that settle what the values leave ambiguous.
func choice(g value.Guess) string {
	var flags []string
	for _, c := range g.Ambiguous {
		format := cmp.Or(c.Format, "1234.56")                               // only numbers have a default format
		quoted := strings.ReplaceAll(g.Column.Name+"="+format, "'", `'\''`) // for a shell
		flags = append(flags, "--format '"+quoted+"'")
	}
	if len(flags) == 0 {
		return ""
	}
	return "; say which: " + strings.Join(flags, " or ")
}

// findingName turns the JSON name of a finding into words.
func findingName(what string) string {
	var b strings.Builder
	for _, r := range what {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quoteSpace quotes values that are white space, to make them visible.
func quoteSpace(value string) string {
	switch {
	case value == "\t":
		return "tab"
	case strings.TrimSpace(value) != value:
		return `"` + value + `"`
	}
	return value
}

func warning(line int64, message, hint string) string {
	if line > 0 {
		message = "line " + count(line) + ": " + message
	}
	if hint != "" {
		message += ": " + hint
	}
	return message
}

// typeName formats a column's type: decimal(10,2), dates with their format.
func typeName(c load.Column) string {
	name := c.Type.String()
	switch {
	case c.Precision > 0:
		name += fmt.Sprintf("(%d,%d)", c.Precision, c.Scale)
	case c.Length > 0:
		name += fmt.Sprintf("(%d)", c.Length)
	}
	if c.Format != "" {
		name += " " + c.Format
	}
	return name
}
