package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"linefeed/backend/load"
)

// marksTable holds the marks of the loads into the tables of the file. It is made
// with the first mark, and removed with the last one.
const marksTable = "linefeed_marks"

const createMarks = "CREATE TABLE IF NOT EXISTS main." + marksTable +
	" (job TEXT NOT NULL, writer INTEGER NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (job, writer)) WITHOUT ROWID"

// mark writes m, in the transaction of the rows.
func (w *writer) mark(ctx context.Context, m load.Mark) error {
	if err := w.transaction(ctx); err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := w.exec(createMarks); err != nil {
		return err
	}
	_, err = w.db.conn.ExecContext(context.Background(),
		"INSERT OR REPLACE INTO main."+marksTable+" VALUES (?, ?, ?)", w.job, m.Writer, string(text))
	if err != nil {
		return err
	}
	w.schema, err = w.db.schemaVersion() // which the table of marks may have changed
	return err
}

// hasMarks reports whether there is a table of marks.
func (d *DB) hasMarks(ctx context.Context) (has bool, err error) {
	if d.conn == nil {
		return false, nil
	}
	err = d.conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?)", marksTable).Scan(&has)
	return has, err
}

// Marks returns the marks that loads of the job have committed.
func (d *DB) Marks(ctx context.Context, job string, _ load.TableName) ([]load.Mark, error) {
	if job == "" {
		return nil, nil
	}
	marks, err := d.marks(ctx, job)
	if err != nil {
		return nil, d.explain(ctx, "look up the marks of a load", err)
	}
	return marks, nil
}

func (d *DB) marks(ctx context.Context, job string) (marks []load.Mark, err error) {
	if has, err := d.hasMarks(ctx); err != nil || !has {
		return nil, err
	}
	rows, err := d.conn.QueryContext(ctx, "SELECT mark FROM main."+marksTable+" WHERE job = ? ORDER BY writer", job)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		var m load.Mark
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, fmt.Errorf("the mark %q of job %s: %w", text, job, err)
		}
		marks = append(marks, m)
	}
	return marks, rows.Err()
}

// Forget removes the marks of a job, and the table of marks with the last of them.
func (d *DB) Forget(ctx context.Context, job string, _ load.TableName) error {
	if err := d.forget(ctx, job); err != nil {
		return d.explain(ctx, "remove the marks of a load", err)
	}
	return nil
}

func (d *DB) forget(ctx context.Context, job string) error {
	if has, err := d.hasMarks(ctx); err != nil || !has {
		return err
	}
	return d.within(ctx, func() error { return d.removeLast(ctx, marksTable, job) })
}
