package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// An undoing is the undoing of a load.
type undoing struct {
	*keeping
	db      *DB
	tx      pgx.Tx
	job     string
	info    kept
	fates   string // a table expression: the key of each entry, and what becomes of its row
	match   string // the condition that an entry u is about the row t
	restore string // the statement that gives rows back what they held

	// followed is the condition that the removal of a row t would remove or change another
	// one of the table, which may have to stay; "" where that can't be.
	followed string
}

// Undo undoes what a job has loaded, or says what that would do.
func (d *DB) Undo(ctx context.Context, job string, t load.TableName, try bool) (done load.Undoing, err error) {
	err = d.do(ctx, "undo an import", func(c *pgx.Conn) error {
		has, err := d.entriesOf(job, d.schemaOf(t)).there(ctx, c, job)
		if err == nil && !has {
			err = message.NewError(load.ErrNoUndo, "undo_none", "", "job", job)
		}
		if err != nil {
			return err
		}
		options := pgx.TxOptions{IsoLevel: pgx.ReadCommitted}
		if try {
			options = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		}
		return pgx.BeginTxFunc(ctx, c, options, func(tx pgx.Tx) error {
			u, err := d.undoing(ctx, tx, job, t)
			switch {
			case err != nil:
			case u.info.Done != nil:
				done = *u.info.Done
			case try:
				done, err = u.look(ctx)
			default:
				done, err = u.do(ctx)
			}
			return err
		})
	})
	if err != nil {
		return load.Undoing{}, err
	}
	return done, nil
}

// undoing looks up what was kept of a load, and what the table is like now.
func (d *DB) undoing(ctx context.Context, tx pgx.Tx, job string, name load.TableName) (*undoing, error) {
	where := d.entriesOf(job, d.schemaOf(name))
	info, err := where.kept(ctx, tx.Conn(), job)
	if err != nil {
		return nil, err
	}
	if info.Done != nil {
		return &undoing{info: info}, nil
	}
	t, err := d.table(ctx, tx.Conn(), load.TableName{Schema: d.schemaOf(name), Name: info.Table})
	if err != nil {
		return nil, err
	}
	other := message.NewError(nil, "undo_other_columns", "", "table", t.name.Name)
	for _, name := range info.Key {
		if t.index(name) < 0 {
			return nil, other
		}
	}
	k, err := d.keepingOf(t, job, info.Key)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(k.values, info.Columns, func(c *column, name string) bool { return c.Name == name }) {
		return nil, other
	}
	u := &undoing{keeping: k, db: d, tx: tx, job: job, info: info}
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'c0')", k.entries).Scan(&u.changes)
	if err != nil {
		return nil, err
	}
	return u, u.prepare(ctx)
}

// prepare makes the statements.
func (u *undoing) prepare(ctx context.Context) error {
	referred, err := u.referred(ctx)
	if err != nil {
		return err
	}
	u.match = equal(namesOf("t", u.key), u.keys("u."))
	u.fates = fmt.Sprintf(`(SELECT %s, CASE WHEN t.%s IS NULL THEN 'gone' WHEN u.hash <> %s THEN 'changed' WHEN u.was THEN 'restored'%s ELSE 'removed' END AS fate
		FROM %s AS u LEFT JOIN %s AS t ON %s) AS linefeed_fates`,
		strings.Join(u.keys("u."), ", "), quote(u.key[0].Name), u.hash("t"), referred, u.entries, u.t.itself(), u.match)
	var set []string
	for i, c := range u.values {
		if !c.always {
			set = append(set, fmt.Sprintf("%s = u.c%d", quote(c.Name), i))
		}
	}
	u.restore = fmt.Sprintf("UPDATE %s AS t SET %s FROM %s AS u WHERE %s AND u.was AND u.hash = %s",
		u.t.itself(), strings.Join(set, ", "), u.entries, u.match, u.hash("t"))
	return nil
}

