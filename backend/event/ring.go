package event

import "sort"

// A ring holds the last events of all jobs, in the order of their numbers. The
// zero value is empty. It grows up to the hub's limits.
type ring struct {
	events []*Event // len is a power of two, or 0
	head   int      // index of the oldest
	n      int
	bytes  int // of the events' JSON
}

func (r *ring) len() int { return r.n }

// at returns the event at index i; 0 is the oldest.
func (r *ring) at(i int) *Event { return r.events[(r.head+i)&(len(r.events)-1)] }

func (r *ring) push(e *Event) {
	if r.n == len(r.events) {
		grown := make([]*Event, max(64, 2*len(r.events)))
		for i := range r.n {
			grown[i] = r.at(i)
		}
		r.events, r.head = grown, 0
	}
	r.events[(r.head+r.n)&(len(r.events)-1)] = e
	r.n++
	r.bytes += len(e.Data)
}

// shift removes the oldest event and returns it.
func (r *ring) shift() *Event {
	e := r.at(0)
	r.events[r.head] = nil
	r.head = (r.head + 1) & (len(r.events) - 1)
	r.n--
	r.bytes -= len(e.Data)
	return e
}

// after returns the index of the first event with a number above seq.
func (r *ring) after(seq uint64) int {
	return sort.Search(r.n, func(i int) bool { return r.at(i).Seq > seq })
}

// holds reports whether the event of that number, which was pushed at some time,
// is still there.
func (r *ring) holds(seq uint64) bool { return r.n > 0 && seq >= r.at(0).Seq }
