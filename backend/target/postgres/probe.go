package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Nothing is written for a check into the user's tables: the rows go to a temporary
// table that is declared as the user's is, without triggers and foreign keys. Before
// each batch, the rows of the user's table that have one of its keys are copied there.
// So the server itself compares keys, casts values, and evaluates defaults, checks and
// conflicts. The rows that foreign keys refer to are looked up.

// A probe is the writer of such a load.
type probe struct {
	*writer
	bring   []lookup // statements that copy rows of the user's table
	orphans []lookup
}

// A probing is a load that writes nothing of the user's.
type probing struct {
	*loading
	bring, orphans []lookup
}

// Probe returns a load that says what an import of the layout would do, and what it
// can't say. Where nothing can be asked the load is nil.
func (d *DB) Probe(ctx context.Context, l load.Layout) (load.Load, []load.Warning, error) {
	if d.loading != nil {
		return nil, nil, message.NewError(nil, "load_is_open", "")
	}
	c, err := d.connectWithSettings(ctx)
	if err != nil {
		return nil, nil, err
	}
	p, untold, err := d.probe(ctx, c, l)
	if err != nil {
		hangUp(c.PgConn())
		var pg *pgconn.PgError
		var problem load.Problem
		if errors.As(err, &pg) && !errors.As(err, &problem) { // no right to temporary tables, or there are none
			return nil, []load.Warning{cannotTell(message.New("untold_all", "untold_until_import", "cause", sentence(pg)))}, nil
		}
		return nil, nil, d.explain(ctx, fmt.Sprintf("look at table %q", l.Plan.Table), err)
	}
	if p == nil {
		hangUp(c.PgConn())
		return nil, untold, nil
	}
	d.loading = p.loading
	return p, untold, nil
}

func cannotTell(n message.Note) load.Warning { return load.Warning{Code: load.WarnUntold, Note: n} }

func (d *DB) probe(ctx context.Context, c *pgx.Conn, l load.Layout) (*probing, []load.Warning, error) {
	p := &probing{loading: &loading{db: d, layout: l, first: c}}
	name := load.TableName{Schema: "pg_temp", Name: l.Plan.Table}
	var asked *writing // how the user's table is written
	if l.Plan.Create {
		if err := d.checkNew(ctx, c, l); err != nil {
			return nil, nil, err
		}
		if _, err := c.Exec(ctx, createTable(name, l)); err != nil {
			return nil, nil, err
		}
	} else {
		t, err := d.table(ctx, c, l.Plan.TableName())
		if err != nil {
			return nil, nil, err
		}
		if asked, err = writingFor(t, l, d); err != nil {
			return nil, nil, problem(err)
		}
		deferred := slices.ContainsFunc(t.keys, func(k key) bool { return k.later })
		if t.kind != "r" && t.kind != "p" || deferred || !t.readable {
			return nil, []load.Warning{cannotTell(message.New("untold_table", "untold_until_import", "table", t.name.Name))}, nil
		}
		name.Name = t.name.Name
		if err := shadow(ctx, c, t, name); err != nil {
			return nil, nil, err
		}
	}
	if err := c.QueryRow(ctx, "SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.pg_my_temp_schema()").Scan(&name.Schema); err != nil {
		return nil, nil, err
	}
	var err error
	if p.table, err = d.table(ctx, c, name); err != nil {
		return nil, nil, err
	}
	if asked != nil {
		p.table.references = asked.t.references
	}
	if p.writes, err = writingFor(p.table, l, d); err != nil {
		return nil, nil, problem(err)
	}
	p.pace = load.Pace{Batch: nearBatch, Writers: 1, AfterCancel: afterCancel}
	var untold []load.Warning
	if asked != nil {
		p.bring = asked.bringOver(p.table.name)
		p.orphans = slices.Concat(p.writes.orphans, p.writes.ownOrphans(asked.t))
		if untold, err = asked.untold(ctx, c, len(p.orphans)); err != nil {
			return nil, nil, err
		}
	}
	_, err = c.PgConn().Exec(ctx, begin).ReadAll()
	return p, untold, err
}

// shadow makes a temporary table like t. Numbers that it makes up are the greatest, so
// that they are no other row's.
func shadow(ctx context.Context, c *pgx.Conn, t *table, name load.TableName) error {
	statements := []string{fmt.Sprintf("CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING STATISTICS EXCLUDING COMMENTS)", quoteTable(name), quoteTable(t.name))}
	for i, column := range t.columns {
		if column.counts {
			statements = append(statements,
				fmt.Sprintf("CREATE TEMP SEQUENCE linefeed_%d INCREMENT -1 MINVALUE 1 MAXVALUE %d", i, greatest(column)),
				fmt.Sprintf("ALTER TABLE %s ALTER %s SET DEFAULT nextval('pg_temp.linefeed_%d')", quoteTable(name), quote(column.Name), i))
		}
	}
	_, err := c.PgConn().Exec(ctx, strings.Join(statements, "; ")).ReadAll()
	return err
}

