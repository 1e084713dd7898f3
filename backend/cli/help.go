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
	usage := c.UseLine()
	if !c.HasParent() {
		usage = "linefeed COMMAND [flags]"
	} else if c.HasAvailableSubCommands() {
		usage = c.CommandPath() + " COMMAND [flags]"
		if c.Args != nil { // it does something without one
			usage = c.CommandPath() + " [COMMAND] [flags]"
		}
	}
	section("Usage", "  "+usage)
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

const exitStatuses = `  0   every record was loaded, or skipped by rule
  1   done, with rejected records
  2   failed
  3   stopped before the end
  4   done, but what was to be told of it could not be written
  64  the command line asks for what can't be done`

// commandList lists the subcommands of c, the most used first.
func commandList(c *cobra.Command) string {
	all := slices.Clone(c.Commands()) // in alphabetical order
	slices.SortStableFunc(all, func(a, b *cobra.Command) int { return rank(a) - rank(b) })
	var list []entry
	for _, sub := range all {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			list = append(list, entry{sub.Name(), sub.Short})
		}
	}
	return twoColumns(list)
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
		value, text := pflag.UnquoteUsage(f)
		e := entry{"--" + f.Name, strings.TrimSuffix(text, " ("+value+")")}
		if value != "" {
			e.name += " " + value
		}
		if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" {
			e.text += " (default " + d + ")"
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
