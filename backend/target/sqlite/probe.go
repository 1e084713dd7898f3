package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// Nothing is written for a check, but all that SQLite alone knows is asked of it: the
// rows go to a temporary table that is declared as the user's is. Before each of
// them, the rows of the user's table that have one of its keys are copied there. So
// SQLite itself compares keys and evaluates defaults, checks and conflicts. Parents
// of foreign keys are looked up. Temporary tables are in files of their own, which
// SQLite removes.

// A probe is a load that writes nothing. It implements load.Load and load.Writer.
type probe struct {
	*writer
	shadowed bool // the table is the temporary one
	forgets  bool // no row depends on those before it
	end      func() error
}

// Probe returns a load that says what an import of the layout would do, and writes
// nothing, and what it can't say.
func (d *DB) Probe(ctx context.Context, l load.Layout) (load.Load, []load.Warning, error) {
	if l.Plan.Create {
		p, err := d.probeNew(ctx, l)
		if err != nil {
			return nil, nil, err
		}
		return p, nil, nil
	}
	p, untold, err := d.probe(ctx, l)
	if err != nil {
		return nil, nil, d.explain(ctx, fmt.Sprintf("look at table %q", l.Plan.Table), err)
	}
	return p, untold, nil
}

// probeNew returns the probe of a table that is to be made: it is made in a file that
// is removed.
func (d *DB) probeNew(ctx context.Context, l load.Layout) (_ *probe, err error) {
	folder, err := os.MkdirTemp("", "linefeed-check-")
	if err != nil {
		return nil, fmt.Errorf("make room for a check: %w", err)
	}
	other := &DB{path: filepath.Join(folder, "check.db"), wait: d.wait}
	end := func() error { return errors.Join(other.Close(), os.RemoveAll(folder)) }
	if _, err := other.Prepare(ctx, "", l); err != nil {
		return nil, errors.Join(err, end())
	}
	forgets := !slices.ContainsFunc(l.Make, func(c load.Column) bool { return c.PrimaryKey || c.Unique }) && len(l.Plan.Key) == 0
	return &probe{other.writer, false, forgets, end}, nil
}

func (d *DB) probe(ctx context.Context, l load.Layout) (_ *probe, _ []load.Warning, err error) {
	if d.writer != nil {
		return nil, nil, message.NewError(nil, "load_is_open", "")
	}
	if d.conn == nil {
		return nil, nil, d.notThere()
	}
	defer d.conn.Bulk.Watch(ctx)()
	w := &writer{db: d}
	t, err := d.table(context.WithoutCancel(ctx), l.Plan.TableName())
	if err != nil {
		return nil, nil, err
	}
	triggers := t.triggers
	t.schema, t.triggers = "temp", false
	how, s, err := writingFor(t, l)
	if err != nil {
		return nil, nil, problem(err)
	}
	s.Many, s.Rowid = "", ""
	s.Before, s.Orphan = how.bringOver(), how.orphan()
	s.Guard = s.Orphan != ""
	w.exact = exactnessOf(t, l)
	w.table, w.reasons = t.name, reasonsFor(t, l)
	p := &probe{writer: w, shadowed: true, forgets: len(t.keys) == 0 && !t.ownReference(), end: func() error { return d.unshadow(t) }}
	if err := d.shadow(t); err != nil {
		return nil, nil, errors.Join(err, p.end())
	}
	if err := d.conn.Bulk.Prepare(s); err != nil {
		return nil, nil, errors.Join(err, p.end())
	}
	d.writer = w
	return p, untold(how, triggers), nil
}

// untold returns what a check can't tell.
func untold(w *writing, triggers bool) []load.Warning {
	var all []load.Warning
	tell := func(n message.Note) {
		all = append(all, load.Warning{Code: load.WarnUntold, Note: n})
	}
	if triggers {
		tell(message.New("untold_triggers", "untold_until_import", "table", w.t.name))
	}
	if len(w.t.unasked) > 0 {
		tell(message.New("untold_indexes", "untold_until_import", "indexes", w.t.unasked))
	}
	for _, k := range w.changed() {
		if c := w.t.columns[k].Name; slices.ContainsFunc(w.t.referredTo, func(name string) bool { return strings.EqualFold(name, c) }) {
			tell(message.New("untold_children", "untold_until_import", "column", c))
		}
	}
	return all
}

