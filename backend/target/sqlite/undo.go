package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/sqlite/sqlitefile"
)

// An undoing is the undoing of a load.
type undoing struct {
	*keeping
	db      *DB
	job     string
	info    kept
	fates   string // a table expression: the key of each entry, and what becomes of its row
	restore string // the statement that gives rows back what they held

	// followed is the condition that the removal of a row t would remove or change another
	// one of the table, which may have to stay; "" where that can't be.
	followed string
}

// The fates of rows, in SQL.
const (
	fateRemoved  = "'removed'"
	fateRestored = "'restored'"
	fateChanged  = "'changed'"
	fateGone     = "'gone'"
	fateReferred = "'referred'"
)

// Undo undoes what a job has loaded, or says what that would do.
func (d *DB) Undo(ctx context.Context, job string, _ load.TableName, try bool) (done load.Undoing, err error) {
	if d.writer != nil {
		return done, message.NewError(nil, "load_is_open", "")
	}
	has, err := d.keeps(ctx, job)
	switch {
	case err != nil:
		return done, d.explain(ctx, "undo an import", err)
	case !has:
		return done, message.NewError(load.ErrNoUndo, "undo_none", "", "job", job)
	case try:
		stop := d.conn.Bulk.Watch(ctx)
		defer stop()
		var u *undoing
		if u, err = d.undoing(ctx, job); err == nil {
			done, err = u.would(ctx)
		}
	default:
		if err := d.writable(); err != nil {
			return done, err
		}
		err = d.within(ctx, func() error {
			u, err := d.undoing(ctx, job)
			if err == nil {
				done, err = u.do(ctx)
			}
			return err
		})
	}
	if err != nil {
		return load.Undoing{}, d.explain(ctx, "undo an import", err)
	}
	return done, nil
}

// undoing looks up what was kept of a load, and what the table is like now.
func (d *DB) undoing(ctx context.Context, job string) (*undoing, error) {
	info, err := d.keptOf(ctx, job)
	if err != nil {
		return nil, err
	}
	if info.Done != nil {
		return &undoing{db: d, job: job, info: info}, nil
	}
	t, err := d.table(ctx, load.TableName{Name: info.Table})
	if err != nil {
		return nil, err
	}
	k, err := keepingOf(t, job)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(k.values, info.Columns) {
		return nil, message.NewError(nil, "undo_other_columns", "", "table", t.name)
	}
	u := &undoing{keeping: k, db: d, job: job, info: info}
	err = d.conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?) WHERE name = 'c0')", entriesOf(job)).Scan(&u.changes)
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
	match := same(prefixed("t.", u.key), prefixed("u.", u.at))
	u.fates = fmt.Sprintf(`(SELECT %s, CASE WHEN t.%s IS NULL THEN %s WHEN u.hash <> %s THEN %s WHEN u.was THEN %s%s ELSE %s END AS fate
		FROM main.%s AS u LEFT JOIN %s AS t ON %s)`, strings.Join(prefixed("u.", u.at), ", "), quote(u.key[0]), fateGone, u.hash("t."), fateChanged, fateRestored,
		referred, fateRemoved, u.entries, u.t.full(), match)
	if !u.changes {
		return nil
	}
	u.restore = fmt.Sprintf("UPDATE%s %s AS t SET (%s) = (%s) FROM main.%s AS u WHERE %s AND u.was AND u.hash = %s",
		u.t.orAbort(), u.t.full(), quoteAll(u.values), strings.Join(prefixed("u.", u.old()), ", "), u.entries, match, u.hash("t."))
	return nil
}

