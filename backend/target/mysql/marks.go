package mysql

import (
	"context"
	"encoding/json"
	"fmt"

	"linefeed/backend/load"
)

const createMarks = " (job VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, writer INT NOT NULL, mark TEXT NOT NULL, " +
	"PRIMARY KEY (job, writer)) ENGINE=InnoDB"

// errNoSuchTable is the number of the error about a table that does not exist.
const errNoSuchTable = 1146

// openMarks makes the table of marks, if there is none, and returns the marks of a job.
// A job that has none yet gets one that is before the first record: it keeps the table
// from being removed, and tells a later try that the table of the load is its own, which
// known reports. Where no table can be made, there are no marks, and Place says so.
func (d *DB) openMarks(ctx context.Context, c *conn, job, schema string) (marks []load.Mark, known bool, err error) {
	marks, known, err = d.readMarks(ctx, c, job, schema)
	if err != nil || known {
		return marks, known, err
	}
	table := qualified(schema, marksTable)
	first, err := json.Marshal(load.Mark{})
	if err != nil {
		return nil, false, err
	}
	// Another load may remove the table, with its last mark, in between.
	for range 3 {
		if err = c.exec(ctx, "CREATE TABLE IF NOT EXISTS "+table+createMarks); err != nil {
			break
		}
		err = c.exec(ctx, "INSERT INTO "+table+" VALUES ("+literal(job)+", 0, "+literal(string(first))+")")
		if number(err) != errNoSuchTable {
			break
		}
	}
	switch n := number(err); {
	case err == nil:
		d.marks = true
	case n == 1044, n == 1142, n == 1143, n == 1227:
		d.marks = false
		return nil, false, nil
	}
	return nil, false, err
}

// readMarks returns the marks of a job that are beyond the first record, and whether it
// has any mark.
func (d *DB) readMarks(ctx context.Context, c *conn, job, schema string) (marks []load.Mark, known bool, err error) {
	there, err := d.exists(ctx, c, schema, marksTable)
	if err != nil || !there {
		return nil, false, err
	}
	rows, err := c.one(ctx, "SELECT mark FROM "+qualified(schema, marksTable)+" WHERE job = "+literal(job)+" ORDER BY writer")
	if number(err) == errNoSuchTable {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows {
		known = true
		var m load.Mark
		if err := json.Unmarshal([]byte(str(row[0])), &m); err != nil {
			return nil, false, fmt.Errorf("the mark %q of job %s: %w", str(row[0]), job, err)
		}
		if m.Writers > 0 {
			marks = append(marks, m)
		}
	}
	return marks, known, nil
}

// Marks returns the marks that loads of a job into the table have committed.
func (d *DB) Marks(ctx context.Context, job string, t load.TableName) ([]load.Mark, error) {
	if job == "" {
		return nil, nil
	}
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	marks, _, err := d.readMarks(ctx, c, job, d.schema(t))
	if err != nil {
		return nil, d.explain(ctx, "look up the marks of a load", err)
	}
	return marks, nil
}

// markStatement returns the statement that writes a mark.
func markStatement(job, schema string, m load.Mark) (string, error) {
	m.Writers = max(m.Writers, 1)
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("INSERT INTO %s VALUES (%s, %d, %s) ON DUPLICATE KEY UPDATE mark = VALUES(mark)",
		qualified(schema, marksTable), literal(job), m.Writer, literal(string(text))), nil
}

// Forget removes the marks of a job, and the table of marks with the last of them.
func (d *DB) Forget(ctx context.Context, job string, t load.TableName) error {
	c, err := d.conn(ctx)
	if err != nil {
		return err
	}
	if err := d.forget(ctx, c, job, d.schema(t)); err != nil {
		return d.explain(ctx, "remove the marks of a load", err)
	}
	return nil
}

func (d *DB) forget(ctx context.Context, c *conn, job, schema string) error {
	there, err := d.exists(ctx, c, schema, marksTable)
	if err != nil || !there {
		return err
	}
	table := qualified(schema, marksTable)
	if err := c.exec(ctx, "DELETE FROM "+table+" WHERE job = "+literal(job)); err != nil {
		if number(err) == errNoSuchTable {
			return nil
		}
		return err
	}
	rows, err := c.one(ctx, "SELECT 1 FROM "+table+" LIMIT 1")
	if err != nil || len(rows) > 0 || d.server.galera || d.server.tidb {
		// Where tables can't be locked on all nodes, it stays.
		return ignoreMissing(err)
	}
	// Nobody writes a mark between the look and the removal.
	if err := c.exec(ctx, "LOCK TABLES "+table+" WRITE"); err != nil {
		return nil //nolint:nilerr // no right to: an empty table stays
	}
	rows, err = c.one(ctx, "SELECT 1 FROM "+table+" LIMIT 1")
	if err == nil && len(rows) == 0 {
		_ = c.exec(ctx, "DROP TABLE "+table) // stays too, without the right
	}
	return c.exec(ctx, "UNLOCK TABLES")
}

func ignoreMissing(err error) error {
	if number(err) == errNoSuchTable {
		return nil
	}
	return err
}
