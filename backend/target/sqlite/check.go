package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/extras"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// Check returns what would keep the layout from being loaded, as far as that can be
// known in advance: what Prepare would refuse it for. It writes nothing, and takes
// no lock that others would wait for.
func (d *DB) Check(ctx context.Context, l load.Layout) ([]load.Problem, []load.Warning, error) {
	told, err := d.check(ctx, l)
	var p load.Problem
	switch {
	case err == nil:
		return nil, told, nil
	case errors.As(err, &p):
		return []load.Problem{p}, nil, nil
	}
	return nil, nil, d.explain(ctx, fmt.Sprintf("look at table %q", l.Plan.Table), err)
}

func (d *DB) check(ctx context.Context, l load.Layout) ([]load.Warning, error) {
	if err := checkSchema(l.Plan.TableName()); err != nil {
		return nil, err
	}
	if d.conn == nil {
		if !l.Plan.Create {
			return nil, d.notThere()
		}
		return nil, tryToCreate(ctx, l)
	}
	if err := d.writable(); err != nil {
		return nil, err
	}
	defer d.conn.Bulk.Watch(ctx)()
	if l.Plan.Create {
		if err := d.free(ctx, l.Plan.Table); err != nil {
			return nil, err
		}
		return nil, tryToCreate(ctx, l)
	}
	t, err := d.table(ctx, l.Plan.TableName())
	if err != nil {
		return nil, err
	}
	s, err := statementsFor(t, l)
	if err != nil {
		return nil, problem(err)
	}
	for _, statement := range []string{s.One, s.Find, s.Change} {
		if statement == "" {
			continue
		}
		err := d.understands(ctx, statement)
		if sqlitefile.Code(err) == driver.ErrError { // not about the file or its locks
			return nil, load.Problem{Note: message.New("table_unfit", "", "table", t.name, "cause", err)}
		}
		if err != nil {
			return nil, err
		}
	}
	if !l.Plan.Undo {
		return nil, nil
	}
	_, err = keepingOf(t, "")
	return t.undoWarnings(), err
}

// understands returns why SQLite does not accept a statement, without running it.
func (d *DB) understands(ctx context.Context, statement string) (err error) {
	stmt, err := d.conn.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { err = stmt.Close() }()
	return nil
}

// notThere returns the error for a file, and thus a table, that does not exist.
func (d *DB) notThere() error {
	return message.NewError(load.ErrNoTable, "no_database_yet", "have_created", "path", d.path)
}

// writable returns a problem if the file is read-only.
func (d *DB) writable() error {
	if d.conn.Bulk.ReadOnly() {
		return load.Problem{Note: message.New("not_writable", "make_writable", "path", d.path)}
	}
	return nil
}

// free returns a problem if a table of that name can't be created because
// something else has the name.
func (d *DB) free(ctx context.Context, name string) error {
	var kind string
	err := d.conn.QueryRowContext(ctx, "SELECT type FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND type <> 'trigger'", name).Scan(&kind)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case kind == "view":
		return load.Problem{Note: message.New("name_of_view", "other_table_name", "table", name)}
	case kind == "index":
		return load.Problem{Note: message.New("name_of_index", "other_table_name", "table", name)}
	}
	return load.Problem{Note: message.New("table_exists", "add_to_it", "table", name)}
}

// tryToCreate creates the table of the layout in an in-memory database, to find out
// whether SQLite accepts it: names, limits, and the expressions of checks.
func tryToCreate(ctx context.Context, l load.Layout) (err error) {
	if err := extras.Install(); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var most int
	err = conn.Raw(func(c any) error {
		most = c.(*driver.SQLiteConn).GetLimit(driver.SQLITE_LIMIT_COLUMN)
		return nil
	})
	if err != nil {
		return err
	}
	if n := len(l.Make); n > most {
		return load.Problem{Note: message.New("too_many_columns", "leave_fields_out", "n", n, "most", most)}
	}
	if len(l.Make) == 0 {
		return nil // the plan's own problems say why
	}
	statement, err := createTable(l)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, statement); err != nil {
		return load.Problem{Note: message.New("table_unmakable", "other_names", "table", l.Plan.Table, "cause", err)}
	}
	t, err := (&DB{conn: &sqlitefile.Conn{Conn: conn}}).table(ctx, l.Plan.TableName())
	if err != nil {
		return err
	}
	if _, err := statementsFor(t, l); err != nil {
		return problem(err)
	}
	return nil
}

// problem turns an error into a problem of the plan, unless it is one.
func problem(err error) error {
	var p load.Problem
	if errors.As(err, &p) || errors.Is(err, load.ErrNoTable) {
		return err
	}
	return load.Problem{Note: message.Of(err)}
}
