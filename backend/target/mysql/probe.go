package mysql

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Nothing is written for a check into the user's tables: the rows go to a temporary
// table that is like the user's, without triggers and foreign keys. Before each batch,
// the rows of the user's table that have one of its keys are copied there. So the
// server itself compares keys, and evaluates defaults, checks and conflicts. The rows
// that foreign keys refer to are looked up. What is compared is put into a second
// temporary table, whose columns are of the same types.
const (
	shadowTable = "linefeed_check"
	keysTable   = "linefeed_check_keys"
)

// A probe is the writer of such a load, and the load.
type probe struct {
	*writer
	keys    []int    // the columns of the layout that are in keysTable
	bring   []string // the statements that copy rows
	orphans []orphans
}

// orphans finds the rows that refer to none.
type orphans struct {
	sql string
	own bool // of the table itself
	why load.Refusal
}

// Probe returns a load that says what an import of the layout would do, and what it
// can't say. Where nothing can be asked the load is nil.
func (d *DB) Probe(ctx context.Context, l load.Layout) (load.Load, []load.Warning, error) {
	p, untold, err := d.probe(ctx, l)
	if err == nil {
		return p, untold, nil
	}
	var said *mysql.MySQLError
	var problem load.Problem
	if errors.As(err, &said) && !errors.As(err, &problem) && !isLost(err) { // no right to temporary tables, or there are none
		return nil, []load.Warning{cannotTell(message.New("untold_all", "untold_until_import", "cause", said.Message))}, nil
	}
	return nil, nil, d.explain(ctx, fmt.Sprintf("look at table %q", l.Plan.TableName().String()), err)
}

func cannotTell(n message.Note) load.Warning { return load.Warning{Code: load.WarnUntold, Note: n} }

func (d *DB) probe(ctx context.Context, l load.Layout) (_ *probe, _ []load.Warning, err error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if l.Plan.Create {
		p, err := d.probeNew(ctx, c, l)
		return p, nil, err
	}
	t, err := d.table(ctx, c, l.Plan.TableName())
	if err != nil {
		return nil, nil, err
	}
	shadow := *t
	shadow.name, shadow.triggers, shadow.references = shadowTable, false, nil
	p, err := d.openProbe(ctx, c, &shadow, l)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	untold := p.plan(t)
	if err := p.shadow(ctx, t); err != nil {
		return nil, nil, err
	}
	children, err := p.children(ctx, t)
	return p, append(untold, children...), err
}

// openProbe opens the writer for a shadow.
func (d *DB) openProbe(ctx context.Context, c *conn, shadow *table, l load.Layout) (*probe, error) {
	f, err := fitLayout(shadow, l)
	if err != nil {
		return nil, problem(err)
	}
	ld := &loading{db: d, fit: f, locks: d.anonymous, server: c.address}
	ld.setPace(c)
	ld.pace.Writers, ld.pace.ShareBy = 1, nil
	w, err := d.openWriter(ctx, ld, 0)
	return &probe{writer: w}, err
}

// plan finds out what is to be compared, and returns what can't be.
func (p *probe) plan(t *table) (untold []load.Warning) {
	f := p.fit
	if t.triggers {
		untold = append(untold, cannotTell(message.New("untold_triggers", "untold_until_import", "table", t.name)))
	}
	var columns []string
	for _, c := range t.columns {
		if !c.Generated {
			columns = append(columns, c.Name)
		}
	}
	var unasked []string
	for _, k := range t.keys {
		same, mapped, madeUp := p.same(k.columns, k.columns, "linefeed_row")
		if k.partial || !mapped {
			if !madeUp {
				unasked = append(unasked, k.name)
			}
			continue
		}
		p.bring = append(p.bring, fmt.Sprintf("INSERT IGNORE INTO %s (%s) SELECT %s FROM %s AS linefeed_key STRAIGHT_JOIN %s AS linefeed_row ON %s",
			f.t.full(), quoteAll(columns), quoteAll(columns), p.keysName(), t.full(), same))
	}
	if unasked != nil {
		untold = append(untold, cannotTell(message.New("untold_indexes", "untold_until_import", "indexes", unasked)))
	}
	for _, r := range t.references {
		same, mapped, madeUp := p.same(r.from, r.to, "linefeed_parent")
		if !mapped {
			if !madeUp && slices.ContainsFunc(r.from, func(name string) bool { return f.at(name) >= 0 || t.columns[t.index(name)].HasDefault }) {
				untold = append(untold, cannotTell(message.New("untold_references", "untold_until_import", "table", t.name)))
			}
			continue
		}
		p.orphans = append(p.orphans, p.orphansOf(t, r, same))
	}
	return untold
}

