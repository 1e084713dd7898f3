package csvfile

import (
	"fmt"
	"io"
	"runtime/debug"
	"sync"
)

// An ahead reader reads in a goroutine of its own, so that reading, or
// unpacking, and parsing overlap. The goroutine begins with the first use.
type ahead struct {
	r        io.Reader
	position func() int64 // the bytes on disk that were read for what r gave; may be nil

	full  chan part
	empty chan []byte
	done  chan struct{}
	begin sync.Once
	end   sync.Once
	late  *handle // whose context, when it is done, ends waiting for r; may be nil

	now      part
	consumed int64 // the position behind what was given out
}

// A part is what was read at a time.
type part struct {
	buf      []byte
	from, to int // buf[from:to] is still to be given out
	err      error
	consumed int64
}

const (
	aheadParts = 3
	// aheadRoom is how much there is in front of what is read, for a record
	// that began before.
	aheadRoom = 32 << 10
)

// newAhead returns a reader ahead of r. stop must be called.
func newAhead(r io.Reader, position func() int64) *ahead {
	a := &ahead{
		r: r, position: position,
		full: make(chan part, aheadParts), empty: make(chan []byte, aheadParts), done: make(chan struct{}),
	}
	for range aheadParts {
		a.empty <- nil
	}
	return a
}

// readAhead makes a what is read of the input from now on.
func (in *input) readAhead(a *ahead) {
	in.Reader, in.ahead = a, a
	closeFile := in.close
	if a.late = in.handle; a.late != nil {
		a.late.direct = true // a has a goroutine of its own, and the memory
	}
	in.close = func() error {
		err := closeFile() // which ends a read that is going on
		a.stop()
		return err
	}
}

// run reads until the end, or until stop is called.
func (a *ahead) run() {
	defer close(a.full)
	for {
		var buf []byte
		select {
		case buf = <-a.empty:
		case <-a.done:
			return
		}
		if buf == nil {
			buf = make([]byte, aheadRoom+chunk)
		}
		p := part{buf: buf, from: aheadRoom, to: aheadRoom}
		for p.to < len(buf) && p.err == nil {
			var n int
			n, p.err = a.read(buf[p.to:])
			p.to += n
		}
		if a.position != nil {
			p.consumed = a.position()
		}
		select {
		case a.full <- p:
		case <-a.done:
			return
		}
		if p.err != nil {
			return
		}
	}
}

// read reads once. A panic, as of a package that unpacks, is an error: the
// goroutine is nobody else's to guard.
func (a *ahead) read(b []byte) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the program has a mistake, please report it: %v\n%s", p, debug.Stack())
		}
	}()
	return a.r.Read(b)
}

// stop ends the goroutine and waits for it, unless it waits for an answer that
// the system does not give: then it ends by itself when that comes.
func (a *ahead) stop() {
	a.begin.Do(func() { close(a.full) }) // it never began
	a.end.Do(func() { close(a.done) })
	if a.late != nil && a.late.leftBehind() {
		return
	}
	for range a.full {
	}
}

// leave ends the goroutine before r is read by others. It waits for the read
// that is under way, but not longer than the context of late lasts.
func (a *ahead) leave() error {
	a.begin.Do(func() { close(a.full) }) // it never began
	a.end.Do(func() { close(a.done) })
	for {
		if _, ok, err := a.receive(); err != nil || !ok {
			return err
		}
	}
}

// next makes now the next part that is not empty.
func (a *ahead) next() error {
	a.begin.Do(func() { go a.run() })
	for a.now.from == a.now.to {
		if a.now.err != nil {
			return a.now.err
		}
		if a.now.buf != nil {
			a.empty <- a.now.buf
			a.now.buf = nil
		}
		next, ok, err := a.receive()
		if err != nil {
			return err
		}
		if !ok {
			return io.ErrClosedPipe
		}
		a.now, a.consumed = next, next.consumed
	}
	return nil
}

// receive waits for the next part.
func (a *ahead) receive() (next part, ok bool, err error) {
	if a.late == nil {
		next, ok = <-a.full
		return next, ok, nil
	}
	select {
	case next, ok = <-a.full:
		return next, ok, nil
	case <-a.late.ctx.Done():
		return part{}, false, a.late.over("read", nil)
	}
}

// Read implements [io.Reader].
func (a *ahead) Read(b []byte) (int, error) {
	if err := a.next(); err != nil {
		return 0, err
	}
	n := copy(b, a.now.buf[a.now.from:a.now.to])
	a.now.from += n
	return n, nil
}

// take returns text and what is next behind it, in memory that it lends. text
// has aheadRoom bytes at most, and is part of old, which was lent the last
// time, or nil.
func (a *ahead) take(text, old []byte) (longer, lent []byte, err error) {
	if err := a.next(); err != nil {
		return text, old, err
	}
	p := &a.now
	at := p.from - len(text)
	copy(p.buf[at:], text)
	longer, lent = p.buf[at:p.to:p.to], p.buf
	p.from, p.buf = p.to, nil
	if old != nil {
		a.giveBack(old)
	}
	return longer, lent, nil
}

// giveBack takes back what was lent.
func (a *ahead) giveBack(lent []byte) { a.empty <- lent } // which has room for all that there are
