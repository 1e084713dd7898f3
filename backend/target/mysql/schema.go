package mysql

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A table is the schema of a table.
type table struct {
	schema, name string // as they are spelled in the database
	kind         string // BASE TABLE, VIEW …
	engine       string

	columns []column
	keys    []key // the primary key and each unique index
	primary []string

	references []reference
	checks     map[string]string // constraints, by name
	triggers   bool
}

// A column is a column of a table, with what load.Column does not tell.
type column struct {
	load.Column
	kind      string // its DATA_TYPE, in lower case
	charset   string
	collation string
	precision int      // digits after the seconds
	scale     int      // of a float with a number of decimals, else -1
	members   []string // of an enum or a set
	auto      bool     // AUTO_INCREMENT
	signed    bool
}

// A key is the columns of a unique index or primary key.
type key struct {
	name    string
	columns []string // "" for an expression
	partial bool     // of a column, only the beginning is in it
}

// A reference is a foreign key of a table.
type reference struct {
	name          string
	schema, table string // the parent
	from, to      []string
}

// full returns the name of the table for statements.
func (t *table) full() string { return qualified(t.schema, t.name) }

// index returns the position of a column, or -1. Names of columns ignore case.
func (t *table) index(name string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return strings.EqualFold(c.Name, name) })
}

// transactional reports whether what was written can be undone.
func (t *table) transactional() bool {
	switch strings.ToUpper(t.engine) {
	case "MYISAM", "ARIA", "MEMORY", "CSV", "ARCHIVE", "BLACKHOLE", "MRG_MYISAM", "S3":
		return false
	}
	return true
}

// computes reports whether the server computes a part of a key: a column, or an
// expression, which has no name.
func (t *table) computes(name string) bool {
	i := t.index(name)
	return name == "" || i >= 0 && t.columns[i].Generated
}

func (t *table) ownReference() bool {
	return slices.ContainsFunc(t.references, func(r reference) bool { return r.schema == t.schema && r.table == t.name })
}

// unique returns the key that consists of these columns, in any order, nil for none.
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
	i := slices.IndexFunc(t.keys, func(k key) bool { return !k.partial && slices.Equal(fold(k.columns), want) })
	if i < 0 {
		return nil
	}
	return &t.keys[i]
}

// describeKeys lists the keys of the table.
func (t *table) describeKeys() string {
	var keys []string
	for _, k := range t.keys {
		if !k.partial {
			keys = append(keys, strings.Join(k.columns, " + "))
		}
	}
	return strings.Join(keys, "; ")
}

// checkTableName returns a problem if there can't be a table of that name.
func (d *DB) checkTableName(t load.TableName) error {
	switch {
	case d.schema(t) == "":
		return errNoDatabase
	case strings.ContainsRune(t.Name, 0):
		return load.Problem{Note: message.New("table_with_nul", "other_name", "table", t.Name)}
	}
	return nil
}

// table reads the schema of a table. The error wraps load.ErrNoTable if there is none.
func (d *DB) table(ctx context.Context, c *conn, name load.TableName) (*table, error) {
	if err := d.checkTableName(name); err != nil {
		return nil, err
	}
	schema := d.schema(name)
	t := &table{schema: schema, name: name.Name}
	found, err := d.readTable(ctx, c, t)
	if err != nil {
		return nil, err
	}
	if !found {
		names, err := tableNames(ctx, c, schema)
		if err != nil {
			return nil, err
		}
		same := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.EqualFold(n, name.Name) })
		if len(same) != 1 {
			return nil, d.noTable(name.Name, schema, names)
		}
		t = &table{schema: schema, name: same[0]}
		if found, err = d.readTable(ctx, c, t); err != nil || !found {
			return nil, orNoTable(err, d.noTable(name.Name, schema, nil))
		}
	}
	switch t.kind {
	case "VIEW", "SYSTEM VIEW":
		return nil, load.Problem{Note: message.New("is_view", "choose_table_shown", "table", t.name)}
	case "SEQUENCE":
		return nil, load.Problem{Note: message.New("is_sequence", "choose_table", "table", t.name)}
	}
	return t, nil
}

func orNoTable(err, none error) error {
	if err != nil {
		return err
	}
	return none
}

// noTable returns the error for a table that does not exist.
func (d *DB) noTable(name, schema string, names []string) error {
	var near []string
	for _, n := range names {
		if load.Alike(name, n) {
			near = append(near, strconv.Quote(n))
		}
	}
	slices.Sort(near)
	if len(near) > 0 {
		return message.NewError(load.ErrNoTable, "no_table", "did_you_mean", "table", name, "path", schema, "names", near)
	}
	return message.NewError(load.ErrNoTable, "no_table", "choose_or_create", "table", name, "path", schema)
}

