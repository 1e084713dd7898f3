package postgres

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// createTable returns the statement that creates the table of a layout, which
// checkNew has found to be good. If no column is declared the primary key, the key
// of the plan is used.
func createTable(name load.TableName, l load.Layout) string {
	var key []string
	for _, c := range l.Make {
		if c.PrimaryKey {
			key = append(key, c.Name)
		}
	}
	if key == nil {
		for _, k := range l.Plan.Key {
			i := slices.IndexFunc(l.Make, func(c load.Column) bool { return strings.EqualFold(c.Name, k) })
			if i >= 0 {
				k = l.Make[i].Name
			}
			key = append(key, k)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (", quoteTable(name))
	for i, c := range l.Make {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  %s %s", quote(c.Name), spell(c))
		if !c.Nullable {
			b.WriteString(" NOT NULL")
		}
		if c.Unique && !(len(key) == 1 && key[0] == c.Name) {
			b.WriteString(" UNIQUE")
		}
		if c.Check != "" {
			fmt.Fprintf(&b, " CHECK (%s)", c.Check)
		}
	}
	if len(key) > 0 {
		fmt.Fprintf(&b, ",\n  PRIMARY KEY (%s)", quoteAll(key))
	}
	b.WriteString("\n)")
	return b.String()
}

// mostColumns is how many columns a table can have, and mostName how many bytes a
// name.
const (
	mostColumns = 1600
	mostName    = 63
)

// systemColumns are those that every table has.
var systemColumns = []string{"tableoid", "ctid", "xmin", "cmin", "xmax", "cmax"}

// checkNew returns a problem if what a layout says about the new table can't be, or
// must not become part of a statement: names are quoted there, but types and checks
// are copied verbatim.
func (d *DB) checkNew(ctx context.Context, c *pgx.Conn, l load.Layout) error {
	switch n := len(l.Make); {
	case l.Plan.Table == "":
		return load.Problem{Note: message.New("table_without_name", "name_table")}
	case n == 0:
		return load.Problem{Note: message.New("table_no_columns", "")}
	case n > mostColumns:
		return load.Problem{Note: message.New("too_many_columns_server", "leave_fields_out", "n", n, "most", mostColumns)}
	case strings.ContainsRune(l.Plan.Table, 0):
		return load.Problem{Note: message.New("table_with_nul", "other_name", "table", l.Plan.Table)}
	case len(l.Plan.Table) > mostName:
		return load.Problem{Note: message.New("name_too_long", "other_name", "name", l.Plan.Table, "most", mostName)}
	case l.Plan.Table == marksTable, l.Plan.Table == unloggedMarks:
		return load.Problem{Note: message.New("name_of_marks", "other_name", "table", l.Plan.Table)}
	case d.schemaOf(l.Plan.TableName()) == "":
		return load.Problem{Note: message.New("no_schema", "choose_schema")}
	}
	for _, column := range l.Make {
		switch {
		case strings.ContainsRune(column.Name, 0):
			return load.Problem{Column: column.Name, Note: message.New("column_with_nul", "other_name", "column", column.Name)}
		case len(column.Name) > mostName:
			return load.Problem{Column: column.Name, Note: message.New("name_too_long", "other_name", "name", column.Name, "most", mostName)}
		case slices.Contains(systemColumns, column.Name):
			return load.Problem{Column: column.Name, Note: message.New("name_of_system_column", "other_name", "column", column.Name)}
		case column.Declared != "" && !isTypeName(ctx, c, column.Declared):
			return load.Problem{Column: column.Name, Note: message.New("not_a_type", "types_are", "declared", load.ShownSQL(column.Declared), "column", column.Name)}
		case !isClosed(column.Check):
			return load.Problem{Column: column.Name, Note: message.New("not_an_expression", "add_check_later", "check", load.ShownSQL(column.Check), "column", column.Name)}
		}
	}
	return nil
}

// typeName matches declared types.
var typeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z][A-Za-z0-9_]*)*(?: ?\( ?[0-9]{1,9} ?(?:, ?[0-9]{1,9} ?)?\))?(?: [A-Za-z][A-Za-z]*)*(?:\[\])*$`)

// mostTypeName is the length of the longest declared type.
const mostTypeName = 100

// isTypeName reports whether declared is a type that the server knows, and nothing
// else.
func isTypeName(ctx context.Context, c *pgx.Conn, declared string) bool {
	if len(declared) > mostTypeName || !typeName.MatchString(declared) {
		return false
	}
	var known bool
	err := c.QueryRow(ctx, "SELECT pg_catalog.to_regtype($1::text) IS NOT NULL", declared).Scan(&known)
	return err == nil && known
}

// isClosed reports whether an expression can't escape from the parentheses that are
// put around it.
func isClosed(expression string) bool {
	return !strings.Contains(expression, `\`) && load.IsClosed(expression, `'"`, "$")
}

// free returns a problem if a table can't be created because something else has its
// name, or there is no such schema, or no right to.
func (d *DB) free(ctx context.Context, c *pgx.Conn, name load.TableName) error {
	var kind string
	var there, may bool
	err := c.QueryRow(ctx, `
		SELECT n.oid IS NOT NULL, coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false),
			coalesce((SELECT c.relkind::text FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = $2::text),
				(SELECT 'T' FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid AND t.typname = $2::text), '')
		FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1::text`, name.Schema, name.Name).
		Scan(&there, &may, &kind)
	if err != nil {
		return err
	}
	switch {
	case !there:
		return load.Problem{Note: message.New("schema_missing", "choose_schema", "schema", name.Schema)}
	case kind == "v", kind == "m":
		return load.Problem{Note: message.New("name_of_view", "other_table_name", "table", name.Name)}
	case kind == "i", kind == "I":
		return load.Problem{Note: message.New("name_of_index", "other_table_name", "table", name.Name)}
	case kind == "S", kind == "c", kind == "T":
		return load.Problem{Note: message.New("name_taken", "other_table_name", "table", name.Name)}
	case kind != "":
		return load.Problem{Note: message.New("table_exists", "add_to_it", "table", name.Name)}
	case !may:
		return load.Problem{Note: message.New("may_not_create", "have_right_or_schema", "schema", name.Schema), Denied: true}
	}
	return nil
}
