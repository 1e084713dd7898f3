package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

func (p *program) profilesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "profiles",
		Short: "Keep how a kind of file is imported, under a name",
		Long: `Keeps under a name how a kind of file is imported: its dialect, which fields go to which columns, and the rules. The next
such file is imported by --profile NAME. A profile is a readable file, which can be passed on.`,
		Example: `  linefeed profiles save prices --from k3v7q2ma
  linefeed import prices-may.csv --profile prices
  linefeed profiles export prices prices.json`,
	}
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("there is no command %q for profiles", args[0])
		}
		return c.Help()
	}
	c.AddCommand(p.profilesList(), p.profilesShow(), p.profilesSave(), p.profilesRename(), p.profilesRemove(), p.profilesExport(), p.profilesImport(), p.profilesWatch())
	return c
}

func (p *program) profilesList() *cobra.Command {
	asJSON := false
	c := &cobra.Command{Use: "list", Short: "List the saved profiles", Args: cobra.NoArgs}
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	addGroups(c)
	c.RunE = func(*cobra.Command, []string) error {
		book, err := engine.Profiles()
		if err != nil {
			return err
		}
		all, err := book.List()
		if err != nil {
			return err
		}
		if asJSON {
			return p.out.printJSON(all)
		}
		p.printProfiles(all)
		return nil
	}
	return c
}

func (p *program) printProfiles(all []profile.Entry) {
	if len(all) == 0 {
		p.out.println("No profile is saved yet: linefeed profiles save NAME --from JOB")
		return
	}
	t := newTable("name", "table", "target", "fields", "")
	t.alignRight(3)
	for _, e := range all {
		table := e.Table
		if e.Schema != "" {
			table = e.Schema + "." + table
		}
		t.add(e.Name, table, e.Target, count(int64(e.Fields)), e.Problem)
	}
	t.print(p.out, "", 80)
}

func (p *program) profilesShow() *cobra.Command {
	c := &cobra.Command{Use: "show NAME", Short: "Print a profile", ValidArgsFunction: completeProfile}
	addGroups(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		saved, err := oneProfile(args)
		if err != nil {
			return err
		}
		text, err := saved.Encode()
		p.out.printf("%s", text)
		return err
	}
	return c
}

func (p *program) profilesSave() *cobra.Command {
	from, replace, noTarget := "", false, false
	c := &cobra.Command{
		Use:   "save NAME --from JOB",
		Short: "Save what was settled for an import, or a check",
		Long: `Saves what was settled for an import or a check under a name: how its file was read, which fields went to which columns,
how their values were written, and the rules. The table is named too, and the database, without a password.`,
		Example: `  linefeed jobs
  linefeed profiles save prices --from k3v7q2ma`,
	}
	c.Flags().StringVar(&from, "from", "", "the import, or check (`JOB`)")
	c.Flags().BoolVar(&replace, "replace", false, "replace the profile of that name")
	c.Flags().BoolVar(&noTarget, "no-target", false, "leave out the database, which --to names then")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 || from == "" {
			return usagef("want a name and a job: linefeed profiles save NAME --from JOB (`linefeed jobs` lists them)")
		}
		return withEngine(c.Context(), func(e *engine.Engine) error {
			made, err := e.Runner.ProfileOf(c.Context(), from)
			if err != nil {
				return err
			}
			return p.saveProfile(c, args[0], made, replace, noTarget)
		})
	}
	return c
}

// saveProfile saves a profile, and tells of it.
func (p *program) saveProfile(c *cobra.Command, name string, made profile.Profile, replace, noTarget bool) error {
	if noTarget {
		made.Target = ""
	}
	book, err := engine.Profiles()
	if err != nil {
		return err
	}
	if err := book.Save(c.Context(), name, made, replace); err != nil {
		return err
	}
	p.out.printf("saved: linefeed import FILE --profile %s\n", shellWord(name))
	return nil
}

func (p *program) profilesRename() *cobra.Command {
	c := &cobra.Command{Use: "rename NAME NEW", Short: "Give a saved profile another name", ValidArgsFunction: completeProfile}
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("want a profile and its new name: linefeed profiles rename NAME NEW")
		}
		book, err := engine.Profiles()
		if err != nil {
			return err
		}
		return book.Rename(c.Context(), args[0], args[1])
	}
	return c
}

func (p *program) profilesRemove() *cobra.Command {
	c := &cobra.Command{Use: "remove NAME", Short: "Remove a saved profile", ValidArgsFunction: completeProfile}
	addGroups(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("want the name of one profile: `linefeed profiles list` lists them")
		}
		book, err := engine.Profiles()
		if err != nil {
			return err
		}
		return book.Remove(args[0])
	}
	return c
}