// greatest returns the greatest number of a column.
func greatest(c column) int64 {
	switch c.cast {
	case "smallint":
		return math.MaxInt16
	case "integer":
		return math.MaxInt32
	}
	return math.MaxInt64
}

// bringOver returns the statements that copy the rows with the keys of a batch.
func (w *writing) bringOver(to load.TableName) []lookup {
	var names []string
	for _, c := range w.t.columns {
		if !c.Generated {
			names = append(names, c.Name)
		}
	}
	var all []lookup
	for _, l := range w.keys {
		l.sql = fmt.Sprintf("INSERT INTO %s (%s) SELECT linefeed_found.* FROM %s CROSS JOIN LATERAL (SELECT %s FROM %s AS linefeed_target WHERE %s LIMIT 1) AS linefeed_found ON CONFLICT DO NOTHING",
			quoteTable(to), quoteAll(names), w.rows(l.columns), quoteAll(names), w.t.itself(), w.same(l.key.columns, l.key.columns))
		all = append(all, l)
	}
	return all
}

// ownOrphans returns the lookups of rows that refer to none of the table itself: of
// the user's, of those before in the file, and of the batch.
func (w *writing) ownOrphans(of *table) []lookup {
	var orphans []lookup
	for i := range w.t.references {
		r := &w.t.references[i]
		from, ok := w.mapped(r.from)
		if !ok || !r.own || !r.lookable {
			continue
		}
		columns := slices.Clone(from)
		sql := ""
		if to, ok := w.mapped(r.to); ok {
			columns = append(columns, to...)
			slices.Sort(columns)
			columns = slices.Compact(columns)
			other := func(sql string) string { return strings.ReplaceAll(sql, "linefeed_batch", "linefeed_other") }
			var same []string
			for i := range to {
				same = append(same, other(w.compared(to[i]))+" = "+w.compared(from[i]))
			}
			sql = fmt.Sprintf(" AND NOT EXISTS (SELECT FROM %s WHERE %s)", other(w.rows(columns)), strings.Join(same, " AND "))
		}
		var given []string
		for _, c := range from {
			given = append(given, fmt.Sprintf("linefeed_batch.c%d IS NOT NULL", c))
		}
		for _, t := range []*table{of, w.t} {
			sql = fmt.Sprintf(" AND NOT EXISTS (SELECT FROM %s AS linefeed_target WHERE %s)", t.itself(), w.same(r.from, r.to)) + sql
		}
		orphans = append(orphans, lookup{foreign: r, columns: columns, sql: fmt.Sprintf("SELECT linefeed_batch.linefeed_row FROM %s WHERE %s", w.rows(columns), strings.Join(given, " AND ")) + sql})
	}
	return orphans
}

// untold returns what a check can't tell, which asks for so many foreign keys.
func (w *writing) untold(ctx context.Context, c *pgx.Conn, asked int) ([]load.Warning, error) {
	var all []load.Warning
	tell := func(n message.Note) { all = append(all, cannotTell(n)) }
	if w.t.triggers {
		tell(message.New("untold_triggers", "untold_until_import", "table", w.t.name.Name))
	}
	if w.t.kind == "p" {
		tell(message.New("untold_partitions", "untold_until_import", "table", w.t.name.Name))
	}
	var indexes []string
	for i := range w.t.keys {
		k := &w.t.keys[i]
		given := !k.usable() || slices.ContainsFunc(k.columns, func(name string) bool { return w.at[w.t.index(name)] >= 0 || !w.t.columns[w.t.index(name)].counts })
		if given && w.lookupOf(k) == nil {
			indexes = append(indexes, k.name)
		}
	}
	if w.t.excludes {
		indexes = append(indexes, "EXCLUDE")
	}
	if indexes != nil {
		tell(message.New("untold_indexes", "untold_until_import", "indexes", indexes))
	}
	if len(w.t.references) > asked {
		tell(message.New("untold_references", "untold_until_import", "table", w.t.name.Name))
	}
	if w.update == "" {
		return all, nil
	}
	var referred []string
	err := c.QueryRow(ctx, `SELECT ARRAY (SELECT DISTINCT a.attname::text FROM pg_catalog.pg_constraint r CROSS JOIN LATERAL unnest(r.confkey) AS k (attnum)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = r.confrelid AND a.attnum = k.attnum WHERE r.confrelid = $1::oid AND r.contype = 'f')`, w.t.oid).Scan(&referred)
	for _, name := range referred {
		mapped := w.at[w.t.index(name)] >= 0
		if !slices.Contains(w.key.columns, name) && (mapped || w.rule == load.ConflictReplace && !w.t.columns[w.t.index(name)].counts) {
			tell(message.New("untold_children", "untold_until_import", "column", name))
		}
	}
	return all, err
}

