package main

import (
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/cli"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// settingsPage lists the settings of the program and those of an import.
func settingsPage(root *cobra.Command, api node) string {
	p := &page{}
	p.linef("# Settings")
	p.linef("\n## Settings of the program")
	p.paragraph("These hold for the window, the command line and the API. `linefeed settings NAME VALUE` changes one, as do *Settings* in the window and " +
		"[`PUT /v1/settings/{name}`](api-reference.md#saveSetting); an administrator can [pin](store.md#settings-that-an-administrator-pins) them. " +
		"[What the program keeps](store.md#what-is-kept-and-how-long) explains the first six, [Sign in](signin.md#set-up-linefeed) the others.")
	var rows [][]string
	for _, s := range store.Described() {
		rows = append(rows, []string{anchor(s.Name) + code(s.Name), code(s.Default), plain(message.Pattern(s.About, nil)), plain(message.Pattern(s.Values, nil))})
	}
	p.table([]string{"Setting", "Default", "Means", "Values"}, rows)

	p.linef("\n## Settings of an import")
	p.paragraph("The command line takes these as flags, the API as members of a [request](api-reference.md#ImportRequest)'s JSON and, but for the limits, as parameters of a query or a form. " +
		"The window has a control for each of those that it offers. Profiles keep them.")
	flags, _, err := root.Find([]string{"import"})
	if err != nil {
		panic(err) // there is that command
	}
	for _, of := range []struct{ schema, title string }{
		{"ImportRequest", "What to import"},
		{"Plan", "What goes where: `plan`"},
		{"Dialect", "How the file is written: `dialect`"},
		{"Limits", "How large a file may be: `limits`"},
	} {
		p.linef("\n### %s", of.title)
		var rows [][]string
		for name, member := range api.at("components", "schemas", of.schema, "properties").members() {
			if name == "plan" || name == "dialect" || name == "limits" {
				continue
			}
			rows = append(rows, settingRow(flags, of.schema, name, member))
		}
		p.table([]string{"JSON", "Flag", "Default", "Means", "Values"}, rows)
	}
	return p.String()
}

// elsewhere are settings that the command line takes in another way than by a flag of import.
var elsewhere = map[string]string{
	"file":       "the argument",
	"check":      "[`check`](commands.md#linefeed-check)",
	"retry":      "[`retry`](commands.md#linefeed-retry)",
	"watched":    "[`watch-folder`](commands.md#linefeed-watch-folder)",
	"headerRows": "`--header-rows`, `--no-header` for 0",
}

func settingRow(flags *cobra.Command, of, name string, member node) []string {
	about := member.at("description").Value
	f := flags.Flags().Lookup(cli.SettingFlag(name))
	if f == nil {
		return []string{code(name), elsewhere[name], "", plain(about), ""}
	}
	_, text, otherwise := cli.FlagText(f)
	if of == "Limits" { // whose JSON has another unit
		text += "; in JSON: " + about
	}
	flag := elsewhere[name]
	if flag == "" {
		flag = code("--" + f.Name)
	}
	var values []string
	if complete, ok := flags.GetFlagCompletionFunc(f.Name); ok {
		all, _ := complete(flags, nil, "")
		for _, v := range all {
			values = append(values, code(v))
		}
	}
	return []string{code(name), flag, code(otherwise), plain(text), strings.Join(values, ", ")}
}
