package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"linefeed/backend/csvfile"
	"linefeed/backend/files"
	"linefeed/backend/job"
	"linefeed/backend/message"
)

func (p *program) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE|FOLDER|PATTERN... --to TARGET --table NAME",
		Short: "Load CSV files into a table",
		Long: `Loads CSV files into a table. Every record is loaded, or rejected with its line, its column, the reason and a
hint: one bad record costs no other. FILE may be - for standard input.

Several files, those of a folder or those that match a pattern, are one set: into one table, or with --table-per-file or
--table '{name}' each into its own, with one percentage, one summary and one exit status. A set that does not reach its
end goes on with linefeed resume.`,
		Example: `  linefeed import articles.csv --to shop.db --table articles --create
  linefeed import articles.csv --to shop.db --table articles --on-conflict update --rejects bad.csv
  linefeed import prices.csv --to shop.db --table prices --map 'Preis=price,Nr=sku' --decimal ,
  linefeed import prices-may.csv --profile prices
  linefeed import visits.log --to shop.db --table visits --added
  linefeed import --again k3v7q2ma articles-march.csv
  linefeed import 2024/ --to shop.db --table sales --create
  linefeed import 'part*.csv' --to shop.db --table-per-file --create
  zcat big.csv.gz | linefeed import - --to shop.db --table log --create --json`,
	}
	p.loading(c, false)
	return c
}

func (p *program) checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE... [--to TARGET --table NAME]",
		Short: "Do all that import does, but for the writing",
		Long: `Reads CSV files and converts every record as import would, and tells which it would reject. Nothing is written.
Without a target, the records are held against the columns that a new table would get. With one the database is asked,
too: for keys that are there already, foreign keys and its own rules. What only writing shows, such as what triggers do,
is told as a warning.`,
		Example: `  linefeed check articles.csv
  linefeed check articles.csv --to shop.db --table articles --log errors.csv`,
	}
	p.loading(c, true)
	return c
}

// loading makes c a command that runs jobs.
func (p *program) loading(c *cobra.Command, check bool) {
	d, f, several, o := newDialectFlags(), newPlanFlags(), newSetFlags(), newOutputFlags().forSets()
	addGroups(c, f.target, several.group, d.group, f.values, o.group)
	c.RunE = func(c *cobra.Command, named []string) error {
		p.loads = true
		ignoreBrokenPipe()
		if several.atOnce < 1 {
			return usagef("--at-once %d: want a number, 1 or more", several.atOnce)
		}
		list, err := files.Find(named, several.recursive)
		if err != nil {
			return usageError{err}
		}
		l := &loader{program: p, output: o}
		if f.again != "" {
			if err := alone("again", f.target, d.group, f.values); err != nil {
				return err
			}
			if several.perFile {
				return usagef("--again has the table of that job: leave out --table-per-file")
			}
			return l.again(c.Context(), f, several, list, check)
		}
		r, err := wanted(list.Paths, d, f, several, check)
		if err != nil {
			return err
		}
		to, err := f.into()
		if err != nil {
			return err
		}
		if err := o.check(list.Paths, to); err != nil {
			return err
		}
		return l.with(c.Context(), func() error { return l.all(c.Context(), several.request(list.Paths, r), list) })
	}
}

// wanted returns the request for each of the files, after the checks that need no engine.
func wanted(paths []string, d *dialectFlags, f *planFlags, several *setFlags, check bool) (r job.Request, err error) {
	if len(paths) == 0 {
		return r, usagef("no file is named: linefeed import FILE --to TARGET --table NAME")
	}
	if !check && f.to == "" && f.like == "" && f.profile == "" {
		return r, usagef("no database is named: add --to, such as --to data.db")
	}
	if several.perFile {
		if f.plan.Table != "" {
			return r, usagef("--table-per-file and --table name the table in two ways: leave out one of them, or write --table 'old_{name}'")
		}
		f.plan.Table = tablePerFile
	}
	if f.plan.Table == "" && f.preset == "" && f.like == "" && f.profile == "" && (f.to != "" || !check) {
		return r, usagef("no table is named: add --table NAME")
	}
	if f.preset != "" && f.plan.Create {
		return r, usagef("--preset makes the table when it is not there: leave out --create")
	}
	if r, err = request("", d, f); err != nil {
		return r, err
	}
	if r.Check = check; check && r.Target == "" && r.Like == "" && r.Profile == "" {
		r.Plan.Create = r.Preset == ""
		if r.Plan.Table == "" && r.Preset == "" {
			r.Plan.Table = tablePerFile
		}
	}
	return r, checkNamed(paths)
}

// checkNamed checks that all files are there, so that of several none is loaded when one
// is missing.
func checkNamed(paths []string) error {
	stdin := false
	for _, path := range paths {
		switch {
		case path == "-" && stdin:
			return usagef("standard input (-) is named twice: it can be read once")
		case path == "-":
			stdin = true
		default:
			if err := checkExists(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkExists checks that a file exists.
func checkExists(file string) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return &csvfile.Error{Op: "open", Path: file, Kind: csvfile.KindFolder, Note: message.New("folder", "name_files_in_it")}
	case errors.Is(err, os.ErrNotExist):
		return &csvfile.Error{Op: "open", Path: file, Kind: csvfile.KindMissing, Note: message.New("file_missing", "check_name")}
	}
	return nil // the reader reports any other error
}

// alone returns an error if a flag is given with others that say what it says, too.
func alone(flag string, groups ...flagGroup) (err error) {
	for _, g := range groups {
		g.flags.VisitAll(func(f *pflag.Flag) {
			if f.Changed && f.Name != flag && f.Name != "keep-undo" && f.Name != "added" {
				err = usagef("--%s and --%s say the same: leave out one of them", flag, f.Name)
			}
		})
	}
	return err
}