// referred returns the part of the fates about rows to which others refer: those of
// other tables, and those of the same table that are not undone as well.
func (u *undoing) referred(ctx context.Context) (string, error) {
	rows, err := u.tx.Query(ctx, `
		SELECT n.nspname, c.relname, c.relkind = 'p', c.oid = $1::oid, f.confdeltype IN ('c', 'n', 'd'),
			(SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, n) JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum),
			(SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY AS k (attnum, n) JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum)
		FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE f.contype = 'f' AND f.confrelid = $1::oid AND f.conparentid = 0`, u.t.oid)
	if err != nil {
		return "", err
	}
	var name load.TableName
	var parts, own, acts bool
	var from, to []string
	var referring, followed []string
	_, err = pgx.ForEachRow(rows, []any{&name.Schema, &name.Name, &parts, &own, &acts, &from, &to}, func() error {
		others := ""
		if own {
			others = fmt.Sprintf(" WHERE NOT EXISTS (SELECT FROM %s AS v WHERE %s AND v.hash = %s)", u.entries, equal(namesOf("c", u.key), u.keys("v.")), u.hash("c"))
		}
		columns := func(alias string, names []string) string {
			all := make([]string, len(names))
			for i, name := range names {
				all[i] = alias + "." + quote(name)
			}
			return strings.Join(all, ", ")
		}
		if own && acts {
			followed = append(followed, fmt.Sprintf("EXISTS (SELECT FROM %s AS c WHERE (%s) = (%s) AND NOT (%s))",
				itself(name, parts), columns("c", from), columns("t", to), equal(namesOf("c", u.key), namesOf("t", u.key))))
		}
		referring = append(referring, fmt.Sprintf("(%s) IN (SELECT %s FROM %s AS c%s)", columns("t", to), columns("c", from), itself(name, parts), others))
		return nil
	})
	u.followed = strings.Join(followed, " OR ")
	if err != nil || referring == nil {
		return "", err
	}
	return " WHEN " + strings.Join(referring, " OR ") + " THEN 'referred'", nil
}

// look says what becomes of the rows.
func (u *undoing) look(ctx context.Context) (load.Undoing, error) {
	n := load.Undoing{Warnings: u.t.undoWarnings()}
	rows, err := u.tx.Query(ctx, "SELECT fate, count(*) FROM "+u.fates+" GROUP BY fate")
	if err != nil {
		return n, err
	}
	counts := map[string]*int64{"removed": &n.Removed, "restored": &n.Restored, "changed": &n.Changed, "gone": &n.Gone, "referred": &n.Referred}
	var fate string
	var count int64
	_, err = pgx.ForEachRow(rows, []any{&fate, &count}, func() error {
		*counts[fate] = count
		return nil
	})
	if err == nil && u.info.Made {
		n.Dropped, err = u.leavesNothing(ctx, n.Removed)
	}
	return n, err
}

// leavesNothing reports whether the table has nothing but as many rows, and nothing
// depends on it that somebody has added.
func (u *undoing) leavesNothing(ctx context.Context, removed int64) (nothing bool, err error) {
	err = u.tx.QueryRow(ctx, fmt.Sprintf(`SELECT NOT EXISTS (SELECT FROM %s OFFSET $2::bigint)
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal)
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE confrelid = $1::oid)
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = $1::oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid = i.indexrelid))
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass
			AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = $1::oid AND r.ev_class <> $1::oid)
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = $1::oid)`, quoteTable(u.t.name)), u.t.oid, removed).Scan(&nothing)
	return nothing, err
}

// do undoes the load, and keeps what that did. Until the end of the transaction nobody else writes to the table,
// or a row that refers to it.
func (u *undoing) do(ctx context.Context) (load.Undoing, error) {
	if _, err := u.tx.Exec(ctx, "LOCK TABLE "+quoteTable(u.t.name)+" IN EXCLUSIVE MODE"); err != nil {
		return load.Undoing{}, err
	}
	if _, err := u.tx.Exec(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return load.Undoing{}, err
	}
	n, err := u.look(ctx)
	if err != nil {
		return n, err
	}
	err = pgx.BeginFunc(ctx, u.tx, func(tx pgx.Tx) error { return u.together(ctx, tx, &n) })
	if refusesRow(err) {
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
	if n.Dropped {
		if _, err := u.tx.Exec(ctx, "DROP TABLE "+quoteTable(u.t.name)); err != nil {
			return n, err
		}
	}
	u.info.Done = &n
	text, err := json.Marshal(u.info)
	if err == nil {
		_, err = u.tx.Exec(ctx, "UPDATE "+u.list+" SET kept = $2 WHERE job = $1", u.job, string(text))
	}
	if err != nil {
		return n, err
	}
	var marked bool
	if err := u.tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", quoteTable(u.t.marks)).Scan(&marked); err != nil || !marked {
		return n, err
	}
	_, err = u.tx.Exec(ctx, "DELETE FROM "+quoteTable(u.t.marks)+" WHERE job = $1", u.job)
	return n, err
}

