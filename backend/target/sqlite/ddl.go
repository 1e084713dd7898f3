package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// createTable returns the statement that creates the table of a layout. If no
// column is declared the primary key, the key of the plan is used.
//
// The length of a text is declared but not enforced by a CHECK: SQLite ignores
// it, as do other programs that read the file. Conversion enforces it.
//
// The layout's texts come from outside. Anything in them that could do more than
// create this one table is reported as a problem.
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
		// Unlike other databases, SQLite allows NULL in a primary key.
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
