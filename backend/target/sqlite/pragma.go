package sqlite

import (
	"context"
	"database/sql"
)

// A scanFunc scans the first columns of a row; nil skips a column.
type scanFunc func(into ...any) error

// pragma calls each for every row that a pragma returns about something in the
// database. SQLite also has pragmas as tables, which could be joined and
// filtered, but a user's table may have the same name.
func (d *DB) pragma(ctx context.Context, name, about string, each func(scanFunc) error) error {
	statement := "PRAGMA main." + name
	if about != "" {
		statement += "(" + quote(about) + ")"
	}
	rows, err := d.conn.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(scanner(rows)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// scanner returns the scanFunc of the current row.
func scanner(rows *sql.Rows) scanFunc {
	return func(into ...any) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		all := make([]any, len(names))
		for i := range all {
			if i < len(into) && into[i] != nil {
				all[i] = into[i]
			} else {
				all[i] = new(any)
			}
		}
		return rows.Scan(all...)
	}
}
