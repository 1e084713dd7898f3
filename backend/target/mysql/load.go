package mysql

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A loading is one load into one table. It implements load.Load.
type loading struct {
	db    *DB
	job   string // "" keeps no marks
	fit   *fit
	note  *noting // how what is written is noted; nil for not at all
	marks []load.Mark
	pace  load.Pace

	locks  lockName    // of its writers
	schema string      // of the table
	server string      // the address of the one that was prepared, and is written to
	making bool        // the table was made for this load
	kept   atomic.Bool // something was committed
	silent atomic.Bool // the server did not answer in the time that a cancel leaves it
}

// Prepare readies a load. A new table is made at once, as the server commits with it
// whatever is open, and removed again, if it is empty, where nothing is committed.
func (d *DB) Prepare(ctx context.Context, job string, l load.Layout) (load.Load, error) {
	ld, err := d.prepare(ctx, job, l)
	if err != nil {
		return nil, d.explain(ctx, fmt.Sprintf("load into table %q", l.Plan.TableName().String()), err)
	}
	return ld, nil
}

func (d *DB) prepare(ctx context.Context, job string, l load.Layout) (*loading, error) {
	c, err := d.conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.writable(); err != nil {
		return nil, err
	}
	name := l.Plan.TableName()
	ld := &loading{db: d, job: job, locks: d.anonymous, schema: d.schema(name), server: c.address}
	if job != "" {
		ld.locks = locksOf(job)
	}
	if err := d.checkTableName(name); err != nil {
		return nil, err
	}
	if err := d.endOthers(ctx, c, ld.locks); err != nil {
		return nil, err
	}
	if l.Plan.Marks == load.MarksInStore {
		ld.job = ""
	}
	ours := ld.job == "" && name == d.unfinished
	if ld.job != "" {
		if err := d.claimMarks(ctx, c, job, d.schema(name)); err != nil {
			return nil, err
		}
		if ld.marks, ours, err = d.openMarks(ctx, c, job, d.schema(name)); err != nil {
			return nil, err
		}
		if !d.marks {
			ld.job = ""
		}
	}
	if l.Plan.Create {
		if err := d.create(ctx, c, ld, l, ours); err != nil {
			ld.giveUp(c)
			return nil, err
		}
	}
	t, err := d.table(ctx, c, name)
	if err == nil {
		ld.fit, err = fitLayout(t, l)
		err = problem(err)
	}
	if err == nil {
		err = ld.keep(ctx, c, l)
	}
	if err != nil {
		return nil, errors.Join(err, ld.remove(c, l.Plan.Table))
	}
	ld.setPace(c)
	return ld, nil
}

// create makes the table, unless an earlier try of the job did.
func (d *DB) create(ctx context.Context, c *conn, ld *loading, l load.Layout, ours bool) error {
	if l.Plan.Table == "" {
		return message.NewError(nil, "table_without_name", "")
	}
	if len(l.Make) == 0 {
		return message.NewError(nil, "table_no_columns", "")
	}
	schema := d.schema(l.Plan.TableName())
	there, err := d.exists(ctx, c, schema, l.Plan.Table)
	if err != nil {
		return err
	}
	if there {
		if ours {
			ld.making = true
			return nil
		}
		return load.Problem{Note: message.New("table_exists", "add_to_it", "table", l.Plan.Table)}
	}
	statement, err := d.server.createTable(schema, l)
	if err != nil {
		return err
	}
	err = c.exec(ctx, statement)
	switch n := number(err); {
	case err == nil:
		ld.making = true
		return nil
	case n == 1050:
		return load.Problem{Note: message.New("table_exists", "add_to_it", "table", l.Plan.Table)}
	case n == 0, isLost(err), d.advise("", err) != nil:
		return err
	}
	return load.Problem{Note: message.New("table_unmakable", "other_names", "table", l.Plan.Table, "cause", err)}
}

