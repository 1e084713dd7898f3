package mysql

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// What a load did to the rows of its table is kept beside them, in the same
// transaction, where the plan wants to be able to undo it: in a table of its own, with an
// entry for each row that it inserted or changed. An entry has the row's key, a hash of
// what the load left in it, and of a row that was there before what it held. So a row
// that somebody has changed since is found by its hash. Entries are made by statements
// beside those that write the rows (see note.go): a trigger takes rights that an importer
// need not have.

// undoTable lists what is kept of which load; the table of a load's entries has the
// load's name after it. It is made with the first of them, and removed with the last.
const undoTable = "linefeed_undo"

// isOwn reports whether a table is the program's, not the user's.
func isOwn(table string) bool {
	return table == marksTable || table == undoTable || strings.HasPrefix(table, undoTable+"_")
}

// A kept is what the list says of a load. Its JSON is in the databases of users.
type kept struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"` // those that are hashed, in this order
	Types   []string `json:"types"`   // of these
	Key     []string `json:"key"`
	Changes bool     `json:"changes,omitempty"` // what rows held before is kept
	Made    bool     `json:"made,omitempty"`
	Indexes int      `json:"indexes,omitempty"` // that the table had when it was made

	Done *load.Undoing `json:"done,omitempty"` // what undoing it did
}

// A keeping is how the entries of a load into a table are kept.
type keeping struct {
	t       *table
	entries string   // their table, quoted
	list    string   // the list of what is kept, quoted
	index   string   // the key of t, quoted
	key     []column // its columns
	values  []column // what is hashed and kept
	changes bool     // rows that were there may be changed
	hashed  string   // of the row t

	// counted says that the key is the number that the table counts, which the server
	// tells of rows that are new.
	counted bool
}

// keepingOf returns how entries about t are kept, by the key of that name.
func keepingOf(t *table, job, index string) *keeping {
	k := &keeping{t: t, entries: qualified(t.schema, undoTable+"_"+job), list: qualified(t.schema, undoTable), index: quote(index)}
	for _, of := range t.keys {
		if of.name != index {
			continue
		}
		for _, name := range of.columns {
			k.key = append(k.key, t.columns[t.index(name)])
		}
	}
	for _, c := range t.columns {
		if !c.Generated {
			k.values = append(k.values, c)
		}
	}
	k.hashed = k.hash("t")
	return k
}

// keeps returns how the entries of a load are kept. The error is a problem if it could
// not be undone.
func (f *fit) keeps(s server, job string) (*keeping, error) {
	t := f.t
	switch {
	case s.tidb:
		return nil, load.Problem{Note: message.New("undo_not_here", "leave_undo_out", "product", s.product())}
	case !t.transactional():
		return nil, load.Problem{Note: message.New("undo_engine", "leave_undo_out", "table", t.name, "engine", t.engine)}
	}
	if f.key != nil {
		if !t.tellsRows(*f.key) {
			return nil, load.Problem{Note: message.New("undo_no_key", "leave_undo_out", "table", t.name)}
		}
		k := keepingOf(t, job, f.key.name)
		k.changes = len(f.set()) > 0
		return k, nil
	}
	usable := slices.DeleteFunc(slices.Clone(t.keys), func(k key) bool { return !t.tellsRows(k) })
	slices.SortStableFunc(usable, func(a, b key) int { return primaryFirst(a) - primaryFirst(b) })
	for _, of := range usable {
		if !slices.ContainsFunc(of.columns, func(name string) bool { return f.at(name) < 0 || t.columns[t.index(name)].auto }) {
			return keepingOf(t, job, of.name), nil
		}
	}
	for _, of := range usable {
		c := t.columns[t.index(of.columns[0])]
		switch {
		case len(of.columns) > 1 || !c.auto || c.Type == load.Float:
		case s.returns():
			k := keepingOf(t, job, of.name)
			k.counted = true
			return k, nil
		case f.at(c.Name) >= 0:
			return keepingOf(t, job, of.name), nil
		}
	}
	if len(usable) > 0 {
		return nil, load.Problem{Note: message.New("undo_key_unmapped", "map_key_or_leave", "table", t.name, "keys", t.describeKeys())}
	}
	return nil, load.Problem{Note: message.New("undo_no_key", "leave_undo_out", "table", t.name)}
}

