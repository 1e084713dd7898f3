package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linefeed/backend/load"
)

// Counting the rows of all tables may take countTables, and those of one table
// countTable: SQLite has to visit every row.
var (
	countTables = 500 * time.Millisecond
	countTable  = 100 * time.Millisecond
)

// Tables returns the tables that can be loaded into, sorted by name. Their rows
// are counted, not estimated, and left unknown where that takes too long.
func (d *DB) Tables(ctx context.Context) ([]load.Table, error) {
	if d.conn == nil {
		return nil, nil
	}
	stop := d.conn.Bulk.Watch(ctx)
	names, err := d.tableNames(ctx)
	stop()
	if err != nil {
		return nil, d.explain(ctx, "list tables", err)
	}
	counting, cancel := context.WithTimeout(ctx, countTables)
	defer cancel()
	var tables []load.Table
	for _, name := range names {
		tables = append(tables, load.Table{Name: name, Rows: d.count(counting, name)})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return tables, nil
}

// Schemas returns none: tables of an SQLite file are in no schema.
func (d *DB) Schemas(context.Context) ([]string, error) { return nil, nil }

// tableNames returns the names of the tables that can be loaded into.
func (d *DB) tableNames(ctx context.Context) ([]string, error) {
	var names []string
	err := d.pragma(ctx, "table_list", "", func(scan scanFunc) error {
		var schema, name, kind string
		if err := scan(&schema, &name, &kind); err != nil {
			return err
		}
		if schema == "main" && kind == "table" && !strings.HasPrefix(strings.ToLower(name), "sqlite_") && !isOwn(name) {
			names = append(names, name)
		}
		return nil
	})
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
	})
	return names, err
}

// count returns the number of rows of a table, -1 if counting takes too long.
func (d *DB) count(ctx context.Context, table string) int64 {
	ctx, cancel := context.WithTimeout(ctx, countTable)
	defer cancel()
	if ctx.Err() != nil {
		return -1
	}
	defer d.conn.Bulk.Watch(ctx)()
	var rows int64
	if err := d.conn.QueryRowContext(ctx, "SELECT count(*) FROM main."+quote(table)).Scan(&rows); err != nil {
		return -1
	}
	return rows
}

// Head returns the first rows of a table, at most n, as text; nil is NULL.
func (d *DB) Head(ctx context.Context, name load.TableName, n int) ([][]*string, error) {
	if d.conn == nil {
		return nil, d.notThere()
	}
	defer d.conn.Bulk.Watch(ctx)()
	t, err := d.table(ctx, name)
	if err != nil {
		return nil, d.explain(ctx, "look at the rows", err)
	}
	rows, err := d.head(ctx, t, n)
	if err != nil {
		return nil, d.explain(ctx, "look at the rows", err)
	}
	return rows, nil
}

func (d *DB) head(ctx context.Context, t *table, n int) (_ [][]*string, err error) {
	var texts []string
	for _, c := range t.columns {
		as := "CAST(%s AS TEXT)"
		if c.Type == load.Binary {
			as = "hex(%s)"
		}
		texts = append(texts, fmt.Sprintf(as, quote(c.Name)))
	}
	rows, err := d.conn.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM main.%s LIMIT %d", strings.Join(texts, ", "), quote(t.name), n))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all [][]*string
	for rows.Next() {
		row := make([]*string, len(texts))
		into := make([]any, len(texts))
		for i := range into {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