// referred returns the part of the fates about rows to which others refer: those of
// other tables, and those of the same table that are not undone as well.
func (u *undoing) referred(ctx context.Context) (string, error) {
	tables, err := u.db.tableNames(ctx)
	if err != nil {
		return "", err
	}
	var referring, followed []string
	for _, name := range tables {
		references, err := u.db.foreignKeys(ctx, name)
		if err != nil {
			return "", err
		}
		for _, r := range references {
			if !strings.EqualFold(r.table, u.t.name) {
				continue
			}
			if err := u.db.completeReference(ctx, &r); err != nil {
				return "", err
			}
			others := ""
			if strings.EqualFold(name, u.t.name) {
				if r.acts {
					followed = append(followed, fmt.Sprintf("EXISTS (SELECT 1 FROM main.%s AS c WHERE %s AND NOT (%s))",
						quote(name), same(prefixed("c.", r.from), prefixed("t.", r.to)), same(prefixed("c.", u.key), prefixed("t.", u.key))))
				}
				others = fmt.Sprintf(" WHERE NOT EXISTS (SELECT 1 FROM main.%s AS v WHERE %s AND v.hash = %s)",
					u.entries, same(prefixed("c.", u.key), prefixed("v.", u.at)), u.hash("c."))
			}
			referring = append(referring, fmt.Sprintf("(%s) IN (SELECT %s FROM main.%s AS c%s)",
				strings.Join(prefixed("t.", r.to), ", "), strings.Join(prefixed("c.", r.from), ", "), quote(name), others))
		}
	}
	u.followed = strings.Join(followed, " OR ")
	if referring == nil {
		return "", nil
	}
	return " WHEN " + strings.Join(referring, " OR ") + " THEN " + fateReferred, nil
}

// undoWarnings says what the undoing of a load into t leaves.
func (t *table) undoWarnings() []load.Warning {
	if !t.triggers {
		return nil
	}
	return []load.Warning{{Code: load.WarnUndo, Note: message.New("undo_triggers", "", "table", t.name)}}
}

// would says what becomes of the rows, or became of them if that is done.
func (u *undoing) would(ctx context.Context) (load.Undoing, error) {
	if u.info.Done != nil {
		return *u.info.Done, nil
	}
	return u.look(ctx)
}

// look says what becomes of the rows.
func (u *undoing) look(ctx context.Context) (load.Undoing, error) {
	var n load.Undoing
	counts := map[string]*int64{fateRemoved: &n.Removed, fateRestored: &n.Restored, fateChanged: &n.Changed, fateGone: &n.Gone, fateReferred: &n.Referred}
	rows, err := u.db.conn.QueryContext(ctx, "SELECT quote(fate), count(*) FROM "+u.fates+" GROUP BY fate")
	if err != nil {
		return n, err
	}
	defer rows.Close()
	for rows.Next() {
		var fate string
		var count int64
		if err := rows.Scan(&fate, &count); err != nil {
			return n, err
		}
		*counts[fate] = count
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return n, err
	}
	n.Warnings = u.t.undoWarnings()
	if u.info.Made {
		n.Dropped, err = u.leavesNothing(ctx, n.Removed)
	}
	return n, err
}

// leavesNothing reports whether the table has nothing but as many rows, and nothing
// that somebody has added to it.
func (u *undoing) leavesNothing(ctx context.Context, removed int64) (nothing bool, err error) {
	err = u.db.conn.QueryRowContext(ctx, fmt.Sprintf(`SELECT NOT EXISTS (SELECT 1 FROM %s LIMIT 1 OFFSET ?1) AND NOT EXISTS (
			SELECT 1 FROM main.sqlite_schema WHERE sql IS NOT NULL AND (type IN ('index', 'trigger') AND tbl_name = ?2 COLLATE NOCASE
				OR type IN ('view', 'trigger') AND instr(lower(sql), lower(?2))))`, u.t.full()), removed, u.t.name).Scan(&nothing)
	return nothing && !u.t.referred, err
}

