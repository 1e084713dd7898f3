package postgres

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Unmake removes a table that a load of the job has made, and the job's marks, if the
// table has that many rows. The server refuses it where something depends on the table.
func (d *DB) Unmake(ctx context.Context, job string, name load.TableName, rows int64) error {
	var other error // that somebody else has changed it
	err := d.do(ctx, "remove a table", func(c *pgx.Conn) error {
		made, err := d.find(ctx, c, name)
		if err == nil && made.name != (load.TableName{Schema: d.schemaOf(name), Name: name.Name}) {
			err = d.noTable(ctx, c, name, []*table{made}) // which is only like it
		}
		if err != nil {
			return err
		}
		table := quoteTable(made.name)
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE"); err != nil {
				return err
			}
			var has int64
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&has); err != nil {
				return err
			}
			if has != rows {
				other = message.NewError(nil, "unmake_other_rows", "", "table", made.name.Name, "has", has, "loaded", rows)
				return nil
			}
			_, err := tx.Exec(ctx, "DROP TABLE "+table)
			return err
		})
	})
	if err = cmp.Or(err, other); err != nil {
		return err
	}
	return d.Forget(ctx, job, name)
}
