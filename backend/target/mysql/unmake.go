package mysql

import (
	"context"
	"strconv"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Unmake removes a table that a load of the job has made, and the job's marks, if the
// table has that many rows. Where it can't be locked on all nodes, it stays.
func (d *DB) Unmake(ctx context.Context, job string, name load.TableName, rows int64) error {
	c, err := d.conn(ctx)
	if err != nil {
		return err
	}
	if d.server.galera || d.server.tidb {
		return message.NewError(nil, "unmake_unlockable", "", "table", name.Name)
	}
	if err := d.unmake(ctx, c, qualified(d.schema(name), name.Name), rows); err != nil {
		return d.explain(ctx, "remove a table", err)
	}
	return d.Forget(ctx, job, name)
}

func (d *DB) unmake(ctx context.Context, c *conn, table string, rows int64) (err error) {
	counted, err := c.one(ctx, "LOCK TABLES "+table+" WRITE; SELECT count(*) FROM "+table)
	if err != nil {
		return err
	}
	defer func() {
		if e := c.exec(context.WithoutCancel(ctx), "UNLOCK TABLES"); err == nil {
			err = e
		}
	}()
	has, err := strconv.ParseInt(*counted[0][0], 10, 64)
	if err != nil {
		return err
	}
	if has != rows {
		return message.NewError(nil, "unmake_other_rows", "", "table", table, "has", has, "loaded", rows)
	}
	return c.exec(ctx, "DROP TABLE "+table)
}
