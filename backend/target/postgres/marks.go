package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
)

// marksTable holds the marks of the loads into the tables of its schema. It is made
// when the first of them begins, and removed with the last one.
const marksTable = "linefeed_marks"

// The row of a job with this number of a writer says that the job is under way, and
// whether it has made its table. So the table of marks is never empty as long as
// one needs it.
const jobRow = -1

// What stands instead of a mark: in the row of a writer that has committed nothing,
// and in that of a job that has made its table.
const (
	unmarked = `{}`
	made     = `{"made":true}`
)

func marksOf(schema string) string {
	return quoteTable(load.TableName{Schema: schema, Name: marksTable})
}

// hasPlaceForMarks reports whether marks can be kept in a schema: the table of marks
// is there and can be written to, or it can be made.
func (d *DB) hasPlaceForMarks(ctx context.Context, c *pgx.Conn, schema string) (can bool, err error) {
	err = c.QueryRow(ctx, `
		SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::text AND c.relname = $2::text)
			THEN (SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
				AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') AND pg_catalog.has_table_privilege(c.oid, 'DELETE')
				FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::text AND c.relname = $2::text)
			ELSE coalesce((SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE') FROM pg_catalog.pg_namespace n WHERE n.nspname = $1::text), false) END`,
		schema, marksTable).Scan(&can)
	return can, err
}

// openMarks makes the table of marks, notes there that the job is under way, and
// returns its marks, and whether it has made its table already.
func (d *DB) openMarks(ctx context.Context, c *pgx.Conn, job, schema string) (marks []load.Mark, hasMade bool, err error) {
	statement := fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %[1]s (job text NOT NULL, writer integer NOT NULL, mark text NOT NULL, PRIMARY KEY (job, writer));
		INSERT INTO %[1]s VALUES (%[2]s, %[3]d, '%[4]s'), (%[2]s, 0, '%[4]s') ON CONFLICT DO NOTHING`, marksOf(schema), literal(job), jobRow, unmarked)
	for try := 0; ; try++ {
		_, err = c.PgConn().Exec(ctx, statement).ReadAll()
		// Others may make or remove the table at the same moment.
		var pg *pgconn.PgError
		if err == nil || try == 3 || !errors.As(err, &pg) || pg.Code != "23505" && pg.Code != "42P07" && pg.Code != "42P01" {
			break
		}
	}
	if err != nil {
		return nil, false, err
	}
	// A writer that has lost its connection may still be committing at the server:
	// this waits for its transaction, which holds its row.
	return readMarks(ctx, c, job, schema, " FOR UPDATE")
}

// holdMark returns the statement by which a writer holds its row until the end of
// its transaction.
func holdMark(job, schema string, writer int) string {
	return fmt.Sprintf("SELECT FROM %s WHERE job = %s AND writer = %d FOR UPDATE; ", marksOf(schema), literal(job), writer)
}

// addWriters adds the rows of n writers of a job.
func addWriters(ctx context.Context, c *pgx.Conn, job, schema string, n int) error {
	_, err := c.Exec(ctx, "INSERT INTO "+marksOf(schema)+" SELECT $1::text, n, $2::text FROM generate_series(0, $3::int - 1) AS n ON CONFLICT DO NOTHING", job, unmarked, n)
	return err
}

func readMarks(ctx context.Context, c *pgx.Conn, job, schema, lock string) (marks []load.Mark, hasMade bool, err error) {
	rows, err := c.Query(ctx, "SELECT writer, mark FROM "+marksOf(schema)+" WHERE job = $1::text ORDER BY writer"+lock, job)
	if err != nil {
		return nil, false, err
	}
	var writer int
	var text string
	_, err = pgx.ForEachRow(rows, []any{&writer, &text}, func() error {
		if writer == jobRow {
			hasMade = text == made
			return nil
		}
		if text == unmarked {
			return nil
		}
		var m load.Mark
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return fmt.Errorf("the mark %q of job %s: %w", text, job, err)
		}
		marks = append(marks, m)
		return nil
	})
	return marks, hasMade, err
}

// mark returns the statement that writes a mark.
func mark(job, schema string, writer int, text string) string {
	return fmt.Sprintf("INSERT INTO %s AS linefeed_mark VALUES (%s, %d, %s) ON CONFLICT (job, writer) DO UPDATE SET mark = excluded.mark",
		marksOf(schema), literal(job), writer, literal(text))
}

// hasMarks returns the schema of the table of a load, and whether it has a table of
// marks.
func (d *DB) hasMarks(ctx context.Context, c *pgx.Conn, t load.TableName) (schema string, has bool, err error) {
	schema = d.schemaOf(t)
	if found, err := d.find(ctx, c, t); err == nil {
		schema = found.name.Schema
	} else if !errors.Is(err, load.ErrNoTable) {
		return "", false, err
	}
	err = c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1::text AND c.relname = $2::text)`, schema, marksTable).Scan(&has)
	return schema, has, err
}

// schemaOf returns the schema of a table that is to be made.
func (d *DB) schemaOf(t load.TableName) string {
	if t.Schema != "" {
		return t.Schema
	}
	return d.place.Schema
}

// Marks returns the marks that loads of a job into the table have committed.
func (d *DB) Marks(ctx context.Context, job string, t load.TableName) (marks []load.Mark, err error) {
	if job == "" {
		return nil, nil
	}
	err = d.do(ctx, "look up the marks of a load", func(c *pgx.Conn) error {
		schema, has, err := d.hasMarks(ctx, c, t)
		if err == nil && has {
			marks, _, err = readMarks(ctx, c, job, schema, "")
		}
		return err
	})
	return marks, err
}

// Forget removes the marks of a job, and the table of marks with the last of them.
func (d *DB) Forget(ctx context.Context, job string, t load.TableName) error {
	return d.do(ctx, "remove the marks of a load", func(c *pgx.Conn) error {
		schema, has, err := d.hasMarks(ctx, c, t)
		if err != nil || !has {
			return err
		}
		return forget(ctx, c, job, schema)
	})
}

func forget(ctx context.Context, c *pgx.Conn, job, schema string) error {
	if _, err := c.Exec(ctx, "DELETE FROM "+marksOf(schema)+" WHERE job = $1::text", job); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		var left, owner bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+marksOf(schema)+`),
			(SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
				WHERE n.nspname = $1::text AND c.relname = $2::text)`, schema, marksTable).Scan(&left, &owner)
		if err != nil || left || !owner {
			return err
		}
		if _, err = tx.Exec(ctx, "LOCK TABLE "+marksOf(schema)+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		// Another job may have come in between.
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+marksOf(schema)+")").Scan(&left); err != nil || left {
			return err
		}
		_, err = tx.Exec(ctx, "DROP TABLE "+marksOf(schema))
		return err
	})
}
