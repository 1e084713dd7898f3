package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/connect"
)

// Columns returns the columns of a table, in order.
func (d *DB) Columns(ctx context.Context, name load.TableName) (columns []load.Column, err error) {
	err = d.do(ctx, "look up columns", func(c *pgx.Conn) error {
		t, err := d.table(ctx, c, name)
		if err != nil {
			return err
		}
		d.seen, d.seenAs = t, name
		for _, c := range t.columns {
			columns = append(columns, c.Column)
		}
		return nil
	})
	return columns, err
}

// Check returns what would keep the layout from being loaded, as far as that can be
// known in advance, and what should be known before it is. It writes nothing.
func (d *DB) Check(ctx context.Context, l load.Layout) (problems []load.Problem, warnings []load.Warning, err error) {
	err = d.do(ctx, fmt.Sprintf("look at table %q", l.Plan.Table), func(c *pgx.Conn) error {
		var err error
		warnings, err = d.check(ctx, c, l)
		return err
	})
	var p load.Problem
	switch {
	case errors.As(err, &p):
		return []load.Problem{p}, warnings, nil
	case err != nil:
		return nil, nil, err
	}
	return nil, warnings, nil
}

func (d *DB) check(ctx context.Context, c *pgx.Conn, l load.Layout) (warnings []load.Warning, err error) {
	if d.config.insecure {
		warnings = append(warnings, load.Warning{Code: "insecure_connection", Note: message.New("insecure_connection", "use_verify_full", "server", d.place.Server)})
	}
	if err := d.writableServer(ctx, c); err != nil {
		return warnings, err
	}
	p := &loading{db: d, layout: l}
	if l.Plan.Create {
		if err := d.checkNew(ctx, c, l); err != nil {
			return warnings, err
		}
		p.schema = d.schemaOf(l.Plan.TableName())
		if err := d.free(ctx, c, load.TableName{Schema: p.schema, Name: l.Plan.Table}); err != nil {
			return warnings, err
		}
	} else {
		if p.table = d.seen; p.table == nil || d.seenAs != l.Plan.TableName() {
			if p.table, err = d.table(ctx, c, l.Plan.TableName()); err != nil {
				return warnings, err
			}
		}
		if p.writes, err = writingFor(p.table, l, d); err != nil {
			return warnings, problem(err)
		}
		if err := p.writes.rights(ctx, c); err != nil {
			return warnings, err
		}
		if l.Plan.Marks == load.MarksInStore && p.table.marks.Name == unloggedMarks {
			return warnings, load.Problem{Note: message.New("marks_unlogged", "leave_marks_out", "table", p.table.name.Name)}
		}
		p.schema = p.table.name.Schema
		p.setPace()
		if wanted := l.Plan.Writers; wanted > p.pace.Writers {
			warnings = append(warnings, load.Warning{Code: "fewer_writers", Note: message.New("fewer_writers", "", "n", wanted, "table", p.table.name.Name)})
		}
	}
	can, err := d.canMark(ctx, c, p.marksTable())
	if err != nil {
		return warnings, err
	}
	undo, err := p.checkUndo(can)
	warnings = append(warnings, undo...)
	if !can && l.Plan.Marks != load.MarksInStore {
		warnings = append(warnings, load.Warning{Code: "no_marks", Note: message.New("no_marks", "grant_or_store", "schema", p.schema)})
	}
	return warnings, err
}

// writableServer returns an error if the server takes no changes.
func (d *DB) writableServer(ctx context.Context, c *pgx.Conn) error {
	var replica bool
	var readOnly string
	if err := c.QueryRow(ctx, "SELECT pg_catalog.pg_is_in_recovery(), current_setting('transaction_read_only')").Scan(&replica, &readOnly); err != nil {
		return err
	}
	if replica || readOnly == "on" {
		return connect.New(connect.ReadOnly, d.server(), nil)
	}
	return nil
}

// rights returns a problem if the user may not write what the layout says.
func (w *writing) rights(ctx context.Context, c *pgx.Conn) error {
	var verbs, names []string
	for _, column := range w.columns {
		verbs, names = append(verbs, "INSERT"), append(names, column.Name)
	}
	for _, name := range w.sets {
		verbs, names = append(verbs, "UPDATE"), append(names, name)
	}
	rows, err := c.Query(ctx, `
		SELECT verb, name FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS r (verb, name, i)
		WHERE NOT pg_catalog.has_column_privilege($1::oid, name, verb) ORDER BY i LIMIT 1`, w.t.oid, verbs, names)
	if err != nil {
		return err
	}
	var verb, column string
	_, err = pgx.ForEachRow(rows, []any{&verb, &column}, func() error {
		return load.Problem{Column: column, Note: message.New("may_not_write", "grant_right", "verb", verb, "column", column, "table", w.t.name.Name), Denied: true}
	})
	return err
}
