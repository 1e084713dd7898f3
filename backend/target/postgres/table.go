package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A table is what the catalogue says about a table.
type table struct {
	oid     uint32
	name    load.TableName // as the database spells it, with its schema
	kind    string         // pg_class.relkind
	marks   load.TableName // the table of marks of loads into it
	columns []column
	keys    []key    // the primary key and each unique index
	primary []string // the primary key, in its order

	references []reference // its foreign keys
	checks     map[string]check
	triggers   bool // it has triggers, or one of its partitions has
	alters     bool // one of them may change rows before they are inserted
	excludes   bool // it has exclusion constraints

	insertOnly bool // it is written to by INSERT, not COPY
	writable   bool // anything can
	readable   bool // its rows may be read
}

// A column is a column of a table, and how it is written.
type column struct {
	load.Column
	cast      string // the type that its texts are cast to; what stands in parentheses is left to the assignment
	byDefault string // the expression of its default, "" for none
	counts    bool   // its default is the next number of a sequence
	always    bool   // which can't be changed in a row that is there

	bytewise      bool   // two values are equal only if their texts are
	deterministic bool   // as its collation
	collation     string // as a clause; "" for that of the database
	timed         bool   // it keeps seconds
	single        bool   // it keeps floats of 4 bytes
	rounds        bool   // it keeps numbers of a scale that load.Column has not
	digits        int    // that it keeps after the point: of a second, or of a number that it rounds
	binary        binaryForm
}

// A key is a unique index.
type key struct {
	name    string
	columns []string // "" for an expression
	partial bool     // it does not cover every row
	plain   bool     // it compares columns by their types' and collations' own equality
	later   bool     // it may be checked at the end of the transaction
}

// usable reports whether rows can be looked up by the key: it is plain, and covers
// them all.
func (k key) usable() bool { return k.plain && !k.partial && !slices.Contains(k.columns, "") }

// A reference is a foreign key.
type reference struct {
	name     string
	table    load.TableName // the one it refers to
	own      bool           // which is the table itself
	parts    bool           // which has partitions
	lookable bool           // all rows of that may be read, and one with equal values is enough
	from, to []string
}

// A check is a CHECK constraint.
type check struct {
	columns    []string
	expression string
}

// find returns the table of a name: with no schema, the first in the search path.
// Where there is none, one whose name differs only in case, if that is the only one.
// The error wraps load.ErrNoTable if there is no such table.
func (d *DB) find(ctx context.Context, c *pgx.Conn, name load.TableName) (*table, error) {
	if strings.ContainsRune(name.Name, 0) || strings.ContainsRune(name.Schema, 0) {
		return nil, load.Problem{Note: message.New("table_with_nul", "other_name", "table", name.String())}
	}
	rows, err := c.Query(ctx, `
		SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relpersistence = 'u'
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE lower(c.relname) = lower($2::text) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
			AND (n.nspname = $1::text OR $1::text = '' AND n.nspname = ANY (current_schemas(false)))
		ORDER BY c.relname = $2::text DESC, array_position(current_schemas(false), n.nspname)`, name.Schema, name.Name)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*table, error) {
		t := &table{}
		var unlogged bool
		err := row.Scan(&t.oid, &t.name.Schema, &t.name.Name, &t.kind, &unlogged)
		t.marks = marksOf(t.name.Schema, unlogged)
		return t, err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || len(found) > 1 && found[0].name.Name != name.Name {
		return nil, d.noTable(ctx, c, name, found)
	}
	return found[0], nil
}

// noTable returns the error for a table that does not exist; found are those whose
// names differ in case.
func (d *DB) noTable(ctx context.Context, c *pgx.Conn, name load.TableName, found []*table) error {
	var near []string
	for _, t := range found {
		near = append(near, strconv.Quote(t.name.Name))
	}
	where := d.place.Database
	if name.Schema != "" {
		where = name.Schema
	}
	if near == nil {
		tables, err := d.list(ctx, c)
		if err != nil {
			return err
		}
		for _, t := range tables {
			switch {
			case t.Name == name.Name && name.Schema == "":
				near = append(near, strconv.Quote(load.TableName{Schema: t.Schema, Name: t.Name}.String()))
			case load.Alike(name.Name, t.Name) && (t.Schema == name.Schema || name.Schema == "" && t.Schema == d.place.Schema):
				near = append(near, strconv.Quote(t.Name))
			}
		}
	}
	if len(near) > 0 {
		return message.NewError(load.ErrNoTable, "no_table", "did_you_mean", "table", name.Name, "path", where, "names", near)
	}
	return message.NewError(load.ErrNoTable, "no_table", "choose_or_create", "table", name.Name, "path", where)
}

