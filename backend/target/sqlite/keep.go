package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/bulk"
)

// What a load did to the rows of its table is kept beside them, in the same
// transaction, where the plan wants to be able to undo it: in a table of its own, with
// an entry for each row that it inserted or changed. An entry has the row's key, a
// hash of what the load left in it, and of a row that was there before what it held.
// So a row that somebody has changed since is found by its hash.
//
// Rows that are only inserted are noted by the bulk path, in runs of their rowids;
// others by temporary triggers, which are of this connection alone and see what the
// triggers of the table do to its rows as well.

// undoTable lists what is kept of which load; the table of a load's entries has the
// load's name after it. It is made with the first of them, and removed with the last.
const undoTable = "linefeed_undo"

// entriesOf returns the name of the table of a load's entries.
func entriesOf(job string) string { return undoTable + "_" + job }

// isOwn reports whether a table is the program's, not the user's.
func isOwn(table string) bool {
	return table == marksTable || table == undoTable || strings.HasPrefix(table, undoTable+"_")
}

// A kept is what the list says of a load. Its JSON is in the databases of users.
type kept struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"` // those that are hashed, in this order
	Made    bool     `json:"made,omitempty"`

	Done *load.Undoing `json:"done,omitempty"` // what undoing it did
}

// A keeping is how the entries of a load into a table are kept.
type keeping struct {
	t       *table
	entries string   // their table, quoted
	key     []string // the names of what identifies a row of t
	at      []string // the columns of the entries that hold them
	values  []string // the columns of t that are hashed and kept
	changes bool     // rows that were there may be changed
	moves   bool     // a row may get another key
}

// keepingOf returns how entries about t are kept: by the rowid, or by the primary key
// where there is none. The error is a problem if rows can't be told apart.
func keepingOf(t *table, job string) (*keeping, error) {
	k := &keeping{t: t, entries: quote(entriesOf(job)), values: t.writable()}
	switch {
	case t.rowid != "":
		k.key, k.at = []string{t.rowid}, []string{"row"}
	case t.alias != "":
		k.key, k.at = []string{t.alias}, []string{"row"}
	case t.withoutRowid:
		k.key = t.primary
		for i := range t.primary {
			k.at = append(k.at, fmt.Sprintf("k%d", i))
		}
	default:
		return nil, load.Problem{Note: message.New("undo_no_key", "leave_undo_out", "table", t.name)}
	}
	return k, nil
}

// forLoad notes what a load may do to rows.
func (k *keeping) forLoad(w *writing) {
	k.changes = w.key != nil && w.rule != load.ConflictSkip || k.t.triggers
	k.moves = k.t.triggers
	if w.key == nil {
		return
	}
	for _, c := range w.set() {
		name := k.t.columns[c].Name
		k.moves = k.moves || strings.EqualFold(name, k.t.alias) || k.t.withoutRowid && k.t.columns[c].PrimaryKey
	}
}

// noted reports whether the bulk path notes the rows: they are only inserted. SQLite
// tells it of rows that an INSERT updates as if they were inserted.
func (k *keeping) noted() bool { return k.at[0] == "row" && !k.changes }

// hash returns the hash of the row that a prefix such as new. names.
func (k *keeping) hash(prefix string) string {
	return hashOf(prefixed(prefix, k.values))
}

// hashOf returns the hash of expressions: of as many at a time as a function may have.
func hashOf(values []string) string {
	const most = 100
	hash := ""
	for len(values) > 0 {
		n := min(len(values), most-1)
		list := strings.Join(values[:n], ", ")
		if hash != "" {
			list = hash + ", " + list
		}
		hash, values = "linefeed_hash("+list+")", values[n:]
	}
	return hash
}

func prefixed(prefix string, names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = prefix + quote(name)
	}
	return all
}

// same returns the condition that names have values.
func same(names, values []string) string {
	all := make([]string, len(names))
	for i := range names {
		all[i] = names[i] + " = " + values[i]
	}
	return strings.Join(all, " AND ")
}

// old are the columns of the entries that hold what rows held before.
func (k *keeping) old() []string {
	all := make([]string, len(k.values))
	for i := range all {
		all[i] = fmt.Sprintf("c%d", i)
	}
	return all
}

