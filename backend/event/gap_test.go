package event

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A gap is told once, however many reads the latest states of all jobs take
// after it.
func TestGapIsToldOnce(t *testing.T) {
	l := atOnce()
	l.ringLen = 10
	h := newHub(l)
	const jobs = 3 * most
	for i := range jobs {
		h.State(fmt.Sprint("job ", i), State{State: "running"})
	}
	for range 2 * l.ringLen { // of which the first are lost
		h.Rejects("job 0", []Reject{{Line: 1}})
	}
	c := follow(t, h, "", h.ID(0))
	first, err := c.Next(t.Context())
	if err != nil || first[0].Kind != KindGap || len(first) != most+1 {
		t.Fatalf("%d events, %v: %s", len(first), err, kinds(first[:1]))
	}
	if b := decode(t, first[0]); b.Seq != 0 || b.Before != jobs+10+1 {
		t.Errorf("the gap goes from %d to %d", b.Seq, b.Before)
	}
	rest := kinds(ready(t, c))
	if n := strings.Count(rest, "state:"); n != jobs-most {
		t.Errorf("%d states after the first %d", n, most)
	}
	if strings.Contains(rest, "gap:") {
		t.Errorf("the same gap is told again: %s", rest)
	}
	// What is lost later is another gap.
	for range 2 * l.ringLen {
		h.Rejects("job 0", []Reject{{Line: 2}})
	}
	if got := kinds(ready(t, c)); !strings.HasPrefix(got, "gap: reject:job 0 ") || strings.Count(got, "gap:") != 1 {
		t.Errorf("after another loss: %s", got)
	}
}

// One who joins from the latest on misses nothing of what was lost before, and
// is told of what is lost after.
func TestNoGapForWhatWasBefore(t *testing.T) {
	l := atOnce()
	l.ringLen = 3
	h := newHub(l)
	h.State("a", State{State: "running"})
	for range 5 {
		h.Rejects("a", []Reject{{Line: 1}})
	}
	c := follow(t, h, "", "")
	if got := kinds(ready(t, c)); got != "state:a" {
		t.Errorf("from the latest on: %s", got)
	}
	for range 5 {
		h.Rejects("a", []Reject{{Line: 2}})
	}
	if got := kinds(ready(t, c)); got != "gap: reject:a reject:a reject:a" {
		t.Errorf("after a loss: %s", got)
	}
}

// What is lost before it was read is a gap, though it was still there when an
// earlier gap was told.
func TestGapAfterAGap(t *testing.T) {
	l := atOnce()
	l.ringLen = 2 * most
	h := newHub(l)
	publish := func(n int) {
		for range n {
			h.Rejects("a", []Reject{{Line: 1}})
		}
	}
	publish(3 * most)
	c := follow(t, h, "", h.ID(0))
	read, err := c.Next(t.Context())
	if err != nil || read[0].Kind != KindGap || read[len(read)-1].Seq != 2*most {
		t.Fatalf("%s, %v", kinds(read), err)
	}
	publish(most + most/2) // half a part of what was not read is lost
	read, err = c.Next(t.Context())
	if err != nil || read[0].Kind != KindGap {
		t.Fatalf("%s, %v", kinds(read), err)
	}
	if b := decode(t, read[0]); b.Seq != 2*most || b.Before != 2*most+most/2+1 || read[1].Seq != b.Before {
		t.Errorf("the gap goes from %d to %d, and the next event is %d", b.Seq, b.Before, read[1].Seq)
	}
}