// same returns the condition that columns of a table have the values of those of the
// rows, whether all are mapped, and whether the table makes up the others.
func (p *probe) same(names, of []string, alias string) (condition string, mapped, madeUp bool) {
	var parts []string
	mapped, madeUp = true, true
	for i, name := range names {
		at := p.fit.at(name)
		if at < 0 {
			mapped = false
			k := p.fit.t.index(name)
			madeUp = madeUp && k >= 0 && p.fit.t.columns[k].auto
			continue
		}
		parts = append(parts, alias+"."+quote(of[i])+" = linefeed_key.c"+strconv.Itoa(at))
	}
	if !mapped {
		return "", false, madeUp
	}
	for _, name := range names {
		if at := p.fit.at(name); !slices.Contains(p.keys, at) {
			p.keys = append(p.keys, at)
		}
	}
	return strings.Join(parts, " AND "), true, false
}

func (p *probe) orphansOf(t *table, r reference, same string) orphans {
	own := r.schema == t.schema && r.table == t.name
	var given, itself []string
	for i, name := range r.from {
		c := "linefeed_key.c" + strconv.Itoa(p.fit.at(name))
		given = append(given, c+" IS NOT NULL")
		if to := p.fit.at(r.to[i]); own && to >= 0 {
			if !slices.Contains(p.keys, to) {
				p.keys = append(p.keys, to)
			}
			itself = append(itself, c+" = linefeed_key.c"+strconv.Itoa(to))
		}
	}
	lacks := func(table string) string {
		return fmt.Sprintf(" AND NOT EXISTS (SELECT 1 FROM %s AS linefeed_parent WHERE %s)", table, same)
	}
	o := orphans{own: own, why: load.Refusal{
		Column: p.reasons.only(r.from), Code: load.CodeForeignKey,
		Note: message.New("no_row_in_table", "load_table_first", "table", r.table, "columns", strings.Join(r.to, " and ")),
	}}
	o.sql = "SELECT linefeed_key.linefeed_number FROM " + p.keysName() + " AS linefeed_key WHERE " + strings.Join(given, " AND ") + lacks(qualified(r.schema, r.table))
	if own {
		o.sql += lacks(p.fit.t.full())
		if len(itself) == len(r.from) {
			o.sql += " AND NOT (" + strings.Join(itself, " AND ") + ")"
		}
	}
	return o
}

func (p *probe) keysName() string { return qualified(p.fit.t.schema, keysTable) }

