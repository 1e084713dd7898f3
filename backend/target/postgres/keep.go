package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// What a load did to the rows of its table is kept beside them, in the same
// transaction, where the plan wants to be able to undo it: in a table of its own, with an
// entry for each row that it inserted or changed. An entry has the row's key, a hash of
// what the load left in it, and of a row that was there before what it held. So a row
// that somebody has changed since is found by its hash.

// undoTable lists what is kept of which load; the table of a load's entries has the
// load's name after it. It is made with the first of them, and removed with the last.
const undoTable = "linefeed_undo"

// A kept is what the list says of a load. Its JSON is in the databases of users.
type kept struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"` // those that are hashed, in this order
	Key     []string `json:"key"`
	Made    bool     `json:"made,omitempty"`

	Done *load.Undoing `json:"done,omitempty"` // what undoing it did
}

// A keeping is how the entries of a load into a table are kept.
type keeping struct {
	t       *table
	entries string    // their table, quoted
	list    string    // the list of what is kept, quoted
	key     []*column // what identifies a row of t
	values  []*column // what is hashed and kept
	changes bool      // rows that were there may be changed
}

// keepingOf returns how entries about t are kept. The error is a problem if rows can't
// be told apart.
func (d *DB) keepingOf(t *table, job string, key []string) (*keeping, error) {
	k := &keeping{
		t: t, entries: quoteTable(load.TableName{Schema: t.name.Schema, Name: undoTable + "_" + job}),
		list: quoteTable(load.TableName{Schema: t.name.Schema, Name: undoTable}),
	}
	if d.family != postgreSQL || t.kind != "r" && t.kind != "p" || !t.readable {
		return nil, load.Problem{Note: message.New("undo_not_here", "leave_undo_out", "product", t.name.Name)}
	}
	if key == nil {
		key = t.identity()
	}
	for _, name := range key {
		k.key = append(k.key, &t.columns[t.index(name)])
	}
	if len(k.key) == 0 {
		return nil, load.Problem{Note: message.New("undo_no_key", "leave_undo_out", "table", t.name.Name)}
	}
	for i := range t.columns {
		if c := &t.columns[i]; !c.Generated {
			k.values = append(k.values, c)
		}
	}
	return k, nil
}

// identity returns the columns that identify a row: the primary key, or another one
// that no row is without.
func (t *table) identity() []string {
	for _, k := range t.keys {
		if k.usable() && !slices.ContainsFunc(k.columns, func(name string) bool { return t.columns[t.index(name)].Nullable }) {
			return k.columns
		}
	}
	return nil
}

// forLoad notes what a load may do to rows. The error is a problem if it may give one
// another key.
func (k *keeping) forLoad(w *writing) error {
	if k.changes = w.changes() && w.update != ""; !k.changes {
		return nil
	}
	for _, c := range k.key {
		if slices.Contains(w.sets, c.Name) && !slices.Contains(w.key.columns, c.Name) {
			return load.Problem{Column: c.Name, Note: message.New("undo_moves_key", "leave_undo_out", "column", c.Name, "table", k.t.name.Name)}
		}
	}
	return nil
}

// hash returns the hash of the row of that alias: of what the server would send of it.
func (k *keeping) hash(alias string) string {
	return "pg_catalog.substring(pg_catalog.sha256(pg_catalog.record_send(ROW(" + strings.Join(namesOf(alias, k.values), ", ") + "))), 1, 8)"
}

func namesOf(alias string, columns []*column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = alias + "." + quote(c.Name)
	}
	return all
}

// numbered returns the names of n columns: k0, k1 and so on.
func numbered(alias, letter string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s%s%d", alias, letter, i)
	}
	return all
}

func (k *keeping) keys(alias string) []string { return numbered(alias, "k", len(k.key)) }
func (k *keeping) olds(alias string) []string { return numbered(alias, "c", len(k.values)) }

func equal(a, b []string) string {
	all := make([]string, len(a))
	for i := range a {
		all[i] = a[i] + " = " + b[i]
	}
	return strings.Join(all, " AND ")
}

