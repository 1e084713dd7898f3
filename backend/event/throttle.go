package event

import (
	"slices"
	"strconv"
	"time"
)

// held is what is held back about a job.
type held struct {
	progress any      // the latest; nil when there is none
	rejects  [][]byte // by event: JSON objects, separated by commas
	count    int      // the number of rejects in them
	more     int      // the number of further rejects, which are only counted

	listed int       // the number of the job's rejects that were listed so far, these included
	room   int       // the number that may be listed now
	since  time.Time // when room last grew
}

func (p *held) empty() bool { return p.progress == nil && p.count == 0 && p.more == 0 }

// Progress publishes how far a job is, as a value that encoding/json encodes as
// an object. It may be called at any rate: subscribers get the latest value, at
// most ten times a second for each job, and always the last one before the next
// state. The value must not be changed afterwards.
//
// The progress of a job that has ended is dropped.
func (h *Hub) Progress(job string, p any) {
	h.hold(job, func(held *held) { held.progress = p })
}

// Rejects publishes records that were not loaded, in their order. It may be
// called at any rate and with any number. Subscribers get them together, at most
// ten times a second for each job. The first 500 of a job are listed as they
// come, then 200 a second, and at most 5000; the others are only counted
// ("more"). Nothing in rs is kept; the settings of hints are filled in.
//
// The rejects of a job that has ended are dropped.
func (h *Hub) Rejects(job string, rs []Reject) {
	if len(rs) == 0 {
		return
	}
	h.hold(job, func(held *held) {
		held.makeRoom(h.limits)
		n := min(held.room, len(rs))
		for i := range rs[:n] {
			if rs[i].HintID != "" {
				rs[i].Settings = rs[i].HintSettings()
			}
			held.list(encode(&rs[i]), h.limits.eventSize)
		}
		held.more += len(rs) - n
	})
}

// makeRoom lets more rejects be listed as time passes. A few listeners, at
// thousands of rejects a second, would slow the import down.
func (p *held) makeRoom(l limits) {
	now := time.Now()
	if p.since.IsZero() {
		p.room, p.since = l.burst, now
	}
	if more := int(now.Sub(p.since) * time.Duration(l.rate) / time.Second); more > 0 {
		p.room = min(p.room+more, l.burst)
		p.since = now
	}
	p.room = min(p.room, l.listed-p.listed)
}

// list adds a reject to the last event, or to a new one when that is full.
func (p *held) list(reject []byte, eventSize int) {
	p.count++
	p.listed++
	p.room--
	if n := len(p.rejects); n > 0 && len(p.rejects[n-1]) < eventSize {
		p.rejects[n-1] = append(append(p.rejects[n-1], ','), reject...)
		return
	}
	p.rejects = append(p.rejects, reject)
}

// hold adds to what is held back about a job, and publishes what is due.
func (h *Hub) hold(job string, add func(*held)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	j := h.log(job)
	if j.ended {
		return
	}
	if j.held.empty() {
		h.waiting = append(h.waiting, j)
	}
	add(&j.held)
	h.publishDue()
}

// due returns when what is held back about j may be published.
func (j *jobLog) due() time.Time {
	if p := &j.held; p.progress == nil && p.count == 0 && j.nextCount.After(j.next) {
		return j.nextCount
	}
	return j.next
}

// publishDue publishes what was held back for long enough, and sets the timer for
// the rest.
func (h *Hub) publishDue() {
	now := time.Now()
	before := h.seq
	for _, j := range slices.Clone(h.waiting) {
		if !now.Before(j.due()) {
			h.publish(j, now, false)
		}
	}
	if h.seq != before {
		h.wakeAll()
	}
	if len(h.waiting) == 0 {
		return
	}
	next := h.waiting[0].due()
	for _, j := range h.waiting[1:] {
		if t := j.due(); t.Before(next) {
			next = t
		}
	}
	if h.timer == nil {
		h.timer = time.AfterFunc(next.Sub(now), h.tick)
	} else {
		h.timer.Reset(next.Sub(now))
	}
}

func (h *Hub) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.publishDue()
	}
}

// publish makes events of what is held back about j; with last, of rejects that
// are only counted too, though they are not due. The caller wakes the subscribers.
func (h *Hub) publish(j *jobLog, now time.Time, last bool) {
	p := &j.held
	if p.empty() {
		return
	}
	j.next = now.Add(h.limits.interval)

	// Rejects that are only counted have an interval of their own, or they would
	// fill the ring.
	if p.count > 0 || p.more > 0 && (last || !now.Before(j.nextCount)) {
		j.nextCount = now.Add(h.limits.counting)
		if p.count == 0 {
			p.rejects = [][]byte{nil}
		}
		for i, list := range p.rejects {
			more := 0
			if i == len(p.rejects)-1 {
				more = p.more
			}
			h.keep(h.number(j, KindReject, rejectBody(list, more), now))
		}
		p.rejects, p.count, p.more = nil, 0, 0
	}
	if p.progress != nil {
		j.progress = h.number(j, KindProgress, encode(p.progress), now)
		h.moved = append(remove(h.moved, j), j)
		p.progress = nil
	}
	if p.empty() {
		h.waiting = remove(h.waiting, j)
	}
}

// rejectBody returns the JSON of rejects and of the number of further ones.
func rejectBody(rejects []byte, more int) []byte {
	b := make([]byte, 0, len(rejects)+40)
	b = append(b, `{"rejects":[`...)
	b = append(b, rejects...)
	b = append(b, `],"more":`...)
	b = strconv.AppendInt(b, int64(more), 10)
	return append(b, '}')
}
