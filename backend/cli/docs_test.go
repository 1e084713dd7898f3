package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// examples are the blocks of code that can be run, with the comments above them.
var examples = regexp.MustCompile("(?ms)^<!-- [^\n]* -->$|^```sh$.*?^```$")

// TestDocs compares docs/cli.md with the program: every command and flag is
// documented, under its command, and every documented one exists.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	root := Command()
	sections := sections(string(page))
	flagsOf := map[string][]string{} // of each command
	for _, c := range root.Commands() {
		name := c.Name()
		c.InitDefaultHelpFlag()
		visit := func(c *cobra.Command) {
			c.LocalFlags().VisitAll(func(f *pflag.Flag) { flagsOf[name] = append(flagsOf[name], "--"+f.Name) })
		}
		visit(c)
		for _, sub := range c.Commands() {
			visit(sub)
		}
		if !regexp.MustCompile(`(?m)^linefeed ` + name + `\b`).Match(page) {
			t.Errorf("the page does not show how to call %q", name)
		}
	}

	// Commands for which the page says that they share a list.
	documented := map[string]string{
		"check":      sections["import"] + sections["check"],
		"preview":    sections["import"] + sections["preview"],
		"retry":      sections["import"] + sections["retry"],
		"completion": sections["completion and help"],
		"help":       sections["completion and help"],
	}
	for name, flags := range flagsOf {
		text := documented[name]
		if text == "" {
			text = sections[name]
		}
		for _, f := range flags {
			if f != "--help" && !strings.Contains(text, "`"+f) {
				t.Errorf("%s %s is not in the page", name, f)
			}
		}
	}
	for name, text := range sections {
		known := flagsOf[name]
		if known == nil { // a section that is not about a command may mention any flag
			for _, flags := range flagsOf {
				known = append(known, flags...)
			}
		}
		if name == "preview" || name == "rejects" || name == "retry" || name == "profiles" { // these mention import's flags
			known = slices.Concat(known, flagsOf["import"], flagsOf["rejects"])
		}
		text = examples.ReplaceAllString(text, "") // TestPages of cmd/linefeed runs them
		for _, f := range regexp.MustCompile("--[a-z][a-z-]*").FindAllString(text, -1) {
			if !slices.Contains(known, f) && f != "--help" {
				t.Errorf("the section %q speaks of %s, which is not there", name, f)
			}
		}
	}
	for _, m := range regexp.MustCompile("(?m)^(?:zcat .* )?linefeed ([a-z-]+)").FindAllStringSubmatch(string(page), -1) {
		if _, ok := flagsOf[m[1]]; !ok {
			t.Errorf("the page speaks of the command %q, which is not there", m[1])
		}
	}
}

// sections returns the sections of a page by their second-level headings.
func sections(page string) map[string]string {
	all := map[string]string{}
	for _, part := range strings.Split(page, "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		all[title] = text
	}
	return all
}
