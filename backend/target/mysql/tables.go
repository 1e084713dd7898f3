package mysql

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// serversOwn are the databases that belong to the server, as a list of SQL.
const serversOwn = "('mysql', 'information_schema', 'performance_schema', 'sys', 'METRICS_SCHEMA', 'INSPECTION_SCHEMA')"

// Tables returns the tables that can be loaded into, sorted by schema and name. How many
// rows they have is not known without counting, which takes long.
func (d *DB) Tables(ctx context.Context) ([]load.Table, error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.one(ctx, "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') "+
		"AND TABLE_SCHEMA NOT IN "+serversOwn)
	if err != nil {
		return nil, d.explain(ctx, "list tables", err)
	}
	var tables []load.Table
	for _, row := range rows {
		if t := (load.Table{Schema: str(row[0]), Name: str(row[1]), Rows: -1}); !isOwn(t.Name) {
			tables = append(tables, t)
		}
	}
	// Those of the connection's own database first would surprise who reads a list.
	slices.SortFunc(tables, func(a, b load.Table) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return tables, nil
}

// Schemas returns the databases of the server that the user has any right on, sorted by
// name. Whether a table can be made in one is for Check to say.
func (d *DB) Schemas(ctx context.Context) ([]string, error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.one(ctx, "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN "+serversOwn)
	if err != nil {
		return nil, d.explain(ctx, "list databases", err)
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = str(row[0])
	}
	slices.Sort(names)
	return names, nil
}

// Head returns the first rows of a table, as text.
func (d *DB) Head(ctx context.Context, name load.TableName, n int) ([][]*string, error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	t, err := d.table(ctx, c, name)
	if err != nil {
		return nil, d.explain(ctx, "look at the rows", err)
	}
	names := make([]string, len(t.columns))
	for i, col := range t.columns {
		names[i] = col.Name
	}
	rows, err := c.one(ctx, fmt.Sprintf("SELECT %s FROM %s LIMIT %d", quoteAll(names), t.full(), n))
	if err != nil {
		return nil, d.explain(ctx, "look at the rows", err)
	}
	return rows, nil
}
