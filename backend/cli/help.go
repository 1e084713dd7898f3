package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// addGroups adds flags to a command, with their headings in its help and their shell
// completions.
func addGroups(cmd *cobra.Command, groups ...flagGroup) {
	for _, g := range groups {
		g.flags.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{groupOfFlag: {g.title}} })
		cmd.Flags().AddFlagSet(g.flags)
	}
	for flag, values := range choices {
		if f := cmd.Flags().Lookup(flag); f != nil && f.Value.Type() == "string" { // others of that name are lists, or rules
			// The only error is that the flag does not exist.
			_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	cmd.SetUsageFunc(func(c *cobra.Command) error { return printHelp(c, groups) })
	cmd.SetHelpFunc(func(c *cobra.Command, _ []string) { _ = printHelp(c, groups) }) // the error can't be reported
}

// groupOfFlag is the annotation of a flag that has the heading of its group.
const groupOfFlag = "linefeed_group"

// FlagGroup returns the heading under which the help of a command lists a flag, "" where it has
// none of its own.
func FlagGroup(f *pflag.Flag) string {
	if group := f.Annotations[groupOfFlag]; len(group) > 0 {
		return group[0]
	}
	return ""
}

// FlagText returns what the help says of a flag: the word for its value, "" for none, what it is
// for, and what it is where it is not given, "" where the text says that or it is off.
func FlagText(f *pflag.Flag) (value, text, otherwise string) {
	value, text = pflag.UnquoteUsage(f)
	text = strings.TrimSuffix(text, " ("+value+")")
	if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" {
		otherwise = d
	}
	return value, text, otherwise
}

// printHelp prints a command's help: its description, examples, then the rest.
func printHelp(c *cobra.Command, groups []flagGroup) error {
	var b strings.Builder
	about := c.Long
	if about == "" {
		about = c.Short + "."
	}
	b.WriteString(about + "\n")
	section := func(title, body string) {
		if body = strings.TrimRight(body, "\n "); body != "" {
			b.WriteString("\n" + title + ":\n" + body + "\n")
		}
	}
	section("Examples", c.Example)
	section("Usage", "  "+UsageLine(c))
	section("Commands", commandList(c))
	grouped := map[string]bool{}
	for _, g := range groups {
		section(g.title, flagList(g.flags))
		g.flags.VisitAll(func(f *pflag.Flag) { grouped[f.Name] = true })
	}
	rest := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !grouped[f.Name] && f.Name != "help" {
			rest.AddFlag(f)
		}
	})
	section("Flags", flagList(rest))
	if !c.HasParent() {
		section("Exit status", exitStatuses)
		b.WriteString("\nMore about a command: linefeed COMMAND --help\n")
	}
	_, err := c.OutOrStdout().Write([]byte(b.String()))
	return err
}

// UsageLine returns how a command is called.
func UsageLine(c *cobra.Command) string {
	switch {
	case !c.HasParent():
		return "linefeed COMMAND [flags]"
	case c.HasAvailableSubCommands() && c.Args != nil: // it does something without one
		return c.CommandPath() + " [COMMAND] [flags]"
	case c.HasAvailableSubCommands():
		return c.CommandPath() + " COMMAND [flags]"
	}
	return c.UseLine()
}

const exitStatuses = `  0   every record was loaded, or skipped by rule
  1   done, with rejected records
  2   failed
  3   stopped before the end
  4   done, but what was to be told of it could not be written
  64  the command line asks for what can't be done`

// commandList lists the subcommands of c.
func commandList(c *cobra.Command) string {
	var list []entry
	for _, sub := range Subcommands(c) {
		list = append(list, entry{sub.Name(), sub.Short})
	}
	return twoColumns(list)
}

// Subcommands returns those of c, the most used first.
func Subcommands(c *cobra.Command) []*cobra.Command {
	all := slices.DeleteFunc(slices.Clone(c.Commands()), func(sub *cobra.Command) bool {
		return !sub.IsAvailableCommand() && sub.Name() != "help"
	})
	slices.SortStableFunc(all, func(a, b *cobra.Command) int { return rank(a) - rank(b) }) // they are in alphabetical order
	return all
}

// rank orders the commands as a user first needs them; those that cobra adds come last.
func rank(c *cobra.Command) int {
	order := []string{"import", "check", "preview", "jobs", "resume", "pause", "cancel", "first", "undo", "rejects", "retry", "dismiss", "profiles", "watch-folder", "serve", "connections", "tokens", "login", "logout", "whoami", "settings", "diagnostics", "version"}
	if i := slices.Index(order, c.Name()); i >= 0 {
		return i
	}
	return len(order)
}

// flagList lists flags with their descriptions.
func flagList(set *pflag.FlagSet) string {
	var list []entry
	set.VisitAll(func(f *pflag.Flag) {
		value, text, otherwise := FlagText(f)
		e := entry{"--" + f.Name, text}
		if value != "" {
			e.name += " " + value
		}
		if otherwise != "" {
			e.text += " (default " + otherwise + ")"
		}
		list = append(list, e)
	})
	return twoColumns(list)
}

// An entry is a line of a list: a command or a flag, and what it does.
type entry struct{ name, text string }

// twoColumns lists names beside their texts.
func twoColumns(list []entry) string {
	width := 0
	for _, e := range list {
		width = max(width, cells(e.name))
	}
	var b strings.Builder
	for _, e := range list {
		b.WriteString("  " + pad(e.name, width) + gap + e.text + "\n")
	}
	return b.String()
}

// pad pads text with spaces to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells(text)))
}