// changed returns the columns that may change in existing rows.
func (w *writing) changed() []int {
	if w.key == nil {
		return nil
	}
	return w.set()
}

// shadow makes the temporary table.
func (d *DB) shadow(t *table) error {
	statements := []string{"PRAGMA foreign_keys=OFF", "PRAGMA temp_store=FILE", fmt.Sprintf("PRAGMA temp.cache_size=-%d", cacheKiB)}
	rows, err := d.conn.QueryContext(context.Background(), `
		SELECT type, name, sql FROM main.sqlite_schema
		WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC`, t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, name, text string
		if err := rows.Scan(&kind, &name, &text); err != nil {
			return err
		}
		if kind == "table" {
			statements = append(statements, "CREATE TABLE "+t.full()+" "+afterName(text, "TABLE"))
		} else if says(bareWords(text), "UNIQUE", "INDEX") && !slices.Contains(t.unasked, name) {
			statements = append(statements, fmt.Sprintf("CREATE UNIQUE INDEX temp.%s ON %s %s", quote(name), quote(t.name), afterName(text, "ON")))
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if t.alias != "" { // the next number is the same
		columns := quoteAll(t.writable())
		statements = append(statements, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM main.%s ORDER BY %s DESC LIMIT 1",
			t.full(), columns, columns, quote(t.name), quote(t.alias)))
	}
	if t.rules.autoincrement {
		statements = append(statements, "DELETE FROM temp.sqlite_sequence", // of the row that was copied
			"INSERT INTO temp.sqlite_sequence SELECT * FROM main.sqlite_sequence WHERE name = '"+strings.ReplaceAll(t.name, "'", "''")+"'")
	}
	for _, s := range statements {
		if _, err := d.conn.ExecContext(context.Background(), s); err != nil {
			return err
		}
	}
	return nil
}

// unshadow removes the temporary table.
func (d *DB) unshadow(t *table) error {
	for _, s := range []string{"DROP TABLE IF EXISTS " + t.full(), "PRAGMA foreign_keys=ON"} {
		if _, err := d.conn.ExecContext(context.Background(), s); err != nil {
			return d.explain(context.Background(), "end the check", err)
		}
	}
	return nil
}

// writable returns the names of the columns that can be written.
func (t *table) writable() []string {
	var names []string
	for _, c := range t.columns {
		if !c.Generated {
			names = append(names, c.Name)
		}
	}
	return names
}

// afterName returns what follows the name of the table in a CREATE statement, where
// the name follows the first bare word of that kind.
func afterName(sql, word string) string {
	named := false
	for sql != "" {
		n, space := wordLength(sql)
		switch {
		case space:
		case named:
			return sql[n:]
		default:
			named = strings.EqualFold(sql[:n], word)
		}
		sql = sql[n:]
	}
	return ""
}

// bringOver returns the statement that copies the rows of the user's table with one of
// the row's keys; "" where there are no keys.
func (w *writing) bringOver() string {
	columns := quoteAll(w.t.writable())
	var selects []string
	for i := range w.t.keys {
		k := &w.t.keys[i]
		if slices.Contains(k.columns, "") {
			continue
		}
		values := make([]string, len(k.columns))
		for i, name := range k.columns {
			if values[i] = w.held(w.t.index(name)); values[i] == "" {
				values = nil // NULL, or a new number
				break
			}
		}
		if values == nil {
			continue
		}
		where := k.holds(func(name string) string { return values[slices.Index(k.columns, name)] })
		selects = append(selects, fmt.Sprintf("SELECT %s FROM main.%s WHERE %s", columns, quote(w.t.name), where))
	}
	if selects == nil {
		return ""
	}
	return fmt.Sprintf("INSERT OR IGNORE INTO %s (%s) %s", w.t.full(), columns, strings.Join(selects, " UNION ALL "))
}

// held returns the expression of what column k holds in the row once it is stored; ""
// for NULL, or where the database makes it up.
func (w *writing) held(k int) string {
	c := w.t.columns[k]
	value := w.t.defaults[k]
	switch {
	case c.Generated:
		return ""
	case w.at[k] >= 0:
		value = w.value(k)
	case w.key != nil && w.rule == load.ConflictUpdate: // of an existing row it stays
		kept := fmt.Sprintf("(SELECT %s FROM %%s WHERE %s)", quote(c.Name), w.there())
		value = "coalesce(" + fmt.Sprintf(kept, w.t.full()) + ", " + fmt.Sprintf(kept, "main."+quote(w.t.name))
		if w.t.defaults[k] != "" {
			value += ", " + w.t.defaults[k]
		}
		value += ")"
	}
	return value
}

// orphan returns the statement that selects something if a foreign key of the stored
// row refers to a row that is not there; "" where there are none that are set.
func (w *writing) orphan() string {
	var broken []string
	for _, r := range w.t.references {
		if !slices.ContainsFunc(r.from, func(name string) bool { return w.held(w.t.index(name)) != "" }) {
			continue
		}
		var given, same []string
		for i, name := range r.from {
			given = append(given, "linefeed_row."+quote(name)+" IS NOT NULL")
			same = append(same, "linefeed_parent."+quote(r.to[i])+" = +linefeed_row."+quote(name)) // by the parent's affinity alone
		}
		lacks := func(table string) string {
			return fmt.Sprintf(" AND NOT EXISTS (SELECT 1 FROM %s AS linefeed_parent WHERE %s)", table, strings.Join(same, " AND "))
		}
		missing := strings.Join(given, " AND ") + lacks("main."+quote(r.table))
		if strings.EqualFold(r.table, w.t.name) {
			missing += lacks(w.t.full())
		}
		broken = append(broken, missing)
	}
	if broken == nil {
		return ""
	}
	var stored string
	switch {
	case w.t.alias != "":
		stored = quote(w.t.alias) + " = last_insert_rowid()"
	case w.t.rowid != "":
		stored = w.t.rowid + " = last_insert_rowid()"
	default: // without rowid, or columns have all its names
		var same []string
		for k, c := range w.t.columns {
			if w.at[k] >= 0 {
				same = append(same, quote(c.Name)+" IS "+w.value(k))
			} else if c.PrimaryKey {
				same = append(same, quote(c.Name)+" IS "+cmp.Or(w.held(k), "NULL"))
			}
		}
		stored = strings.Join(same, " AND ")
	}
	if w.key != nil { // the row may have been there
		var none []string
		for _, name := range w.key.columns {
			none = append(none, w.value(w.t.index(name))+" IS NULL")
		}
		stored = fmt.Sprintf("(%s OR %s AND (%s))", w.there(), stored, strings.Join(none, " OR "))
	}
	return fmt.Sprintf("SELECT 1 FROM %s AS linefeed_row WHERE %s AND (%s)", w.t.full(), stored, strings.Join(broken, " OR "))
}

func (p *probe) Marks() ([]load.Mark, bool)                       { return nil, false }
func (p *probe) Pace() load.Pace                                  { return load.Pace{} }
func (p *probe) Writer(context.Context, int) (load.Writer, error) { return p, nil }

// Write says what would become of the rows.
func (p *probe) Write(ctx context.Context, b *load.Batch) (load.Result, error) {
	if err := p.usable(ctx); err != nil {
		return load.Result{}, err
	}
	begin, end := "SAVEPOINT linefeed_check", "RELEASE linefeed_check"
	if p.shadowed { // others may write between two batches
		begin, end = "BEGIN", "COMMIT"
	}
	if p.forgets {
		end = "ROLLBACK TO linefeed_check; RELEASE linefeed_check"
		if p.shadowed {
			end = "ROLLBACK"
		}
	}
	if err := p.exec(begin); err != nil {
		return load.Result{}, p.fail(ctx, err)
	}
	res, err := p.writer.Write(ctx, b)
	if err == nil {
		if err = p.exec(end); err != nil {
			err = p.fail(ctx, err)
		}
	}
	if sqlitefile.NoRoom(err) {
		return load.Result{}, message.NewError(err, "no_room_to_check", "free_temporary", "cause", err)
	}
	return res, err
}

// Commit does nothing.
func (p *probe) Commit(context.Context, load.Mark) error { return nil }

// Close ends the check.
func (p *probe) Close() error {
	if p.closed {
		return nil
	}
	return errors.Join(p.writer.Close(), p.end())
}
