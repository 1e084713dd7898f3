package mysql

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Check returns what would keep the layout from being loaded, as far as that can be
// known in advance, and what should be known before. It writes nothing.
func (d *DB) Check(ctx context.Context, l load.Layout) ([]load.Problem, []load.Warning, error) {
	warnings, err := d.check(ctx, l)
	var p load.Problem
	switch {
	case err == nil:
		return nil, warnings, nil
	case errors.As(err, &p):
		return []load.Problem{p}, warnings, nil
	}
	return nil, nil, d.explain(ctx, fmt.Sprintf("look at table %q", l.Plan.TableName().String()), err)
}

func (d *DB) check(ctx context.Context, l load.Layout) (warnings []load.Warning, err error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	name := l.Plan.TableName()
	if err := d.checkTableName(name); err != nil {
		return nil, err
	}
	if err := d.writable(); err != nil {
		return nil, err
	}
	if d.config.insecure() {
		warnings = append(warnings, load.Warning{Code: "insecure_connection", Note: message.New("insecure_connection", "use_verify_identity", "server", d.about().Address)})
	}
	all, err := c.query(ctx, askForMarks(d.schema(name)))
	if err != nil {
		return nil, err
	}
	if len(all) == 2 && l.Plan.Marks != load.MarksInStore && !mayKeepMarks(d.schema(name), all[0], all[1]) {
		warnings = append(warnings, load.Warning{Code: "no_marks", Note: message.New("no_marks", "grant_or_store", "schema", d.schema(name))})
	}
	if len(all) == 2 {
		if err := rights(all[1], d.schema(name), l.Plan); err != nil {
			return warnings, err
		}
		if l.Plan.Undo && !may(all[1], "CREATE", d.schema(name), undoTable) {
			return warnings, load.Problem{Note: message.New("undo_no_place", "grant_create", "schema", d.schema(name)), Denied: true}
		}
	}
	if l.Plan.Create {
		there, err := d.exists(ctx, c, d.schema(name), l.Plan.Table)
		if err != nil {
			return warnings, err
		}
		if there {
			return warnings, load.Problem{Note: message.New("table_exists", "add_to_it", "table", l.Plan.Table)}
		}
		if len(l.Make) == 0 {
			return warnings, nil // the plan's own problems say why
		}
		if n := len(l.Make); n > mostColumns {
			return warnings, load.Problem{Note: message.New("too_many_columns_server", "leave_fields_out", "n", n, "most", mostColumns)}
		}
		if _, err = d.server.createTable(d.schema(name), l); err == nil && l.Plan.Undo && len(l.Plan.Key) == 0 &&
			!slices.ContainsFunc(l.Make, func(c load.Column) bool { return c.PrimaryKey }) {
			err = load.Problem{Note: message.New("undo_no_key", "leave_undo_out", "table", l.Plan.Table)}
		}
		return warnings, err
	}
	t, err := d.table(ctx, c, name)
	if err != nil {
		return warnings, err
	}
	f, err := fitLayout(t, l)
	if err != nil {
		return warnings, problem(err)
	}
	warnings = append(warnings, d.warn(f)...)
	if l.Plan.Marks == load.MarksInStore && !t.transactional() {
		return warnings, load.Problem{Note: message.New("marks_engine", "use_innodb_or_marks", "table", t.name, "engine", t.engine)}
	}
	if l.Plan.Undo {
		warnings = append(warnings, t.undoWarnings()...)
		_, err = f.keeps(d.server, "")
	}
	return warnings, err
}

// mostColumns is the number of columns that InnoDB takes.
const mostColumns = 1017

// warn returns what should be known before a load.
func (d *DB) warn(f *fit) []load.Warning {
	var all []load.Warning
	if !f.t.transactional() {
		all = append(all, load.Warning{Code: "no_transactions", Note: message.New("engine_undoes_nothing", "use_innodb", "table", f.t.name, "engine", f.t.engine)})
	}
	for _, c := range f.columns {
		if c.kind == "timestamp" {
			all = append(all, load.Warning{Code: "taken_as_utc", Column: c.Name, Note: message.New("timestamps_in_utc", "", "column", c.Name)})
		}
	}
	if _, ok := f.share(); f.layout.Plan.Writers > 1 && (!ok || f.layout.Plan.Undo) {
		all = append(all, load.Warning{Code: "fewer_writers", Note: message.New("fewer_writers", "", "n", f.layout.Plan.Writers, "table", f.t.name)})
	}
	return all
}
