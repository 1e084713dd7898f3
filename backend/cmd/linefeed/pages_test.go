//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"linefeed/backend/cli"
	"linefeed/backend/job"
	"linefeed/backend/sample"
	"linefeed/backend/target/testserver"
	"linefeed/docs"
)

const source = "../../.."

// A block is a block of code of a page.
type block struct {
	page     string
	line     int // of its first line
	language string
	lines    []string
	notes    []string // the HTML comments right above it
	follows  bool     // right after the one before
}

func (b block) at(i int) string { return fmt.Sprintf("%s:%d", b.page, b.line+i) }

// note returns what a comment above the block says after a word, such as "not run: REASON".
func (b block) note(word string) (string, bool) {
	for _, n := range b.notes {
		if text, ok := strings.CutPrefix(n, word); ok {
			return strings.TrimSpace(text), true
		}
	}
	return "", false
}

// shell reports whether the block is for a shell, and usage whether it says how commands are
// called.
func (b block) shell() bool { return slices.Contains([]string{"sh", "bash", "console"}, b.language) }

func (b block) usage() bool { return b.language == "text" }

// commands returns the commands of a block, each with the number of its first line; the lines of
// one that goes on after a backslash are one.
func (b block) commands() (all []string, at []int) {
	var command string
	from := 0
	for i, line := range b.lines {
		line = strings.TrimPrefix(line, "$ ")
		if command == "" {
			from = i
		}
		command += strings.TrimSpace(line)
		if before, more := strings.CutSuffix(command, `\`); more {
			command = before
			continue
		}
		if command != "" && !strings.HasPrefix(command, "#") {
			all, at = append(all, command), append(at, from)
		}
		command = ""
	}
	return all, at
}

var comment = regexp.MustCompile(`^<!-- (.*) -->$`)

// blocks returns the blocks of code of a page: those between fences, and those that are indented,
// whose language is "".
func blocks(page, text string) (all []block) {
	var notes []string
	follows := false // nothing but empty lines since a block
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch m := comment.FindStringSubmatch(line); {
		case m != nil:
			notes = append(notes, m[1])
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			indent, _, _ := strings.Cut(line, "`")
			language, _, _ := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "`"), " ")
			b := block{page: page, line: i + 2, language: language, notes: notes, follows: follows}
			for i++; i < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[i]), "```"); i++ {
				b.lines = append(b.lines, strings.TrimPrefix(lines[i], indent))
			}
			all, notes, follows = append(all, b), nil, true
		case strings.HasPrefix(line, "    ") && (i == 0 || lines[i-1] == "" || comment.MatchString(lines[i-1])):
			b := block{page: page, line: i + 1, notes: notes, follows: follows}
			for ; i < len(lines) && (strings.HasPrefix(lines[i], "    ")); i++ {
				b.lines = append(b.lines, strings.TrimPrefix(lines[i], "    "))
			}
			i--
			all, notes, follows = append(all, b), nil, true
		case line != "":
			notes, follows = nil, false
		}
	}
	return all
}

// pages returns the pages with examples, and their blocks.
func pages(t *testing.T) map[string][]block {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(source, "docs", "*.md"))
	if err != nil || len(names) < 15 {
		t.Fatal(names, err)
	}
	all := map[string][]block{}
	for _, name := range append(names, filepath.Join(source, "README.md")) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name, err = filepath.Rel(source, name); err != nil {
			t.Fatal(err)
		}
		all[name] = blocks(name, string(text))
	}
	return all
}

// program is what calls the program in a line for a shell.
var program = regexp.MustCompile(`(?:^|[\s|(])(?:build/bin/)?linefeed(?:\s|$)`)