func primaryFirst(k key) int {
	if k.name == "PRIMARY" {
		return 0
	}
	return 1
}

// tellsRows reports whether no two rows have the same values in a key, none is without,
// and a value is found as it was written.
func (t *table) tellsRows(k key) bool {
	return !k.partial && !slices.ContainsFunc(k.columns, func(name string) bool {
		i := t.index(name)
		return i < 0 || t.columns[i].Nullable || t.columns[i].Generated || t.columns[i].Type == load.Float
	})
}

// returns reports whether an insert can return what it has stored.
func (s server) returns() bool { return s.maria && s.atLeast(10, 5) }

// declared returns the type of a column that holds the same values.
func (c *column) declared() string {
	text := c.Declared
	if c.charset != "" && c.collation != "" {
		text += " CHARACTER SET " + c.charset + " COLLATE " + c.collation
	}
	return text + " NULL" // or a TIMESTAMP would change by itself
}

// hash returns the hash of the row of that alias. The parts can't run into each other,
// and depend on no setting that a session may have otherwise.
func (k *keeping) hash(alias string) string {
	parts := make([]string, len(k.values))
	for i, c := range k.values {
		parts[i] = "IFNULL(" + c.part(alias+"."+quote(c.Name)) + ", '-')"
	}
	return "LEFT(UNHEX(SHA2(CONCAT_WS(',', " + strings.Join(parts, ", ") + "), 256)), 8)"
}

// part returns a value of a column as a text that tells it from all others. Long ones
// are told by a hash of their own: a text has a limit.
func (c *column) part(name string) string {
	switch c.kind {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "year", "decimal", "numeric",
		"date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6":
		return "CAST(" + name + " AS CHAR)"
	case "bit", "enum", "set":
		return "CAST(" + name + " + 0 AS CHAR)"
	case "float", "double", "real":
		return "CAST(" + name + " + 0e0 AS CHAR)" // a FLOAT alone is shown rounded
	case "char", "varchar", "binary", "varbinary", "tinytext", "tinyblob":
		return "HEX(" + name + ")"
	}
	return "SHA2(" + name + ", 256)"
}

// numbered returns the names of n columns: k0, k1 and so on.
func numbered(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return all
}

// keys are the columns of the entries that hold the key, and olds those that hold what a
// row held before.
func (k *keeping) keys(prefix string) []string { return numbered(prefix+"k", len(k.key)) }
func (k *keeping) olds(prefix string) []string { return numbered(prefix+"c", len(k.values)) }

func namesOf(alias string, columns []column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = alias + "." + quote(c.Name)
	}
	return all
}

// equal returns the condition that each of a is what stands in its place in b.
func equal(a, b []string) string {
	all := make([]string, len(a))
	for i := range a {
		all[i] = a[i] + " = " + b[i]
	}
	return strings.Join(all, " AND ")
}

// create returns the statement that makes the table of the entries. seen marks those
// whose rows were there before the statement that is being noted.
func (k *keeping) create() string {
	columns := []string{"n BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY"}
	for i, c := range k.key {
		columns = append(columns, fmt.Sprintf("k%d %s", i, c.declared()))
	}
	columns = append(columns, "hash BINARY(8) NULL", "was TINYINT NOT NULL", "seen TINYINT NOT NULL")
	if k.changes {
		for i, c := range k.values {
			columns = append(columns, fmt.Sprintf("c%d %s", i, c.declared()))
		}
	}
	return fmt.Sprintf("CREATE TABLE %s (%s, UNIQUE KEY (%s)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4",
		k.entries, strings.Join(columns, ", "), strings.Join(k.keys(""), ", "))
}

