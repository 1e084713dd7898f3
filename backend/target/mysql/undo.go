package mysql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// An undoing is the undoing of a load, on a connection of its own.
type undoing struct {
	*keeping
	db    *DB
	conn  *conn
	job   string
	info  *kept
	own   string // the condition that a row of the same table refers to a row t; "" where none can
	match string // the condition that an entry u is about the row t
	fate  string // an expression: what becomes of that row
}

// Undo undoes what a job has loaded, or says what that would do. The server commits
// with every change of a table, so a table that the load has made is removed after the
// rest.
func (d *DB) Undo(ctx context.Context, job string, t load.TableName, try bool) (load.Undoing, error) {
	n, err := d.undo(ctx, job, d.schema(t), try)
	if err != nil {
		return load.Undoing{}, d.explain(ctx, "undo an import", err)
	}
	return n, nil
}

func (d *DB) undo(ctx context.Context, job, schema string, try bool) (n load.Undoing, err error) {
	control, err := d.conn(ctx)
	if err != nil {
		return n, err
	}
	info, err := d.kept(ctx, control, job, schema)
	switch {
	case err != nil:
		return n, err
	case info == nil:
		return n, message.NewError(load.ErrNoUndo, "undo_none", "", "job", job)
	case info.Done != nil:
		return d.finish(ctx, control, schema, info, try)
	}
	// What rows held is put back as it is, also where it would not be taken as a new value.
	c, _, err := d.dial(ctx, control.address, d.server.isolation()+"; "+copyMode+"DO 0")
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	u := &undoing{db: d, conn: c, job: job, info: info}
	if err := u.prepare(ctx, schema); err != nil || try {
		if err == nil {
			n, err = u.look(ctx)
		}
		return n, err
	}
	if n, err = u.do(ctx); err != nil {
		return n, err
	}
	info.Done = &n
	return d.finish(ctx, control, schema, info, false)
}

// finish removes the table that a load has made, which was undone, if nothing is in it.
func (d *DB) finish(ctx context.Context, c *conn, schema string, info *kept, try bool) (load.Undoing, error) {
	n := *info.Done
	if !n.Dropped || try {
		return n, nil
	}
	there, err := d.exists(ctx, c, schema, info.Table)
	if err != nil || !there {
		return n, err
	}
	n.Dropped = d.unmake(ctx, c, load.TableName{Schema: schema, Name: info.Table}, 0) == nil // or it stays, with what somebody has put into it
	return n, nil
}

// prepare looks up what the table is like now, and makes the parts of the statements.
func (u *undoing) prepare(ctx context.Context, schema string) error {
	t, err := u.db.table(ctx, u.conn, load.TableName{Schema: schema, Name: u.info.Table})
	if err != nil {
		return err
	}
	other := message.NewError(nil, "undo_other_columns", "", "table", t.name)
	of := t.unique(u.info.Key)
	if of == nil {
		return other
	}
	u.keeping = keepingOf(t, u.job, of.name)
	u.changes = u.info.Changes
	// In the order in which they were kept.
	u.key = slices.Clone(u.key)
	slices.SortStableFunc(u.key, func(a, b column) int { return slices.Index(u.info.Key, a.Name) - slices.Index(u.info.Key, b.Name) })
	var names, types, key []string
	for _, c := range u.values {
		names, types = append(names, c.Name), append(types, c.declared())
	}
	for _, c := range u.key {
		key = append(key, c.Name)
	}
	if !slices.Equal(names, u.info.Columns) || !slices.Equal(types, u.info.Types) || !slices.Equal(key, u.info.Key) {
		return other
	}
	u.match = equal(u.keys("u."), namesOf("t", u.key))
	referred, err := u.referred(ctx)
	if err != nil {
		return err
	}
	u.fate = fmt.Sprintf("CASE WHEN t.%s IS NULL THEN 'gone' WHEN u.hash <> %s THEN 'changed' WHEN u.was THEN 'restored'%s ELSE 'removed' END",
		quote(u.key[0].Name), u.hashed, referred)
	return nil
}