// TestPagesNameWhatThereIs holds the examples of the docs, those that can't be run too, to the
// commands and flags and the calls of the API that there are.
func TestPagesNameWhatThereIs(t *testing.T) {
	calls := apiCalls(t)
	n := 0
	for name, all := range pages(t) {
		for _, b := range all {
			commands, at := b.commands()
			for i, command := range commands {
				switch {
				case b.shell() && program.MatchString(command), b.language == "" && strings.HasPrefix(command, "build/bin/linefeed "):
					n++
					if err := parses(command); err != nil {
						t.Errorf("%s: %s: %v", b.at(at[i]), command, err)
					}
				case b.usage() && strings.HasPrefix(command, "linefeed "):
					n++
					if err := isUsage(command); err != nil {
						t.Errorf("%s: %s: %v", b.at(at[i]), command, err)
					}
				case b.language == "" && strings.HasPrefix(command, "linefeed "):
					t.Errorf("%s: put what is to be run between ```sh and ```, and how a command is called between ```text and ```", b.at(at[i]))
				case strings.Contains(command, "curl ") && strings.Contains(command, "/v1/"):
					n++
					if err := isCall(calls, command); err != nil {
						t.Errorf("%s: %s: %v", b.at(at[i]), command, err)
					}
				}
			}
			if why, not := b.note("not run:"); not && why == "" {
				t.Errorf("%s: say why it is not run", b.at(0))
			}
		}
		if name == "docs/cli.md" && len(all) < 40 {
			t.Errorf("%s has %d blocks", name, len(all))
		}
	}
	if n < 200 {
		t.Errorf("the pages have %d commands and calls", n)
	}
	for _, wrong := range []string{"linefeed imprt a.csv", "linefeed import a.csv --tabel x", "linefeed tokens ad x", "zcat x | linefeed check - --writers many"} {
		if parses(wrong) == nil {
			t.Errorf("%s is taken for a command", wrong)
		}
	}
	if isUsage("linefeed jobs forget JOB [--older AGE]") == nil || isUsage("linefeed tokens ad NAME") == nil {
		t.Error("a usage that is none is taken for one")
	}
	if isCall(calls, `curl -X PUT "$URL/v1/imports/$ID"`) == nil {
		t.Error("a call that is none is taken for one")
	}
}

// parses returns why the program does not understand a command.
func parses(command string) error {
	for _, part := range pipe(command) {
		i := slices.IndexFunc(part, func(word string) bool { return filepath.Base(word) == "linefeed" })
		if i < 0 {
			continue
		}
		c, args, err := cli.Command().Find(part[i+1:])
		if err != nil {
			return err
		}
		if err := c.ParseFlags(args); err != nil {
			return err
		}
		if args := c.Flags().Args(); onlyCommands(c) && len(args) > 0 {
			return fmt.Errorf("there is no command %q of %s", args[0], c.CommandPath())
		}
	}
	return nil
}

// onlyCommands reports whether a command takes those below it and no arguments.
func onlyCommands(c *cobra.Command) bool { return c.HasAvailableSubCommands() && c.Args == nil }

// pipe returns the words of the commands of a line, as a shell takes them, without what they write
// to.
func pipe(line string) (all [][]string) {
	var words []string
	var word strings.Builder
	begun, redirected := false, false
	end := func() {
		if begun && !redirected {
			words = append(words, word.String())
		}
		if begun {
			redirected = false
		}
		begun = false
		word.Reset()
	}
	var quote rune
	escaped := false
	for _, c := range line {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'':
			escaped, begun = true, true
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, begun = c, true
		case c == ' ':
			end()
		case c == '>':
			end()
			redirected = true
		case c == '#' && !begun:
			end()
			return append(all, words)
		case c == '|' || c == ';' || c == '&':
			end()
			all, words = append(all, words), nil
		default:
			word.WriteRune(c)
			begun = true
		}
	}
	end()
	return append(all, words)
}

var flagInUsage = regexp.MustCompile(`--([a-z][a-z-]*)`)

// isUsage returns why a line does not say how a command is called.
func isUsage(line string) error {
	c := cli.Command()
	for word := range strings.FieldsSeq(strings.TrimPrefix(line, "linefeed ")) {
		i := slices.IndexFunc(c.Commands(), func(sub *cobra.Command) bool { return sub.Name() == word })
		if i >= 0 {
			c = c.Commands()[i]
			continue
		}
		if onlyCommands(c) && strings.ToLower(word) == word && !strings.ContainsAny(word, "|[") {
			return fmt.Errorf("there is no command %q of %s", word, c.CommandPath())
		}
		break
	}
	if !c.HasParent() {
		return errors.New("there is no such command")
	}
	for _, m := range flagInUsage.FindAllStringSubmatch(line, -1) {
		if c.Flags().Lookup(m[1]) == nil {
			return fmt.Errorf("%s has no flag --%s", c.CommandPath(), m[1])
		}
	}
	return nil
}

