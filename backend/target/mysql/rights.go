package mysql

import (
	"regexp"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// grant matches a line of SHOW GRANTS: the rights, and what they are about.
var grant = regexp.MustCompile(`^GRANT (.+?) ON (?:TABLE )?(\S+) TO `)

// may reports whether the answer to SHOW GRANTS gives a right on a table. What it does
// not tell counts as given: the rights of a role, and those on schemas of a pattern.
func may(grants result, right, schema, table string) bool {
	for _, row := range grants {
		m := grant.FindStringSubmatch(str(row[0]))
		if m == nil { // a role
			return true
		}
		on := strings.NewReplacer("\\_", "_", "\\%", "%").Replace(m[2])
		if on != "*.*" && on != quote(schema)+".*" && on != quote(schema)+"."+quote(table) && !strings.Contains(m[2], "%") {
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

// rights returns a problem if the user may not do what the plan says.
func rights(grants result, schema string, p load.Plan) error {
	if p.Create && (!may(grants, "CREATE", schema, p.Table) || !may(grants, "INSERT", schema, p.Table)) {
		return load.Problem{Note: message.New("may_not_create", "have_right_or_schema", "schema", schema), Denied: true}
	}
	verbs := []string{"INSERT"}
	if p.OnConflict == load.ConflictUpdate || p.OnConflict == load.ConflictReplace {
		verbs = append(verbs, "UPDATE")
	}
	for _, verb := range verbs {
		if !may(grants, verb, schema, p.Table) {
			return load.Problem{Note: message.New("may_not_write_table", "grant_on_table", "verb", verb, "table", p.Table), Denied: true}
		}
	}
	return nil
}
