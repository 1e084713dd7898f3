package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
)

// The tables of marks hold those of the loads into the tables of their schema. They are made
// when the first of them begins, and removed with the last one. Tables that are UNLOGGED are
// empty after a crash of the server: so are their marks.
const (
	marksTable    = "linefeed_marks"
	unloggedMarks = "linefeed_marks_unlogged"
)

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

// marksOf returns the table of marks of loads into the tables of a schema.
func marksOf(schema string, unlogged bool) load.TableName {
	if unlogged {
		return load.TableName{Schema: schema, Name: unloggedMarks}
	}
	return load.TableName{Schema: schema, Name: marksTable}
}

// placeForMarks asks whether marks can be kept in a schema, "" for the default one: the
// table of marks is there and can be written to, or it can be made.
const placeForMarks = `
	SELECT CASE WHEN c.oid IS NULL THEN coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false)
		ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
			AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') AND pg_catalog.has_table_privilege(c.oid, 'DELETE') END
	FROM (SELECT coalesce(nullif($1::text, ''), current_schema()) AS name) AS s
		LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = s.name
		LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = $2::text`

// canMark reports whether marks can be kept in a table.
func (d *DB) canMark(ctx context.Context, c *pgx.Conn, table load.TableName) (can bool, err error) {
	if table == marksOf(d.place.Schema, false) && d.place.Marks {
		return true, nil
	}
	err = c.QueryRow(ctx, placeForMarks, table.Schema, table.Name).Scan(&can)
	return can, err
}

// openMarks makes the table of marks, notes there that the job is under way with as
// many writers, and returns its marks, and whether it has made its table already. A
// writer that has lost its connection may still be committing at the server: this
// waits for its transaction, which holds its row.
func (d *DB) openMarks(ctx context.Context, c *pgx.Conn, job string, table load.TableName, writers int) (marks []load.Mark, hasMade bool, err error) {
	create := fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (job text NOT NULL, writer integer NOT NULL, mark text NOT NULL, PRIMARY KEY (job, writer)); ", quoteTable(table))
	if table.Name == unloggedMarks {
		create = strings.Replace(create, "TABLE", "UNLOGGED TABLE", 1)
	}
	statements := fmt.Sprintf(`INSERT INTO %[1]s SELECT %[2]s, n, '%[3]s' FROM generate_series(%[4]d, %[5]d) AS n ON CONFLICT DO NOTHING;
		SELECT writer, mark FROM %[1]s WHERE job = %[2]s ORDER BY writer FOR UPDATE`, quoteTable(table), literal(job), unmarked, jobRow, writers-1)
	for try := 0; ; try++ {
		results, err := c.PgConn().Exec(ctx, create+statements).ReadAll()
		if err == nil {
			d.marked[job] = table
			return marksIn(job, results[len(results)-1])
		}
		var pg *pgconn.PgError
		switch {
		case try == 3 || !errors.As(err, &pg):
			return nil, false, err
		case pg.Code == "42501" && create != "": // which is asked for though the table is there
			create = ""
		case pg.Code == "23505", pg.Code == "42P07", pg.Code == "42P01": // others make or remove it at the same moment
		default:
			return nil, false, err
		}
	}
}

// holdMark returns the statement by which a writer holds its row until the end of
// its transaction.
func holdMark(job string, table load.TableName, writer int) string {
	return fmt.Sprintf("SELECT FROM %s WHERE job = %s AND writer = %d FOR UPDATE; ", quoteTable(table), literal(job), writer)
}

// marksIn returns the marks in rows of the table, and whether the job has made its
// table.
func marksIn(job string, result *pgconn.Result) (marks []load.Mark, hasMade bool, err error) {
	for _, row := range result.Rows {
		var m load.Mark
		switch text := string(row[1]); {
		case text == unmarked:
		case text == made:
			hasMade = true
		case json.Unmarshal(row[1], &m) != nil:
			return nil, false, fmt.Errorf("the mark %q of job %s can't be understood", text, job)
		default:
			marks = append(marks, m)
		}
	}
	return marks, hasMade, nil
}

// mark returns the statement that writes a mark.
func mark(job string, table load.TableName, writer int, text string) string {
	return fmt.Sprintf("INSERT INTO %s AS linefeed_mark VALUES (%s, %d, %s) ON CONFLICT (job, writer) DO UPDATE SET mark = excluded.mark",
		quoteTable(table), literal(job), writer, literal(text))
}

// findMarks returns the table of marks of loads into a table, and whether it is there.
func (d *DB) findMarks(ctx context.Context, c *pgx.Conn, t load.TableName) (table load.TableName, there bool, err error) {
	table = marksOf(d.schemaOf(t), false)
	if found, err := d.find(ctx, c, t); err == nil {
		table = found.marks
	} else if !errors.Is(err, load.ErrNoTable) {
		return table, false, err
	}
	err = c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1::text AND c.relname = $2::text)`, table.Schema, table.Name).Scan(&there)
	return table, there, err
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
		table, there, err := d.findMarks(ctx, c, t)
		if err == nil && there {
			result := c.PgConn().ExecParams(ctx, "SELECT writer, mark FROM "+quoteTable(table)+" WHERE job = $1 ORDER BY writer", [][]byte{[]byte(job)}, nil, nil, nil).Read()
			if err = result.Err; err == nil {
				marks, _, err = marksIn(job, result)
			}
		}
		return err
	})
	return marks, err
}

// Forget removes the marks of a job, and the table of marks with the last of them.
func (d *DB) Forget(ctx context.Context, job string, t load.TableName) error {
	return d.do(ctx, "remove the marks of a load", func(c *pgx.Conn) error {
		table, there := d.marked[job]
		if !there {
			var err error
			if table, there, err = d.findMarks(ctx, c, t); err != nil || !there {
				return err
			}
		}
		err := forget(ctx, c, job, table)
		if err == nil {
			delete(d.marked, job)
		}
		return err
	})
}

func forget(ctx context.Context, c *pgx.Conn, job string, marks load.TableName) error {
	table := quoteTable(marks)
	results, err := c.PgConn().Exec(ctx, fmt.Sprintf(`DELETE FROM %[1]s WHERE job = %[2]s;
		SELECT WHERE NOT EXISTS (SELECT FROM %[1]s) AND (SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c
			JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %[3]s AND c.relname = %[4]s)`,
		table, literal(job), literal(marks.Schema), literal(marks.Name))).ReadAll()
	var missing *pgconn.PgError
	if errors.As(err, &missing) && missing.Code == "42P01" {
		return nil
	}
	if err != nil || len(results[1].Rows) == 0 {
		return err
	}
	// Another job may come in between.
	results, err = c.PgConn().Exec(ctx, fmt.Sprintf("BEGIN; LOCK TABLE %[1]s IN ACCESS EXCLUSIVE MODE; SELECT FROM %[1]s LIMIT 1", table)).ReadAll()
	end := "DROP TABLE " + table + "; COMMIT"
	if err != nil || len(results[2].Rows) > 0 {
		end = "ROLLBACK"
	}
	_, e := c.PgConn().Exec(ctx, end).ReadAll()
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42P01" {
		err = nil // another job has removed it
	}
	return errors.Join(err, e)
}