// apiCalls returns the calls of docs/openapi.yaml, as the method and a pattern of the path.
func apiCalls(t *testing.T) map[string][]*regexp.Regexp {
	t.Helper()
	var api struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal(docs.OpenAPI, &api); err != nil {
		t.Fatal(err)
	}
	calls := map[string][]*regexp.Regexp{}
	for path, methods := range api.Paths {
		parts := regexp.MustCompile(`\{[^}]*\}`).Split(path, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		for method := range methods {
			method = strings.ToUpper(method)
			calls[method] = append(calls[method], regexp.MustCompile("^"+strings.Join(parts, "[^/]+")+"$"))
		}
	}
	return calls
}

// isCall returns why a command of curl is no call of the API.
func isCall(calls map[string][]*regexp.Regexp, command string) error {
	method := "GET"
	if m := regexp.MustCompile(`-X ([A-Z]+)|--request ([A-Z]+)`).FindStringSubmatch(command); m != nil {
		method = m[1] + m[2]
	} else if regexp.MustCompile(`--data|--form|-[dFT] `).MatchString(command) {
		method = "POST"
	}
	path := regexp.MustCompile(`/v1/[^"?\s]*`).FindString(command)
	for _, p := range calls[method] {
		if p.MatchString(path) {
			return nil
		}
	}
	return fmt.Errorf("there is no call %s %s", method, path)
}

// TestPages runs what the docs show, page by page and in order, in a folder and a home of its own;
// what a page shows as the output of a command has to be that. A block that can't be run says why in
// a comment above it, <!-- not run: REASON -->. With <!-- afresh --> the folder and the home
// are new again, <!-- before: COMMAND --> is run first, <!-- exit status N --> says with which status the
// commands end, and <!-- file: NAME --> makes a file of a block.
func TestPages(t *testing.T) {
	all := pages(t)
	delete(all, "docs/commands.md") // whose examples are about files and jobs of their readers; TestPagesNameWhatThereIs has them
	if _, err := exec.LookPath("gzip"); err != nil {
		t.Fatal(err)
	}
	ran := make(chan int, len(all))
	t.Run("page", func(t *testing.T) {
		for name, of := range all {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".md"), func(t *testing.T) {
				t.Parallel()
				ran <- runPage(t, of)
			})
		}
	})
	close(ran)
	every, sum := len(ran) == len(all), 0 // not with -run of some
	for n := range ran {
		sum += n
	}
	if every && sum < 70 {
		t.Errorf("%d commands were run", sum)
	}
}

// A desk is where the commands of a page are run.
type desk struct {
	dir         string
	env         []string
	connections []string          // those that are there
	addresses   map[string]string // of servers for tests, by what pages call them
}

func newDesk(t *testing.T, bin string) *desk {
	t.Helper()
	d := &desk{dir: t.TempDir(), addresses: map[string]string{}}
	d.env = append(os.Environ(), asMain+"=1", noRaceSleep, "NO_COLOR=1", "LINEFEED_KEYCHAIN=none", "TZ=UTC",
		"LINEFEED_HOME="+filepath.Join(d.dir, ".home"), "HOME="+d.dir, "PATH="+bin+":"+os.Getenv("PATH"))
	for name, text := range filesOfPages() {
		d.write(t, name, text)
	}
	articles, err := os.ReadFile(filepath.Join(source, "examples", "articles.csv"))
	if err != nil {
		t.Fatal(err)
	}
	d.write(t, filepath.Join("examples", "articles.csv"), articles)
	return d
}

func (d *desk) write(t *testing.T, name string, text []byte) {
	t.Helper()
	path := filepath.Join(d.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// filesOfPages returns the files that the examples are about.
func filesOfPages() map[string][]byte {
	articles := func(seed uint64) []byte {
		var b bytes.Buffer
		err := sample.Write(&b, sample.Options{Rows: 2000, Bad: 1, Seed: seed}, func(sample.Bad) error { return nil })
		if err != nil {
			panic(err) // it goes into memory
		}
		return b.Bytes()
	}
	packed := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			panic(err)
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		return b.Bytes()
	}
	sales := "day,shop,amount\n2026-01-02,A,12.50\n2026-01-03,B,7.25\n"
	return map[string][]byte{
		"articles.csv":          articles(1),
		"articles-march.csv":    articles(2),
		"prices.csv":            []byte("Nr;Preis\nA1;1,50\nA2;2,75\n"),
		"prices-april.csv":      []byte("Nr;Preis\nA1;1,50\nA2;2,75\n"),
		"prices-may.csv":        []byte("Nr;Preis\nA3;1,60\nA4;2,80\n"),
		"visits.log":            []byte("time,path\n2026-01-02 10:00:00,/\n2026-01-02 10:00:01,/shop\n"),
		"big.csv.gz":            packed(sales),
		"2024/january.csv":      []byte(sales),
		"2024/february.csv":     []byte(sales),
		"jan.csv":               []byte(sales),
		"feb.csv":               []byte(sales),
		"archive/2023.csv.gz":   packed(sales),
		"exports/north/a.csv":   []byte(sales),
		"exports/south/b.csv":   []byte(sales),
		"data/inbox/prices.csv": []byte("Nr;Preis\nA5;1,70\n"),
	}
}

// runPage runs the commands of a page, and returns how many.
func runPage(t *testing.T, all []block) (ran int) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "linefeed")); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, bin)
	shown := ""
	for _, b := range all {
		if name, is := b.note("file:"); is {
			d.write(t, name, []byte(strings.Join(b.lines, "\n")+"\n"))
			continue
		}
		if b.usage() && b.follows && shown != "" {
			sameOutput(t, b, shown)
		}
		shown = ""
		if _, not := b.note("not run:"); not || !b.shell() && b.language != "" {
			continue
		}
		if _, afresh := b.note("afresh"); afresh {
			d = newDesk(t, bin)
		}
		if command, is := b.note("before:"); is {
			d.run(t, b, b.at(-1), command)
		}
		commands, at := b.commands()
		for i, command := range commands {
			if !program.MatchString(command) || b.language == "" && !strings.HasPrefix(command, "build/bin/linefeed ") {
				continue
			}
			ran++
			shown = d.run(t, b, b.at(at[i]), command)
		}
	}
	return ran
}

