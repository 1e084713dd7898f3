package sqlite

import (
	"context"
	"time"

	"linefeed/backend/load"
)

// Counting the rows of all tables takes no longer than countTables, and those
// of one no longer than countTable: SQLite has to look at every row.
var (
	countTables = 500 * time.Millisecond
	countTable  = 100 * time.Millisecond
)

// Tables returns the tables that can be loaded into, by name. Their rows are
// counted, not estimated; where that takes long they are not told.
func (d *DB) Tables(ctx context.Context) ([]load.Table, error) {
	if d.conn == nil {
		return nil, nil
	}
	tables, err := d.tableNames(ctx)
	if err != nil {
		return nil, d.explain(ctx, "list tables", err)
	}
	counting, cancel := context.WithTimeout(ctx, countTables)
	defer cancel()
	for i := range tables {
		tables[i].Rows = d.count(counting, tables[i].Name)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return tables, nil
}

func (d *DB) tableNames(ctx context.Context) ([]load.Table, error) {
	defer d.bulk.Watch(ctx)()
	rows, err := d.conn.QueryContext(ctx, `
		SELECT name FROM pragma_table_list
		WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name COLLATE NOCASE`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables []load.Table
	for rows.Next() {
		var t load.Table
		if err := rows.Scan(&t.Name); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, rows.Err()
}

// count returns how many rows a table has, -1 where that can't be told soon.
func (d *DB) count(ctx context.Context, table string) int64 {
	ctx, cancel := context.WithTimeout(ctx, countTable)
	defer cancel()
	if ctx.Err() != nil {
		return -1
	}
	defer d.bulk.Watch(ctx)()
	var rows int64
	if err := d.conn.QueryRowContext(ctx, "SELECT count(*) FROM main."+quote(table)).Scan(&rows); err != nil {
		return -1
	}
	return rows
}
