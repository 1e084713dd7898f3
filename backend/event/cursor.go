package event

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"time"
)

// ErrNoJob is returned by [Hub.Follow] for a job of which the hub knows
// nothing: it never heard of it, or it has finished and was forgotten.
var ErrNoJob = errors.New("no events of that job")

// most is the most events that [Cursor.Next] returns at once, apart from a gap.
const most = 128

// A Cursor is one subscription: how far a subscriber has read. It holds only
// numbers, needs no closing, and is used by one goroutine at a time.
type Cursor struct {
	hub    *Hub
	job    *jobLog // nil for all jobs
	seq    uint64  // of the last event that was returned
	skip   uint64  // up to here only the latest state and progress of each job are returned
	gapped uint64  // up to here missing events have been reported by a gap
	stale  bool    // the ID is not of this hub: a gap is due
}

// Follow returns a cursor on the events of one job, or of all jobs when job is
// "".
//
// With the ID of an event, it continues after that event: no event is lost or
// repeated. If some of them are no longer kept, or the ID is not of this hub, a
// gap event comes first, followed by all that is still kept, including the
// latest state and progress of each job.
//
// With lastID "", the events of one job start with its first one, or with a gap if
// its first ones were never in this hub; those of all jobs start with the latest
// state and progress of each job.
func (h *Hub) Follow(job, lastID string) (*Cursor, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	c := &Cursor{hub: h}
	if job != "" {
		if c.job = h.jobs[job]; c.job == nil {
			return nil, ErrNoJob
		}
		c.seq = c.job.before
	}
	if lastID == "" {
		switch {
		case job == "":
			c.skip, c.gapped = h.seq, h.seq
		case c.job.partial:
			c.seq, c.stale = 0, true
		}
		return c, nil
	}
	seq, ok := h.parseID(lastID)
	if !ok {
		c.stale = true
		return c, nil
	}
	c.seq = seq
	return c, nil
}

// Ended returns the events for a subscriber of a job that has ended and that the
// hub no longer knows: a gap, and the job's last state s, which the caller
// provides. It returns nothing if the subscriber has that state already.
func (h *Hub) Ended(job string, s State, lastID string) []*Event {
	h.mu.RLock()
	defer h.mu.RUnlock()
	now := time.Now()
	last := newEvent(h.ID(h.forgot), h.forgot, KindState, job, now, encode(s))
	seq, ok := h.parseID(lastID)
	if ok && seq >= last.Seq {
		return nil
	}
	return []*Event{gap(job, seq, last.Seq, now), last}
}

// Next returns the next events, at least one, in the order of their numbers. If
// there are none it waits. The error is io.EOF when the job has ended and all
// its events were returned, or when the hub was closed; and ctx's error when ctx
// is done.
func (c *Cursor) Next(ctx context.Context) ([]*Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h := c.hub
		h.mu.RLock()
		events := c.collect()
		wake, over := h.wake, h.closed || c.job != nil && c.job.ended
		h.mu.RUnlock()
		switch {
		case len(events) > 0:
			return events, nil
		case over:
			return nil, io.EOF
		}
		select {
		case <-wake:
		case <-ctx.Done():
		}
	}
}

// Events yields the events that Next returns, until ctx is done or there can be
// no more. It is for subscribers within the program, which can tell the two
// apart by the context or the last state.
func (c *Cursor) Events(ctx context.Context) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for {
			events, err := c.Next(ctx)
			if err != nil {
				return
			}
			for _, e := range events {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// Reauth returns the event that ends a subscription because of its bearer's token, and says
// why: it has expired, or is revoked. Its number is that of the last event before it.
func (c *Cursor) Reauth(reason string) *Event {
	job := ""
	if c.job != nil {
		job = c.job.id
	}
	body, _ := json.Marshal(struct { // a text always encodes
		Reason string `json:"reason"`
	}{reason})
	return newEvent("", c.seq, KindReauth, job, time.Now(), body)
}

// AtEnd reports whether the job has ended and all its events were returned.
func (c *Cursor) AtEnd() bool {
	c.hub.mu.RLock()
	defer c.hub.mu.RUnlock()
	return c.job != nil && c.job.ended && !c.stale && c.seq >= c.job.last
}

// collect returns the new events, at most [most] and a gap, and moves the cursor
// past them. Hub.mu is held for reading.
//
// New events are in two places: those with a number above base in the ring, and
// before that the latest state and progress of each job.
func (c *Cursor) collect() []*Event {
	h := c.hub
	last, lost := h.seq, h.lost
	if c.job != nil {
		last, lost = c.job.last, c.job.lost
		if c.stale {
			lost = max(lost, c.job.before)
		}
	}
	if c.seq >= last && !c.stale {
		return nil
	}
	var events []*Event

	base := max(c.seq, c.skip)
	if h.ring.len() > 0 {
		base = max(base, h.ring.at(0).Seq-1)
	}
	events = c.collectLatest(events, base)
	for i, n := h.ring.after(base), 0; i < h.ring.len() && n < most; i++ {
		if e := h.ring.at(i); c.job == nil || e.log == c.job {
			events = append(events, e)
			n++
		}
	}
	slices.SortFunc(events, func(a, b *Event) int { return cmp.Compare(a.Seq, b.Seq) })
	events = events[:min(len(events), most)]

	if c.stale || lost > max(c.seq, c.gapped) {
		job := ""
		if c.job != nil {
			job = c.job.id
		}
		events = slices.Insert(events, 0, gap(job, c.seq, lost, time.Now()))
		c.gapped, c.stale = lost, false
	}
	if n := len(events); n > 0 {
		c.seq = events[n-1].Seq
	}
	return events
}

// collectLatest appends the latest states up to base and the latest progress,
// where they are new.
func (c *Cursor) collectLatest(events []*Event, base uint64) []*Event {
	h := c.hub
	state := func(j *jobLog) {
		if j.state != nil && c.seq < j.state.Seq && j.state.Seq <= base {
			events = append(events, j.state)
		}
	}
	if c.job != nil {
		state(c.job)
		if p := c.job.progress; p != nil && p.Seq > c.seq {
			events = append(events, p)
		}
		return events
	}
	if c.seq < base {
		for _, j := range h.jobs {
			state(j)
		}
	}
	for i := len(h.moved) - 1; i >= 0; i-- {
		p := h.moved[i].progress
		if p.Seq <= c.seq {
			break
		}
		events = append(events, p)
	}
	return events
}

// gap returns the event that reports that events with numbers above seq and up
// to lost are missing.
func gap(job string, seq, lost uint64, now time.Time) *Event {
	body, _ := json.Marshal(struct { // a number always encodes
		Before uint64 `json:"before"`
	}{max(seq, lost) + 1})
	return newEvent("", seq, KindGap, job, now, body)
}
