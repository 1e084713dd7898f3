package mysql

import (
	"context"
	"errors"
	"strings"

	"linefeed/backend/load"
)

// probeNew returns a probe for a table that is to be made: a temporary one is. As
// information_schema has none of these, SHOW tells what the server makes of it.
func (d *DB) probeNew(ctx context.Context, c *conn, l load.Layout) (*probe, error) {
	t := &table{schema: d.schema(l.Plan.TableName()), name: shadowTable, kind: "BASE TABLE", engine: "InnoDB"}
	made := l
	made.Plan.Table = t.name
	statement, err := d.server.createTable(t.schema, made)
	if err != nil {
		return nil, err
	}
	statement = "CREATE TEMPORARY" + strings.TrimPrefix(statement, "CREATE")
	drop, name := "DROP TEMPORARY TABLE IF EXISTS "+t.full(), t.full()
	all, err := c.query(ctx, strings.Join([]string{
		drop, statement, "SHOW INDEX FROM " + name, "SHOW CREATE TABLE " + name, "SHOW FULL COLUMNS FROM " + name, drop,
	}, "; "))
	if err != nil {
		return nil, err
	}
	t.readShown(all[0], str(all[1][0][1]), all[2])
	p, err := d.openProbe(ctx, c, t, l)
	if err != nil {
		return nil, err
	}
	if err := p.conn.exec(ctx, statement); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// readShown reads what SHOW tells of a table: its indexes, the statement that makes it,
// and its columns.
func (t *table) readShown(indexes result, statement string, columns result) {
	const nonUnique, name, column, part = 1, 2, 4, 7
	var keys result
	for _, row := range indexes {
		if str(row[nonUnique]) == "0" {
			keys = append(keys, []*string{row[name], row[column], row[part]})
		}
	}
	t.readKeys(keys)
	t.checks = map[string]string{}
	for _, m := range shownCheck().FindAllStringSubmatch(statement, -1) {
		t.checks[strings.ReplaceAll(m[1], "``", "`")] = m[2]
	}
	for i, row := range columns {
		columns[i] = asColumn(row)
	}
	t.readColumns(columns)
}

// shownCheck matches the line of a check: of a column, or with a name of its own.
var shownCheck = pattern("(?m)^  (?:CONSTRAINT )?`((?:[^`]|``)+)` (?:.* )?CHECK \\((.*)\\),?$")

// shownType matches a type as it is declared.
var shownType = pattern(`^(\w+)(?:\((\d+)(?:,(\d+))?\))?`)

// blobLengths are how many bytes the types hold whose declaration does not tell.
var blobLengths = map[string]string{"tiny": "255", "": "65535", "medium": "16777215", "long": "4294967295"}

// asColumn returns a row of SHOW FULL COLUMNS as information_schema.COLUMNS has it.
func asColumn(row []*string) []*string {
	declared, collation := row[1], row[2]
	c := []*string{0: row[0], 1: declared, 3: row[3], 4: row[5], 10: collation, 11: row[6], 12: row[8]}
	m := shownType().FindStringSubmatch(str(declared))
	if m == nil {
		return c
	}
	kind := m[1]
	c[2] = &kind
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	switch size, scale := given(m[2]), given(m[3]); kind {
	case "char", "varchar", "binary", "varbinary":
		c[5] = size
	case "decimal":
		c[6], c[7] = size, scale
	case "float", "double":
		c[7] = scale
	case "time", "datetime", "timestamp":
		c[8] = size
	default:
		if of, ok := strings.CutSuffix(strings.Replace(kind, "text", "blob", 1), "blob"); ok {
			c[5] = given(blobLengths[of])
		}
	}
	charset, _, _ := strings.Cut(str(collation), "_")
	c[9] = given(charset)
	return c
}
