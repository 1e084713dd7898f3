package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// To a server that is far away, LOAD DATA LOCAL takes two round trips: the server asks
// for the rows before they are sent. So several of them are sent as one list of
// statements. The server asks for the rows of the next one along with its answer to the
// last, and waits for them.

// A stream is such a list while it is carried out.
type stream struct {
	rows   driver.Rows
	cancel context.CancelFunc // ends the connection
	left   int                // parts that are still to come
}

// partResults is how many results a part has.
const partResults = 3

// openStream begins a list of parts, and returns the results of the first.
func (c *conn) openStream(ctx context.Context, sql string, parts int) ([]result, error) {
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	if cause := ctx.Err(); cause != nil {
		return nil, cause
	}
	if c.raw == nil {
		return nil, driver.ErrBadConn
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.stream = &stream{cancel: cancel, left: parts}
	return c.part(ctx, func() (err error) {
		c.stream.rows, err = c.raw.(driver.QueryerContext).QueryContext(life, sql, nil)
		return err
	})
}

// nextPart returns the results of the next part of the list.
func (c *conn) nextPart(ctx context.Context) ([]result, error) {
	return c.part(ctx, func() error { return c.stream.rows.(driver.RowsNextResultSet).NextResultSet() })
}

func (c *conn) part(ctx context.Context, begin func() error) (results []result, err error) {
	c.calls.begin(c)
	defer c.calls.end(c)
	defer context.AfterFunc(ctx, c.stream.cancel)()
	defer func() {
		if err != nil {
			err = c.endStream(ctx, err)
		}
	}()
	if err := begin(); err != nil {
		return nil, err
	}
	c.stream.left--
	rows := c.stream.rows
	for i := range partResults {
		if i > 0 {
			if err := rows.(driver.RowsNextResultSet).NextResultSet(); err != nil {
				return nil, err
			}
		}
		r, err := readRows(rows, len(rows.Columns()))
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// endStream ends the list because of an error, and returns that.
func (c *conn) endStream(ctx context.Context, err error) error {
	s := c.stream
	c.stream = nil
	if s.rows != nil {
		_ = s.rows.Close()
	}
	s.cancel()
	if e := (*mysql.MySQLError)(nil); errors.As(err, &e) {
		return err // the list ends with it
	}
	c.bad = true
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	return err
}

// drain carries out the rest of a list, with no rows.
func (c *conn) drain(ctx context.Context) error {
	s := c.stream
	if s == nil {
		return nil
	}
	c.file = nil
	c.calls.begin(c)
	defer c.calls.end(c)
	defer context.AfterFunc(ctx, s.cancel)()
	for {
		err := s.rows.(driver.RowsNextResultSet).NextResultSet()
		if err != nil && !errors.Is(err, io.EOF) {
			return c.endStream(ctx, err)
		}
		if err != nil {
			break
		}
	}
	c.stream = nil
	err := s.rows.Close()
	s.cancel()
	return err
}

// farParts is how many loads are sent at a time: those that are not needed any more,
// because of a commit or of a row that was refused, take a round trip each.
const farParts = 4

// list returns the list of the next loads.
func (w *writer) list() string {
	var b strings.Builder
	if !w.open {
		b.WriteString("START TRANSACTION; ")
	}
	for i := range farParts {
		b.WriteString("SAVEPOINT " + savepointOf(i+1) + "; " + w.fit.loadStatement(w.reader) + "; " + counts + "; SHOW WARNINGS; " + rowNumbers + "; ")
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func savepointOf(part int) string { return savepoint + "_" + strconv.Itoa(part) }

// loadFar is loadRows for a server that is far away.
func (w *writer) loadFar(ctx context.Context, o *outcome, rows []int) error {
	var all []result
	for try := 1; ; try++ {
		w.conn.file = w.file(o, rows)
		var err error
		if s := w.conn.stream; s == nil || s.left == 0 {
			w.part = 0
			all, err = w.conn.openStream(ctx, w.list(), farParts)
		} else {
			all, err = w.conn.nextPart(ctx)
		}
		w.part++
		if err == nil || number(err) != 0 {
			w.open = true
		}
		if number(err) == errLockWait && try < lockTries && !w.db.server.undoesAll {
			continue
		}
		if e, ok := asSaid(err); ok && (isForbidden(e) || isAboutRow(e)) {
			w.canLoad = w.canLoad && !isForbidden(e)
			return w.insert(ctx, o, rows)
		}
		if err != nil {
			return err
		}
		break
	}
	stored, warnings := readCounts(all[:1])
	w.refusing = 0
	if warnings == 0 && stored == int64(len(rows)) {
		o.Inserted += stored
		w.undone = 0
		return nil
	}
	if told := readWarnings(all[1], all[2], warnings); w.leftOut(o, rows, stored, told, true) {
		return nil
	}
	if err := w.conn.exec(ctx, "ROLLBACK TO SAVEPOINT "+savepointOf(w.part)); err != nil {
		return err
	}
	w.wasUndone()
	return w.insert(ctx, o, rows)
}