// create returns the statement that makes the table of the entries.
func (k *keeping) create() string {
	var columns []string
	for i, c := range k.key {
		columns = append(columns, fmt.Sprintf("k%d %s%s", i, c.cast, c.collation))
	}
	columns = append(columns, "hash bytea NOT NULL", "was boolean NOT NULL")
	if k.changes {
		for i, c := range k.values {
			columns = append(columns, fmt.Sprintf("c%d %s%s", i, c.cast, c.collation))
		}
	}
	return fmt.Sprintf("CREATE TABLE %s (%s, PRIMARY KEY (%s))", k.entries, strings.Join(columns, ", "), strings.Join(k.keys(""), ", "))
}

// inserting returns a statement that inserts rows as one that notes them as well. There
// may be an entry already, of a row that somebody has removed since.
func (k *keeping) inserting(insert string) string {
	return fmt.Sprintf("WITH linefeed_new AS (%s RETURNING %s, %s AS hash) INSERT INTO %s (%s, hash, was) SELECT *, false FROM linefeed_new ON CONFLICT (%[5]s) DO UPDATE SET hash = excluded.hash, was = false",
		insert, strings.Join(as(namesOf("linefeed_target", k.key), k.keys("")), ", "), k.hash("linefeed_target"), k.entries, strings.Join(k.keys(""), ", "))
}

func as(expressions, names []string) []string {
	all := make([]string, len(names))
	for i := range names {
		all[i] = expressions[i] + " AS " + names[i]
	}
	return all
}

// before returns the statement that notes the rows which the rows of a batch will
// change, and locks them. What somebody has changed since the load wrote it is what
// the row held before.
func (k *keeping) before(w *writing) string {
	keys, olds := strings.Join(k.keys(""), ", "), k.olds("")
	set := []string{"hash = excluded.hash", "was = u.was OR u.hash <> excluded.hash"}
	for _, c := range olds {
		set = append(set, fmt.Sprintf("%s = CASE WHEN u.hash = excluded.hash THEN u.%[1]s ELSE excluded.%[1]s END", c))
	}
	return fmt.Sprintf("INSERT INTO %s AS u (%s, hash, was, %s) SELECT %s, %s, true, %s FROM %s AS linefeed_target, %s WHERE %s FOR UPDATE OF linefeed_target ON CONFLICT (%[2]s) DO UPDATE SET %[10]s",
		k.entries, keys, strings.Join(olds, ", "), strings.Join(namesOf("linefeed_target", k.key), ", "), k.hash("linefeed_target"),
		strings.Join(namesOf("linefeed_target", k.values), ", "), w.t.itself(), w.rows(all(len(w.columns))), w.same(w.key.columns, w.key.columns), strings.Join(set, ", "))
}

// updating returns the statement that changes rows as one that notes them as well.
func (k *keeping) updating(update string) string {
	return fmt.Sprintf("WITH linefeed_new AS (%s, %s, %s AS hash), linefeed_noted AS (UPDATE %s AS u SET hash = linefeed_new.hash FROM linefeed_new WHERE %s) SELECT linefeed_row FROM linefeed_new",
		update, strings.Join(as(namesOf("linefeed_target", k.key), k.keys("")), ", "), k.hash("linefeed_target"),
		k.entries, equal(k.keys("u."), k.keys("linefeed_new.")))
}

// keep readies the load to keep entries, on a connection that may have made the table in
// a transaction: a new load makes their table. One that goes on without its entries,
// which somebody has removed, keeps none.
func (p *loading) keep(ctx context.Context, c *pgx.Conn) error {
	if !p.layout.Plan.Undo || p.job == "" {
		return nil
	}
	k, err := p.db.keepingOf(p.table, p.job, nil)
	if err == nil {
		err = k.forLoad(p.writes)
	}
	if err != nil {
		return err
	}
	has, err := k.there(ctx, c, p.job)
	if err != nil || !has && len(p.marks) > 0 {
		return err
	}
	if has {
		before, err := k.kept(ctx, c, p.job)
		if err != nil {
			return err
		}
		has = before.Done == nil // or it begins anew
	}
	if !has {
		info := kept{Table: p.table.name.Name, Made: p.layout.Plan.Create}
		for _, c := range k.values {
			info.Columns = append(info.Columns, c.Name)
		}
		for _, c := range k.key {
			info.Key = append(info.Key, c.Name)
		}
		text, err := json.Marshal(info)
		if err != nil {
			return err
		}
		if _, err := c.PgConn().Exec(ctx, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (job text PRIMARY KEY, kept text NOT NULL); INSERT INTO %[1]s VALUES (%s, %s) ON CONFLICT (job) DO UPDATE SET kept = excluded.kept; DROP TABLE IF EXISTS %s; %s",
			k.list, literal(p.job), literal(string(text)), k.entries, k.create())).ReadAll(); err != nil {
			return err
		}
	}
	w := p.writes
	w.insert = k.inserting(w.insert)
	if k.changes {
		w.note = k.before(w)
		w.update = k.updating(w.update)
	}
	w.kept = true
	return nil
}

