package load

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A rejectLog is the last stage of a load: it reports rejects, in the order of
// the file. What comes while it reports is gathered and reported together, so
// that one who is slow to take rejects gets more at a time.
type rejectLog struct {
	onReject func([]Reject) error // may be nil

	mu        sync.Mutex
	moved     sync.Cond // any of what follows has changed
	next      gathered  // to be reported
	reporting bool
	ended     bool  // nothing more will come
	err       error // the first of onReject: nothing is reported from then on
}

func newRejectLog(onReject func([]Reject) error) *rejectLog {
	l := &rejectLog{onReject: onReject}
	l.moved.L = &l.mu
	return l
}

// add has rejects reported, of which it keeps a copy. It waits while there is
// much to report. The error is that of earlier ones.
func (l *rejectLog) add(rejects []Reject) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.err == nil && l.next.full() {
		l.moved.Wait()
	}
	if l.err == nil && l.onReject != nil && len(rejects) > 0 {
		l.next.add(rejects)
		l.moved.Broadcast()
	}
	return l.err
}

// wait returns when all that was added is reported.
func (l *rejectLog) wait() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.err == nil && (l.reporting || len(l.next.rejects) > 0) {
		l.moved.Wait()
	}
	return l.err
}

// end lets stage return when all that was added is reported.
func (l *rejectLog) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.moved.Broadcast()
}

// stage reports until the end.
func (l *rejectLog) stage() {
	var now gathered
	for l.take(&now) {
		var m panicGuard
		var err error
		m.guard(func() { err = l.report(now.rejects) })
		l.done(cmp.Or(m.err(), err))
		now.reset()
	}
}

// take swaps what is to be reported for now, which is empty. It returns false
// when there is nothing more.
func (l *rejectLog) take(now *gathered) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.next.rejects) == 0 && !l.ended && l.err == nil {
		l.moved.Wait()
	}
	if len(l.next.rejects) == 0 || l.err != nil {
		return false
	}
	l.next, *now = *now, l.next
	l.reporting = true
	l.moved.Broadcast()
	return true
}

func (l *rejectLog) done(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reporting, l.err = false, err
	l.moved.Broadcast()
}

func (l *rejectLog) report(rejects []Reject) error {
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

// How many rejects, and bytes of their records, are gathered before one who
// adds more has to wait: those of some blocks of a file of which a part is
// bad, and of one block of a file that is bad all over.
const (
	gatherRejects = 1024
	gatherBytes   = 256 << 10
)

// gathered is rejects with their bytes.
type gathered struct {
	rejects []Reject
	raw     []byte
}

func (g *gathered) full() bool {
	return len(g.rejects) >= gatherRejects || len(g.raw) >= gatherBytes
}

func (g *gathered) add(rejects []Reject) {
	for _, r := range rejects {
		start := len(g.raw)
		g.raw = append(g.raw, r.Raw...) // earlier ones may go on referring to its memory as it was
		r.Raw = g.raw[start:len(g.raw):len(g.raw)]
		g.rejects = append(g.rejects, r)
	}
}

// reset forgets the rejects, and keeps the memory unless it is much.
func (g *gathered) reset() {
	clear(g.rejects)
	g.rejects = g.rejects[:0]
	if g.raw = g.raw[:0]; cap(g.raw) > keepBytes {
		g.raw = nil
	}
}