// create returns the statement that makes the table of the entries.
func (k *keeping) create() string {
	columns, end := "row INTEGER PRIMARY KEY", ""
	if k.at[0] != "row" {
		columns, end = strings.Join(k.at, ", "), " WITHOUT ROWID"
	}
	columns += ", hash INTEGER NOT NULL, was INTEGER NOT NULL"
	if k.changes {
		columns += ", " + strings.Join(k.old(), ", ")
	}
	if end != "" {
		columns += ", PRIMARY KEY (" + strings.Join(k.at, ", ") + ")"
	}
	return fmt.Sprintf("CREATE TABLE main.%s (%s)%s", k.entries, columns, end)
}

// note returns the statement by which the bulk path notes a run of rows. A row may
// have the number of one that somebody has removed since it was noted.
func (k *keeping) note() string {
	key := quote(k.key[0])
	return fmt.Sprintf("INSERT OR REPLACE INTO main.%s (row, hash, was) SELECT %s, %s, 0 FROM %s WHERE %[2]s BETWEEN ?1 AND ?2",
		k.entries, key, k.hash(""), k.t.full())
}

// triggers returns the statements that make the temporary triggers. What another
// trigger has done to the row is part of what the load left, so there it is read from
// the table.
func (k *keeping) triggers() []string {
	at, news, olds := strings.Join(k.at, ", "), prefixed("new.", k.key), prefixed("old.", k.key)
	from, hash := "", k.hash("new.")
	if k.t.triggers {
		from, hash = " FROM "+k.t.full(), k.hash("")
	}
	where := " WHERE true"
	if from != "" {
		where = " WHERE " + same(quoted(k.key), news)
	}
	insert := fmt.Sprintf("INSERT INTO %s (%s, hash, was) SELECT %s, %s, 0%s%s ON CONFLICT (%[2]s) DO UPDATE SET hash = excluded.hash, was = 0",
		k.entries, at, strings.Join(news, ", "), hash, from, where)
	all := []string{trigger("linefeed_undo_insert", "INSERT", k.t, insert)}
	if !k.changes {
		return all
	}
	// What somebody has changed since the load wrote it is what the row held before.
	body := []string{fmt.Sprintf("DELETE FROM %s WHERE %s AND hash <> %s", k.entries, same(k.at, olds), k.hash("old."))}
	if k.moves {
		moved := "NOT (" + same(news, olds) + ")"
		body = append(body, fmt.Sprintf("DELETE FROM %s WHERE %s AND %s", k.entries, same(k.at, news), moved),
			fmt.Sprintf("UPDATE %s SET %s WHERE %s AND %s", k.entries, strings.ReplaceAll(same(k.at, news), " AND ", ", "), same(k.at, olds), moved))
	}
	body = append(body, fmt.Sprintf("INSERT INTO %s (%s, hash, was, %s) SELECT %s, %s, 1, %s%s%s ON CONFLICT (%[2]s) DO UPDATE SET hash = excluded.hash",
		k.entries, at, strings.Join(k.old(), ", "), strings.Join(news, ", "), hash, strings.Join(prefixed("old.", k.values), ", "), from, where))
	return append(all, trigger("linefeed_undo_update", "UPDATE", k.t, body...))
}

func quoted(names []string) []string { return prefixed("", names) }

func trigger(name, of string, t *table, body ...string) string {
	return fmt.Sprintf("CREATE TEMP TRIGGER %s AFTER %s ON %s BEGIN %s; END", name, of, t.full(), strings.Join(body, "; "))
}