// there reports whether the entries of a job are there.
func (k *keeping) there(ctx context.Context, c *pgx.Conn, job string) (has bool, err error) {
	err = c.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL", k.list, k.entries).Scan(&has)
	if err == nil && has {
		err = c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+k.list+" WHERE job = $1)", job).Scan(&has)
	}
	return has, err
}

// kept returns what the list says of a job, of which entries are there.
func (k *keeping) kept(ctx context.Context, c *pgx.Conn, job string) (info kept, err error) {
	var text string
	if err := c.QueryRow(ctx, "SELECT kept FROM "+k.list+" WHERE job = $1", job).Scan(&text); err != nil {
		return info, err
	}
	if err := json.Unmarshal([]byte(text), &info); err != nil {
		return info, fmt.Errorf("what is kept of job %s: %w", job, err)
	}
	return info, nil
}

// ForgetUndo removes what is kept to undo a load, if there is anything.
func (d *DB) ForgetUndo(ctx context.Context, job string, t load.TableName) error {
	return d.do(ctx, "remove what is kept to undo an import", func(c *pgx.Conn) error {
		k := d.entriesOf(job, d.schemaOf(t))
		has, err := k.there(ctx, c, job)
		if err != nil || !has {
			return err
		}
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return k.remove(ctx, tx, job) })
	})
}

// entriesOf returns where the entries of a job are.
func (d *DB) entriesOf(job, schema string) *keeping {
	return &keeping{
		entries: quoteTable(load.TableName{Schema: schema, Name: undoTable + "_" + job}),
		list:    quoteTable(load.TableName{Schema: schema, Name: undoTable}),
	}
}

// remove removes the entries of a job, and the list with the last of them.
func (k *keeping) remove(ctx context.Context, tx pgx.Tx, job string) error {
	if _, err := tx.Exec(ctx, "LOCK TABLE "+k.list+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DROP TABLE "+k.entries); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM "+k.list+" WHERE job = $1", job); err != nil {
		return err
	}
	var left bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+k.list+")").Scan(&left); err != nil || left {
		return err
	}
	_, err := tx.Exec(ctx, "DROP TABLE "+k.list)
	return err
}

// checkUndo returns what keeps a load into t from being undone, and what its undoing
// leaves.
func (p *loading) checkUndo(canKeep bool) ([]load.Warning, error) {
	if !p.layout.Plan.Undo {
		return nil, nil
	}
	if !canKeep {
		return nil, load.Problem{Note: message.New("undo_no_place", "grant_create", "schema", p.schema), Denied: true}
	}
	if p.table == nil { // it is to be made
		if !slices.ContainsFunc(p.layout.Make, func(c load.Column) bool { return c.PrimaryKey }) && len(p.layout.Plan.Key) == 0 {
			return nil, load.Problem{Note: message.New("undo_no_key", "leave_undo_out", "table", p.layout.Plan.Table)}
		}
		return nil, nil
	}
	k, err := p.db.keepingOf(p.table, "", nil)
	if err == nil {
		err = k.forLoad(p.writes)
	}
	return p.table.undoWarnings(), err
}

// undoWarnings says what the undoing of a load into t leaves.
func (t *table) undoWarnings() []load.Warning {
	if !t.triggers {
		return nil
	}
	return []load.Warning{{Code: load.WarnUndo, Note: message.New("undo_triggers", "", "table", t.name.Name)}}
}