// do undoes the load, in a transaction, and keeps what that did.
func (u *undoing) do(ctx context.Context) (load.Undoing, error) {
	n, err := u.would(ctx)
	if err != nil || u.info.Done != nil {
		return n, err
	}
	if err := u.db.run("SAVEPOINT linefeed_undo"); err != nil {
		return n, err
	}
	err = u.together(ctx, &n)
	if refusesRow(err) && u.db.conn.Bulk.InTransaction() {
		if err := u.db.run("ROLLBACK TO linefeed_undo"); err != nil {
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
	if n.Dropped {
		if err := u.db.run("DROP TABLE " + u.t.full()); err != nil {
			return n, err
		}
	}
	u.info.Done = &n
	text, err := json.Marshal(u.info)
	if err == nil {
		err = u.db.run("UPDATE main."+undoTable+" SET kept = ? WHERE job = ?", string(text), u.job)
	}
	if err != nil {
		return n, err
	}
	if has, err := u.db.hasMarks(ctx); err != nil || !has {
		return n, err
	}
	return n, u.db.removeLast(ctx, marksTable, u.job)
}

// refusesRow reports whether the database refuses what would become of a row.
func refusesRow(err error) bool { return sqlitefile.Code(err) == driver.ErrConstraint }

// unless returns the condition that no other row follows a row t.
func (u *undoing) unless() string {
	if u.followed == "" {
		return ""
	}
	return " AND NOT (" + u.followed + ")"
}

// together does all at once: rows are removed first, which may have the values that
// others get back. Of those that others follow, the last go first.
func (u *undoing) together(ctx context.Context, n *load.Undoing) error {
	find := fmt.Sprintf("(%s) IN (SELECT %s FROM %s WHERE fate = %s)", quoteAll(u.key), strings.Join(u.at, ", "), u.fates, fateRemoved)
	removed, restored := int64(0), int64(0)
	var err error
	for more := true; more; {
		gone, err := u.count("DELETE FROM " + u.t.full() + " AS t WHERE " + find + u.unless())
		if err != nil {
			return err
		}
		removed += gone
		more = u.followed != "" && gone > 0 && ctx.Err() == nil
	}
	if u.changes {
		if restored, err = u.count(u.restore); err != nil {
			return err
		}
	}
	n.Refused = n.Removed - removed + n.Restored - restored // by a trigger, without a word, or followed by a row that stays
	n.Removed, n.Restored = removed, restored
	return ctx.Err()
}

func (u *undoing) count(sql string, args ...any) (int64, error) {
	res, err := u.db.conn.ExecContext(context.Background(), sql, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// atATime is how many keys are looked up at a time.
const atATime = 1000

// eachByItself does one row after the other, and leaves those out that the database
// refuses. One may be in the way of another, so it goes on until nothing changes.
func (u *undoing) eachByItself(ctx context.Context, n *load.Undoing) error {
	n.Removed, n.Restored = 0, 0
	for progress := true; progress; {
		before := n.Removed + n.Restored
		n.Refused = 0
		var last []any
		for {
			keys, fates, err := u.page(ctx, last)
			if err != nil {
				return err
			}
			for i, key := range keys {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := u.one(key, fates[i], n); err != nil {
					return err
				}
			}
			if len(keys) < atATime {
				break
			}
			last = keys[len(keys)-1]
		}
		progress = n.Removed+n.Restored > before && n.Refused > 0
	}
	return nil
}

// page returns the next keys after last, of rows that are to be removed or restored.
func (u *undoing) page(ctx context.Context, last []any) (keys [][]any, fates []string, err error) {
	at := strings.Join(u.at, ", ")
	after := ""
	if last != nil {
		after = fmt.Sprintf(" AND (%s) > (%s)", at, strings.TrimSuffix(strings.Repeat("?, ", len(last)), ", "))
	}
	rows, err := u.db.conn.QueryContext(ctx, fmt.Sprintf("SELECT %[1]s, quote(fate) FROM %[2]s WHERE fate IN (%[3]s, %[4]s)%[5]s ORDER BY %[1]s LIMIT %[6]d",
		at, u.fates, fateRemoved, fateRestored, after, atATime), last...)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		key := make([]any, len(u.at))
		into := make([]any, len(u.at)+1)
		for i := range key {
			into[i] = &key[i]
		}
		var fate string
		into[len(u.at)] = &fate
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		keys, fates = append(keys, key), append(fates, fate)
	}
	return keys, fates, rows.Err()
}

// one undoes what was done to one row.
func (u *undoing) one(key []any, fate string, n *load.Undoing) error {
	given := make([]string, len(key))
	for i := range given {
		given[i] = fmt.Sprintf("?%d", i+1)
	}
	statement := "DELETE FROM " + u.t.full() + " AS t WHERE " + same(quoted(u.key), given) + u.unless()
	done := &n.Removed
	if fate == fateRestored {
		statement, done = u.restore+" AND "+same(prefixed("u.", u.at), given), &n.Restored
	}
	count, err := u.count(statement, key...)
	switch {
	case refusesRow(err) && u.db.conn.Bulk.InTransaction(), err == nil && count == 0:
		n.Refused++
		return nil
	case err != nil:
		return err
	}
	*done++
	return u.db.run("DELETE FROM main."+u.entries+" WHERE "+same(u.at, given), key...)
}