// keep readies the writer to keep entries, in a transaction: a new load makes their
// table. One that goes on without its entries, which somebody has removed, keeps none.
func (w *writer) keep(ctx context.Context, job string, t *table, how *writing, l load.Layout, goesOn bool) (_ *keeping, err error) {
	k, err := keepingOf(t, job)
	if err != nil {
		return nil, err
	}
	k.forLoad(how)
	has, err := w.db.keeps(ctx, job)
	if err != nil || !has && goesOn {
		return nil, err
	}
	if has {
		before, err := w.db.keptOf(ctx, job)
		if err != nil {
			return nil, err
		}
		has = before.Done == nil // or it begins anew
	}
	if !has {
		opened := w.db.conn.Bulk.InTransaction() // to make the table
		if err := w.transaction(ctx); err != nil {
			return nil, err
		}
		info, err := json.Marshal(kept{Table: t.name, Columns: k.values, Made: l.Plan.Create})
		if err != nil {
			return nil, err
		}
		if err := w.exec("DROP TABLE IF EXISTS main." + k.entries + "; " + k.create() + "; CREATE TABLE IF NOT EXISTS main." + undoTable + " (job TEXT PRIMARY KEY, kept TEXT NOT NULL) WITHOUT ROWID"); err != nil {
			return nil, err
		}
		if _, err := w.db.conn.ExecContext(context.Background(), "INSERT OR REPLACE INTO main."+undoTable+" VALUES (?, ?)", job, string(info)); err != nil {
			return nil, err
		}
		if !opened {
			if err := w.exec("COMMIT"); err != nil {
				return nil, err
			}
		}
		w.keeps = job
	}
	if k.noted() {
		return k, nil
	}
	w.watched = true
	return k, w.exec(dropTriggers + strings.Join(k.triggers(), "; "))
}

const dropTriggers = "DROP TRIGGER IF EXISTS temp.linefeed_undo_insert; DROP TRIGGER IF EXISTS temp.linefeed_undo_update; "

// into changes the statements of a load so that its entries are kept.
func (k *keeping) into(s *bulk.Statements) {
	if k.noted() {
		s.Noted = k.note()
		return
	}
	s.Many, s.Rowid = "", "" // with triggers SQLite would copy all rows before it inserts the first
}

// keeps reports whether entries of a load are kept.
func (d *DB) keeps(ctx context.Context, job string) (has bool, err error) {
	if d.conn == nil {
		return false, nil
	}
	err = d.conn.QueryRowContext(ctx, "SELECT count(*) = 2 FROM main.sqlite_schema WHERE type = 'table' AND name IN (?, ?)", undoTable, entriesOf(job)).Scan(&has)
	return has, err
}

// keptOf returns what the list says of a load, of which entries are kept.
func (d *DB) keptOf(ctx context.Context, job string) (info kept, err error) {
	var text string
	err = d.conn.QueryRowContext(ctx, "SELECT kept FROM main."+undoTable+" WHERE job = ?", job).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return info, message.NewError(load.ErrNoUndo, "undo_none", "", "job", job)
	}
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal([]byte(text), &info); err != nil {
		return info, fmt.Errorf("what is kept of job %s: %w", job, err)
	}
	return info, nil
}

// ForgetUndo removes what is kept to undo a load, if there is anything.
func (d *DB) ForgetUndo(ctx context.Context, job string, _ load.TableName) error {
	if err := d.forgetUndo(ctx, job); err != nil {
		return d.explain(ctx, "remove what is kept to undo an import", err)
	}
	return nil
}

func (d *DB) forgetUndo(ctx context.Context, job string) error {
	has, err := d.keeps(ctx, job)
	if err != nil || !has {
		return err
	}
	return d.within(ctx, func() error { return d.removeUndo(ctx, job) })
}

// removeUndo removes the entries of a load, in a transaction.
func (d *DB) removeUndo(ctx context.Context, job string) error {
	return errors.Join(d.run("DROP TABLE IF EXISTS main."+quote(entriesOf(job))), d.removeLast(ctx, undoTable, job))
}

// removeLast removes the rows of a job from a table of the program's, and the table with
// the last of them.
func (d *DB) removeLast(ctx context.Context, table, job string) error {
	if err := d.run("DELETE FROM main."+table+" WHERE job = ?", job); err != nil {
		return err
	}
	var left bool
	err := d.conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM main."+table+")").Scan(&left)
	if err != nil || left {
		return err
	}
	return d.run("DROP TABLE main." + table)
}

// run runs a statement, which only the watch on the loader interrupts.
func (d *DB) run(sql string, args ...any) error {
	_, err := d.conn.ExecContext(context.Background(), sql, args...)
	return err
}

// within does something in a write transaction, all or nothing.
func (d *DB) within(ctx context.Context, do func() error) error {
	defer d.conn.Bulk.Watch(ctx)()
	if err := d.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = d.run("COMMIT")
	}
	if err != nil && d.conn.Bulk.InTransaction() {
		err = errors.Join(err, d.run("ROLLBACK"))
	}
	return err
}