func (p *program) profilesExport() *cobra.Command {
	noTarget := false
	c := &cobra.Command{
		Use: "export NAME FILE", Short: "Write a profile to a file, to be passed on", ValidArgsFunction: completeProfile,
	}
	c.Flags().BoolVar(&noTarget, "no-target", false, "leave out the database, which --to names then")
	addGroups(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("want a profile and a file: linefeed profiles export NAME FILE")
		}
		saved, err := oneProfile(args[:1])
		if err != nil {
			return err
		}
		if noTarget {
			saved.Target = ""
		}
		text, err := saved.PassedOn().Encode()
		if err != nil {
			return err
		}
		return job.SaveAs(args[1], func(w io.Writer) error { _, err := w.Write(text); return err })
	}
	return c
}

func (p *program) profilesImport() *cobra.Command {
	name, replace := "", false
	c := &cobra.Command{Use: "import FILE", Short: "Save the profile of a file"}
	c.Flags().StringVar(&name, "name", "", "the name to save it under; otherwise that of the file (`NAME`)")
	c.Flags().BoolVar(&replace, "replace", false, "replace the profile of that name")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("want one file: linefeed profiles import FILE")
		}
		f, err := os.Open(args[0])
		if err != nil {
			return usagef("%w: check the name", err)
		}
		defer f.Close()
		read, err := profile.Decode(f, args[0])
		if err != nil {
			return err
		}
		if name == "" {
			name = strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
		}
		return p.saveProfile(c, name, read.PassedOn(), replace, false)
	}
	return c
}

func (p *program) profilesWatch() *cobra.Command {
	order, stop := watch.ByName, false
	c := &cobra.Command{
		Use:   "watch NAME [FOLDER]",
		Short: "Have the window load what comes into a folder by a profile",
		Long: `Has the window load each file that comes into a folder by a profile, while it is open, as watch-folder does without
a window.`,
		Example: `  linefeed profiles watch prices /data/inbox
  linefeed profiles watch prices --stop`,
		ValidArgsFunction: completeProfile,
	}
	c.Flags().StringVar(&order, "order", order, "of files that are there at the same time: name, or time, the oldest first (`ORDER`)")
	c.Flags().BoolVar(&stop, "stop", false, "watch no folder by it any more")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 || len(args) != 2 && !stop || len(args) == 2 && stop {
			return usagef("want a profile and a folder: linefeed profiles watch NAME FOLDER, or linefeed profiles watch NAME --stop")
		}
		if err := oneOf("order", order); err != nil {
			return err
		}
		book, err := engine.Profiles()
		if err != nil {
			return err
		}
		if stop {
			return book.SetWatch(c.Context(), args[0], nil)
		}
		folder, err := filepath.Abs(args[1])
		if err != nil {
			return err
		}
		return book.SetWatch(c.Context(), args[0], &profile.Watch{Folder: folder, Order: order})
	}
	return c
}

// oneProfile returns the profile that the only argument names.
func oneProfile(args []string) (profile.Profile, error) {
	if len(args) != 1 {
		return profile.Profile{}, usagef("want the name of one profile: `linefeed profiles list` lists them")
	}
	book, err := engine.Profiles()
	if err != nil {
		return profile.Profile{}, err
	}
	return book.Get(args[0])
}

// completeProfile completes the first argument of a command by the saved profiles.
func completeProfile(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	book, err := engine.Profiles()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	all, _ := book.List() // a shell can't show an error
	for _, e := range all {
		names = append(names, e.Name+"\t"+e.Table)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// profilePath returns what --profile names as a request has it: with a full path.
func profilePath(name string) (string, error) {
	if name == "" || !profile.IsPath(name) {
		return name, nil
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", usagef("--profile %s: %w", name, err)
	}
	return path, nil
}

// into returns the target that the flags name, or their profile does.
func (f *planFlags) into() (string, error) {
	if f.to != "" || f.profile == "" {
		return f.to, nil
	}
	p, err := oneProfile([]string{f.profile})
	return p.Target, err
}

// printOffers tells which profiles fit a file, and how its header differs from theirs.
func (s *screen) printOffers(offers []profile.Match) {
	if len(offers) == 0 {
		return
	}
	s.printf("\n%s\n", s.bold("Profiles"))
	t := newTable("", "", "")
	for _, m := range offers {
		t.add(m.Name, fmt.Sprintf("%d %% the same", int(m.Match*100)), differs(m))
	}
	t.print(s, "  ", 0)
}

// differs says in words how a header differs from that of a profile.
func differs(m profile.Match) string {
	var says []string
	say := func(what string, fields []string) {
		if len(fields) > 0 {
			says = append(says, what+" "+strings.Join(fields, ", "))
		}
	}
	say("added:", m.Added)
	say("gone:", m.Gone)
	say("moved:", m.Moved)
	var renamed []string
	for _, r := range m.Renamed {
		renamed = append(renamed, r.Was+" is "+r.Is)
	}
	say("renamed:", renamed)
	var likely []string
	for _, r := range m.Likely {
		likely = append(likely, r.Was+" may be "+r.Is)
	}
	say("perhaps:", likely)
	return strings.Join(says, "; ")
}
