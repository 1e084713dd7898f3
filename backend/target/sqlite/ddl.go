package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// createTable returns the statement that makes the table of a layout. Where
// no column is the primary key, the key of the plan is.
//
// The length of a text is declared but has no CHECK: SQLite lets it pass, and
// so do other programs that read the file; values are held to it when they
// are converted.
//
// The layout's texts come from outside. What could make anything but this one
// table of them is a problem.
func createTable(l load.Layout) (string, error) {
	if err := checkMade(l); err != nil {
		return "", err
	}
	var key []string
	for _, c := range l.Make {
		if c.PrimaryKey {
			key = append(key, c.Name)
		}
	}
	if key == nil {
		key = l.Plan.Key
	}
	inKey := func(name string) bool {
		return slices.ContainsFunc(key, func(k string) bool { return strings.EqualFold(k, name) })
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE main.%s (", quote(l.Plan.Table))
	for i, c := range l.Make {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  %s %s", quote(c.Name), spell(c))
		// SQLite alone lets the columns of a primary key be NULL.
		if !c.Nullable || inKey(c.Name) {
			b.WriteString(" NOT NULL")
		}
		switch {
		case len(key) == 1 && inKey(c.Name):
			b.WriteString(" PRIMARY KEY")
		case c.Unique:
			b.WriteString(" UNIQUE")
		}
		if c.Check != "" {
			fmt.Fprintf(&b, " CHECK (%s)", c.Check)
		}
	}
	if len(key) > 1 {
		fmt.Fprintf(&b, ",\n  PRIMARY KEY (%s)", quoteAll(key))
	}
	b.WriteString("\n)")
	return b.String(), nil
}
