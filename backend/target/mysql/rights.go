package mysql

import (
	"regexp"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// grant matches a line of SHOW GRANTS: the rights, and what they are about.
var grant = pattern(`^GRANT (.+?) ON (?:TABLE )?(\S+) TO `)

// may reports whether the answer to SHOW GRANTS gives a right on a table. What it does
// not tell counts as given: the rights of a role.
func may(grants result, right, schema, table string) bool {
	for _, row := range grants {
		m := grant().FindStringSubmatch(str(row[0]))
		if m == nil { // a role
			return true
		}
		if !isOn(m[2], schema, table) {
			continue
		}
		for given := range strings.SplitSeq(m[1], ", ") {
			if given = strings.TrimSpace(given); given == "ALL PRIVILEGES" || given == right || strings.HasPrefix(given, right+" (") { // of some columns
				return true
			}
		}
	}
	return false
}

// isOn reports whether what a right is given on may be, or have in it, a table.
func isOn(what, schema, table string) bool {
	if what == "*.*" || strings.EqualFold(what, quote(schema)+"."+quote(table)) {
		return true
	}
	of, ok := strings.CutSuffix(what, ".*")
	return ok && like(of).MatchString(quote(schema))
}

// like returns a pattern of LIKE, as the names of schemas in rights are, as a regular
// expression.
func like(pattern string) *regexp.Regexp {
	var b strings.Builder
	escaped := false
	for _, c := range pattern {
		switch {
		case c == '\\' && !escaped:
			escaped = true
			continue
		case c == '_' && !escaped:
			b.WriteString(".")
		case c == '%' && !escaped:
			b.WriteString(".*")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
		escaped = false
	}
	return regexp.MustCompile("(?is)^" + b.String() + "$")
}

// rights returns a problem if the user may not do what the plan says.
func rights(grants result, schema string, p load.Plan) error {
	if p.Create && (!may(grants, "CREATE", schema, p.Table) || !may(grants, "INSERT", schema, p.Table)) {
		return load.Problem{Note: message.New("may_not_create", "have_right_or_schema", "schema", schema), Denied: true}
	}
	verbs := []string{"INSERT"}
	switch p.OnConflict {
	case load.ConflictSkip: // rows are compared
		verbs = append(verbs, "SELECT")
	case load.ConflictUpdate, load.ConflictReplace:
		verbs = append(verbs, "SELECT", "UPDATE")
	}
	if p.Undo {
		verbs = append(verbs, "SELECT", "DELETE")
	}
	for _, verb := range verbs {
		if !may(grants, verb, schema, p.Table) {
			return load.Problem{Note: message.New("may_not_write_table", "grant_on_table", "verb", verb, "table", p.Table), Denied: true}
		}
	}
	return nil
}
