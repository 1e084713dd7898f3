package mysql

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// createTable returns the statement that creates the table of a layout. If no column
// is declared the primary key, the key of the plan is used.
//
// The layout's texts come from outside. Anything in them that could do more than create
// this one table is reported as a problem.
func (s server) createTable(schema string, l load.Layout) (string, error) {
	if err := checkMade(l); err != nil {
		return "", err
	}
	var primary []string
	for _, c := range l.Make {
		if c.PrimaryKey {
			primary = append(primary, c.Name)
		}
	}
	if primary == nil {
		primary = l.Plan.Key
	}
	inPrimary := func(name string) bool {
		return slices.ContainsFunc(primary, func(k string) bool { return strings.EqualFold(k, name) })
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (", qualified(schema, l.Plan.Table))
	for i, c := range l.Make {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  %s %s", quote(c.Name), s.spell(c, inPrimary(c.Name) || c.Unique))
		if c.Nullable && !inPrimary(c.Name) {
			b.WriteString(" NULL") // which a TIMESTAMP would not take by itself
		} else {
			b.WriteString(" NOT NULL")
		}
		if c.Unique && !(len(primary) == 1 && inPrimary(c.Name)) {
			b.WriteString(" UNIQUE")
		}
		if c.Type == load.TimestampTZ && c.Declared == "" {
			b.WriteString(" COMMENT " + literal(inUTC))
		}
		if c.Check != "" {
			fmt.Fprintf(&b, " CHECK (%s)", lengthCall().ReplaceAllString(c.Check, "char_length("))
		}
	}
	if len(primary) > 0 {
		fmt.Fprintf(&b, ",\n  PRIMARY KEY (%s)", quoteAll(primary))
	}
	b.WriteString("\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4")
	return b.String(), nil
}

// lengthCall is a call of length, which counts characters elsewhere, and bytes here.
var lengthCall = pattern(`(?i)\blength\(`)

// checkMade returns a problem if what a layout says about the new table must not become
// part of a statement: names are quoted there, but types and checks are copied verbatim.
func checkMade(l load.Layout) error {
	if name := l.Plan.Table; !isName(name) {
		return load.Problem{Note: message.New("not_a_name", "name_is", "name", name)}
	}
	for _, c := range l.Make {
		switch {
		case !isName(c.Name):
			return load.Problem{Column: c.Name, Note: message.New("not_a_name", "name_is", "name", c.Name)}
		case c.Declared != "" && !isTypeName(c.Declared):
			return load.Problem{Column: c.Name, Note: message.New("not_a_type", "types_are", "declared", load.ShownSQL(c.Declared), "column", c.Name)}
		case !isClosed(c.Check):
			return load.Problem{Column: c.Name, Note: message.New("not_an_expression", "add_check_later", "check", load.ShownSQL(c.Check), "column", c.Name)}
		}
	}
	return nil
}

// isName reports whether the server takes a name: up to 64 characters of the basic
// plane, none of them NUL, and no blank at the end.
func isName(name string) bool {
	n := 0
	for _, c := range name {
		if c == 0 || c > 0xFFFF || c == utf8.RuneError {
			return false
		}
		n++
	}
	return n > 0 && n <= 64 && !strings.HasSuffix(name, " ")
}

// typeName matches declared types.
var typeName = pattern(`^[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z][A-Za-z0-9_]*)*(?: ?\( ?[0-9]{1,9} ?(?:, ?[0-9]{1,9} ?)?\))?(?: (?i:unsigned))?$`)

// typeWords are the words of types of more than one word, and of one that the server
// would take for a rule rather than a type.
var typeWords = map[string]bool{
	"DOUBLE": true, "PRECISION": true, "CHARACTER": true, "VARYING": true, "LONG": true, "NATIONAL": true,
	"UNSIGNED": true, "CHAR": true, "VARCHAR": true, "VARBINARY": true, "TEXT": true,
}

// maxTypeName is the length of the longest declared type.
const maxTypeName = 100

// isTypeName reports whether declared can be a column's type and nothing else: a
// further word could begin a rule.
func isTypeName(declared string) bool {
	if len(declared) > maxTypeName || !typeName().MatchString(declared) {
		return false
	}
	words, _, _ := strings.Cut(declared, "(")
	fields := strings.Fields(words)
	for _, word := range fields {
		if len(fields) > 1 && !typeWords[strings.ToUpper(word)] &&
			!(strings.EqualFold(fields[len(fields)-1], "UNSIGNED") && len(fields) == 2) {
			return false
		}
	}
	return true
}

// isClosed reports whether an expression can't escape from the parentheses that are put
// around it.
func isClosed(expression string) bool {
	// A backslash means something else in a text than out of it.
	return !strings.Contains(expression, `\`) && load.IsClosed(expression, "'\"`", "#", "*/")
}
