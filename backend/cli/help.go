package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// addGroups gives a command its flags, and its help their headings.
func addGroups(cmd *cobra.Command, groups ...flagGroup) {
	for _, g := range groups {
		cmd.Flags().AddFlagSet(g.flags)
	}
	cmd.SetUsageFunc(func(c *cobra.Command) error { return printHelp(c, groups) })
	cmd.SetHelpFunc(func(c *cobra.Command, _ []string) { _ = printHelp(c, groups) }) // nobody to be told
}

// printHelp prints a command's help: what it does, examples, then the rest.
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
	section("Usage", "  "+c.UseLine())
	if c.HasAvailableSubCommands() {
		var list strings.Builder
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				list.WriteString("  " + pad(sub.Name(), 12) + sub.Short + "\n")
			}
		}
		section("Commands", list.String())
	}
	grouped := map[string]bool{}
	for _, g := range groups {
		section(g.title, g.flags.FlagUsages())
		g.flags.VisitAll(func(f *pflag.Flag) { grouped[f.Name] = true })
	}
	rest := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !grouped[f.Name] && f.Name != "help" {
			rest.AddFlag(f)
		}
	})
	section("Flags", rest.FlagUsages())
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
  64  the command line asks for what can't be done`

// pad fills text with spaces up to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells(text)))
}
