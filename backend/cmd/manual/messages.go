package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/cli"
	"linefeed/backend/message"
)

// words are what is to be said of a code or a message beside its texts: a section for each.
//
//go:embed words.md
var words string

// messagesPage lists all that the program tells people: the codes of rejects and warnings, and
// every text of the catalogue.
func messagesPage(s *source, api node) (string, error) {
	more, err := sections(words)
	if err != nil {
		return "", err
	}
	groups, err := groupLinks(s)
	if err != nil {
		return "", err
	}
	p := &page{}
	p.linef("# Messages")
	p.paragraph("All that Linefeed says of files, values, databases and itself, with what to do about it. [When something goes wrong](troubleshooting.md) begins with symptoms.")
	p.paragraph("A message has an ID that never changes. The command line and the window show its text alone; JSON, events and answers of the API have the IDs too, in `messageId` and `hintId`, " +
		"and what stands here as `{name}` in `params`. Link to a message by its ID (`messages.md#not_a_date`), to a code as `messages.md#code-too_long`. " +
		"Hints name the command line's flags here; the window names its controls in their place, and [Settings](settings.md) has the names of the API.")
	p.paragraph("[Codes of rejects](#codes-of-rejects) · [Codes of warnings](#codes-of-warnings) · [Refusals of the API](#refusals) · [Exit statuses](cli.md#exit-status) · [Statuses of the API](api-reference.md#problems) · Texts of " +
		strings.Join(groups, " · "))

	p.linef("\n## Codes of rejects")
	p.paragraph("Why a record was not loaded: `code` in JSON, in the error report, and for `--code` of `rejects`, `retry` and `dismiss`. [Rejects](rejects.md) shows how they are mended.")
	writeCodes(p, s, more, false)
	p.linef("\n## Codes of warnings")
	p.paragraph("What you should know about a file or a plan, though it is loaded: `code` of `warnings`.")
	writeCodes(p, s, more, true)

	shown := map[message.ID]bool{}
	for _, g := range s.groups {
		writeGroup(p, s, g, more, shown)
	}
	p.linef("\n## %sRefusals of the API", anchor("refusals"))
	p.paragraph("What the API says of a request itself, in `detail` and `hint` of its answer; … stands for what is in the request. " +
		"What it says of an import, a file or a database are the texts above.")
	documented := slices.Collect(maps.Values(problems(api)))
	var rows [][]string
	for _, r := range s.refusals {
		status := strconv.Itoa(r.status)
		if slices.Contains(documented, status) {
			status = "[" + status + "](api-reference.md#status-" + status + ")"
		}
		rows = append(rows, []string{status, plain(r.says), plain(r.hint)})
	}
	p.table([]string{"Status", "Says", "What to do"}, rows)
	if len(more) > 0 {
		return "", fmt.Errorf("words.md has words for what there is not: %v", slices.Sorted(maps.Keys(more)))
	}
	return p.String(), nil
}

func writeCodes(p *page, s *source, more map[string]string, warnings bool) {
	for _, c := range s.codes {
		if c.warning != warnings {
			continue
		}
		p.linef("\n### %s%s", anchor(codeAnchor(c)), code(c.code))
		p.paragraph(joined(take(more, codeAnchor(c))))
		var told []string
		for _, id := range s.under[c.code] {
			told = append(told, link(id))
		}
		if len(told) > 0 {
			p.paragraph("Says: " + strings.Join(told, ", ") + ".")
		}
	}
}

// codeAnchor is what a code is linked to by.
func codeAnchor(c codeOf) string {
	if c.warning {
		return "warning-" + c.code
	}
	return "code-" + c.code
}

// writeGroup lists the texts of a group: messages with their hints, then those that are parts of
// others or hints alone.
func writeGroup(p *page, s *source, g group, more map[string]string, shown map[message.ID]bool) {
	p.linef("\n## %s%s", anchor(g.anchor()), titles[g.name])
	at := func(id message.ID) string {
		text := plain(message.Pattern(id, spell))
		if shown[id] {
			return text
		}
		shown[id] = true
		return anchor(string(id)) + text
	}
	var rows, parts [][]string
	var said []string
	for _, id := range g.ids {
		hints, told := s.hints[id]
		if !told {
			continue
		}
		row := []string{code(string(id)), at(id), ""}
		for i, hint := range hints {
			if i > 0 {
				row[2] += "<br>"
			}
			row[2] += at(hint)
		}
		rows = append(rows, row)
	}
	for _, id := range g.ids {
		if !shown[id] {
			parts = append(parts, []string{code(string(id)), at(id)})
		}
		if text := take(more, string(id)); text != "" {
			said = append(said, "**"+link(id)+"**: "+joined(text))
		}
	}
	p.table([]string{"ID", "Says", "What to do"}, rows)
	if len(parts) > 0 {
		p.paragraph("Hints, and parts of other texts:")
		p.table([]string{"ID", "Says"}, parts)
	}
	for _, text := range said {
		p.paragraph(text)
	}
}

func link(id message.ID) string {
	return "[" + plain(message.Pattern(id, spell)) + "](#" + string(id) + ")"
}

// titles are the headings of the groups of the catalogue, by its variables.
var titles = map[string]string{
	"accessTexts":   "Tokens",
	"databaseTexts": "Databases, and SQLite",
	"fileTexts":     "The file",
	"formatTexts":   "Formats",
	"jobTexts":      "Imports",
	"mendTexts":     "Mending rejects",
	"momentTexts":   "Dates and times",
	"mysqlTexts":    "MySQL and MariaDB",
	"planTexts":     "The plan",
	"postgresTexts": "PostgreSQL",
	"profileTexts":  "Profiles",
	"serverTexts":   "Reaching a server",
	"setTexts":      "Sets of files",
	"signinTexts":   "Signing in",
	"storeTexts":    "The program's own files, and settings",
	"undoTexts":     "Undo",
	"valueTexts":    "Values",
}

// groupLinks returns links to the groups. One without a title is an error.
func groupLinks(s *source) (all []string, err error) {
	for _, g := range s.groups {
		if titles[g.name] == "" {
			return nil, fmt.Errorf("the texts %s have no title in backend/cmd/manual/messages.go", g.name)
		}
		all = append(all, "["+titles[g.name]+"](#"+g.anchor()+")")
	}
	return all, nil
}

// anchor is what the heading of a group is linked to by.
func (g group) anchor() string {
	return "texts-" + strings.ToLower(strings.TrimSuffix(g.name, "Texts"))
}

// spell returns a setting as a flag, whatever its value.
func spell(s message.Setting) string {
	flag := "--" + cli.SettingFlag(s.Name)
	if s.Value != nil {
		flag += " " + cmp.Or(*s.Value, "''")
	}
	return "`" + flag + "`"
}

// sections returns the sections of a page by their headings of the second level.
func sections(text string) (map[string]string, error) {
	all := map[string]string{}
	for _, part := range strings.Split("\n"+text, "\n## ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("words.md has two sections %q", name)
		}
		all[name] = strings.TrimSpace(body)
	}
	return all, nil
}

// joined returns a text with each paragraph on one line.
func joined(text string) string {
	parts := strings.Split(text, "\n\n")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "\n", " ")
	}
	return strings.Join(parts, "\n\n")
}

// take returns a section, and removes it.
func take(all map[string]string, name string) string {
	text := all[name]
	delete(all, name)
	return text
}
