package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A loading is one load into one table. It implements load.Load.
type loading struct {
	db      *DB
	job     string // "" where no marks are kept
	session string // the name of its writers' connections at the server
	layout  load.Layout
	schema  string // of the table
	table   *table
	writes  *writing
	pace    load.Pace
	marks   []load.Mark

	created bool         // this load, or an earlier try of its job, has made the table
	first   *pgx.Conn    // in whose transaction the table is made, until the writer has it
	commits atomic.Int64 // that went through, or may have, by all writers
	lost    atomic.Bool  // a connection
	silent  atomic.Bool  // the server does not even answer that a call is cancelled
	closed  bool
}

// How a table is written to by a server that is near, and by one that is far away: a
// batch has enough text that its answer is waited for seldom, and far away there are
// enough writers that some send while others wait; and memory holds the batches of all.
const (
	nearBatch, nearWriters = 1 << 20, 2
	farBatch, farWriters   = 512 << 10, 8

	mostWriters = 64
)

// far is how long an answer takes from a server that is far away.
const far = 10 * time.Millisecond

// afterCancel is how long the commit may take that keeps what was written.
const afterCancel = time.Second

// Prepare readies a load. A new table is part of the first commit where there is
// one writer; else it is made now, and removed by Close if nothing was committed.
func (d *DB) Prepare(ctx context.Context, job string, l load.Layout) (load.Load, error) {
	if d.loading != nil {
		return nil, message.NewError(nil, "load_is_open", "")
	}
	var loading *loading
	err := d.do(ctx, fmt.Sprintf("load into table %q", l.Plan.Table), func(c *pgx.Conn) (err error) {
		loading, err = d.prepare(ctx, c, job, l)
		return err
	})
	if err != nil {
		return nil, err
	}
	d.loading = loading
	return loading, nil
}

func (d *DB) prepare(ctx context.Context, c *pgx.Conn, job string, l load.Layout) (_ *loading, err error) {
	p := &loading{db: d, layout: l, job: job, session: d.anonymous}
	if job != "" {
		p.session = sessionName(job)
	}
	if err := d.endOthers(ctx, c, p.session); err != nil {
		return nil, err
	}
	if l.Plan.Create {
		if err := d.checkNew(ctx, c, l); err != nil {
			return nil, err
		}
	} else if p.table, err = d.table(ctx, c, l.Plan.TableName()); err != nil {
		return nil, err
	}
	p.schema = d.schemaOf(l.Plan.TableName())
	if p.table != nil {
		p.schema = p.table.name.Schema
	}
	if l.Plan.Marks == load.MarksInStore {
		p.job = ""
	}
	if p.job != "" {
		can, err := d.canMark(ctx, c, p.marksTable())
		if err != nil {
			return nil, err
		}
		if !can {
			p.job = ""
		}
	}
	if l.Plan.Create {
		return p, d.prepareNew(ctx, c, p)
	}
	if p.writes, err = writingFor(p.table, l, d); err != nil {
		return nil, problem(err)
	}
	if err := p.openMarks(ctx, c); err != nil {
		return nil, err
	}
	if err := p.keep(ctx, c); err != nil {
		return nil, err
	}
	p.setPace()
	return p, nil
}

// openMarks reads what earlier tries of the job have committed, and sets the pace.
func (p *loading) openMarks(ctx context.Context, c *pgx.Conn) (err error) {
	if p.job == "" {
		return nil
	}
	writers := max(p.layout.Plan.Writers, nearWriters, farWriters)
	if writers > mostWriters || p.db.fits(p.layout) == 1 {
		writers = p.db.fits(p.layout)
	}
	var hasMade bool
	p.marks, hasMade, err = p.db.openMarks(ctx, c, p.job, p.marksTable(), writers)
	p.created = hasMade || p.layout.Plan.Create && len(p.marks) > 0
	return err
}

// marksTable returns where the marks of the load are kept.
func (p *loading) marksTable() load.TableName {
	if p.table != nil {
		return p.table.marks
	}
	return marksOf(p.schema, false)
}

// prepareNew makes the table of the load.
func (d *DB) prepareNew(ctx context.Context, c *pgx.Conn, p *loading) (err error) {
	name := load.TableName{Schema: p.schema, Name: p.layout.Plan.Table}
	if err := p.openMarks(ctx, c); err != nil {
		return err
	}
	p.created = p.created || p.job == "" && d.unfinished == name
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if !p.created {
		if err := d.free(ctx, c, name); err != nil {
			return err
		}
		statement := createTable(name, p.layout)
		// What the table will be like is known once it is there.
		one := d.fits(p.layout) == 1
		if p.first, err = d.connect(ctx, p.session); err != nil {
			return err
		}
		sql := begin + settings
		if p.job != "" {
			sql += holdMark(p.job, p.marksTable(), 0)
		}
		if _, err := p.first.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return err
		}
		if _, err := p.first.Exec(ctx, statement); err != nil {
			return unmakable(name, err)
		}
		if p.table, err = d.table(ctx, p.first, name); err != nil {
			return err
		}
		if p.writes, err = writingFor(p.table, p.layout, d); err != nil {
			return problem(err)
		}
		if err := p.keep(ctx, p.first); err != nil {
			return err
		}
		p.setPace()
		if one || p.pace.Writers == 1 {
			p.pace.Writers, p.pace.ShareBy = 1, nil
			return nil
		}
		sql = "COMMIT"
		if p.job != "" {
			sql = mark(p.job, p.marksTable(), jobRow, made) + "; COMMIT"
		}
		if _, err := p.first.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return err
		}
		p.created = true
		hangUp(p.first.PgConn())
		p.first = nil
		return nil
	}
	if p.table, err = d.table(ctx, c, name); err != nil {
		return err
	}
	if p.writes, err = writingFor(p.table, p.layout, d); err != nil {
		return problem(err)
	}
	if err := p.keep(ctx, c); err != nil {
		return err
	}
	p.setPace()
	return nil
}

