package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A table is the schema of a table.
type table struct {
	name    string // as it is spelled in the database
	schema  string // main, where it is not that of a check
	columns []load.Column
	// defaults has the expression of each column's default, "" for none.
	defaults []string
	keys     []key    // the primary key and each unique index
	primary  []string // the primary key, in its order
	rowid    string   // a name of the rowid that no column hides; "" for none
	alias    string   // the column that is an alias of the rowid; "" for none

	references []reference // its foreign keys
	referred   bool        // foreign keys, of other tables or its own, refer to it
	referredTo []string    // the columns that these refer to
	unasked    []string    // unique indexes that are no keys: of a part of the rows, or of expressions

	strict       bool
	withoutRowid bool
	triggers     bool // it has triggers
	rules        rules
}

// A key is the columns of a unique index or primary key, and the collation of each,
// "" for the column's own.
type key struct{ columns, collations []string }

// checkSchema returns a problem if a table is sought in a schema: SQLite has none
// but that of the file.
func checkSchema(t load.TableName) error {
	if t.Schema == "" || strings.EqualFold(t.Schema, "main") {
		return nil
	}
	return load.Problem{Note: message.New("no_schemas", "leave_schema_out", "schema", t.Schema)}
}

// table reads the schema of a table. The error wraps load.ErrNoTable if there is
// no such table.
func (d *DB) table(ctx context.Context, full load.TableName) (*table, error) {
	if err := checkSchema(full); err != nil {
		return nil, err
	}
	t, name := &table{schema: "main"}, full.Name
	var schema, kind string
	if strings.EqualFold(name, "sqlite_schema") { // it is listed, but found by its older name only
		name = "sqlite_master"
	}
	err := d.pragma(ctx, "table_list", name, func(scan scanFunc) error {
		return scan(&schema, &t.name, &kind, nil, &t.withoutRowid, &t.strict)
	})
	switch {
	case err != nil:
		return nil, err
	case kind == "":
		return nil, d.noTable(ctx, name)
	case kind == "view":
		return nil, load.Problem{Note: message.New("is_view", "choose_table_shown", "table", t.name)}
	case kind == "virtual":
		return nil, load.Problem{Note: message.New("is_virtual", "choose_table", "table", t.name)}
	case strings.HasPrefix(strings.ToLower(t.name), "sqlite_"):
		return nil, load.Problem{Note: message.New("is_of_sqlite", "choose_table", "table", t.name)}
	}
	if t.rules, err = d.readRules(ctx, t.name); err != nil {
		return nil, err
	}
	if err := d.readColumns(ctx, t); err != nil {
		return nil, err
	}
	d.readDefaults(ctx, t)
	if err := d.readKeys(ctx, t); err != nil {
		return nil, err
	}
	if err := d.readReferences(ctx, t); err != nil {
		return nil, err
	}
	for i := range t.columns {
		t.columns[i].Unique = slices.ContainsFunc(t.keys, func(k key) bool {
			return len(k.columns) == 1 && strings.EqualFold(k.columns[0], t.columns[i].Name)
		})
	}
	if !t.withoutRowid {
		for _, name := range []string{"rowid", "_rowid_", "oid"} {
			if t.index(name) < 0 {
				t.rowid = name
				break
			}
		}
	}
	return t, d.conn.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE)", t.name).Scan(&t.triggers)
}

// noTable returns the error for a table that does not exist.
func (d *DB) noTable(ctx context.Context, name string) error {
	tables, err := d.tableNames(ctx)
	if err != nil {
		return err
	}
	var near []string
	for _, t := range tables {
		if load.Alike(name, t) {
			near = append(near, strconv.Quote(t))
		}
	}
	slices.Sort(near)
	if len(near) > 0 {
		return message.NewError(load.ErrNoTable, "no_table", "did_you_mean", "table", name, "path", d.path, "names", near)
	}
	return message.NewError(load.ErrNoTable, "no_table", "choose_or_create", "table", name, "path", d.path)
}