// keep readies the load to keep entries: a new load makes their table. One that goes on
// without its entries, which somebody has removed, keeps none.
func (ld *loading) keep(ctx context.Context, c *conn, l load.Layout) error {
	if !l.Plan.Undo || ld.job == "" {
		return nil
	}
	k, err := ld.fit.keeps(ld.db.server, ld.job)
	if err != nil {
		return err
	}
	info, err := ld.db.kept(ctx, c, ld.job, ld.schema)
	if err != nil || info == nil && len(ld.marks) > 0 {
		return err
	}
	if info == nil || info.Done != nil {
		if err := ld.db.makeEntries(ctx, c, ld.job, k, l.Plan.Create); err != nil {
			return err
		}
	}
	// Those who may not see triggers don't know of them.
	grants, err := c.one(ctx, "SHOW GRANTS")
	if err != nil {
		return err
	}
	if !may(grants, "TRIGGER", ld.schema, ld.fit.t.name) {
		ld.fit.t.triggers = true
	}
	ld.note = &noting{keeping: k, fit: ld.fit}
	return nil
}

// makeEntries makes the table of a new load's entries, and puts it into the list.
func (d *DB) makeEntries(ctx context.Context, c *conn, job string, k *keeping, made bool) error {
	info := kept{Table: k.t.name, Changes: k.changes, Made: made}
	for _, v := range k.values {
		info.Columns, info.Types = append(info.Columns, v.Name), append(info.Types, v.declared())
	}
	for _, v := range k.key {
		info.Key = append(info.Key, v.Name)
	}
	var err error
	if info.Indexes, err = countIndexes(ctx, c, k.t); err != nil {
		return err
	}
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	statements := "DROP TABLE IF EXISTS " + k.entries + "; " + k.create() + "; CREATE TABLE IF NOT EXISTS " + k.list +
		" (job VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, kept LONGTEXT CHARACTER SET utf8mb4 NOT NULL) ENGINE=InnoDB; " +
		"INSERT INTO " + k.list + " VALUES (" + literal(job) + ", " + literal(string(text)) + ") ON DUPLICATE KEY UPDATE kept = VALUES(kept)"
	for range 3 { // another load may remove the list, with the last of what is kept, in between
		if err = c.exec(ctx, statements); number(err) != errNoSuchTable {
			break
		}
	}
	if forbidden(err) {
		return load.Problem{Note: message.New("undo_no_place", "grant_create", "schema", k.t.schema), Denied: true}
	}
	return err
}

// countIndexes returns the number of indexes of a table.
func countIndexes(ctx context.Context, c *conn, t *table) (int, error) {
	rows, err := c.one(ctx, "SELECT COUNT(DISTINCT INDEX_NAME) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = "+literal(t.schema)+" AND TABLE_NAME = "+literal(t.name))
	if err != nil {
		return 0, err
	}
	return int(num(rows[0][0])), nil
}

// kept returns what is kept of a load, nil for nothing.
func (d *DB) kept(ctx context.Context, c *conn, job, schema string) (*kept, error) {
	there, err := d.exists(ctx, c, schema, undoTable+"_"+job)
	if err != nil || !there {
		return nil, err
	}
	rows, err := c.one(ctx, "SELECT kept FROM "+qualified(schema, undoTable)+" WHERE job = "+literal(job))
	if number(err) == errNoSuchTable || err == nil && len(rows) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var info kept
	if err := json.Unmarshal([]byte(str(rows[0][0])), &info); err != nil {
		return nil, fmt.Errorf("what is kept of job %s: %w", job, err)
	}
	return &info, nil
}

// ForgetUndo removes what is kept to undo a load, if there is anything.
func (d *DB) ForgetUndo(ctx context.Context, job string, t load.TableName) error {
	c, err := d.conn(ctx)
	if err != nil {
		return err
	}
	if err := d.forgetUndo(ctx, c, job, d.schema(t)); err != nil {
		return d.explain(ctx, "remove what is kept to undo an import", err)
	}
	return nil
}

func (d *DB) forgetUndo(ctx context.Context, c *conn, job, schema string) error {
	there, err := d.exists(ctx, c, schema, undoTable+"_"+job)
	if err != nil {
		return err
	}
	if there {
		if err := c.exec(ctx, "DROP TABLE IF EXISTS "+qualified(schema, undoTable+"_"+job)); err != nil {
			return err
		}
	}
	return d.removeLast(ctx, c, qualified(schema, undoTable), job)
}

// undoWarnings says what the undoing of a load into t leaves.
func (t *table) undoWarnings() []load.Warning {
	if !t.triggers {
		return nil
	}
	return []load.Warning{{Code: load.WarnUndo, Note: message.New("undo_triggers", "", "table", t.name)}}
}