// fits returns the most writers that a plan can have, whatever its table is like.
func (d *DB) fits(l load.Layout) int {
	if l.Plan.Atomic || l.Plan.Writers == 1 {
		return 1
	}
	return mostWriters
}

// setPace says how the load wants to be written to.
func (p *loading) setPace() {
	p.pace = load.Pace{Batch: nearBatch, Writers: 1, AfterCancel: afterCancel}
	if len(p.marks) > 0 { // the shares stay what they were
		p.pace.Writers = max(1, p.marks[0].Writers)
		p.pace.ShareBy, _ = p.writes.share()
		return
	}
	if p.db.trip > far {
		p.pace.Batch = farBatch
	}
	by, can := p.writes.share()
	most := p.db.fits(p.layout)
	if !can || most == 1 {
		return
	}
	p.pace.Writers = p.layout.Plan.Writers
	if p.pace.Writers == 0 {
		p.pace.Writers = nearWriters
		switch {
		case p.table.triggers: // which may make writers wait for each other
			p.pace.Writers = 1
		case p.db.trip > far:
			p.pace.Writers = farWriters
		}
	}
	if p.pace.Writers = min(p.pace.Writers, most); p.pace.Writers > 1 {
		p.pace.ShareBy = by
	}
}

// Marks returns what earlier tries of the job committed.
func (p *loading) Marks() (marks []load.Mark, kept bool) { return slices.Clone(p.marks), p.job != "" }

// Pace says how the table wants to be written to.
func (p *loading) Pace() load.Pace { return p.pace }

// Writer opens a writer, on a connection of its own.
func (p *loading) Writer(ctx context.Context, i int) (load.Writer, error) {
	w := &writer{loading: p, index: i}
	if i == 0 && p.first != nil { // which other writers do not look at
		w.conn, p.first = p.first.PgConn(), nil
		w.set, w.began, w.ahead = true, true, savepoint
	} else {
		c, err := p.db.connect(ctx, p.session)
		if err != nil {
			return nil, err
		}
		w.conn = c.PgConn()
	}
	if !p.writes.changes() {
		w.prepareFilters()
	}
	return w, nil
}

// Close ends the load. A table that it made, and in which nothing was committed, is
// removed.
func (p *loading) Close() error {
	if p.closed {
		return nil
	}
	p.closed = true
	p.db.loading = nil
	if p.first != nil {
		hangUp(p.first.PgConn())
	}
	p.db.unfinished = load.TableName{}
	if p.commits.Load() > 0 || len(p.marks) > 0 || p.silent.Load() || p.db.conn == nil || p.db.conn.IsClosed() {
		if p.layout.Plan.Create && p.lost.Load() && (p.created || p.commits.Load() > 0) {
			p.db.unfinished = p.table.name // it must not be made again
		}
		return nil // where the connection is lost, it is left to the next try
	}
	if !p.db.answers() {
		return nil // the server undoes it, or the next try
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return p.db.do(ctx, "undo what was not committed", func(c *pgx.Conn) error {
		if p.lost.Load() {
			if err := p.db.endOthers(ctx, c, p.session); err != nil {
				return err
			}
		}
		if p.created && p.table != nil {
			if err := dropEmpty(ctx, c, p.table.name); err != nil {
				return err
			}
		}
		if p.job == "" {
			return nil
		}
		if k := p.db.entriesOf(p.job, p.schema); p.layout.Plan.Undo {
			if has, err := k.there(ctx, c, p.job); err != nil {
				return err
			} else if has {
				if err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return k.remove(ctx, tx, p.job) }); err != nil {
					return err
				}
			}
		}
		return forget(ctx, c, p.job, p.marksTable())
	})
}

// dropEmpty removes a table unless it has rows, which another program put there.
func dropEmpty(ctx context.Context, c *pgx.Conn, name load.TableName) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE "+quoteTable(name)+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		var has bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+quoteTable(name)+")").Scan(&has); err != nil || has {
			return err
		}
		_, err := tx.Exec(ctx, "DROP TABLE "+quoteTable(name))
		return err
	})
}

// do runs something on the connection for all but the rows, and explains its error.
func (d *DB) do(ctx context.Context, doing string, run func(*pgx.Conn) error) error {
	c, err := d.connection(ctx)
	if err != nil {
		return err
	}
	defer d.calls.begin()()
	return d.explain(ctx, doing, run(c))
}

// answers reports whether the server answers soon. If not, the connection is closed.
func (d *DB) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	return d.conn.Ping(ctx) == nil
}

// problem turns an error into a problem of the plan, unless it is one.
func problem(err error) error {
	var p load.Problem
	if errors.As(err, &p) || errors.Is(err, load.ErrNoTable) {
		return err
	}
	return load.Problem{Note: message.Of(err)}
}

func unmakable(name load.TableName, err error) error {
	return load.Problem{Note: message.New("table_unmakable", "other_names", "table", name.Name, "cause", err)}
}