var (
	jobNames     = regexp.MustCompile(`\b(?:k3v7q2ma|flhchxk3|JOB)\b`)
	setNames     = regexp.MustCompile(`\b(?:set-k3v7q2ma|set-flhchxk3|SET)\b`)
	servers      = regexp.MustCompile(`\b(postgres|mysql)://ann@db\.example/shop\b`)
	connection   = regexp.MustCompile(`\bconnection:([a-z]+)\b`)
	addedByPage  = regexp.MustCompile(`\bconnections add ([a-z]+)\b`)
	mayBeRejects = regexp.MustCompile(`\b(?:import|check|retry)\b`)
)

// run runs a command of a page, and returns what it prints.
func (d *desk) run(t *testing.T, b block, at, command string) string {
	t.Helper()
	command = strings.ReplaceAll(command, "build/bin/linefeed", "linefeed")
	command = strings.ReplaceAll(command, " /data/", " "+d.dir+"/data/")
	if setNames.MatchString(command) {
		command = setNames.ReplaceAllString(command, d.latest(t, true))
	}
	if jobNames.MatchString(command) {
		command = jobNames.ReplaceAllString(command, d.latest(t, false))
	}
	command = servers.ReplaceAllStringFunc(command, func(url string) string { return d.server(t, url) })
	if m := addedByPage.FindStringSubmatch(command); m != nil {
		d.connections = append(d.connections, m[1])
	} else if m := connection.FindStringSubmatch(command); m != nil && !slices.Contains(d.connections, m[1]) {
		d.connections = append(d.connections, m[1])
		d.sh(t, "linefeed connections add "+m[1]+" '"+d.server(t, "postgres://ann@db.example/shop")+"'")
	}
	out, status := d.sh(t, command)
	want := 0
	if text, ok := b.note("exit status"); ok {
		if _, err := fmt.Sscan(text, &want); err != nil {
			t.Fatal(at, err)
		}
	} else if status == 1 && mayBeRejects.MatchString(command) {
		want = 1 // with rejects
	}
	if status != want {
		t.Errorf("%s: %s\nends with status %d, want %d:\n%s", at, command, status, want, out)
	}
	return out
}

// server returns the address of a server for tests in the place of one that a page names.
func (d *desk) server(t *testing.T, url string) string {
	t.Helper()
	if a := d.addresses[url]; a != "" {
		return a
	}
	s := testserver.Postgres
	if strings.HasPrefix(url, "mysql:") {
		s = testserver.MariaDB
	}
	db := s(t).Database(t)
	d.env = append(d.env, "LINEFEED_PASSWORD="+db.Password) // which a keychain would have
	d.addresses[url] = db.URL()
	return db.URL()
}

func (d *desk) sh(t *testing.T, command string) (output string, status int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-c", command)
	c.Dir, c.Env = d.dir, d.env
	out, err := c.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

// latest returns the name of the latest import that is no check and no retry, or of its set.
func (d *desk) latest(t *testing.T, set bool) string {
	t.Helper()
	out, status := d.sh(t, "linefeed jobs --json 2>/dev/null")
	var jobs []struct {
		ID      string
		Set     string
		Request job.Request
	}
	if err := json.Unmarshal([]byte(out), &jobs); err != nil || status != 0 {
		t.Fatalf("linefeed jobs --json: %v\n%s", err, out)
	}
	for _, j := range jobs {
		switch {
		case j.Request.Check || j.Request.Retry != nil:
		case set && j.Set != "":
			return j.Set
		case !set:
			return j.ID
		}
	}
	return "none"
}

var (
	times = regexp.MustCompile(`\bin [0-9.]+ s\b`)
)

// sameOutput compares what a page shows with what was printed, but for times.
func sameOutput(t *testing.T, b block, printed string) {
	t.Helper()
	plain := func(text string) string {
		lines := strings.Split(strings.TrimRight(times.ReplaceAllString(text, "in 0 s"), "\n"), "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
		return strings.Join(lines, "\n")
	}
	if got, want := plain(printed), plain(strings.Join(b.lines, "\n")); got != want {
		t.Errorf("%s: the page shows\n%s\nand what was run prints\n%s", b.at(0), want, got)
	}
}
