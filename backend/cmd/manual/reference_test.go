package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"linefeed/backend/cli"
	"linefeed/backend/store"
)

const root = "../../.."

// The pages of docs that follow from the code are what it makes.
func TestReference(t *testing.T) {
	pages, err := reference(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range pages {
		if got := readPage(t, name); got != made+want {
			t.Errorf("docs/%s is not what the code makes: run make reference\n%s", name, differ(got, made+want))
		}
	}
}

// Every flag, message, code and setting has its place in a page.
func TestEverythingIsDocumented(t *testing.T) {
	commands, settings, messages := readPage(t, "commands.md"), readPage(t, "settings.md"), readPage(t, "messages.md")
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		_, section, found := strings.Cut(commands, "# "+c.CommandPath()+"\n")
		if !found && c.HasParent() {
			t.Errorf("the command %s is not in docs/commands.md", c.CommandPath())
		}
		section, _, _ = strings.Cut(section, "\n##")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !f.Hidden && !strings.Contains(section, "| `--"+f.Name) {
				t.Errorf("the flag --%s of %s is not in docs/commands.md", f.Name, c.CommandPath())
			}
		})
		for _, sub := range c.Commands() {
			if c.Name() != "completion" && sub.IsAvailableCommand() {
				visit(sub)
			}
		}
	}
	visit(cli.Command())

	for _, s := range store.Described() {
		if !strings.Contains(settings, anchor(s.Name)) {
			t.Errorf("the setting %s is not in docs/settings.md", s.Name)
		}
	}
	api, err := openAPI()
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []string{"ImportRequest", "Plan", "Dialect", "Limits"} {
		for name := range api.at("components", "schemas", schema, "properties").members() {
			if api.at("components", "schemas", heading(name), "properties").Kind == 0 && !strings.Contains(settings, "\n| `"+name+"` |") {
				t.Errorf("the setting %s of %s is not in docs/settings.md", name, schema)
			}
		}
	}

	source, err := readSource(root)
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, g := range source.groups {
		for _, id := range g.ids {
			if texts++; !strings.Contains(messages, anchor(string(id))) {
				t.Errorf("the message %s is not in docs/messages.md", id)
			}
		}
	}
	for _, c := range source.codes {
		_, section, found := strings.Cut(messages, anchor(codeAnchor(c)))
		section, _, _ = strings.Cut(section, "\n##")
		if _, said, _ := strings.Cut(section, "\n"); !found || strings.TrimSpace(said) == "" {
			t.Errorf("docs/messages.md says nothing of the code %s: give it a section %s in backend/cmd/manual/words.md", c.code, codeAnchor(c))
		}
	}
	if len(source.refusals) < 40 {
		t.Errorf("%d refusals of the API were found in the source", len(source.refusals))
	}
	if texts < 800 || len(source.codes) < 60 {
		t.Errorf("%d texts and %d codes were found in the source", texts, len(source.codes))
	}
}

// The texts of words.md belong to something.
func TestWords(t *testing.T) {
	defer func(was string) { words = was }(words)
	words += "\n## code-of_nothing\n\nA text.\n"
	if _, err := reference(root); err == nil || !strings.Contains(err.Error(), "code-of_nothing") {
		t.Errorf("words for what there is not: %v", err)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"as --map 'a=b' or `linefeed import`": "as `--map 'a=b'` or `linefeed import`",
		"a page: docs/api.md.":                "a page: [docs/api.md](api.md).",
		"a|b <c> [d] e_f *":                   `a\|b &lt;c\> \[d\] e\_f \*`,
	} {
		if got := plain(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// differ returns the first line in which a page differs from what it is to be.
func differ(is, want string) string {
	lines := strings.Split(want, "\n")
	for i, line := range strings.Split(is, "\n") {
		if i >= len(lines) || line != lines[i] {
			return fmt.Sprintf("line %d is\n%s\nand not\n%s", i+1, line, strings.Join(lines[min(i, len(lines)):min(i+1, len(lines))], ""))
		}
	}
	return "it ends too early"
}