// referred returns the part of the fate about rows to which others refer: those of
// other tables, and those of the same table that are not undone as well. It knows of
// the tables that the user may see.
func (u *undoing) referred(ctx context.Context) (string, error) {
	rows, err := u.conn.one(ctx, "SELECT CONSTRAINT_SCHEMA, CONSTRAINT_NAME, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE "+
		"WHERE REFERENCED_TABLE_SCHEMA = "+literal(u.t.schema)+" AND REFERENCED_TABLE_NAME = "+literal(u.t.name)+
		" ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_SCHEMA, CONSTRAINT_NAME, ORDINAL_POSITION")
	if err != nil {
		return "", err
	}
	var others, own []string
	for len(rows) > 0 {
		n, first := 0, rows[0]
		var same []string
		for ; n < len(rows) && str(rows[n][0]) == str(first[0]) && str(rows[n][1]) == str(first[1]) && str(rows[n][3]) == str(first[3]); n++ {
			same = append(same, "c."+quote(str(rows[n][4]))+" = t."+quote(str(rows[n][5])))
		}
		rows = rows[n:]
		refers := "EXISTS (SELECT 1 FROM " + qualified(str(first[2]), str(first[3])) + " AS c WHERE " + strings.Join(same, " AND ")
		if str(first[2]) != u.t.schema || str(first[3]) != u.t.name {
			others = append(others, refers+")")
			continue
		}
		refers += " AND NOT (" + equal(namesOf("c", u.key), namesOf("t", u.key)) + ")"
		own = append(own, refers+")")
		others = append(others, refers+" AND NOT EXISTS (SELECT 1 FROM "+u.entries+" AS v WHERE "+equal(u.keys("v."), namesOf("c", u.key))+" AND v.hash = "+u.hash("c")+"))")
	}
	u.own = strings.Join(own, " OR ")
	if others == nil {
		return "", nil
	}
	return " WHEN " + strings.Join(others, " OR ") + " THEN 'referred'", nil
}

// look says what becomes of the rows.
func (u *undoing) look(ctx context.Context) (load.Undoing, error) {
	n := load.Undoing{Warnings: u.t.undoWarnings()}
	rows, err := u.conn.one(ctx, "SELECT "+u.fate+", COUNT(*) FROM "+u.entries+" AS u LEFT JOIN "+u.t.full()+" AS t ON "+u.match+" GROUP BY 1")
	if err != nil {
		return n, err
	}
	counts := map[string]*int64{"removed": &n.Removed, "restored": &n.Restored, "changed": &n.Changed, "gone": &n.Gone, "referred": &n.Referred}
	for _, row := range rows {
		*counts[str(row[0])] = num(row[1])
	}
	// A table that can't be locked on all nodes stays.
	if u.info.Made && !u.db.server.galera {
		n.Dropped, err = u.leavesNothing(ctx, n.Removed)
	}
	return n, err
}

// leavesNothing reports whether the table has nothing but as many rows, and nobody has
// added anything that depends on it.
func (u *undoing) leavesNothing(ctx context.Context, removed int64) (bool, error) {
	indexes, err := countIndexes(ctx, u.conn, u.t)
	if err != nil || indexes != u.info.Indexes || u.t.triggers {
		return false, err
	}
	rows, err := u.conn.one(ctx, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %s LIMIT %d, 1) OR EXISTS (SELECT 1 FROM information_schema.KEY_COLUMN_USAGE WHERE "+
		"REFERENCED_TABLE_SCHEMA = %s AND REFERENCED_TABLE_NAME = %s) OR EXISTS (SELECT 1 FROM information_schema.VIEWS WHERE INSTR(VIEW_DEFINITION, %s))",
		u.t.full(), removed, literal(u.t.schema), literal(u.t.name), literal(u.t.full())))
	if err != nil {
		return false, err
	}
	return num(rows[0][0]) == 0, nil
}

// do undoes the load, in a transaction. The rows that it is about are held until its end,
// and so nobody refers to one of them anew.
func (u *undoing) do(ctx context.Context) (n load.Undoing, err error) {
	if _, err := u.conn.query(ctx, "START TRANSACTION; SELECT COUNT(*) FROM "+u.entries+" AS u JOIN "+u.t.full()+" AS t ON "+u.match+" FOR UPDATE"); err != nil {
		return n, err
	}
	if n, err = u.look(ctx); err != nil {
		return n, err
	}
	if err := u.conn.exec(ctx, "SAVEPOINT "+savepoint); err != nil {
		return n, err
	}
	err = u.together(ctx)
	if refusesRow(err) || u.own != "" {
		if err := u.conn.exec(ctx, "ROLLBACK TO SAVEPOINT "+savepoint); err != nil {
			return n, err
		}
		err = u.eachByItself(ctx, &n)
	}
	if err != nil {
		return n, err
	}
	if n.Dropped {
		if n.Dropped, err = u.leavesNothing(ctx, 0); err != nil {
			return n, err
		}
	}
	if err := u.conn.exec(ctx, "DELETE FROM "+qualified(u.t.schema, marksTable)+" WHERE job = "+literal(u.job)); err != nil && number(err) != errNoSuchTable && !forbidden(err) {
		return n, err
	}
	done := *u.info
	done.Done = &n
	text, err := json.Marshal(done)
	if err != nil {
		return n, err
	}
	return n, u.conn.exec(ctx, "UPDATE "+u.list+" SET kept = "+literal(string(text))+" WHERE job = "+literal(u.job)+"; COMMIT")
}

