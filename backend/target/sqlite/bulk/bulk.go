// Package bulk inserts whole batches into a table of an SQLite database: a batch
// crosses from Go to C once, and C inserts its rows.
package bulk

/*
#include <stdlib.h>
#include "bulk.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"linefeed/backend/load"
)

// A Loader is the bulk path of one connection of the driver mattn/go-sqlite3.
// It is used by one goroutine at a time.
//
// It has two paths. Where the table allows it, a batch is one INSERT OR FAIL …
// SELECT from a virtual table over the batch's cells, resumed after each refused
// row. That is the fastest SQLite can do: cursors stay open, and a row that
// follows the last one in key order is appended. Everywhere else rows are written
// one at a time. Both paths know exactly which rows were refused.
//
// The C code reads the batch in place and keeps no pointer into it after a call.
type Loader struct {
	c        *C.lf_loader
	refusals []C.lf_refusal
	waiting  *atomic.Bool // set while the lock of another program is waited for
	handle   cgo.Handle   // of waiting
}

// Batch is the name of the virtual table that Statements.Many selects from. No
// user's table can have that name.
const Batch = C.LF_BATCH

// Statements are the statements of one load. In each that writes or finds a row,
// parameter i is the row's value in column i, counted from 1.
type Statements struct {
	Columns int
	One     string // inserts the row, perhaps with an ON CONFLICT clause
	// Many inserts OR FAIL all rows of the virtual table [Batch], whose columns
	// are c0, c1 and so on; "" where the table does not allow it.
	Many  string
	Rowid string // finds a row by its rowid; set with Many
	// Decimals says for each column whether its texts are decimals,
	// -?digits[.digits], that its affinity turns into numbers; nil for none.
	Decimals []bool

	// Find selects something if the row's key is in the table; "" where no rule
	// needs it. It runs before One if First is set, and otherwise after One was
	// refused. Change then updates the existing row; "" leaves it as it is.
	Find, Change string
	First        bool

	// Before runs before each row, if it is not "", and Orphan after the row is
	// stored: if it selects something, the row is refused for a foreign key. Orphan
	// needs Guard, and neither goes with Many.
	Before, Orphan string

	// Noted runs, at the end of a call of Write, for each run of rows that the call may
	// have inserted: its parameters are their first and last rowid. Rows that were
	// undone again are not in the table. "" if nobody needs to know.
	Noted string

	Guard bool // a refused row may leave something behind
	Skip  bool // One skips rows whose key exists
}

// An Error is an error of SQLite's.
type Error struct {
	Code    int // the extended result code
	Message string
}

func (e *Error) Error() string { return e.Message }

// headerVersion is the version of SQLite that the C code was compiled for.
const headerVersion = C.SQLITE_VERSION_NUMBER

// maxRefusals is how many refused rows one call into C reports.
const maxRefusals = 1024

// Install gives connections opened from now on the SQL function
// linefeed_connection, which returns the connection's address; see [Open].
var Install = sync.OnceValue(func() error {
	if rc := C.lf_install(); rc != C.SQLITE_OK {
		return fmt.Errorf("register the bulk path with SQLite: code %d", int(rc))
	}
	return nil
})

// Open returns the loader of the connection at address, which the SQL function
// linefeed_connection returned. From then on the connection waits up to wait for
// the locks of other programs; waiting is set while it does.
func Open(address int64, wait time.Duration, waiting *atomic.Bool) (*Loader, error) {
	handle := cgo.NewHandle(waiting)
	c := C.lf_open(C.uintptr_t(address), C.int(wait.Milliseconds()), C.uintptr_t(handle))
	if c == nil {
		handle.Delete()
		return nil, errors.New("open the bulk path: out of memory")
	}
	return &Loader{c: c, refusals: make([]C.lf_refusal, maxRefusals), waiting: waiting, handle: handle}, nil
}

// linefeedWaiting is called from C while it waits for a lock.
//
//export linefeedWaiting
func linefeedWaiting(handle C.uintptr_t) {
	cgo.Handle(handle).Value().(*atomic.Bool).Store(true)
}

// IsKeyword reports whether word is a keyword of SQLite's grammar.
func IsKeyword(word string) bool {
	text := C.CString(word)
	defer C.free(unsafe.Pointer(text))
	return C.sqlite3_keyword_check(text, C.int(len(word))) != 0
}

// Free releases the loader. The connection must be closed by then.
func (l *Loader) Free() {
	C.lf_free(l.c)
	l.handle.Delete()
}

// ReadOnly reports whether the database can't be written.
func (l *Loader) ReadOnly() bool { return C.lf_readonly(l.c) != 0 }

// InTransaction reports whether a transaction is open.
func (l *Loader) InTransaction() bool { return C.lf_autocommit(l.c) == 0 }

// Moved reports whether the file was removed, or another put in its place.
func (l *Loader) Moved() bool { return C.lf_moved(l.c) != 0 }

// Watch interrupts the loader once ctx is done: running statements as well as
// waiting for locks. The returned function ends the watch, after which the loader
// can be used again.
func (l *Loader) Watch(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		C.lf_cancel(l.c)
		close(done)
	})
	return func() {
		if !unwatch() {
			<-done
		}
		C.lf_resume(l.c)
		l.waiting.Store(false)
	}
}

// Prepare prepares the statements of a load.
func (l *Loader) Prepare(s Statements) error {
	var all []*C.char
	defer func() {
		for _, text := range all {
			C.free(unsafe.Pointer(text))
		}
	}()
	text := func(sql string) *C.char {
		if sql == "" {
			return nil
		}
		all = append(all, C.CString(sql))
		return all[len(all)-1]
	}
	decimals := make([]C.uchar, max(1, s.Columns))
	for i, is := range s.Decimals {
		if is {
			decimals[i] = 1
		}
	}
	c := &C.lf_statements{
		cols: C.int(s.Columns),
		many: text(s.Many), rowid: text(s.Rowid), one: text(s.One), find: text(s.Find), change: text(s.Change),
		before: text(s.Before), orphan: text(s.Orphan), noted: text(s.Noted),
		guard: flag(s.Guard), skip: flag(s.Skip), first: flag(s.First),
	}
	rc := C.lf_prepare(l.c, c, unsafe.SliceData(decimals))
	return l.error(rc)
}

// Finalize releases the statements.
func (l *Loader) Finalize() { C.lf_finalize(l.c) }

// Write inserts rows [first, end) of b, adds to the counts in res, and calls
// refused for each row that the database refused, with SQLite's extended result
// code, or 0 where a trigger silently ignored the row. message is valid only
// during the call.
func (l *Loader) Write(b *load.Batch, first, end int, res *load.Result, refused func(row, code int, message []byte)) error {
	cells := (*C.lf_cell)(unsafe.Pointer(unsafe.SliceData(b.Cells)))
	arena := (*C.uchar)(unsafe.SliceData(b.Arena))
	for first < end {
		var out C.lf_outcome
		rc := C.lf_write(l.c, cells, arena, C.int32_t(first), C.int32_t(end),
			&l.refusals[0], C.int32_t(len(l.refusals)), &out)
		if err := l.error(rc); err != nil {
			return err
		}
		first = int(out.next)
		res.Inserted += int64(out.inserted)
		res.Updated += int64(out.updated)
		res.Skipped += int64(out.skipped)
		if out.refused == 0 {
			continue
		}
		messages := unsafe.Pointer(C.lf_messages(l.c))
		for _, r := range l.refusals[:out.refused] {
			var message []byte
			if r.len > 0 {
				message = unsafe.Slice((*byte)(unsafe.Add(messages, r.message)), r.len)
			}
			refused(int(r.row), int(r.code), message)
		}
	}
	return nil
}

// error returns the error for a result code of the bulk path, nil for success.
func (l *Loader) error(rc C.int) error {
	if rc == C.SQLITE_OK {
		return nil
	}
	return &Error{Code: int(rc), Message: C.GoString(C.lf_error(l.c))}
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
