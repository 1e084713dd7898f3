// Package targettest is the conformance suite that every target must pass, on a
// real database, and that of faults, which every server must pass.
package targettest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
)

// A Database is an empty database to test a target with.
type Database interface {
	// Open opens the target. The suite closes it.
	Open(ctx context.Context) (target.Target, error)

	// Exec and Query use a connection of their own, not the target. Query returns
	// values as text, and NULL as "NULL".
	Exec(t *testing.T, sql string)
	Query(t *testing.T, sql string) [][]string

	Dialect() Dialect
}

// A Dialect says how a database differs from others in what the suite asks of it.
type Dialect struct {
	// Counted defines an integer column as the primary key whose values the
	// database counts.
	Counted string
	NoNUL   bool // its texts hold no NUL

	// Deferred is what makes a foreign key wait for the end of a transaction; "" if
	// nothing does.
	Deferred string

	HidesMarks bool // the table of marks is not listed among others

	OwnTables string // a query for the names of the tables that are the program's own
}

// Run runs the suite. fresh creates an empty database, and removes it at the end of
// the test.
func Run(t *testing.T, fresh func(t *testing.T) Database) {
	undoes := open(t, fresh(t)).Place().Undo
	for _, c := range []struct {
		name string
		run  func(t *testing.T, db Database)
	}{
		{"create", testCreate},
		{"create twice", testCreateTwice},
		{"create and give up", testCreateAndGiveUp},
		{"describe what was created", testDescribe},
		{"append", testAppend},
		{"no such table", testNoTable},
		{"list of tables", testTables},
		{"every kind of value", testValues},
		{"commit and give up", testCommitAndGiveUp},
		{"refusals", testRefusals},
		{"every row refused", testAllRefused},
		{"many refusals", testManyRefusals},
		{"foreign keys", testForeignKeys},
		{"foreign key to its own table", testOwnForeignKey},
		{"conflict: skip", testSkip},
		{"conflict: update", testUpdate},
		{"conflict: update by another key", testUpdateByKey},
		{"conflict: replace", testReplace},
		{"conflict within the batch", testConflictWithinBatch},
		{"conflict: skip what could not be inserted", testSkipBroken},
		{"conflict: update some columns only", testUpdateSome},
		{"conflict: update what could not be inserted", testUpdateUnmappedCheck},
		{"conflict on another key", testConflictOnAnotherKey},
		{"conflict without a key", testConflictWithoutKey},
		{"conflict on either of two keys", testTwoKeys},
		{"columns that are not there", testUnknownColumn},
		{"cancelled before", testCancelledBefore},
		{"cancelled within", testCancelledWithin},
		{"names that need quotes", testNames},
		{"names that mean something else", testNamesWithMeaning},
		{"types and checks that are more than that", testNothingElseIsMade},
		{"rows are counted", testRowsAreCounted},
		{"refusals in each position", testPositions},
		{"deferred foreign keys", testDeferred},
		{"all or nothing", testAtomic},
		{"changed by another program", testChangedMeanwhile},
		{"first rows", testHead},
		{"marks", testMarks},
		{"marks elsewhere", testMarksElsewhere},
		{"marks of a new table", testMarksOfNewTable},
		{"a new table is removed", testUnmake},
		{"several writers", testWriters},
		{"one writer", testOneWriter},
		{"random rows against a model", testModel},
		{"check: what an import would do", testProbe},
		{"check: rows that refer to each other, and numbers that are counted", testProbeOwn},
		{"check: a table that is to be made", testProbeNew},
		{"undo: what was inserted", testUndoInserted},
		{"undo: what was changed", testUndoChanged},
		{"undo: what the database refuses", testUndoRefused},
		{"undo: rows that refer to each other", testUndoOwnReferences},
		{"undo: rows that others follow", testUndoFollowed},
		{"undo: a table that was made", testUndoMade},
		{"undo: what is kept", testUndoKept},
		{"undo: broken off", testUndoCancelled},
		{"undo: random rows against a model", testUndoModel},
	} {
		if strings.HasPrefix(c.name, "undo:") && !undoes {
			continue
		}
		t.Run(c.name, func(t *testing.T) { c.run(t, fresh(t)) })
	}
}

// A session is an open target in a test.
type session struct {
	t  *testing.T
	db Database
	target.Target
}

func open(t *testing.T, db Database) *session {
	t.Helper()
	tg, err := db.Open(t.Context())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := tg.Close(); err != nil {
			t.Errorf("close target: %v", err)
		}
	})
	return &session{t: t, db: db, Target: tg}
}

// Begin prepares a load that keeps no marks, and opens its only writer, which closes
// the load with itself.
func Begin(ctx context.Context, t load.Target, l load.Layout) (load.Writer, error) {
	into, err := t.Prepare(ctx, "", l)
	if err != nil {
		return nil, err
	}
	w, err := into.Writer(ctx, 0)
	if err != nil {
		return nil, errors.Join(err, into.Close())
	}
	return &only{w, into}, nil
}

// An only is the only writer of its load.
type only struct {
	load.Writer
	load load.Load
}

func (o *only) Close() error { return errors.Join(o.Writer.Close(), o.load.Close()) }

// begin begins a load into the named columns of an existing table.
func (s *session) begin(p load.Plan, columns ...string) load.Writer {
	s.t.Helper()
	w, err := s.tryBegin(p, columns...)
	if err != nil {
		s.t.Fatalf("begin: %v", err)
	}
	s.t.Cleanup(func() {
		if err := w.Close(); err != nil {
			s.t.Errorf("close writer: %v", err)
		}
	})
	return w
}

