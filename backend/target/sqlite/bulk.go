package sqlite

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

// A loader is the bulk path of one connection: whole batches cross into C,
// where write.c inserts their rows.
//
// It has two ways. Where it can, a batch is one INSERT OR FAIL … SELECT from
// a virtual table over the batch's cells, continued behind each row that is
// refused: the fastest that SQLite has, because cursors stay open and a row
// that follows the last one in key order is appended. Everywhere else it runs
// one statement a row. Both know exactly which rows were refused.
//
// The C code reads the batch in place and keeps no address of it after a call.
type loader struct {
	c        *C.lf_loader
	refusals []C.lf_refusal
	waiting  *atomic.Bool // set while the lock of another program is waited for
	handle   cgo.Handle   // of waiting
}

// headerVersion is the version of SQLite that the C code was compiled for.
const headerVersion = C.SQLITE_VERSION_NUMBER

// lockWait is how long the lock of another program is waited for.
var lockWait = 10 * time.Second

// maxRefusals is how many refused rows one call into C reports.
const maxRefusals = 1024

// install makes connections tell their address; see openLoader.
var install = sync.OnceValue(func() error {
	if rc := C.lf_install(); rc != C.SQLITE_OK {
		return fmt.Errorf("register the bulk path with SQLite: code %d", int(rc))
	}
	return nil
})

// openLoader returns the loader of the connection with that address, which
// the SQL function linefeed_connection tells. It sets waiting while it waits
// for the lock of another program.
func openLoader(address int64, waiting *atomic.Bool) (*loader, error) {
	handle := cgo.NewHandle(waiting)
	c := C.lf_open(C.uintptr_t(address), C.int(lockWait.Milliseconds()), C.uintptr_t(handle))
	if c == nil {
		handle.Delete()
		return nil, errors.New("open the bulk path: out of memory")
	}
	return &loader{c: c, refusals: make([]C.lf_refusal, maxRefusals), waiting: waiting, handle: handle}, nil
}

// linefeedWaiting is called by C while it waits for a lock.
//
//export linefeedWaiting
func linefeedWaiting(handle C.uintptr_t) {
	cgo.Handle(handle).Value().(*atomic.Bool).Store(true)
}

// free releases the loader. The connection must be closed by then.
func (l *loader) free() {
	C.lf_free(l.c)
	l.handle.Delete()
}

// readOnly reports whether the database can't be written.
func (l *loader) readOnly() bool { return C.lf_readonly(l.c) != 0 }

// inTransaction reports whether a transaction is open.
func (l *loader) inTransaction() bool { return C.lf_autocommit(l.c) == 0 }

// moved reports whether the file was removed, or another put in its place.
func (l *loader) moved() bool { return C.lf_moved(l.c) != 0 }

// watch cancels what the loader does once ctx is done: running statements,
// and waiting for locks. The func that it returns ends the watch, after which
// the loader can be used again.
func (l *loader) watch(ctx context.Context) (stop func()) {
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

// prepare readies the statements of a load.
func (l *loader) prepare(s statements) error {
	one := C.CString(s.one)
	defer C.free(unsafe.Pointer(one))
	var many, rowid *C.char
	if s.many != "" {
		many, rowid = C.CString(s.many), C.CString(s.rowid)
		defer C.free(unsafe.Pointer(many))
		defer C.free(unsafe.Pointer(rowid))
	}
	rc := C.lf_prepare(l.c, C.int(s.columns), many, one, rowid, flag(s.guard), flag(s.skip))
	return l.error(rc)
}

func (l *loader) finalize() { C.lf_finalize(l.c) }

// write inserts rows [first, end) of b, adds to the counts of res, and calls
// refused for each row that the database did not take, with SQLite's extended
// result code, which is 0 where a trigger left the row out in silence. message
// is valid during the call.
func (l *loader) write(b *load.Batch, first, end int, res *load.Result, refused func(row, code int, message []byte)) error {
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

// error returns what a result code of the bulk path means, nil for success.
func (l *loader) error(rc C.int) error {
	if rc == C.SQLITE_OK {
		return nil
	}
	return &fault{code: int(rc), message: C.GoString(C.lf_error(l.c))}
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
