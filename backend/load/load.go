// Package load moves records from a [Source] into a [Target] and accounts for
// every one of them.
//
// It is the middle of the program and knows neither CSV nor any database: it
// imports only package message, the standard library, and Unicode's normal forms.
// A source yields blocks of records, a converter makes rows of them, and load
// writes these, sets aside each record that could not be loaded, and reports what
// it did through the func fields of [Options].
//
// The promise that everything here serves: read = inserted + updated + skipped
// + rejected, and one bad row never costs its neighbours.
package load

import (
	"context"
	"errors"
	"time"

	"linefeed/backend/message"
)

// A Source yields the records of one file in file order.
type Source interface {
	// Fields returns the names of the fields, from the header or made up
	// ("field_1", …) when the file has none. The caller must not change it.
	Fields() []string

	// Size returns how many bytes there are to consume on disk, or -1 when
	// that is not known (a pipe).
	Size() int64

	// Fill appends the next records to b, in their order, until b is full. It
	// returns io.EOF when the last record is in b, and any other error when
	// the source breaks off after those in b.
	Fill(b *Block) error
}

// A Converter turns the records of one source into rows for one table. It is
// used by one goroutine.
type Converter interface {
	// Convert gives each of b.Rows its cells, of which b has none yet: Cols of
	// them. A record with a value that does not fit its column it takes out of
	// Rows and rejects by b.Reject; where the column's type was guessed, the
	// first such value is b.Unfit.
	Convert(b *Block)
}

// A Target is an open database. Its methods may be called from one goroutine
// at a time.
type Target interface {
	// Columns returns the columns of a table in their order, or an error that
	// wraps [ErrNoTable].
	Columns(ctx context.Context, t TableName) ([]Column, error)

	// Prepare readies one load into one table. Where the layout says Create, the
	// table is made as part of it, and is not left behind, empty, by a load of
	// which nothing was committed.
	//
	// job names the load to those that go on with it: after an error that wraps
	// [ErrLost], the load is prepared again, also by another process, and its
	// marks say how far it came. Without a name no marks are kept, nor where the plan
	// keeps them elsewhere or the database has no place for them; then a load that has
	// committed is prepared again without Create.
	Prepare(ctx context.Context, job string, l Layout) (Load, error)

	Close() error
}

// A Prober is a Target that can be asked what it would do with records.
type Prober interface {
	// Probe returns a load of one writer that writes nothing of the user's: what its
	// Write returns is what would become of the rows, with those before them in the
	// table, and Commit does nothing. The warnings say what only an import can tell;
	// where that is all the load is nil.
	Probe(ctx context.Context, l Layout) (Load, []Warning, error)
}

// A Load is one load into one table. Its methods may be called from one goroutine
// at a time, but for Writer, which is called for all writers at once.
type Load interface {
	// Marks returns the marks that earlier tries of the same job have committed, at
	// most one for each writer. kept is false where none can be kept, whatever the
	// job: what earlier tries have committed, the table does not tell then.
	Marks() (marks []Mark, kept bool)

	// Pace says how the table wants to be written to.
	Pace() Pace

	// Writer opens the writer with that index, below Pace().Writers.
	Writer(ctx context.Context, i int) (Writer, error)

	// Close ends the load, when its writers are closed.
	Close() error
}

// A Pace says how a table wants to be written to. The zero value is one writer,
// and as it is best for a file on the same machine.
type Pace struct {
	Batch  int   // bytes of text in a batch; 0 is 256 KiB
	Commit int64 // the most bytes between two commits; 0 leaves it to the time that has passed

	// Writers is the number of writers, each with a connection of its own: what the
	// plan asks for where it can be had, else what is fastest. 0 is 1.
	Writers int
	// ShareBy are the columns, as indexes into Layout.Columns, by which records are
	// shared out: those of equal cells go to the same writer, in their order. With
	// none, records are shared out by their numbers.
	ShareBy []int

	// AfterCancel is how long the commit that keeps what was written may take
	// after a cancel; 0 is 10 seconds.
	AfterCancel time.Duration
}

// A Writer writes a share of the records of a load. It is used by one goroutine,
// beside that of other writers.
type Writer interface {
	// Write stores every row of b, or names the rows that the database refused and
	// stores the others. It doesn't keep b. After an error the writer is only good
	// for Close. When ctx is done it returns soon, with ctx's error.
	Write(ctx context.Context, b *Batch) (Result, error)

	// Commit makes all rows since the last Commit durable, and m with them, in one
	// transaction.
	Commit(ctx context.Context, m Mark) error

	// Close undoes what was not committed and frees the writer. It leaves
	// the database's settings as Prepare found them.
	Close() error
}

// A Result says what became of the rows of a batch. The counts and the
// refusals add up to the batch's rows.
type Result struct {
	Inserted, Updated, Skipped int64
	// Refused names the rows that were not stored, in rising order of Row.
	Refused []Refusal
}

// A Refusal is one row that the database did not take.
type Refusal struct {
	Row          int  // index into Batch.Rows
	Column       int  // index into Layout.Columns, or -1 where no single column is to blame
	Code         Code // why, as a code
	message.Note      // why, for people, and what to do about it
}

// ErrNoTable is wrapped by the error of Target.Columns when there is no such
// table.
var ErrNoTable = errors.New("no such table")

// ErrLost is wrapped by an error after which all that a writer wrote since its
// last commit is undone, or its fate not known, but the load can go on: the
// connection was cut, the server ended, it undid the transaction for the sake of
// another one, or the answer to a commit did not come. Whoever runs the load
// prepares it again, asks for its marks, and goes on from there.
var ErrLost = errors.New("the connection was lost")

// Lost returns err as one that wraps [ErrLost], with the same text.
func Lost(err error) error {
	if err == nil || errors.Is(err, ErrLost) {
		return err
	}
	return &lostError{err}
}

type lostError struct{ error }

func (e *lostError) Unwrap() []error { return []error{e.error, ErrLost} }