// The last state of a job that is forgotten can't be had any more, once it is no
// longer in the ring either.
func TestForgottenStateIsAGap(t *testing.T) {
	done := State{State: "done", Ended: true}
	for name, tt := range map[string]struct {
		publish func(*Hub)
		want    string
	}{
		"it leaves the ring later": {func(h *Hub) {
			h.State("b", done) // 3, a is forgotten
			h.State("c", State{State: "running"})
		}, "gap: state:b state:c"},
		"it left the ring before": {func(h *Hub) {
			h.State("c", State{State: "running"})
			h.Rejects("c", []Reject{{Line: 1}})
			h.State("b", done) // 5, a is forgotten
		}, "gap: state:c reject:c state:b"},
	} {
		t.Run(name, func(t *testing.T) {
			l := atOnce()
			l.finished, l.ringLen = 1, 2
			h := newHub(l)
			h.State("a", State{State: "running"}) // 1
			h.State("a", done)                    // 2
			tt.publish(h)
			got := ready(t, follow(t, h, "", h.ID(1)))
			if kinds(got) != tt.want {
				t.Fatalf("after its first state: %s, want %s", kinds(got), tt.want)
			}
			if b := decode(t, got[0]); b.Before != 3 {
				t.Errorf("the gap goes up to %d, want 3", b.Before)
			}
			if got := kinds(ready(t, follow(t, h, "", h.ID(2)))); got != strings.TrimPrefix(tt.want, "gap: ") {
				t.Errorf("after its last state: %s", got)
			}
		})
	}
}

// The events of a job that was started before begin with a gap, unless the hub knows
// them.
func TestGapBeforeAJobThatGoesOn(t *testing.T) {
	h := newHub(atOnce())
	again := State{State: "queued", Again: true}
	h.State("a", again) // 1, of an earlier run of the program
	got := ready(t, follow(t, h, "a", ""))
	if kinds(got) != "gap:a state:a" {
		t.Fatalf("from its beginning: %s", kinds(got))
	}
	if g := decode(t, got[0]); g.Seq != 0 || g.Before != 1 {
		t.Errorf("the gap goes from %d to %d", g.Seq, g.Before)
	}
	if got := kinds(ready(t, follow(t, h, "", h.ID(0)))); got != "state:a" {
		t.Errorf("all, from the start: %s", got)
	}
	h.State("a", State{State: "done", Ended: true}) // 2
	h.State("a", again)                             // 3: the hub knows all since 1
	if got := kinds(ready(t, follow(t, h, "a", h.ID(1)))); got != "state:a state:a" {
		t.Errorf("after its first event: %s", got)
	}
	h.State("b", State{State: "queued"}) // 4
	h.State("b", State{State: "done", Ended: true})
	h.State("b", again)
	if got := kinds(ready(t, follow(t, h, "b", ""))); got != "state:b state:b state:b" {
		t.Errorf("one that is known: %s", got)
	}
	h.State("c", again) // 7
	if got := ready(t, follow(t, h, "c", "")); kinds(got) != "gap:c state:c" || decode(t, got[0]).Before != 7 {
		t.Errorf("after others: %s, %s", kinds(got), got[0].Data)
	}
}

// What is forgotten is no longer among the latest states, but for those who come back it
// is there as long as the ring reaches.
func TestForget(t *testing.T) {
	l := atOnce()
	l.ringLen = 3
	h := newHub(l)
	h.State("a", State{State: "running"})
	h.Forget("a") // it has not ended
	h.Progress("a", read{1})
	h.State("a", State{State: "done", Ended: true})
	h.State("b", State{State: "running"}) // 4
	h.Forget("a")
	h.Forget("none")
	if got := kinds(ready(t, follow(t, h, "", ""))); got != "state:b" {
		t.Errorf("from the latest of each job: %s", got)
	}
	if got := kinds(ready(t, follow(t, h, "", h.ID(1)))); got != "state:a state:b" {
		t.Errorf("after its first event: %s", got)
	}
	if _, err := h.Follow("a", ""); !errors.Is(err, ErrNoJob) {
		t.Errorf("its own events: %v", err)
	}
	for range 2 {
		h.Rejects("b", []Reject{{Line: 1}})
	}
	if got := kinds(ready(t, follow(t, h, "", h.ID(1)))); got != "gap: state:b reject:b reject:b" {
		t.Errorf("after its last state has left the ring: %s", got)
	}
}
