package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
)

// The rows of tables of at most countBytes are counted, of countTables tables at
// most, as long as that takes countTime. Of others no exact number is known.
const (
	countBytes  = 4 << 20
	countTables = 100
	countTime   = 500 * time.Millisecond
)

// Tables returns the tables that can be loaded into, sorted by schema and name.
func (d *DB) Tables(ctx context.Context) (tables []load.Table, err error) {
	err = d.do(ctx, "list tables", func(c *pgx.Conn) error {
		if tables, err = d.list(ctx, c); err != nil {
			return err
		}
		return d.count(ctx, c, tables)
	})
	return tables, err
}

// Schemas returns the schemas in which the user may make a table, sorted by name.
func (d *DB) Schemas(ctx context.Context) (names []string, err error) {
	err = d.do(ctx, "list schemas", func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `
			SELECT nspname FROM pg_catalog.pg_namespace
			WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'crdb_internal')
				AND pg_catalog.has_schema_privilege(oid, 'USAGE') AND pg_catalog.has_schema_privilege(oid, 'CREATE')
			ORDER BY nspname COLLATE "C"`)
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return names, err
}

// small marks tables whose rows can be counted. Whoever asks for the size of a table waits for
// who has locked it, or waits for that.
const small = -2

// list returns the tables that can be loaded into, with -1 rows or small.
func (d *DB) list(ctx context.Context, c *pgx.Conn) ([]load.Table, error) {
	rows, err := c.Query(ctx, `
		SELECT n.nspname, c.relname,
			CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks k WHERE k.relation = c.oid AND k.mode = 'AccessExclusiveLock'
					AND k.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())) THEN -1
				WHEN c.relkind IN ('r', 'p') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.pg_relation_size(c.oid) <= $1::bigint
				AND (c.relkind = 'r' OR NOT c.relhassubclass) THEN $2::int ELSE -1 END
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'f', 'v')
			AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'crdb_internal') AND c.relname <> ALL ($3::text[]) AND c.relname NOT LIKE $5::text
			AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'INSERT')
			AND (c.relkind IN ('r', 'p') OR pg_catalog.pg_relation_is_updatable(c.oid, true) & $4::int <> 0)
		ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`, countBytes, small, []string{marksTable, unloggedMarks, undoTable}, insertable, `linefeed\_undo\_%`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t load.Table, err error) {
		return t, row.Scan(&t.Schema, &t.Name, &t.Rows)
	})
}

// count counts the rows of small tables.
func (d *DB) count(ctx context.Context, c *pgx.Conn, tables []load.Table) error {
	var queries []string
	for i := range tables {
		t := &tables[i]
		if t.Rows == small && len(queries) < countTables {
			queries = append(queries, fmt.Sprintf("SELECT %d, count(*) FROM %s", i, quoteTable(load.TableName{Schema: t.Schema, Name: t.Name})))
		}
		t.Rows = -1
	}
	if queries == nil {
		return nil
	}
	err := pgx.BeginTxFunc(ctx, c, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d", countTime.Milliseconds())); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, strings.Join(queries, " UNION ALL "))
		if err != nil {
			return err
		}
		var i int
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&i, &n}, func() error {
			tables[i].Rows = n
			return nil
		})
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && ctx.Err() == nil {
		return nil // another program removed a table, or it takes too long: the numbers stay unknown
	}
	return err
}

// Head returns the first rows of a table, at most n, as text and in the order of its
// columns; nil is NULL.
func (d *DB) Head(ctx context.Context, name load.TableName, n int) (head [][]*string, err error) {
	err = d.do(ctx, "look at a table", func(c *pgx.Conn) error {
		t, err := d.table(ctx, c, name)
		if err != nil {
			return err
		}
		var columns []string
		for _, c := range t.columns {
			columns = append(columns, quote(c.Name)+"::text")
		}
		rows, err := c.Query(ctx, fmt.Sprintf("SELECT %s FROM %s LIMIT $1::int", strings.Join(columns, ", "), quoteTable(t.name)), n)
		if err != nil {
			return err
		}
		into := make([]any, len(columns))
		values := make([]*string, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		_, err = pgx.ForEachRow(rows, into, func() error {
			head = append(head, slices.Clone(values))
			return nil
		})
		return err
	})
	return head, err
}