// exists reports whether there is a table or view of that name.
func (d *DB) exists(ctx context.Context, c *conn, schema, table string) (bool, error) {
	rows, err := c.one(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = "+literal(schema)+" AND TABLE_NAME = "+literal(table))
	for _, row := range rows {
		if str(row[0]) == table {
			return true, err
		}
	}
	return false, err
}

// problem turns an error into a problem of the plan, unless it is one.
func problem(err error) error {
	var p load.Problem
	if err == nil || errors.As(err, &p) || errors.Is(err, load.ErrNoTable) {
		return err
	}
	return load.Problem{Note: message.Of(err)}
}

// Marks returns the marks that earlier tries of the job have committed.
func (ld *loading) Marks() (marks []load.Mark, kept bool) { return ld.marks, ld.job != "" }

// Pace says how the table wants to be written to.
func (ld *loading) Pace() load.Pace { return ld.pace }

// How much is written at a time. A batch is large enough that the server's answer is
// waited for seldom, the more so where it is far away; and a commit is what InnoDB
// undoes soon, and what the nodes of a Galera cluster certify as a whole.
const (
	nearBatch    = 1 << 20
	farBatch     = 3 << 20
	commitBytes  = 256 << 20
	galeraCommit = 8 << 20
)

// afterCancel is how long the commit may take that keeps what was written: with what
// follows, less than a person waits for a cancel.
const afterCancel = 1500 * time.Millisecond

// farAway is the time of an answer beyond which a server is far away.
var farAway = 10 * time.Millisecond

func (ld *loading) setPace(c *conn) {
	l := ld.fit.layout
	ld.pace = load.Pace{Batch: nearBatch, Commit: commitBytes, Writers: 1, AfterCancel: afterCancel}
	if c.rtt > farAway {
		ld.pace.Batch = farBatch
	}
	if ld.db.server.galera || ld.db.server.tidb {
		ld.pace.Commit = galeraCommit
	}
	if share, ok := ld.fit.share(); ok && l.Plan.Writers > 1 && !l.Plan.Atomic && ld.note == nil && ld.fit.t.transactional() {
		ld.pace.Writers, ld.pace.ShareBy = min(l.Plan.Writers, mostWriters), share
	}
}

// share returns the columns by which records can be shared out among writers. ok is
// false where the order of all records counts: texts of different bytes may be equal in
// a key, and so may rows that refer to each other.
func (f *fit) share() (columns []int, ok bool) {
	if f.t.ownReference() || f.t.triggers {
		return nil, false
	}
	for _, k := range f.t.keys {
		first := len(columns) == 0
		for _, name := range k.columns {
			at := f.at(name)
			switch {
			case f.t.computes(name): // from columns that are written
				return nil, false
			case at < 0:
			case k.partial, !first, !f.columns[at].equalBytes():
				return nil, false
			default:
				columns = append(columns, at)
			}
		}
	}
	return columns, true
}

// equalBytes reports whether values of the column are equal only if the bytes of their
// cells are.
func (c *column) equalBytes() bool {
	switch c.Type {
	case load.Integer, load.Boolean, load.Date, load.UUID, load.Binary:
		return true
	case load.Text:
		return strings.HasSuffix(c.collation, "_nopad_bin") || strings.HasSuffix(c.collation, "_0900_bin")
	}
	return false
}

// Writer opens a writer, on a connection of its own.
func (ld *loading) Writer(ctx context.Context, i int) (load.Writer, error) {
	w, err := ld.db.openWriter(ctx, ld, i)
	if err != nil {
		ld.db.suspect.Store(true)
		return nil, ld.db.explain(ctx, fmt.Sprintf("load into table %q", ld.fit.t.name), err)
	}
	return w, nil
}

// closeTime is how long the end of a load may take that leaves nothing behind.
const closeTime = 5 * time.Second

// Close ends the load. A table that was made for it is removed again if nothing was
// committed.
func (ld *loading) Close() error {
	ld.db.unfinished = load.TableName{}
	if ld.kept.Load() || len(ld.marks) > 0 || ld.silent.Load() {
		return nil
	}
	within := closeTime
	if ld.db.suspect.Load() { // it may be silent: then what is left is for the next try
		within = afterCancel
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	c, err := ld.db.conn(ctx)
	if err != nil || !c.answers(ctx, afterCancel) { // it may have gone silent between two statements
		ld.db.suspect.Store(true)
		if ld.making && ld.job == "" {
			ld.db.unfinished = ld.fit.layout.Plan.TableName()
		}
		return nil // who goes on with the load finds the table by the mark
	}
	return ld.remove(c, ld.fit.t.name)
}

// remove removes the table that was made for the load, if it is empty, and the job's
// mark.
func (ld *loading) remove(c *conn, table string) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if ld.making && len(ld.marks) == 0 {
		rows, err := c.one(ctx, "SELECT 1 FROM "+qualified(ld.schema, table)+" LIMIT 1")
		if err == nil && len(rows) == 0 {
			err = c.exec(ctx, "DROP TABLE "+qualified(ld.schema, table))
		}
		if err != nil && number(err) != errNoSuchTable {
			if isLost(err) {
				return nil
			}
			return ld.db.explain(ctx, "remove the new table", err)
		}
		ld.making = false
	}
	ld.giveUp(c)
	return nil
}

// giveUp removes what is kept of a load of which nothing was committed. Where it can't,
// that stays, and is harmless.
func (ld *loading) giveUp(c *conn) {
	if ld.job == "" || len(ld.marks) > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	_ = ld.db.forget(ctx, c, ld.job, ld.schema)
	if ld.note != nil {
		_ = ld.db.forgetUndo(ctx, c, ld.job, ld.schema)
	}
}