// readTable reads all that is to be known of a table, in one round trip. It reports
// false if there is none of exactly that name.
func (d *DB) readTable(ctx context.Context, c *conn, t *table) (bool, error) {
	where := " WHERE TABLE_SCHEMA = " + literal(t.schema) + " AND TABLE_NAME = " + literal(t.name)
	queries := []string{
		"SELECT TABLE_TYPE, ENGINE, TABLE_NAME FROM information_schema.TABLES" + where,
		"SELECT COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, IS_NULLABLE, COLUMN_DEFAULT, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, " +
			"DATETIME_PRECISION, CHARACTER_SET_NAME, COLLATION_NAME, EXTRA, COLUMN_COMMENT FROM information_schema.COLUMNS" + where + " ORDER BY ORDINAL_POSITION",
		"SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS" + where + " AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX",
		"SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE" +
			where + " AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION",
		"SELECT 1 FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = " + literal(t.schema) + " AND EVENT_OBJECT_TABLE = " + literal(t.name) + " LIMIT 1",
	}
	if checks := d.server.checksOf(t); checks != "" {
		queries = append(queries, checks)
	}
	all, err := c.query(ctx, strings.Join(queries, "; "))
	if err != nil || len(all) < 5 || len(all[0]) == 0 {
		return false, err
	}
	exact := slices.IndexFunc(all[0], func(row []*string) bool { return str(row[2]) == t.name })
	if exact < 0 {
		return false, nil
	}
	t.kind, t.engine = strings.ToUpper(str(all[0][exact][0])), str(all[0][exact][1])
	t.readKeys(all[2])
	t.readReferences(all[3])
	t.triggers = len(all[4]) > 0
	if len(all) > 5 {
		t.checks = map[string]string{}
		for _, row := range all[5] {
			t.checks[str(row[0])] = str(row[1])
		}
	}
	t.readColumns(all[1])
	return true, nil
}

func (t *table) readKeys(rows result) {
	for _, row := range rows {
		name := str(row[0])
		if len(t.keys) == 0 || t.keys[len(t.keys)-1].name != name {
			t.keys = append(t.keys, key{name: name})
		}
		k := &t.keys[len(t.keys)-1]
		k.columns = append(k.columns, str(row[1]))
		k.partial = k.partial || row[1] == nil || row[2] != nil
		if name == "PRIMARY" {
			t.primary = k.columns
		}
	}
}

func (t *table) readReferences(rows result) {
	for _, row := range rows {
		name := str(row[0])
		if len(t.references) == 0 || t.references[len(t.references)-1].name != name {
			t.references = append(t.references, reference{name: name, schema: str(row[2]), table: str(row[3])})
		}
		r := &t.references[len(t.references)-1]
		r.from = append(r.from, str(row[1]))
		r.to = append(r.to, str(row[4]))
	}
}

// checksOf returns the query for the checks of a table, "" where the server knows none.
func (s server) checksOf(t *table) string {
	switch {
	case s.maria && s.atLeast(10, 3):
		return "SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = " +
			literal(t.schema) + " AND TABLE_NAME = " + literal(t.name)
	case !s.maria && s.atLeast(8, 1) || s.major == 8 && !s.tidb: // since 8.0.16
		return "SELECT k.CONSTRAINT_NAME, k.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS k JOIN information_schema.TABLE_CONSTRAINTS t " +
			"USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME) WHERE t.TABLE_SCHEMA = " + literal(t.schema) + " AND t.TABLE_NAME = " + literal(t.name)
	}
	return ""
}

func (t *table) readColumns(rows result) {
	for _, row := range rows {
		extra := strings.ToUpper(str(row[11]))
		c := column{
			kind: strings.ToLower(str(row[2])), charset: str(row[9]), collation: str(row[10]),
			precision: int(num(row[8])), scale: -1,
			auto:   strings.Contains(extra, "AUTO_INCREMENT"),
			signed: !strings.Contains(strings.ToLower(str(row[1])), "unsigned"),
		}
		c.Name, c.Declared = str(row[0]), str(row[1])
		c.Nullable = str(row[3]) == "YES"
		c.HasDefault = c.auto || row[4] != nil && !strings.EqualFold(str(row[4]), "NULL") || strings.Contains(extra, "DEFAULT_GENERATED")
		c.Generated = strings.Contains(extra, "GENERATED") && !strings.Contains(extra, "DEFAULT_GENERATED")
		c.PrimaryKey = slices.ContainsFunc(t.primary, func(n string) bool { return strings.EqualFold(n, c.Name) })
		c.Unique = slices.ContainsFunc(t.keys, func(k key) bool {
			return len(k.columns) == 1 && !k.partial && strings.EqualFold(k.columns[0], c.Name)
		})
		c.describe(row, t.isJSON(c.Name))
		t.columns = append(t.columns, c)
	}
}

// isJSON reports whether a check has a column hold JSON: so MariaDB declares its type.
func (t *table) isJSON(column string) bool {
	return strings.EqualFold(t.checks[column], "json_valid("+quote(column)+")")
}

// tableNames returns the names of the tables of a schema.
func tableNames(ctx context.Context, c *conn, schema string) ([]string, error) {
	rows, err := c.one(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = "+literal(schema)+" AND TABLE_TYPE <> 'VIEW' ORDER BY TABLE_NAME")
	var names []string
	for _, row := range rows {
		names = append(names, str(row[0]))
	}
	return names, err
}

// Columns returns the columns of a table, in order.
func (d *DB) Columns(ctx context.Context, name load.TableName) ([]load.Column, error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	t, err := d.table(ctx, c, name)
	if err != nil {
		return nil, d.explain(ctx, "look up columns", err)
	}
	columns := make([]load.Column, len(t.columns))
	for i, c := range t.columns {
		columns[i] = c.Column
	}
	return columns, nil
}
