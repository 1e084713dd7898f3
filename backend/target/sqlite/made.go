package sqlite

import (
	"regexp"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/bulk"
)

// checkMade returns a problem if what a layout says about the new table must not
// become part of a statement: names are quoted there, but types and checks are
// copied verbatim.
func checkMade(l load.Layout) error {
	if err := checkTableName(l.Plan.Table); err != nil {
		return err
	}
	if strings.HasPrefix(strings.ToLower(l.Plan.Table), "sqlite_") {
		return load.Problem{Note: message.New("name_reserved", "other_name", "table", l.Plan.Table)}
	}
	for _, c := range l.Make {
		switch {
		case strings.ContainsRune(c.Name, 0):
			return load.Problem{Column: c.Name, Note: message.New("column_with_nul", "other_name", "column", c.Name)}
		case c.Declared != "" && !isTypeName(c.Declared):
			return load.Problem{Column: c.Name, Note: message.New("not_a_type", "types_are", "declared", load.ShownSQL(c.Declared), "column", c.Name)}
		case !isClosed(c.Check):
			return load.Problem{Column: c.Name, Note: message.New("not_an_expression", "add_check_later", "check", load.ShownSQL(c.Check), "column", c.Name)}
		}
	}
	return nil
}

// checkTableName returns a problem if the name has a NUL, at which SQLite would end
// it.
func checkTableName(name string) error {
	if strings.ContainsRune(name, 0) {
		return load.Problem{Note: message.New("table_with_nul", "other_name", "table", name)}
	}
	return nil
}

// typeName matches declared types.
var typeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z][A-Za-z0-9_]*)*(?: ?\( ?[0-9]{1,9} ?(?:, ?[0-9]{1,9} ?)?\))?$`)

// maxTypeName is the length of the longest declared type.
const maxTypeName = 100

// isTypeName reports whether declared can be a column's type and nothing else: a
// keyword among its words could begin a constraint.
func isTypeName(declared string) bool {
	if len(declared) > maxTypeName || !typeName.MatchString(declared) {
		return false
	}
	words, _, _ := strings.Cut(declared, "(")
	for word := range strings.FieldsSeq(words) {
		switch strings.ToUpper(word) {
		case "WITH", "WITHOUT": // TIME ZONE
		default:
			if bulk.IsKeyword(word) {
				return false
			}
		}
	}
	return true
}

// isClosed reports whether an expression can't escape from the parentheses that are
// put around it.
func isClosed(expression string) bool { return load.IsClosed(expression, "'\"`[") }