// shadow makes the temporary tables.
func (p *probe) shadow(ctx context.Context, t *table) error {
	statements := []string{"CREATE TEMPORARY TABLE " + p.fit.t.full() + " LIKE " + t.full()}
	if slices.ContainsFunc(t.columns, func(c column) bool { return c.auto }) {
		rows, err := p.conn.one(ctx, "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = "+literal(t.schema)+" AND TABLE_NAME = "+literal(t.name))
		if err != nil {
			return err
		}
		if len(rows) == 1 && rows[0][0] != nil {
			statements = append(statements, "ALTER TABLE "+p.fit.t.full()+" AUTO_INCREMENT = "+str(rows[0][0]))
		}
	}
	keys := []string{"0 AS linefeed_number"}
	for _, at := range p.keys {
		keys = append(keys, fmt.Sprintf("%s AS c%d", quote(p.fit.columns[at].Name), at))
	}
	statements = append(statements, "CREATE TEMPORARY TABLE "+p.keysName()+" AS SELECT "+strings.Join(keys, ", ")+" FROM "+t.full()+" LIMIT 0")
	for _, s := range statements {
		if err := p.conn.exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// children returns a warning where rows of other tables may keep the rule from
// changing a row.
func (p *probe) children(ctx context.Context, t *table) ([]load.Warning, error) {
	if p.fit.rule == load.ConflictReject {
		return nil, nil
	}
	rows, err := p.conn.one(ctx, "SELECT DISTINCT REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_SCHEMA = "+literal(t.schema)+" AND REFERENCED_TABLE_NAME = "+literal(t.name))
	var all []load.Warning
	for _, row := range rows {
		name := str(row[0])
		if !p.fit.inKey(name) && slices.ContainsFunc(p.fit.set(), func(s setting) bool { return strings.EqualFold(s.column.Name, name) }) {
			all = append(all, cannotTell(message.New("untold_children", "untold_until_import", "column", name)))
		}
	}
	return all, err
}

func (p *probe) Marks() ([]load.Mark, bool)                       { return nil, false }
func (p *probe) Pace() load.Pace                                  { return p.ld.pace }
func (p *probe) Writer(context.Context, int) (load.Writer, error) { return p, nil }

// Write says what would become of the rows.
func (p *probe) Write(ctx context.Context, b *load.Batch) (load.Result, error) {
	if err := p.usable(ctx); err != nil {
		return load.Result{}, err
	}
	o := &outcome{b: b}
	if err := p.ask(ctx, o); err != nil {
		return load.Result{}, p.fail(ctx, err)
	}
	slices.SortFunc(o.Refused, func(x, y load.Refusal) int { return x.Row - y.Row })
	return o.Result, nil
}

func (p *probe) ask(ctx context.Context, o *outcome) error {
	for refusal := range inexact(p.fit.exact, o.b) {
		o.Refused = append(o.Refused, refusal)
	}
	var rows []int
	next := 0
	for row := range o.b.Rows {
		if next < len(o.Refused) && o.Refused[next].Row == row {
			next++
			continue
		}
		rows = append(rows, row)
	}
	if len(p.keys) > 0 {
		if err := p.fill(ctx, o.b, rows); err != nil {
			return err
		}
	}
	for _, sql := range p.bring {
		if err := p.conn.exec(ctx, sql); err != nil {
			return err
		}
	}
	for { // the row that one refers to may come later in the batch
		lost, err := p.lost(ctx)
		if err != nil {
			return err
		}
		var good, rest []int
		for _, row := range rows {
			if _, is := lost[row]; is {
				rest = append(rest, row)
			} else {
				good = append(good, row)
			}
		}
		if err := p.write(ctx, o, good); err != nil {
			return err
		}
		rows = rest
		if len(good) > 0 && slices.ContainsFunc(p.orphans, func(o orphans) bool { return o.own }) {
			continue
		}
		return p.settleOrphans(ctx, o, rows, lost)
	}
}

// fill puts the values to compare into their table, except those of rows that are too long
// for a statement: they are refused.
func (p *probe) fill(ctx context.Context, b *load.Batch, rows []int) error {
	if err := p.conn.exec(ctx, "DELETE FROM "+p.keysName()); err != nil {
		return err
	}
	most := min(packet, p.db.server.packet-1024)
	head := "INSERT IGNORE INTO " + p.keysName() + " VALUES "
	for len(rows) > 0 {
		sql, n := []byte(head), 0
		for ; n < len(rows); n++ {
			before := len(sql)
			if before > len(head) {
				sql = append(sql, ',')
			}
			sql = strconv.AppendInt(append(sql, '('), int64(rows[n]), 10)
			for _, at := range p.keys {
				sql = p.fit.appendValue(append(sql, ','), b, at, b.Row(rows[n])[at])
			}
			if sql = append(sql, ')'); len(sql) <= most {
				continue
			}
			if sql = sql[:before]; before == len(head) {
				n++ // it is too long by itself
			}
			break
		}
		rows = rows[n:]
		if len(sql) > len(head) {
			if err := p.conn.exec(ctx, string(sql)); err != nil {
				return err
			}
		}
	}
	return nil
}

// lost returns the rows that refer to none, and the reasons.
func (p *probe) lost(ctx context.Context) (map[int]load.Refusal, error) {
	lost := map[int]load.Refusal{}
	for _, o := range p.orphans {
		found, err := p.conn.one(ctx, o.sql)
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			lost[int(num(row[0]))] = o.why
		}
	}
	return lost, nil
}

// settleOrphans refuses the rows that refer to none, unless their key is there and such
// rows are skipped.
func (p *probe) settleOrphans(ctx context.Context, o *outcome, rows []int, why map[int]load.Refusal) error {
	skipped := map[int]bool{}
	if p.fit.rule == load.ConflictSkip && len(rows) > 0 {
		same, _, _ := p.same(p.fit.key.columns, p.fit.key.columns, "linefeed_row")
		found, err := p.conn.one(ctx, fmt.Sprintf("SELECT linefeed_key.linefeed_number FROM %s AS linefeed_key STRAIGHT_JOIN %s AS linefeed_row ON %s", p.keysName(), p.fit.t.full(), same))
		if err != nil {
			return err
		}
		for _, row := range found {
			skipped[int(num(row[0]))] = true
		}
	}
	for _, row := range rows {
		if skipped[row] {
			o.Skipped++
		} else {
			o.refuse(row, why[row])
		}
	}
	return nil
}
