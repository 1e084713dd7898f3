package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"linefeed/backend/cli"
)

// commandsPage lists every command with its flags.
func commandsPage(root *cobra.Command) string {
	p := &page{}
	p.linef("# Commands")
	p.paragraph("Every command with its usage, flags and examples, as `linefeed COMMAND --help` shows them. " +
		"[The command line](cli.md) explains what they do, [JSON](cli.md#events-and-json) and [exit statuses](cli.md#exit-status).")
	var rows [][]string
	for _, c := range cli.Subcommands(root) {
		rows = append(rows, []string{"[" + code(c.CommandPath()) + "](#" + slug(c) + ")", plain(c.Short)})
	}
	p.table([]string{"Command", "Does"}, rows)
	for _, c := range cli.Subcommands(root) {
		writeCommand(p, c, "##")
	}
	return p.String()
}

func slug(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func writeCommand(p *page, c *cobra.Command, heading string) {
	p.linef("\n%s %s", heading, c.CommandPath())
	about := c.Long
	if about == "" {
		about = c.Short + "."
	}
	p.paragraph(description(about))
	p.code("text", cli.UsageLine(c))
	writeFlags(p, c)
	if c.Example != "" {
		p.paragraph("Examples:")
		p.code("sh", unindented(c.Example))
	}
	subs := cli.Subcommands(c)
	if c.Name() == "completion" { // its pages for each shell are the generator's
		var rows [][]string
		for _, sub := range subs {
			rows = append(rows, []string{code(sub.CommandPath()), plain(sub.Short)})
		}
		p.table([]string{"Command", "Does"}, rows)
		return
	}
	for _, sub := range subs {
		writeCommand(p, sub, heading+"#")
	}
}

// writeFlags lists the flags of a command in the order of its help, by group.
func writeFlags(p *page, c *cobra.Command) {
	c.Flags().SortFlags = false
	var groups []string
	rows := map[string][][]string{}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		group := cli.FlagGroup(f)
		if rows[group] == nil {
			groups = append(groups, group)
		}
		value, text, otherwise := cli.FlagText(f)
		name := "--" + f.Name
		switch {
		case strings.HasPrefix(value, "="): // which may be left out
			name += "[" + value + "]"
		case value != "":
			name += " " + value
		}
		rows[group] = append(rows[group], []string{code(name), code(otherwise), plain(text)})
	})
	for _, group := range groups {
		if group != "" {
			p.paragraph("**" + plain(group) + "**")
		}
		p.table([]string{"Flag", "Default", "Means"}, rows[group])
	}
}

// description returns the paragraphs of a command's help as Markdown; what is indented in it is
// code.
func description(text string) string {
	var all []string
	for part := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if strings.HasPrefix(part, "\t") || strings.HasPrefix(part, "  ") {
			all = append(all, "```sh\n"+unindented(part)+"\n```")
		} else {
			all = append(all, plain(strings.ReplaceAll(part, "\n", " ")))
		}
	}
	return strings.Join(all, "\n\n")
}

func unindented(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n "), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