// Writer returns the only writer.
func (p *probing) Writer(ctx context.Context, i int) (load.Writer, error) {
	w, err := p.loading.Writer(ctx, i)
	if err != nil {
		return nil, err
	}
	return &probe{w.(*writer), p.bring, p.orphans}, nil
}

// Write says what would become of the rows.
func (p *probe) Write(ctx context.Context, b *load.Batch) (load.Result, error) {
	if err := p.usable(ctx); err != nil {
		return load.Result{}, err
	}
	defer p.db.calls.begin()()
	out, err := p.ask(ctx, b)
	if err != nil {
		return load.Result{}, p.fail(ctx, err)
	}
	slices.SortFunc(out.Refused, func(a, b load.Refusal) int { return a.Row - b.Row })
	return out.Result, nil
}

func (p *probe) ask(ctx context.Context, b *load.Batch) (out outcome, err error) {
	p.rows = p.rows[:0]
	for row := range b.Rows {
		p.rows = append(p.rows, row)
	}
	rows := p.unfit(b, p.rows, &out)
	for i := range p.bring {
		if _, err := p.look(ctx, b, rows, &p.bring[i]); err != nil {
			return out, err
		}
	}
	orphans := map[int]load.Refusal{}
	rest := rows
	for i := range p.orphans {
		found, err := p.look(ctx, b, rest, &p.orphans[i])
		if err != nil {
			return out, err
		}
		rest = without(rest, found)
		for _, row := range found {
			orphans[row] = p.orphan(p.orphans[i].foreign)
		}
	}
	lost := without(rows, rest)
	before, err := p.keysThere(ctx, b, lost)
	if err != nil {
		return out, err
	}
	if err := p.store(ctx, b, rest, &out); err != nil {
		return out, err
	}
	after, err := p.keysThere(ctx, b, lost)
	if err != nil {
		return out, err
	}
	p.settleOrphans(b, lost, rest, before, after, orphans, &out)
	return out, nil
}

// keysThere returns for each key the rows that have one which is there.
func (p *probe) keysThere(ctx context.Context, b *load.Batch, rows []int) (there [][]int, err error) {
	for i := range p.writes.keys {
		found, err := p.look(ctx, b, rows, &p.writes.keys[i])
		if err != nil {
			return nil, err
		}
		there = append(there, found)
	}
	return there, nil
}

// settleOrphans says what becomes of the rows that refer to none: where one of their
// keys is there, from before the batch or from a row before them, that is what an
// import finds first. By a rule that changes rows they are refused as they are.
func (p *probe) settleOrphans(b *load.Batch, rows, others []int, before, after [][]int, why map[int]load.Refusal, out *outcome) {
	for i := range p.writes.keys {
		l := &p.writes.keys[i]
		if p.writes.changes() || len(rows) == 0 {
			break
		}
		first := map[string]int{}
		for _, row := range slices.Backward(others) {
			if text, null := p.writes.keyOf(nil, b, row, l.columns); !null {
				first[string(text)] = row
			}
		}
		there := slices.DeleteFunc(slices.Clone(after[i]), func(row int) bool {
			text, _ := p.writes.keyOf(nil, b, row, l.columns)
			other, same := first[string(text)]
			return !slices.Contains(before[i], row) && same && other > row
		})
		for _, row := range within(rows, there) {
			if p.skipsBy(l) {
				out.Skipped++
			} else {
				out.refuse(row, p.duplicate(l.key))
			}
		}
		rows = without(rows, there)
	}
	for _, row := range rows {
		out.refuse(row, why[row])
	}
}

// look runs a lookup, or a statement that copies, for rows, and returns those that it
// names. A row with a value that the server does not understand is none of them.
func (p *probe) look(ctx context.Context, b *load.Batch, rows []int, l *lookup) ([]int, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var found []int
	var err error
	if l.foreign == nil && strings.HasPrefix(l.sql, "INSERT") {
		_, err = p.exec(ctx, b, rows, l.sql, l.columns)
	} else {
		found, err = p.query(ctx, b, rows, l.sql, l.columns)
	}
	if err == nil {
		p.ahead = keep
		return found, nil
	}
	if p.rowErrorOf(err, nil) == nil {
		return nil, err
	}
	p.ahead = undo
	if len(rows) == 1 {
		return nil, nil
	}
	half := len(rows) / 2
	found, err = p.look(ctx, b, rows[:half:half], l)
	if err != nil {
		return nil, err
	}
	more, err := p.look(ctx, b, rows[half:], l)
	return append(found, more...), err
}
