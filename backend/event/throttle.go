package event

import (
	"slices"
	"strconv"
	"time"
)

// held is what was published about a job and not told yet.
type held struct {
	progress any      // the latest; nil when there is none
	rejects  [][]byte // of one event each: JSON objects, with commas between them
	count    int      // how many rejects they are
	more     int      // how many other rejects there were

	listed int       // how many rejects of the job were listed so far, these included
	room   int       // how many may be listed at the moment
	since  time.Time // when room was made last
}

func (p *held) empty() bool { return p.progress == nil && p.count == 0 && p.more == 0 }

// Progress publishes how far a job has come, as a value that encoding/json
// makes an object of. It may be called at any rate: the latest value is told,
// at most ten times a second for each job, and the last one always, at the
// latest before the next state. The value must not be changed afterwards.
//
// What is published about a job that has ended is dropped.
func (h *Hub) Progress(job string, p any) {
	h.publish(job, func(held *held) { held.progress = p })
}

// Rejects publishes records that were not loaded, in their order. It may be
// called at any rate and with any number. They are told together, at most ten
// times a second for each job. 500 of a job are listed as fast as they come,
// then 200 a second, and at most 5000; of the others the stream tells how many
// there were ("more"). Nothing of rs is kept.
//
// What is published about a job that has ended is dropped.
func (h *Hub) Rejects(job string, rs []Reject) {
	if len(rs) == 0 {
		return
	}
	h.publish(job, func(held *held) {
		held.makeRoom(h.limits)
		n := min(held.room, len(rs))
		for i := range rs[:n] {
			held.list(encode(&rs[i]), h.limits.eventSize)
		}
		held.more += len(rs) - n
	})
}

// makeRoom lets more rejects be listed as time goes by. Some listeners with
// some thousand rejects a second would be a load that slows the import down.
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

// list adds a reject to the last event, or to a new one when that has reached
// its size.
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

// publish holds something back about a job, and tells it when it is time.
func (h *Hub) publish(job string, hold func(*held)) {
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
	hold(&j.held)
	h.tellDue()
}

// due returns when what is held back about j may be told.
func (j *jobLog) due() time.Time {
	if p := &j.held; p.progress == nil && p.count == 0 && j.nextCount.After(j.next) {
		return j.nextCount
	}
	return j.next
}

// tellDue tells what was held back long enough, and comes back for the rest.
func (h *Hub) tellDue() {
	now := time.Now()
	told := h.seq
	for _, j := range slices.Clone(h.waiting) {
		if !now.Before(j.due()) {
			h.tell(j, now, false)
		}
	}
	if h.seq != told {
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
		h.tellDue()
	}
}

// tell makes events of what is held back about j, of all of it when it is the
// last chance. The caller wakes the subscribers.
func (h *Hub) tell(j *jobLog, now time.Time, last bool) {
	p := &j.held
	if p.empty() {
		return
	}
	j.next = now.Add(h.limits.interval)

	// Rejects that are only counted would fill the ring with numbers.
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

// rejectBody returns the JSON of rejects and of how many more there were.
func rejectBody(rejects []byte, more int) []byte {
	b := make([]byte, 0, len(rejects)+40)
	b = append(b, `{"rejects":[`...)
	b = append(b, rejects...)
	b = append(b, `],"more":`...)
	b = strconv.AppendInt(b, int64(more), 10)
	return append(b, '}')
}
