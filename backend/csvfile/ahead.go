package csvfile

import (
	"io"
	"sync"

	"linefeed/backend/message"
)

// An ahead reader reads in a goroutine of its own, so that reading or unpacking
// overlaps with parsing. The goroutine starts on first use.
type ahead struct {
	r        io.Reader
	position func() int64 // bytes read from disk for what r returned so far; may be nil

	full  chan part
	empty chan []byte
	done  chan struct{}
	begin sync.Once
	end   sync.Once
	late  *handle // when its context is done, nobody waits for r any longer; may be nil

	now      part
	consumed int64 // the position after what was handed out
}

// A part is the result of filling one buffer.
type part struct {
	buf      []byte
	from, to int // buf[from:to] is not handed out yet
	err      error
	consumed int64
}

const (
	aheadParts = 3
	// aheadRoom is the space kept before what is read, for a record that began
	// in the part before.
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

// readAhead reads the input through a from now on.
func (in *input) readAhead(a *ahead) {
	in.Reader, in.ahead = a, a
	closeFile := in.close
	if a.late = in.handle; a.late != nil {
		a.late.direct = true // a has its own goroutine and memory
	}
	in.close = func() error {
		err := closeFile() // which ends a read under way
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

// read reads once. It turns a panic, as of a decompressor, into an error: nobody
// else guards this goroutine.
func (a *ahead) read(b []byte) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = message.Panic(p)
		}
	}()
	return a.r.Read(b)
}

// stop ends the goroutine and waits for it, unless it is stuck in a system call:
// then it ends by itself once that returns.
func (a *ahead) stop() {
	a.begin.Do(func() { close(a.full) }) // it never started
	a.end.Do(func() { close(a.done) })
	if a.late != nil && a.late.leftBehind() {
		return
	}
	for range a.full {
	}
}

// leave ends the goroutine so that others can read r. It waits for the read under
// way, but no longer than the context of late lasts.
func (a *ahead) leave() error {
	a.begin.Do(func() { close(a.full) }) // it never started
	a.end.Do(func() { close(a.done) })
	for {
		if _, ok, err := a.receive(); err != nil || !ok {
			return err
		}
	}
}

// next advances now to the next part that is not empty.
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

// discard reads n bytes and drops them.
func (a *ahead) discard(n int64) error {
	for n > 0 {
		if err := a.next(); err != nil {
			return err
		}
		dropped := min(n, int64(a.now.to-a.now.from))
		a.now.from += int(dropped)
		n -= dropped
	}
	return nil
}

// take returns text followed by what comes next, in a buffer on loan. text has
// aheadRoom bytes at most and is part of old, the buffer lent before, or nil.
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

// giveBack returns a buffer on loan.
func (a *ahead) giveBack(lent []byte) { a.empty <- lent } // has room for all buffers