// refusesRow reports whether the server refuses what would become of a row: for a
// constraint, for its values, or because a trigger does.
func refusesRow(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && len(pg.Code) == 5 && slices.Contains([]string{"23", "22", "44", "P0"}, pg.Code[:2])
}

// unless returns the condition that no other row follows a row t.
func (u *undoing) unless() string {
	if u.followed == "" {
		return ""
	}
	return " AND NOT (" + u.followed + ")"
}

// together does all at once: rows are removed first, which may have the values that
// others get back. Of those that others follow, the last go first.
func (u *undoing) together(ctx context.Context, tx pgx.Tx, n *load.Undoing) error {
	removed := int64(0)
	for more := true; more; {
		tag, err := tx.Exec(ctx, fmt.Sprintf("DELETE FROM %s AS t USING %s WHERE %s AND fate = 'removed'%s", u.t.itself(), u.fates, equal(namesOf("t", u.key), u.keys("linefeed_fates.")), u.unless()))
		if err != nil {
			return err
		}
		removed += tag.RowsAffected()
		more = u.followed != "" && tag.RowsAffected() > 0
	}
	var err error
	restored := pgconn.CommandTag{}
	if u.changes {
		if restored, err = tx.Exec(ctx, u.restore); err != nil {
			return err
		}
	}
	n.Refused = n.Removed - removed + n.Restored - restored.RowsAffected() // by a trigger, without a word, or followed by a row that stays
	n.Removed, n.Restored = removed, restored.RowsAffected()
	return nil
}

// atATime is how many rows are looked up at a time.
const atATime = 1000

// eachByItself does one row after the other, and leaves those out that the server
// refuses. One may be in the way of another, so it goes on until nothing changes.
func (u *undoing) eachByItself(ctx context.Context, n *load.Undoing) error {
	n.Removed, n.Restored = 0, 0
	for progress := true; progress; {
		before := n.Removed + n.Restored
		n.Refused = 0
		after := ""
		for {
			keys, fates, err := u.page(ctx, after)
			if err != nil {
				return err
			}
			for i, key := range keys {
				if err := u.one(ctx, key, fates[i], n); err != nil {
					return err
				}
			}
			if len(keys) < atATime {
				break
			}
			after = keys[len(keys)-1]
		}
		progress = n.Removed+n.Restored > before && n.Refused > 0
	}
	return nil
}

// page returns the next rows that are to be removed or restored, after one: their
// entries by ctid, which stays, as nobody else writes entries.
func (u *undoing) page(ctx context.Context, after string) (at, fates []string, err error) {
	where := ""
	if after != "" {
		where = " AND e.ctid > " + literal(after) + "::tid"
	}
	rows, err := u.tx.Query(ctx, fmt.Sprintf("SELECT e.ctid::text, fate FROM %s JOIN %s AS e ON %s WHERE fate IN ('removed', 'restored')%s ORDER BY e.ctid LIMIT %d",
		u.fates, u.entries, equal(u.keys("e."), u.keys("linefeed_fates.")), where, atATime))
	if err != nil {
		return nil, nil, err
	}
	var ctid, fate string
	_, err = pgx.ForEachRow(rows, []any{&ctid, &fate}, func() error {
		at, fates = append(at, ctid), append(fates, fate)
		return nil
	})
	return at, fates, err
}

// one undoes what was done to the row of an entry.
func (u *undoing) one(ctx context.Context, at, fate string, n *load.Undoing) error {
	this := " AND u.ctid = " + literal(at) + "::tid"
	statement, done := fmt.Sprintf("DELETE FROM %s AS t USING %s AS u WHERE %s", u.t.itself(), u.entries, u.match)+this+u.unless(), &n.Removed
	if fate == "restored" {
		statement, done = u.restore+this, &n.Restored
	}
	err := pgx.BeginFunc(ctx, u.tx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, statement)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			n.Refused++
			return nil
		}
		*done++
		_, err = tx.Exec(ctx, "DELETE FROM "+u.entries+" AS u WHERE true"+this)
		return err
	})
	if refusesRow(err) {
		n.Refused++
		return nil
	}
	return err
}