// refusesRow reports whether the server refuses what would become of a row.
func refusesRow(err error) bool {
	e, ok := asSaid(err)
	return ok && isAboutRow(e)
}

// noLimit is a limit beyond all rows: with it a server looks up rows before it changes any.
const noLimit = "18446744073709551615"

// together does all at once, if no row of the table can refer to another: rows are
// removed first, which may have the values that others get back.
func (u *undoing) together(ctx context.Context) error {
	if u.own != "" {
		return nil
	}
	entries := u.entries + " AS u"
	if err := u.conn.exec(ctx, fmt.Sprintf("DELETE t FROM (SELECT u.n FROM %s LEFT JOIN %s AS t ON %s WHERE %s = 'removed' LIMIT %s) AS f STRAIGHT_JOIN %[1]s ON u.n = f.n STRAIGHT_JOIN %[2]s AS t ON %[3]s",
		entries, u.t.full(), u.match, u.fate, noLimit)); err != nil || !u.changes {
		return err
	}
	return u.conn.exec(ctx, u.restore(""))
}

// restore returns the statement that gives rows back what they held, where a condition
// on their entries holds.
func (u *undoing) restore(where string) string {
	set := make([]string, len(u.values))
	for i, c := range u.olds("u.") {
		set[i] = "t." + quote(u.values[i].Name) + " = " + c
	}
	return fmt.Sprintf("UPDATE %s AS u STRAIGHT_JOIN %s AS t ON %s SET %s WHERE u.was AND u.hash = %s%s", u.entries, u.t.full(), u.match, strings.Join(set, ", "), u.hashed, where)
}

// atATime is how many rows are looked up at a time.
const atATime = 1000

// eachByItself does one row after the other, and leaves those out that the server
// refuses. One may be in the way of another, so it goes on until nothing changes. The last
// go first: they may refer to earlier ones.
func (u *undoing) eachByItself(ctx context.Context, n *load.Undoing) error {
	n.Removed, n.Restored = 0, 0
	for progress := true; progress; {
		before := n.Removed + n.Restored
		n.Refused = 0
		for last := noLimit; last != ""; {
			rows, err := u.conn.one(ctx, fmt.Sprintf("SELECT u.n, %s AS linefeed_fate FROM %s AS u LEFT JOIN %s AS t ON %s WHERE u.n < %s HAVING linefeed_fate IN ('removed', 'restored') ORDER BY u.n DESC LIMIT %d",
				u.fate, u.entries, u.t.full(), u.match, last, atATime))
			if err != nil {
				return err
			}
			last = ""
			for i, row := range rows {
				if err := u.one(ctx, str(row[0]), str(row[1]), n); err != nil {
					return err
				}
				if i == atATime-1 {
					last = str(row[0])
				}
			}
		}
		progress = n.Removed+n.Restored > before && n.Refused > 0
	}
	return nil
}

// one undoes what was done to the row of an entry.
func (u *undoing) one(ctx context.Context, at, fate string, n *load.Undoing) error {
	this := " AND u.n = " + at
	statement, done := "DELETE t FROM "+u.entries+" AS u JOIN "+u.t.full()+" AS t ON "+u.match+this, &n.Removed
	if fate == "restored" {
		statement, done = u.restore(this), &n.Restored
	} else if u.own != "" { // a row that stays would be removed with it, by its foreign key
		rows, err := u.conn.one(ctx, "SELECT 1 FROM "+u.entries+" AS u JOIN "+u.t.full()+" AS t ON "+u.match+this+" WHERE "+u.own)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			n.Refused++
			return nil
		}
	}
	err := u.conn.exec(ctx, statement+"; DELETE FROM "+u.entries+" WHERE n = "+at)
	if refusesRow(err) {
		n.Refused++
		return nil
	}
	if err == nil {
		*done++
	}
	return err
}
