package sqlite

import (
	"context"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Unmake removes a table that a load of the job has made, and the job's marks, if the
// table has that many rows and nothing depends on it.
func (d *DB) Unmake(ctx context.Context, job string, t load.TableName, rows int64) error {
	if d.writer != nil {
		return message.NewError(nil, "load_is_open", "")
	}
	if d.conn == nil {
		return d.notThere()
	}
	err := d.within(ctx, func() error { return d.unmake(ctx, job, t, rows) })
	if err != nil {
		return d.explain(ctx, "remove a table", err)
	}
	var empty bool
	err = d.conn.QueryRowContext(ctx, "SELECT NOT EXISTS (SELECT 1 FROM main.sqlite_schema)").Scan(&empty)
	if err == nil && empty { // or the file would keep its size
		_ = d.run("VACUUM")
	}
	return nil
}

func (d *DB) unmake(ctx context.Context, job string, t load.TableName, rows int64) error {
	made, err := d.table(ctx, t)
	if err != nil {
		return err
	}
	var has int64
	if err := d.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+made.full()).Scan(&has); err != nil {
		return err
	}
	if has != rows {
		return message.NewError(nil, "unmake_other_rows", "", "table", made.name, "has", has, "loaded", rows)
	}
	alone, err := (&undoing{keeping: &keeping{t: made}, db: d}).leavesNothing(ctx, rows)
	if err != nil {
		return err
	}
	if !alone {
		return message.NewError(nil, "unmake_depended_on", "", "table", made.name)
	}
	if err := d.run("DROP TABLE " + made.full()); err != nil {
		return err
	}
	if has, err := d.hasMarks(ctx); err != nil || !has {
		return err
	}
	return d.removeLast(ctx, marksTable, job)
}
