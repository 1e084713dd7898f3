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
	table := qualified(schema, marksTable)
	first, err := json.Marshal(load.Mark{})
	if err != nil {
		return nil, false, err
	}
	statements := "SELECT mark FROM " + table + " WHERE job = " + literal(job) + " ORDER BY writer; " +
		"INSERT IGNORE INTO " + table + " VALUES (" + literal(job) + ", 0, " + literal(string(first)) + ")"
	// Another load may remove the table, with its last mark, in between.
	for range 3 {
		var all []result
		all, err = c.query(ctx, "CREATE TABLE IF NOT EXISTS "+table+createMarks+"; "+statements)
		if forbidden(err) { // also where the table is there
			all, err = c.query(ctx, statements)
		}
		if err == nil && len(all) == 1 {
			d.marks = true
			return readMarks(job, all[0])
		}
		if number(err) != errNoSuchTable {
			break
		}
	}
	if forbidden(err) || number(err) == errNoSuchTable {
		d.marks = false
		return nil, false, nil
	}
	return nil, false, err
}

// forbidden reports whether an error says that the user lacks a right.
func forbidden(err error) bool {
	switch number(err) {
	case 1044, 1142, 1143, 1227:
		return true
	}
	return false
}

// readMarks returns the marks of a job that are beyond the first record, and whether it
// has any mark.
func readMarks(job string, rows result) (marks []load.Mark, known bool, err error) {
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
	rows, err := c.one(ctx, "SELECT mark FROM "+qualified(d.schema(t), marksTable)+" WHERE job = "+literal(job)+" ORDER BY writer")
	if number(err) == errNoSuchTable || forbidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, d.explain(ctx, "look up the marks of a load", err)
	}
	marks, _, err := readMarks(job, rows)
	return marks, err
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
	return d.removeLast(ctx, c, qualified(schema, marksTable), job)
}

// removeLast removes the rows of a job from a table of the program's, and the table with
// the last of them.
func (d *DB) removeLast(ctx context.Context, c *conn, table, job string) error {
	left := "SELECT 1 FROM " + table + " LIMIT 1"
	rows, err := c.one(ctx, "DELETE FROM "+table+" WHERE job = "+literal(job)+"; "+left)
	switch {
	case number(err) == errNoSuchTable, forbidden(err):
		return nil
	case err != nil, len(rows) > 0, d.server.galera, d.server.tidb:
		return err // where tables can't be locked on all nodes, it stays
	}
	// Nobody writes a mark between the look and the removal.
	rows, err = c.one(ctx, "LOCK TABLES "+table+" WRITE; "+left)
	if err != nil {
		return nil //nolint:nilerr // no right to: an empty table stays
	}
	if len(rows) == 0 {
		if err := c.exec(ctx, "DROP TABLE "+table+"; UNLOCK TABLES"); err == nil {
			return nil // stays too, without the right
		}
	}
	return c.exec(ctx, "UNLOCK TABLES")
}
