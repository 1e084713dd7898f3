package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A page is a page of Markdown.
type page struct{ strings.Builder }

func (p *page) linef(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// paragraph writes one, after an empty line.
func (p *page) paragraph(text string) {
	if text = strings.TrimSpace(text); text != "" {
		p.linef("\n%s", text)
	}
}

// code writes a block of code in a language.
func (p *page) code(language, text string) {
	p.linef("\n```%s\n%s\n```", language, strings.TrimRight(text, "\n "))
}

// table writes a table without the columns in which no row has anything.
func (p *page) table(header []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	used := make([]bool, len(header))
	for _, row := range rows {
		for i, cell := range row {
			used[i] = used[i] || cell != ""
		}
	}
	line := func(cells []string) {
		for i, cell := range cells {
			if used[i] {
				p.WriteString("| " + strings.ReplaceAll(cell, "\n", " ") + " ")
			}
		}
		p.WriteString("|\n")
	}
	p.WriteString("\n")
	line(header)
	rule := make([]string, len(header))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule)
	for _, row := range rows {
		line(row)
	}
}

var (
	spans   = regexp.MustCompile("`[^`]+`")
	flags   = regexp.MustCompile(`--[a-z][a-z-]*(?: '[^']*')?`)
	special = regexp.MustCompile("[\\\\*_\\[\\]<>|`]")
	aPage   = regexp.MustCompile(`\bdocs/([a-z-]+\.md)`)
)

// plain returns a text as Markdown that reads the same, flags as code, and what is code in it
// already.
func plain(text string) string {
	var b strings.Builder
	for _, part := range split(text, spans) {
		if part.match {
			b.WriteString(code(strings.Trim(part.text, "`")))
			continue
		}
		for _, part := range split(part.text, flags) {
			if part.match {
				b.WriteString(code(part.text))
			} else {
				b.WriteString(escaped(part.text))
			}
		}
	}
	return b.String()
}

// escaped returns a text as Markdown, with links to the pages that it names.
func escaped(text string) string {
	text = special.ReplaceAllStringFunc(text, func(s string) string {
		if s == "<" {
			return "&lt;"
		}
		return `\` + s
	})
	return aPage.ReplaceAllString(text, "[docs/$1]($1)")
}

// code returns a text as code, "" for none, also in a table.
func code(text string) string {
	if text == "" {
		return ""
	}
	fence := "`"
	if strings.Contains(text, "`") {
		fence = "``"
	}
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}

type piece struct {
	text  string
	match bool
}

// split cuts a text into what matches an expression and what is between.
func split(text string, by *regexp.Regexp) (all []piece) {
	at := 0
	for _, m := range by.FindAllStringIndex(text, -1) {
		if m[0] > at {
			all = append(all, piece{text[at:m[0]], false})
		}
		all = append(all, piece{text[m[0]:m[1]], true})
		at = m[1]
	}
	if at < len(text) {
		all = append(all, piece{text[at:], false})
	}
	return all
}

// anchor is a place to link to, whatever a screen makes of the heading beside it.
func anchor(id string) string { return `<a id="` + id + `"></a>` }
