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
	if err := d.unmake(ctx, c, name, rows); err != nil {
		return d.explain(ctx, "remove a table", err)
	}
	return d.Forget(ctx, job, name)
}

func (d *DB) unmake(ctx context.Context, c *conn, name load.TableName, rows int64) error {
	table := qualified(d.schema(name), name.Name)
	defer c.unlock(ctx)
	counted, err := c.one(ctx, "LOCK TABLES "+table+" WRITE; SELECT count(*) FROM "+table)
	if err != nil {
		return err
	}
	has, err := strconv.ParseInt(*counted[0][0], 10, 64)
	if err != nil {
		return err
	}
	if has != rows {
		return message.NewError(nil, "unmake_other_rows", "", "table", name.Name, "has", has, "loaded", rows)
	}
	return c.exec(ctx, "DROP TABLE "+table)
}

// unlock unlocks all tables. Where the server does not do it, they are unlocked with the
// end of the connection.
func (c *conn) unlock(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterCancel)
	defer cancel()
	if c.exec(ctx, "UNLOCK TABLES") != nil {
		c.bad = true
	}
}
