package postgres

import (
	"strings"

	"linefeed/backend/load"
)

// Names and values reach a statement only through the functions of this file, or
// as its parameters.

// quote returns a name as a quoted identifier. It has no NUL: a server takes none.
func quote(name string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(name, "\x00", ""), `"`, `""`) + `"`
}

// quoteAll returns the names as quoted identifiers, separated by commas.
func quoteAll(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(name))
	}
	return b.String()
}

// quoteTable returns the name of a table as a quoted identifier.
func quoteTable(t load.TableName) string {
	if t.Schema == "" {
		return quote(t.Name)
	}
	return quote(t.Schema) + "." + quote(t.Name)
}

// literal returns a text as a literal, whatever standard_conforming_strings says.
func literal(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\x00", ""), "'", "''")
	if strings.Contains(text, `\`) {
		return " E'" + strings.ReplaceAll(text, `\`, `\\`) + "'"
	}
	return "'" + text + "'"
}
