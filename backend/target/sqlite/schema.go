package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// A table is what the database says about one of its tables.
type table struct {
	name    string // as it is spelled in the database
	columns []load.Column
	// defaults holds, for each column that has a default, the expression of
	// that, and "" for the others.
	defaults []string
	keys     []key    // the primary key and each unique index
	primary  []string // the primary key, in its order
	rowid    string   // a name by which rowids are reached; "" where there are none
	alias    string   // the column that is another name of the rowid; "" where there is none

	references []reference // its foreign keys
	referred   bool        // foreign keys of other tables, or its own, lead to it

	strict   bool
	triggers bool // there are triggers on it
	rules    rules
}

// A key is what makes rows unique: columns, and how each is compared, "" for as
// the column itself is.
type key struct{ columns, collations []string }

// table reads what there is to know about a table. Its error wraps
// load.ErrNoTable where there is none of that name.
func (d *DB) table(ctx context.Context, name string) (*table, error) {
	t := &table{}
	var kind string
	var withoutRowid bool
	err := d.conn.QueryRowContext(ctx, `
		SELECT name, type, wr, strict FROM pragma_table_list
		WHERE schema = 'main' AND name = ? COLLATE NOCASE`, name).Scan(&t.name, &kind, &withoutRowid, &t.strict)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, d.noTable(ctx, name)
	case err != nil:
		return nil, err
	case kind == "view":
		return nil, load.Problem{Message: fmt.Sprintf("%q is a view", t.name), Hint: "choose the table that it shows"}
	case kind == "virtual":
		return nil, load.Problem{Message: fmt.Sprintf("%q is a virtual table, which only its own module can fill", t.name), Hint: "choose another table"}
	case strings.HasPrefix(strings.ToLower(t.name), "sqlite_"):
		return nil, load.Problem{Message: fmt.Sprintf("%q belongs to SQLite itself", t.name), Hint: "choose another table"}
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
	if !withoutRowid {
		if err := d.readAlias(ctx, t); err != nil {
			return nil, err
		}
		for _, name := range []string{"rowid", "_rowid_", "oid"} {
			if t.index(name) < 0 {
				t.rowid = name
				break
			}
		}
	}
	return t, d.conn.QueryRowContext(ctx, `
		SELECT
			EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE),
			EXISTS (SELECT 1 FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f
				WHERE s.type = 'table' AND f."table" = ?1 COLLATE NOCASE)`,
		t.name).Scan(&t.triggers, &t.referred)
}

// noTable returns the error for a table that is not there.
func (d *DB) noTable(ctx context.Context, name string) error {
	tables, err := d.Tables(ctx)
	if err != nil {
		return err
	}
	var near []string
	for _, t := range tables {
		if alike(name, t.Name) {
			near = append(near, fmt.Sprintf("%q", t.Name))
		}
	}
	if len(near) > 0 {
		return fmt.Errorf("%w %q in %s: did you mean %s?", load.ErrNoTable, name, d.path, strings.Join(near, " or "))
	}
	return fmt.Errorf("%w %q in %s: choose another, or have it created", load.ErrNoTable, name, d.path)
}

func (d *DB) readColumns(ctx context.Context, t *table) error {
	rows, err := d.conn.QueryContext(ctx, `
		SELECT name, type, "notnull", dflt_value, pk, hidden
		FROM pragma_table_xinfo(?, 'main') ORDER BY cid`, t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	order := map[int]string{}
	for rows.Next() {
		var c load.Column
		var declared string
		var required bool
		var byDefault sql.NullString
		var pk, hidden int
		if err := rows.Scan(&c.Name, &declared, &required, &byDefault, &pk, &hidden); err != nil {
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
	}
	for pk := 1; pk <= len(order); pk++ {
		t.primary = append(t.primary, order[pk])
	}
	return rows.Err()
}

// readAlias finds the column that is another name of the rowid.
func (d *DB) readAlias(ctx context.Context, t *table) error {
	if len(t.primary) != 1 {
		return nil
	}
	c := &t.columns[t.index(t.primary[0])]
	if !strings.EqualFold(c.Declared, "INTEGER") {
		return nil
	}
	// INTEGER PRIMARY KEY DESC, by an old mistake, has an index of its own.
	var own bool
	err := d.conn.QueryRowContext(ctx, "SELECT NOT EXISTS (SELECT 1 FROM pragma_index_list(?, 'main') WHERE origin = 'pk')", t.name).Scan(&own)
	if err == nil && own {
		t.alias = c.Name
		c.HasDefault = true // the next free rowid
	}
	return err
}

// readKeys reads the columns of the primary key and of the unique indexes that
// hold for every row.
func (d *DB) readKeys(ctx context.Context, t *table) error {
	if t.primary != nil {
		t.keys = append(t.keys, key{t.primary, make([]string, len(t.primary))})
	}
	rows, err := d.conn.QueryContext(ctx, `
		SELECT i.seq, i.origin = 'pk', c.name, c.coll
		FROM pragma_index_list(?, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS c
		WHERE i."unique" AND NOT i.partial AND c."key" ORDER BY i.seq, c.seqno`, t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := -1
	var k *key
	for rows.Next() {
		var seq int
		var primary bool
		var name sql.NullString // NULL for an expression
		var collation string
		if err := rows.Scan(&seq, &primary, &name, &collation); err != nil {
			return err
		}
		switch {
		case seq == last:
		case primary:
			t.keys[0] = key{}
			k = &t.keys[0]
		default:
			t.keys = append(t.keys, key{})
			k = &t.keys[len(t.keys)-1]
		}
		last = seq
		k.columns = append(k.columns, name.String)
		k.collations = append(k.collations, collation)
	}
	return rows.Err()
}

// index returns the position of a column, or -1. SQLite ignores the case of
// names.
func (t *table) index(column string) int {
	return slices.IndexFunc(t.columns, func(c load.Column) bool { return strings.EqualFold(c.Name, column) })
}

// unique returns the primary key or the unique index that has these columns,
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

// Columns returns the columns of a table in their order.
func (d *DB) Columns(ctx context.Context, name string) ([]load.Column, error) {
	if d.conn == nil {
		return nil, fmt.Errorf("look up columns: %w %q: %s is not there yet; have the table created", load.ErrNoTable, name, d.path)
	}
	defer d.bulk.Watch(ctx)()
	t, err := d.table(ctx, name)
	if err != nil {
		return nil, d.explain(ctx, "look up columns", err)
	}
	return t.columns, nil
}