func (d *DB) readColumns(ctx context.Context, t *table) error {
	order := map[int]string{}
	err := d.pragma(ctx, "table_xinfo", t.name, func(scan scanFunc) error {
		var c load.Column
		var declared string
		var required bool
		var byDefault sql.NullString
		var pk, hidden int
		if err := scan(nil, &c.Name, &declared, &required, &byDefault, &pk, &hidden); err != nil {
			return err
		}
		c.HasDefault = byDefault.Valid
		t.defaults = append(t.defaults, byDefault.String)
		describe(&c, declared)
		c.Nullable = !required
		c.Generated = hidden != 0
		if pk > 0 {
			c.PrimaryKey = true
			order[pk] = c.Name
		}
		t.columns = append(t.columns, c)
		return nil
	})
	for pk := 1; pk <= len(order); pk++ {
		t.primary = append(t.primary, order[pk])
	}
	return err
}

// readKeys reads the columns of the primary key and of the unique indexes that
// cover every row, and finds the column that is an alias of the rowid.
func (d *DB) readKeys(ctx context.Context, t *table) error {
	if t.primary != nil {
		t.keys = append(t.keys, key{t.primary, make([]string, len(t.primary))})
	}
	type index struct {
		name                     string
		unique, primary, partial bool
	}
	var indexes []index
	indexed := false // the primary key has an index
	err := d.pragma(ctx, "index_list", t.name, func(scan scanFunc) error {
		var i index
		var origin string
		if err := scan(nil, &i.name, &i.unique, &origin, &i.partial); err != nil {
			return err
		}
		i.primary = origin == "pk"
		indexed = indexed || i.primary
		indexes = append(indexes, i)
		return nil
	})
	if err != nil {
		return err
	}
	for _, i := range indexes {
		if !i.unique {
			continue
		}
		if i.partial {
			t.unasked = append(t.unasked, i.name)
			continue
		}
		k, err := d.readKey(ctx, i.name)
		if slices.Contains(k.columns, "") {
			t.unasked = append(t.unasked, i.name)
		}
		switch {
		case err != nil:
			return err
		case i.primary:
			t.keys[0] = k
		default:
			t.keys = append(t.keys, k)
		}
	}
	// INTEGER PRIMARY KEY DESC has an index, because of an old bug in SQLite.
	if len(t.primary) == 1 && !indexed && !t.withoutRowid {
		c := &t.columns[t.index(t.primary[0])]
		t.alias = c.Name
		c.HasDefault = true // the next free rowid
	}
	return nil
}

// readKey reads the columns of a unique index.
func (d *DB) readKey(ctx context.Context, index string) (key, error) {
	var k key
	err := d.pragma(ctx, "index_xinfo", index, func(scan scanFunc) error {
		var name sql.NullString // NULL for an expression
		var collation string
		var compared bool
		if err := scan(nil, nil, &name, nil, &collation, &compared); err != nil || !compared {
			return err
		}
		k.columns = append(k.columns, name.String)
		k.collations = append(k.collations, collation)
		return nil
	})
	return k, err
}

// full returns the name of the table for statements.
func (t *table) full() string { return t.schema + "." + quote(t.name) }

// index returns the position of a column, or -1. SQLite ignores case in names.
func (t *table) index(column string) int {
	return slices.IndexFunc(t.columns, func(c load.Column) bool { return strings.EqualFold(c.Name, column) })
}

// unique returns the primary key or unique index that consists of these columns,
// in any order, nil for none.
func (t *table) unique(columns []string) *key {
	fold := func(names []string) []string {
		folded := make([]string, len(names))
		for i, name := range names {
			folded[i] = strings.ToLower(name)
		}
		slices.Sort(folded)
		return folded
	}
	want := fold(columns)
	i := slices.IndexFunc(t.keys, func(k key) bool { return slices.Equal(fold(k.columns), want) })
	if i < 0 {
		return nil
	}
	return &t.keys[i]
}

// Columns returns the columns of a table, in order.
func (d *DB) Columns(ctx context.Context, name load.TableName) ([]load.Column, error) {
	if err := checkTableName(name.Name); err != nil {
		return nil, err
	}
	if d.conn == nil {
		return nil, fmt.Errorf("look up columns: %w", message.NewError(load.ErrNoTable, "no_database_yet_table", "have_created", "table", name.Name, "path", d.path))
	}
	defer d.conn.Bulk.Watch(ctx)()
	t, err := d.table(ctx, name)
	if err != nil {
		return nil, d.explain(ctx, "look up columns", err)
	}
	return t.columns, nil
}
