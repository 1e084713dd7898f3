// Package event publishes what happens to jobs: one numbered sequence of events
// that any number of subscribers follow, each at its own pace.
//
// Publishers call [Hub.State], [Hub.Progress] and [Hub.Rejects]. They never wait
// for a subscriber: the hub has no queue for any of them. A subscriber is a
// [Cursor], the number up to which it has read, and asks for new events. What is
// kept for it is bounded: the last states and rejects are in one ring that all
// subscribers share, and the latest state and progress are kept for each job. A
// subscriber that falls behind the ring gets a gap event, then the latest
// states, and continues from there.
//
// The hub is also the only place that thins out events: progress and rejects may
// be published at any rate, and reach subscribers at most ten times a second for
// each job.
package event

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"
)

// limits bound the memory of a hub and the work of its subscribers, whatever is
// published.
type limits struct {
	interval  time.Duration // between two events of a job's progress and rejects
	counting  time.Duration // the same for rejects that are only counted
	ringLen   int           // events in the ring
	ringBytes int           // bytes of JSON in the ring
	finished  int           // finished jobs whose state is kept
	listed    int           // rejects of a job that are listed; the others are only counted
	burst     int           // rejects that are listed at once
	rate      int           // rejects that are listed per second after that
	eventSize int           // bytes of JSON at which an event is full
}

var defaults = limits{
	interval:  100 * time.Millisecond,
	counting:  time.Second,
	ringLen:   4096,
	ringBytes: 8 << 20,
	finished:  256,
	listed:    5000,
	burst:     500,
	rate:      200,
	eventSize: 32 << 10, // most clients accept 64 KiB
}

// A Hub numbers events and keeps them for its subscribers. Its methods may be
// called from any goroutine. Create one with [New].
type Hub struct {
	epoch  string
	limits limits

	mu       sync.RWMutex
	seq      uint64             // of the last event
	ring     ring               // states and rejects
	lost     uint64             // the highest number of a state or reject that is no longer kept
	jobs     map[string]*jobLog // active jobs, and the last finished ones
	finished []*jobLog          // the finished ones, in the order in which they finished
	moved    []*jobLog          // those with a progress event, in the order of its number
	forgot   uint64             // h.seq when a job was last forgotten
	wake     chan struct{}      // closed when the next event is published
	waiting  []*jobLog          // those with something held back
	timer    *time.Timer        // set while waiting is not empty
	closed   bool
}

// A jobLog is what the hub keeps about one job.
type jobLog struct {
	id       string
	before   uint64 // the hub's number when the log began
	last     uint64 // number of the job's last event
	lost     uint64 // as Hub.lost, for this job
	state    *Event
	progress *Event
	ended    bool
	gone     bool // the hub has forgotten it
	partial  bool // its first events are not of this log

	held      held
	next      time.Time // when progress and rejects may be published again
	nextCount time.Time // when rejects that are only counted may be published again
}

// New returns a hub with an epoch of its own, by which it recognizes its IDs.
func New() *Hub { return newHub(defaults) }

func newHub(l limits) *Hub {
	return &Hub{
		epoch:  strings.ToLower(rand.Text()[:8]),
		limits: l,
		jobs:   make(map[string]*jobLog),
		wake:   make(chan struct{}),
	}
}

// State publishes a job's new state, after all that is held back about the job:
// so a final state is the job's last event.
func (h *Hub) State(job string, s State) {
	body := encode(s)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	now := time.Now()
	known := h.jobs[job] != nil
	j := h.log(job)
	if !known {
		j.partial = s.Again
	}
	h.publish(j, now, true)

	old := j.state
	j.state = h.number(j, KindState, body, now)
	h.keep(j.state)
	if old != nil && !h.ring.holds(old.Seq) {
		h.lose(old)
	}
	h.setEnded(j, s.Ended)
	h.wakeAll()
}

// Seq returns the number of the latest event.
func (h *Hub) Seq() uint64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.seq
}

// Close ends each subscription once it has read all events. What is published
// afterwards is dropped.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	for _, j := range slices.Clone(h.waiting) {
		h.publish(j, time.Now(), true)
	}
	h.closed = true
	if h.timer != nil {
		h.timer.Stop()
	}
	h.wakeAll()
}

// log returns the log of a job, and creates it if there is none.
func (h *Hub) log(job string) *jobLog {
	j := h.jobs[job]
	if j == nil {
		// A job of this name may have been forgotten, and its events lost.
		j = &jobLog{id: job, before: h.seq, lost: h.forgot}
		h.jobs[job] = j
	}
	return j
}

// number makes the next event.
func (h *Hub) number(j *jobLog, k Kind, body []byte, now time.Time) *Event {
	h.seq++
	j.last = h.seq
	e := newEvent(h.ID(h.seq), h.seq, k, j.id, now, body)
	e.log = j
	return e
}

// keep puts e into the ring and drops the oldest events that exceed the limits.
func (h *Hub) keep(e *Event) {
	h.ring.push(e)
	for h.ring.len() > 1 && (h.ring.len() > h.limits.ringLen || h.ring.bytes > h.limits.ringBytes) {
		h.lose(h.ring.shift())
	}
}

// lose notes that e is no longer in the ring. A job's latest state is still kept
// in its log.
func (h *Hub) lose(e *Event) {
	j := e.log
	latest := e == j.state
	if !latest {
		j.lost = max(j.lost, e.Seq)
	}
	if !latest || j.gone {
		h.lost = max(h.lost, e.Seq)
	}
}

// setEnded notes whether a job has finished. If there are too many finished jobs
// it forgets the one that finished first.
func (h *Hub) setEnded(j *jobLog, ended bool) {
	if j.ended {
		h.finished = remove(h.finished, j)
	}
	j.ended = ended
	if !ended {
		return
	}
	h.finished = append(h.finished, j)
	if len(h.finished) <= h.limits.finished {
		return
	}
	h.forget(h.finished[0])
}

// Forget drops what is kept of a job that has ended, as its owner has forgotten it: who
// follows all jobs from now on is told nothing of it.
func (h *Hub) Forget(job string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if j := h.jobs[job]; j != nil && j.ended {
		h.forget(j)
	}
}

// forget drops the log of a job that has finished.
func (h *Hub) forget(j *jobLog) {
	h.finished = remove(h.finished, j)
	h.moved = remove(h.moved, j)
	delete(h.jobs, j.id)
	j.gone = true
	h.forgot = h.seq
	if !h.ring.holds(j.state.Seq) {
		h.lose(j.state)
	}
}

// wakeAll wakes all waiting subscribers.
func (h *Hub) wakeAll() {
	close(h.wake)
	h.wake = make(chan struct{})
}

// remove removes j from list. It searches from the end, where the jobs that
// moved last are.
func remove(list []*jobLog, j *jobLog) []*jobLog {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == j {
			return slices.Delete(list, i, i+1)
		}
	}
	return list
}