func (s *session) tryBegin(p load.Plan, columns ...string) (load.Writer, error) {
	s.t.Helper()
	return Begin(s.t.Context(), s.Target, s.layout(p, columns...))
}

// layout returns the layout of a load into the named columns.
func (s *session) layout(p load.Plan, columns ...string) load.Layout {
	s.t.Helper()
	all := p.Columns
	if !p.Create {
		var err error
		if all, err = s.Columns(s.t.Context(), p.TableName()); err != nil {
			s.t.Fatalf("columns: %v", err)
		}
	}
	l := load.Layout{Plan: p}
	if p.Create {
		l.Make = all
	}
	for i, name := range columns {
		column := load.Column{Name: name}
		for _, c := range all {
			if c.Name == name {
				column = c
			}
		}
		l.Columns = append(l.Columns, column)
		l.Fields = append(l.Fields, name)
		l.Index = append(l.Index, i)
	}
	return l
}

// write writes rows and checks that the result adds up.
func (s *session) write(w load.Writer, rows ...[]any) load.Result {
	s.t.Helper()
	res, err := w.Write(s.t.Context(), Batch(rows...))
	if err != nil {
		s.t.Fatalf("write: %v", err)
	}
	checkBalance(s.t, res, len(rows))
	return res
}

func checkBalance(t *testing.T, res load.Result, rows int) {
	t.Helper()
	if got := res.Inserted + res.Updated + res.Skipped + int64(len(res.Refused)); got != int64(rows) {
		t.Fatalf("%d inserted + %d updated + %d skipped + %d refused = %d, want %d rows",
			res.Inserted, res.Updated, res.Skipped, len(res.Refused), got, rows)
	}
	last := -1
	for _, r := range res.Refused {
		if r.Row <= last || r.Row >= rows {
			t.Fatalf("refusal of row %d after that of row %d, of %d rows", r.Row, last, rows)
		}
		if r.Message == "" {
			t.Fatalf("refusal of row %d has no message", r.Row)
		}
		last = r.Row
	}
}

func (s *session) commit(w load.Writer) {
	s.t.Helper()
	if err := w.Commit(s.t.Context(), load.Mark{}); err != nil {
		s.t.Fatalf("commit: %v", err)
	}
}

// finish commits and closes.
func (s *session) finish(w load.Writer) {
	s.t.Helper()
	s.commit(w)
	if err := w.Close(); err != nil {
		s.t.Fatalf("close writer: %v", err)
	}
}

// want checks the rows of a query: one string per row, values separated by "|".
func (s *session) want(sql string, rows ...string) {
	s.t.Helper()
	wantRows(s.t, s.db, sql, rows...)
}

func wantRows(t *testing.T, db Database, sql string, rows ...string) {
	t.Helper()
	got := db.Query(t, sql)
	if len(got) != len(rows) {
		t.Fatalf("%s: %d rows, want %d: %v", sql, len(got), len(rows), got)
	}
	for i := range rows {
		text := ""
		for k, v := range got[i] {
			if k > 0 {
				text += "|"
			}
			text += v
		}
		if text != rows[i] {
			t.Errorf("%s: row %d is %s, want %s", sql, i, text, rows[i])
		}
	}
}

// wantRefused checks which rows were refused and why, as "row code column".
func wantRefused(t *testing.T, res load.Result, want ...string) {
	t.Helper()
	if len(res.Refused) != len(want) {
		t.Fatalf("%d refused, want %d: %+v", len(res.Refused), len(want), res.Refused)
	}
	for i, r := range res.Refused {
		if got := fmt.Sprintf("%d %s %d", r.Row, r.Code, r.Column); got != want[i] {
			t.Errorf("refusal %d is %s (%s), want %s", i, got, r.Message, want[i])
		}
	}
}

// wantCounts checks the counts of a result.
func wantCounts(t *testing.T, res load.Result, inserted, updated, skipped int64) {
	t.Helper()
	if res.Inserted != inserted || res.Updated != updated || res.Skipped != skipped {
		t.Errorf("inserted %d, updated %d, skipped %d; want %d, %d, %d",
			res.Inserted, res.Updated, res.Skipped, inserted, updated, skipped)
	}
}

// Batch packs rows. A value is nil, an int, a float64, a bool, a string or a
// []byte.
func Batch(rows ...[]any) *load.Batch {
	b := &load.Batch{}
	for i, row := range rows {
		b.Cols = len(row)
		b.Rows = append(b.Rows, load.Row{Number: int64(i + 1), Line: int64(i + 2)})
		for _, v := range row {
			b.Cells = append(b.Cells, cell(b, v))
		}
	}
	return b
}

func cell(b *load.Batch, v any) load.Cell {
	switch v := v.(type) {
	case nil:
		return load.Cell{}
	case int:
		return load.IntCell(int64(v))
	case float64:
		return load.FloatCell(v)
	case bool:
		if v {
			return load.IntCell(1)
		}
		return load.IntCell(0)
	case string:
		start := len(b.Arena)
		b.Arena = append(b.Arena, v...)
		return load.TextCell(start, len(b.Arena))
	case []byte:
		start := len(b.Arena)
		b.Arena = append(b.Arena, v...)
		c := load.TextCell(start, len(b.Arena))
		c.Kind = load.CellBlob
		return c
	}
	panic(fmt.Sprintf("no cell for a %T", v))
}

// row returns the values of a row.
func row(values ...any) []any { return values }
