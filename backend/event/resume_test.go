package event

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// history is all that was ever published, told by the numbers: what each
// subscriber must have got in the end.
type history struct {
	kept  []uint64          // states and rejects, of all jobs
	byJob map[string]string // the latest state
	log   map[string][]uint64
}

func (y *history) add(job string, seq uint64, state string) {
	y.kept = append(y.kept, seq)
	y.log[job] = append(y.log[job], seq)
	if state != "" {
		y.byJob[job] = state
	}
}

// A reader follows a hub and is cut off again and again.
type reader struct {
	job    string
	lastID string
	seqs   []uint64    // states and rejects, as they came
	gaps   [][2]uint64 // what gap events declared missing
	states map[string]string
	last   uint64
}

// take is what a client does with an event.
func (r *reader) take(t testing.TB, e *Event, b body) {
	if e.Kind == KindGap {
		r.gaps = append(r.gaps, [2]uint64{b.Seq, b.Before})
		return
	}
	if e.Seq <= r.last {
		t.Errorf("event %d after event %d: doubled, or out of order", e.Seq, r.last)
	}
	if r.job != "" && e.Job != r.job {
		t.Errorf("an event of %q for a subscriber of %q", e.Job, r.job)
	}
	r.last, r.lastID = e.Seq, e.ID
	if e.Kind == KindProgress {
		return
	}
	r.seqs = append(r.seqs, e.Seq)
	if e.Kind == KindState {
		r.states[e.Job] = b.State
	}
}

// check compares what was read with what was published.
func (r *reader) check(t testing.TB, y *history) {
	want := y.kept
	if r.job != "" {
		want = y.log[r.job]
	}
	got := r.seqs
	for _, seq := range want {
		if len(got) > 0 && got[0] == seq {
			got = got[1:]
			continue
		}
		if !slices.ContainsFunc(r.gaps, func(g [2]uint64) bool { return g[0] < seq && seq < g[1] }) {
			t.Errorf("event %d is missing, and no gap says so: %v", seq, r.gaps)
		}
	}
	if len(got) > 0 {
		t.Errorf("events %d were never published, or not in that order", got)
	}
	for job, state := range y.byJob {
		if (r.job == "" || r.job == job) && r.states[job] != state {
			t.Errorf("the last state of %q was read as %q, want %q", job, r.states[job], state)
		}
	}
}

// FuzzResume drives a hub and two subscribers by a script: what is published,
// when they read, and when they are cut off with part of what they were given
// unread. However that goes, each of them has every state and reject once, in
// order, or was told by a gap that it is missing; and the latest states.
func FuzzResume(f *testing.F) {
	f.Add(uint8(0), []byte("aAbBrRsSpP01201201234567xyz"))
	f.Add(uint8(2), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 8, 0, 0, 0, 0, 0, 9, 10, 11, 12, 13, 14, 15, 6})
	f.Fuzz(func(t *testing.T, size uint8, script []byte) {
		l := atOnce()
		if size > 0 {
			l.ringLen = int(size)
		}
		h := newHub(l)
		y := &history{byJob: map[string]string{}, log: map[string][]uint64{}}
		readers := []*reader{
			{states: map[string]string{}, lastID: h.ID(0)},
			{states: map[string]string{}, job: "a"},
		}
		cursors := make([]*Cursor, len(readers))
		read := func(i, keep int) {
			r := readers[i]
			if cursors[i] == nil {
				c, err := h.Follow(r.job, r.lastID)
				if err != nil {
					return // the job is not there yet
				}
				cursors[i] = c
			}
			for n, e := range ready(t, cursors[i]) {
				if n == keep {
					cursors[i] = nil // cut off: the rest was on its way
					return
				}
				r.take(t, e, decode(t, e))
			}
		}
		for n, op := range script {
			job := string(rune('a' + op>>2&3))
			switch op & 3 {
			case 0:
				state := fmt.Sprint("s", n)
				h.State(job, State{State: state})
				y.add(job, h.seq, state)
			case 1:
				h.Rejects(job, []Reject{{Line: int64(n)}})
				y.add(job, h.seq, "")
			case 2:
				h.Progress(job, struct{}{})
			case 3:
				read(int(op>>2&1), int(op>>3))
			}
		}
		for i, r := range readers {
			read(i, -1)
			read(i, -1) // when the first was the end of a cursor that had been cut off
			r.check(t, y)
		}
	})
}

// Subscribers come, are cut off and come back while several jobs publish at
// the same time. Run it with the race detector.
func TestResumeUnderLoad(t *testing.T) {
	for _, ringLen := range []int{1 << 20, 50} {
		t.Run(fmt.Sprint("ring of ", ringLen), func(t *testing.T) {
			l := atOnce()
			l.ringLen, l.ringBytes = ringLen, 1<<30
			h := newHub(l)
			jobs := []string{"a", "b", "c"}
			for _, job := range jobs {
				h.State(job, State{State: "queued"})
			}
			var readers, publishers sync.WaitGroup
			all := make([]*reader, 12)
			for i := range all {
				r := &reader{states: map[string]string{}, lastID: h.ID(0)}
				if i%2 == 1 {
					r.job = jobs[i%len(jobs)]
				}
				all[i] = r
				readers.Go(func() {
					random := rand.New(rand.NewPCG(uint64(i), 7))
					for r.readSome(t, h, 1+random.IntN(40)) {
					}
				})
			}
			for _, job := range jobs {
				publishers.Go(func() {
					for n := range 600 {
						h.Rejects(job, []Reject{{Line: int64(n)}})
						h.Progress(job, struct{}{})
						if n%100 == 0 {
							h.State(job, State{State: fmt.Sprint("s", n)})
						}
					}
					h.State(job, State{State: "done", Ended: true})
				})
			}
			publishers.Wait()
			h.Close()
			readers.Wait()

			// 600 rejects, 6 states and the first and the last for each job, in order.
			for i, r := range all {
				want := 3 * 608
				if r.job != "" {
					want = 608
				}
				if n := len(r.seqs); n > want || n < want && len(r.gaps) == 0 || len(r.gaps) > 0 && ringLen > 1000 {
					t.Errorf("subscriber %d of %q got %d states and rejects, with %d gaps, want %d", i, r.job, n, len(r.gaps), want)
				}
				for _, job := range jobs {
					if (r.job == "" || r.job == job) && r.states[job] != "done" {
						t.Errorf("subscriber %d of %q saw %q as the last state of %q", i, r.job, r.states[job], job)
					}
				}
			}
		})
	}
}

// readSome follows h for n events and is cut off then. It reports whether
// there can be more.
func (r *reader) readSome(t *testing.T, h *Hub, n int) bool {
	c, err := h.Follow(r.job, r.lastID)
	if err != nil {
		t.Errorf("Follow(%q, %q): %v", r.job, r.lastID, err)
		return false
	}
	for {
		events, err := c.Next(context.Background())
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("Next: %v", err)
			}
			return false
		}
		for _, e := range events {
			var b body
			if e.Kind != KindProgress {
				b = decode(t, e)
			}
			r.take(t, e, b)
			if n--; n == 0 {
				return true
			}
		}
	}
}