// table reads what the catalogue says about a table.
func (d *DB) table(ctx context.Context, c *pgx.Conn, name load.TableName) (*table, error) {
	t, err := d.find(ctx, c, name)
	if err != nil {
		return nil, err
	}
	var ask pgx.Batch // which takes as long as one question
	t.askKind(&ask)
	t.askColumns(&ask)
	t.askKeys(&ask)
	t.askConstraints(&ask)
	if err := c.SendBatch(ctx, &ask).Close(); err != nil {
		return nil, err
	}
	t.finish()
	return t, nil
}

// insertable is the bit of pg_relation_is_updatable that stands for INSERT, and
// beforeInsert are those of pg_trigger.tgtype for triggers BEFORE INSERT FOR EACH ROW.
const (
	insertable   = 1 << 3
	beforeInsert = 1<<0 | 1<<1 | 1<<2
)

func (t *table) askKind(ask *pgx.Batch) {
	var can int
	var policies bool
	ask.Queue(`
		WITH RECURSIVE tree (oid) AS (
			SELECT $1::oid
		UNION ALL
			SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid AND c.relkind = 'p'
				JOIN pg_catalog.pg_inherits i ON i.inhparent = c.oid
		)
		SELECT pg_catalog.pg_relation_is_updatable($1::oid, true),
			EXISTS (SELECT FROM tree JOIN pg_catalog.pg_trigger t ON t.tgrelid = tree.oid WHERE NOT t.tgisinternal),
			EXISTS (SELECT FROM tree JOIN pg_catalog.pg_trigger t ON t.tgrelid = tree.oid WHERE NOT t.tgisinternal AND t.tgtype & $2::int = $2::int),
			EXISTS (SELECT FROM tree JOIN pg_catalog.pg_index x ON x.indrelid = tree.oid WHERE x.indisexclusion),
			pg_catalog.has_table_privilege($1::oid, 'SELECT'), pg_catalog.row_security_active($1::oid)`, t.oid, beforeInsert).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&can, &t.triggers, &t.alters, &t.excludes, &t.readable, &policies)
		t.writable = t.kind == "r" || t.kind == "p" || can&insertable != 0
		// COPY knows no policies for rows, and counts rows of a view that a trigger leaves out.
		t.insertOnly = t.kind == "v" || policies
		return err
	})
}

func (t *table) askColumns(ask *pgx.Batch) {
	ask.Queue(`
		WITH RECURSIVE base (attnum, type, modifier, required, expression) AS (
			SELECT attnum, atttypid, atttypmod, attnotnull, NULL::text COLLATE "C" FROM pg_catalog.pg_attribute
			WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped
		UNION ALL
			SELECT b.attnum, t.typbasetype, CASE WHEN t.typtypmod <> -1 THEN t.typtypmod ELSE b.modifier END,
				b.required OR t.typnotnull, coalesce(b.expression, pg_catalog.pg_get_expr(t.typdefaultbin, 0) COLLATE "C")
			FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
		)
		SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), b.type, b.modifier,
			pg_catalog.format_type(b.type, -1), b.required,
			coalesce(CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, b.expression, ''),
			a.attidentity <> '', a.attidentity = 'a', a.attgenerated <> '', coalesce(l.collisdeterministic, true),
			coalesce(CASE WHEN l.collname <> 'default' THEN (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = l.collnamespace) END, ''), coalesce(l.collname, ''),
			CASE WHEN a.attidentity <> '' THEN coalesce(pg_catalog.pg_get_serial_sequence($2::text, a.attname), '') ELSE '' END
		FROM base b
			JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'
			JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::oid AND a.attnum = b.attnum
			LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
		ORDER BY a.attnum`, t.oid, quoteTable(t.name)).Query(func(rows pgx.Rows) (err error) {
		t.columns, err = pgx.CollectRows(rows, scanColumn)
		return err
	})
}

func scanColumn(row pgx.CollectableRow) (column, error) {
	var c column
	var base uint32
	var modifier int
	var required, identity bool
	var sequence string
	var collation load.TableName
	err := row.Scan(&c.Name, &c.Declared, &base, &modifier, &c.cast, &required, &c.byDefault, &identity, &c.always, &c.Generated, &c.deterministic, &collation.Schema, &collation.Name, &sequence)
	if identity && sequence != "" {
		c.byDefault = "nextval(" + literal(sequence) + ")"
	}
	c.counts = identity || strings.HasPrefix(c.byDefault, "nextval(")
	c.HasDefault = identity || c.byDefault != "" && c.byDefault != "NULL" && !strings.HasPrefix(c.byDefault, "NULL::")
	c.Nullable = !required
	if collation.Schema != "" {
		c.collation = " COLLATE " + quoteTable(collation)
	}
	c.describe(base, modifier)
	return c, err
}

