package load

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A rejectLog is the last stage of a load: it reports the rejects of the
// blocks that were written, in the order of the file, and frees the blocks.
type rejectLog struct {
	onReject func([]Reject) error // may be nil
	in       chan *block
	free     chan<- *block
	left     sync.WaitGroup        // the blocks of in that were not reported
	err      atomic.Pointer[error] // the first of onReject: nothing is reported from then on
}

func newRejectLog(onReject func([]Reject) error, free chan<- *block) *rejectLog {
	return &rejectLog{onReject: onReject, in: make(chan *block, blocks), free: free}
}

// take has the rejects of b reported, and b freed. The error is that of an
// earlier block.
func (l *rejectLog) take(b *block) error {
	l.left.Add(1)
	l.in <- b // holds all blocks: never waits
	return l.failed()
}

// wait returns when the rejects of all blocks that were taken are reported.
func (l *rejectLog) wait() error {
	l.left.Wait()
	return l.failed()
}

func (l *rejectLog) failed() error {
	if err := l.err.Load(); err != nil {
		return *err
	}
	return nil
}

// stage reports until in is closed.
func (l *rejectLog) stage() {
	for b := range l.in {
		if l.failed() == nil {
			var m mistake
			var err error
			m.guard(func() { err = l.report(b.rejects) })
			if err = cmp.Or(m.err(), err); err != nil {
				l.err.Store(&err)
			}
		}
		l.free <- b // holds all blocks: never waits
		l.left.Done()
	}
}

func (l *rejectLog) report(rejects []Reject) error {
	if len(rejects) == 0 || l.onReject == nil {
		return nil
	}
	slices.SortFunc(rejects, func(a, b Reject) int { return int(a.Record - b.Record) })
	now := time.Now()
	for i := range rejects {
		rejects[i].Time = now
	}
	if err := l.onReject(rejects); err != nil {
		return fmt.Errorf("keep the rejects: %w", err)
	}
	return nil
}
