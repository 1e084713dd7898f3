package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"linefeed/backend/message"
)

// reconnectFor is how long to try to go on after the connection was lost.
const reconnectFor = 10 * time.Minute

// The time between two tries grows from the first to the last.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 15 * time.Second
)

// recovery is what a load remembers to go on after the connection was lost.
type recovery struct {
	from     int64          // the last record that the try at hand reads past without a look
	through  int64          // the last record that an earlier try has dealt with
	furthest int64          // the most records that were in the account
	rejected recordSet      // the records that were rejected, of those that may be read again
	marked   bool           // the table tells what was committed
	made     bool           // the table is there, by a commit
	unsure   bool           // the answer to the last commit did not come
	lostAt   time.Time      // of the first loss since new records were written
	tries    int            // since then
	losses   int            // after which the load went on
	kept     [][]SignCount  // the signs as of the last commit of all lanes
	keptAt   Position       // where that was
	flying   sync.WaitGroup // the lanes
}

// recall takes up what earlier runs of the job have rejected.
func (r *run) recall() error {
	r.made = len(r.opt.Earlier.Marks) > 0
	if r.opt.Earlier.Rejected == nil {
		return nil
	}
	for record, err := range r.opt.Earlier.Rejected {
		if err != nil {
			return err
		}
		r.rejected.add(record)
		r.through = max(r.through, record)
		r.counts.Rejected++
	}
	r.counts.Read = r.counts.Rejected
	return nil
}

// canGoOn reports whether a load that ended with err can be taken up again.
func (r *run) canGoOn(ctx context.Context, err error) bool {
	return errors.Is(err, ErrLost) && ctx.Err() == nil && r.opt.Rewind != nil && !r.opt.Check &&
		(r.marked || !r.unsure)
}

// reconnect waits before another try, and begins another reading. The error is why
// there is none.
func (r *run) reconnect(ctx context.Context, lost error) error {
	now := time.Now()
	if r.lostAt.IsZero() {
		r.lostAt, r.tries = now, 0
	}
	if most := cmp.Or(r.opt.Reconnect, reconnectFor); now.Sub(r.lostAt) > most {
		return message.NewError(lost, "gave_up", "check_server", "for", most, "cause", lost)
	}
	pause := min(firstPause<<min(r.tries, 10), lastPause)
	r.tries++
	r.progress.reconnecting(Reconnecting{Reason: reasonOf(lost), Attempt: r.tries, NextTry: now.Add(pause)})
	if !r.started.IsZero() {
		defer func() { r.started = r.started.Add(time.Since(now)) }()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return lost
	}
	if err := r.opt.Rewind(); err != nil {
		return fmt.Errorf("%w; the file can't be read again to go on: %w", lost, err)
	}
	return nil
}

// gotFurther notes that the load has got further than before the last loss, if there
// was one.
func (r *run) gotFurther() {
	if !r.lostAt.IsZero() {
		r.losses++
	}
	r.lostAt = time.Time{}
}

// reasonOf returns why the connection was lost, without what was being done then.
func reasonOf(lost error) string {
	if notes := message.Notes(lost); len(notes) > 0 {
		return notes[0].Message
	}
	return lost.Error()
}

// goBack takes the account back to what the lanes have committed. Records that were
// rejected since then stay so: they were told.
func (r *run) goBack() {
	r.furthest = max(r.furthest, r.counts.Read)
	rejected := r.counts.Rejected
	r.counts = Counts{Rejected: rejected, Read: rejected}
	r.through = max(r.through, r.position.Record)
	least := r.lanes[0].done
	for _, n := range r.lanes {
		r.counts.Inserted += n.now.inserted
		r.counts.Updated += n.now.updated
		r.counts.Skipped += n.now.skipped
		r.through = max(r.through, n.done.Record)
		if n.done.Record < least.Record {
			least = n.done
		}
	}
	r.counts.Read += r.counts.Inserted + r.counts.Updated + r.counts.Skipped
	r.committed = r.counts
	at := least.position()
	switch r.position.Record {
	case 0: // an earlier run of the same job
		if r.opt.Earlier.Signs != nil {
			r.signs = r.opt.Earlier.Signs(at.Record)
		}
		r.kept, r.keptAt = copySigns(r.signs), at
	case at.Record: // nothing is to be read again
	default:
		r.signs, at = copySigns(r.kept), r.keptAt
	}
	r.position, r.from, r.aside = at, at.Record, nil
	r.unsure, r.uncounted = false, 0
	r.progress.back(r.counts)
}

// wasCommitted notes that all is committed, by all lanes.
func (r *run) wasCommitted() {
	r.committed, r.made = r.counts, true
	r.unsure, r.uncounted = false, 0
	r.gotFurther()
	if r.opt.OnCommitted != nil {
		r.opt.OnCommitted()
	}
	if r.opt.Rewind == nil {
		return
	}
	r.kept, r.keptAt = copySigns(r.signs), r.position
	if r.position.Record >= r.through {
		r.rejected.clear()
	}
}

// mark returns the mark of a lane that commits: it may have come further in an
// earlier try.
func (r *run) mark(n *lane) Mark {
	m := n.done
	m.Inserted, m.Updated, m.Skipped = n.now.inserted, n.now.updated, n.now.skipped
	if r.position.Record > m.Record {
		m.Record, m.Line, m.Offset = r.position.Record, r.position.Line, r.position.Offset
	}
	return m
}

// remember keeps in mind which records were rejected.
func (r *run) remember(rejects []Reject) {
	if r.opt.Rewind == nil {
		return
	}
	for i := range rejects {
		r.rejected.add(rejects[i].Record)
	}
}

func copySigns(signs [][]SignCount) [][]SignCount {
	c := slices.Clone(signs)
	for i := range c {
		c[i] = slices.Clone(c[i])
	}
	return c
}

// A recordSet is a set of record numbers: bits, by pages of those that have any.
type recordSet struct{ pages map[int64]*[pageWords]uint64 }

const pageWords = 64

func (s *recordSet) add(n int64) {
	if s.pages == nil {
		s.pages = map[int64]*[pageWords]uint64{}
	}
	page := s.pages[n/(64*pageWords)]
	if page == nil {
		page = new([pageWords]uint64)
		s.pages[n/(64*pageWords)] = page
	}
	page[n/64%pageWords] |= 1 << (n % 64)
}

func (s *recordSet) has(n int64) bool {
	page := s.pages[n/(64*pageWords)]
	return page != nil && page[n/64%pageWords]&(1<<(n%64)) != 0
}

func (s *recordSet) clear() { clear(s.pages) }