func (t *table) askKeys(ask *pgx.Batch) {
	ask.Queue(`
		SELECT x.relname, i.indisprimary, i.indpred IS NOT NULL, NOT i.indimmediate,
			array_agg(coalesce(a.attname::text, '') ORDER BY k.n),
			bool_and(o.opcdefault AND (k.attnum = 0 OR i.indcollation[(k.n - 1)::int] = a.attcollation))
		FROM pg_catalog.pg_index i
			JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
			CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
			LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
			LEFT JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[(k.n - 1)::int]
		WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND k.n <= i.indnkeyatts
		GROUP BY x.relname, i.indisprimary, i.indpred IS NOT NULL, i.indimmediate
		ORDER BY i.indisprimary DESC, x.relname`, t.oid).Query(func(rows pgx.Rows) (err error) {
		t.keys, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (key, error) {
			var k key
			var primary bool
			err := row.Scan(&k.name, &primary, &k.partial, &k.later, &k.columns, &k.plain)
			if primary {
				t.primary = k.columns
			}
			return k, err
		})
		return err
	})
}

// finish tells the columns which of them are keys.
func (t *table) finish() {
	for i := range t.columns {
		column := &t.columns[i].Column
		column.PrimaryKey = slices.Contains(t.primary, column.Name)
		column.Unique = slices.ContainsFunc(t.keys, func(k key) bool { return !k.partial && len(k.columns) == 1 && k.columns[0] == column.Name })
	}
}

func (t *table) askConstraints(ask *pgx.Batch) {
	ask.Queue(`
		SELECT r.conname, r.contype = 'f',
			ARRAY (SELECT a.attname::text FROM unnest(r.conkey) WITH ORDINALITY AS k (attnum, n)
				JOIN pg_catalog.pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = k.attnum ORDER BY k.n),
			coalesce(pg_catalog.pg_get_expr(r.conbin, r.conrelid), ''),
			coalesce(n.nspname::text, ''), coalesce(o.relname::text, ''), r.confrelid = r.conrelid, coalesce(o.relkind = 'p', false),
			coalesce(pg_catalog.has_table_privilege(o.oid, 'SELECT') AND NOT o.relrowsecurity
				AND coalesce(NOT (newer.j ->> 'conperiod')::bool AND (newer.j ->> 'conenforced')::bool, true), false),
			ARRAY (SELECT a.attname::text FROM unnest(r.confkey) WITH ORDINALITY AS k (attnum, n)
				JOIN pg_catalog.pg_attribute a ON a.attrelid = r.confrelid AND a.attnum = k.attnum ORDER BY k.n)
		FROM pg_catalog.pg_constraint r
			LEFT JOIN pg_catalog.pg_class o ON o.oid = r.confrelid AND r.contype = 'f'
			LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
			CROSS JOIN LATERAL (SELECT to_jsonb(r) AS j) AS newer -- what only PostgreSQL 18 knows
		WHERE r.conrelid = $1::oid AND r.contype IN ('c', 'f')
			-- One to a partitioned table has another for each partition.
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = r.conparentid AND p.conrelid = r.conrelid)
		ORDER BY r.conname`, t.oid).Query(func(rows pgx.Rows) error {
		t.checks = map[string]check{}
		var foreign bool
		var r reference
		var k check
		_, err := pgx.ForEachRow(rows, []any{&r.name, &foreign, &k.columns, &k.expression, &r.table.Schema, &r.table.Name, &r.own, &r.parts, &r.lookable, &r.to}, func() error {
			if foreign {
				r.from = k.columns
				t.references = append(t.references, r)
			} else {
				t.checks[r.name] = k
			}
			r, k = reference{}, check{}
			return nil
		})
		return err
	})
}

// itself returns the table for a query about its own rows: those of tables that inherit
// from it have keys of their own.
func (t *table) itself() string { return itself(t.name, t.kind == "p") }

func itself(name load.TableName, partitioned bool) string {
	if partitioned {
		return quoteTable(name)
	}
	return "ONLY " + quoteTable(name)
}

// index returns the position of a column, or -1: of that name, else of the only one
// that differs in case.
func (t *table) index(name string) int {
	if i := slices.IndexFunc(t.columns, func(c column) bool { return c.Name == name }); i >= 0 {
		return i
	}
	found := -1
	for i, c := range t.columns {
		if strings.EqualFold(c.Name, name) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// unique returns the key that consists of these columns, in any order, nil for none.
func (t *table) unique(columns []string) *key {
	want := slices.Clone(columns)
	for i, name := range want {
		if k := t.index(name); k >= 0 {
			want[i] = t.columns[k].Name
		}
	}
	slices.Sort(want)
	for i, k := range t.keys {
		if k.usable() && !k.later && slices.Equal(slices.Sorted(slices.Values(k.columns)), want) {
			return &t.keys[i]
		}
	}
	return nil
}

// ownReference reports whether the table has a foreign key to itself.
func (t *table) ownReference() bool {
	return slices.ContainsFunc(t.references, func(r reference) bool { return r.own })
}

// describeKeys lists the keys of the table.
func (t *table) describeKeys() string {
	var keys []string
	for _, k := range t.keys {
		if k.usable() {
			keys = append(keys, strings.Join(k.columns, " + "))
		}
	}
	return strings.Join(keys, "; ")
}
