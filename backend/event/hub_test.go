package event

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// at once returns limits that hold nothing back.
func atOnce() limits {
	l := defaults
	l.interval, l.counting = 0, 0
	return l
}

// body is what the tests read of an event's JSON.
type body struct {
	Job     string    `json:"job"`
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	State   string    `json:"state"`
	Before  uint64    `json:"before"`
	Read    int       `json:"read"`
	Rejects []Reject  `json:"rejects"`
	More    int       `json:"more"`
	Error   string    `json:"error"`
}

func decode(t *testing.T, e *Event) body {
	t.Helper()
	var b body
	if err := json.Unmarshal(e.Data, &b); err != nil {
		t.Fatalf("event %s is no JSON: %v: %s", e.ID, err, e.Data)
	}
	if b.Job != e.Job || b.Seq != e.Seq {
		t.Fatalf("event %d of %q has the data %s", e.Seq, e.Job, e.Data)
	}
	return b
}

// ready returns what a cursor can be given without waiting.
func ready(t *testing.T, c *Cursor) []*Event {
	t.Helper()
	var all []*Event
	for {
		c.hub.mu.RLock()
		events := c.collect()
		c.hub.mu.RUnlock()
		if len(events) == 0 {
			return all
		}
		all = append(all, events...)
	}
}

// kinds tells what events are, in short: "state:a progress:a gap:".
func kinds(events []*Event) string {
	var s []string
	for _, e := range events {
		s = append(s, string(e.Kind)+":"+e.Job)
	}
	return strings.Join(s, " ")
}

func follow(t *testing.T, h *Hub, job, lastID string) *Cursor {
	t.Helper()
	c, err := h.Follow(job, lastID)
	if err != nil {
		t.Fatalf("Follow(%q, %q): %v", job, lastID, err)
	}
	return c
}

type read struct {
	Read int `json:"read"`
}

func TestWireFormat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(atOnce())
		h.State("j1", State{State: "running"})
		time.Sleep(1500 * time.Microsecond)
		h.Progress("j1", struct {
			Phase   string   `json:"phase"`
			Percent *float64 `json:"percent"`
		}{Phase: "writing"})
		h.Rejects("j1", []Reject{{
			Time: Time{time.Now()}, Record: 7, Line: 9, EndLine: 10, Column: "price", Value: "<9,99>\xff",
			Code: "not_a_number", Message: "no number", Hint: "",
		}})
		h.Progress(`a"b`, struct{}{})
		h.State("j1", State{State: "done", Summary: map[string]int{"read": 3}, Ended: true})

		want := []struct{ kind, data string }{
			{"state", `{"job":"j1","seq":1,"time":"2000-01-01T00:00:00.000Z","state":"running","summary":null}`},
			{"progress", `{"job":"j1","seq":2,"time":"2000-01-01T00:00:00.001Z","phase":"writing","percent":null}`},
			{"reject", `{"job":"j1","seq":3,"time":"2000-01-01T00:00:00.001Z","rejects":[{"time":"2000-01-01T00:00:00.001Z",` +
				`"record":7,"line":9,"endLine":10,"column":"price","value":"<9,99>\ufffd","code":"not_a_number","message":"no number","hint":""}],"more":0}`},
			{"progress", `{"job":"a\"b","seq":4,"time":"2000-01-01T00:00:00.001Z"}`},
			{"state", `{"job":"j1","seq":5,"time":"2000-01-01T00:00:00.001Z","state":"done","summary":{"read":3}}`},
		}
		c := follow(t, h, "", h.ID(0))
		got := ready(t, c)
		if len(got) != len(want) {
			t.Fatalf("%d events, want %d: %s", len(got), len(want), kinds(got))
		}
		for i, e := range got {
			if string(e.Kind) != want[i].kind || string(e.Data) != want[i].data {
				t.Errorf("event %d:\n got %s %s\nwant %s %s", i+1, e.Kind, e.Data, want[i].kind, want[i].data)
			}
			if !json.Valid(e.Data) || slices.Contains(e.Data, '\n') {
				t.Errorf("event %d is not one line of JSON: %q", i+1, e.Data)
			}
		}
	})
}

func TestIDsAreShortASCII(t *testing.T) {
	h := New()
	h.State("j", State{State: "queued"})
	id := ready(t, follow(t, h, "j", ""))[0].ID
	for _, r := range id {
		if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			t.Errorf("%q in the ID %q", r, id)
		}
	}
	if len(id) > 32 || !strings.HasSuffix(id, "-1") {
		t.Errorf("the ID of the first event is %q", id)
	}
	if other := New(); other.epoch == h.epoch {
		t.Errorf("two hubs have the epoch %q", h.epoch)
	}
}

func TestPayloadThatIsNoJSONIsSeen(t *testing.T) {
	h := newHub(atOnce())
	h.Progress("j", map[string]float64{"rate": math.NaN()})
	got := ready(t, follow(t, h, "j", ""))
	if len(got) != 1 || !strings.Contains(decode(t, got[0]).Error, "NaN") {
		t.Errorf("got %s, want an event that tells of NaN", kinds(got))
	}
}

func TestFollowFromWhere(t *testing.T) {
	h := newHub(atOnce())
	h.State("a", State{State: "running"})           // 1
	h.Progress("a", read{1})                        // 2, replaced by 4
	h.Rejects("a", []Reject{{Line: 3}})             // 3
	h.Progress("a", read{2})                        // 4
	h.State("b", State{State: "running"})           // 5
	h.State("a", State{State: "done", Ended: true}) // 6
	h.Progress("b", read{3})                        // 7
	h.State("b", State{State: "paused"})            // 8
	h.Progress("a", read{9})                        // dropped
	h.Rejects("a", []Reject{{Line: 4}})             // dropped

	for _, test := range []struct {
		name, job, lastID string
		want              []uint64
	}{
		{"all, from the latest of each job", "", "", []uint64{4, 6, 7, 8}},
		{"all, from the start", "", h.ID(0), []uint64{1, 3, 4, 5, 6, 7, 8}},
		{"all, after an event", "", h.ID(3), []uint64{4, 5, 6, 7, 8}},
		{"all, after a progress that was replaced", "", h.ID(2), []uint64{3, 4, 5, 6, 7, 8}},
		{"all, after the last", "", h.ID(8), nil},
		{"one, from its start", "a", "", []uint64{1, 3, 4, 6}},
		{"one, from its start in the middle", "b", "", []uint64{5, 7, 8}},
		{"one, after an event", "a", h.ID(3), []uint64{4, 6}},
		{"one, after an event of another job", "a", h.ID(5), []uint64{6}},
		{"one, after its last", "a", h.ID(6), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []uint64
			for _, e := range ready(t, follow(t, h, test.job, test.lastID)) {
				decode(t, e)
				got = append(got, e.Seq)
				if e.Kind == KindGap {
					t.Errorf("a gap, though nothing is missing")
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
	if _, err := h.Follow("c", ""); !errors.Is(err, ErrNoJob) {
		t.Errorf("a job that is not there: %v, want ErrNoJob", err)
	}
}

func TestFollowFromAnotherHubsID(t *testing.T) {
	h := newHub(atOnce())
	h.State("a", State{State: "running"})
	h.Rejects("a", []Reject{{Line: 3}})
	for _, id := range []string{"otherone-1", "nonsense", h.ID(99), h.epoch + "-", h.epoch + "--1", h.epoch} {
		for _, job := range []string{"", "a"} {
			c := follow(t, h, job, id)
			if c.AtEnd() {
				t.Errorf("after %q nothing is left", id)
			}
			if got := kinds(ready(t, c)); got != "gap:"+job+" state:a reject:a" {
				t.Errorf("after %q: %s", id, got)
			}
		}
	}
}

func TestGap(t *testing.T) {
	l := atOnce()
	l.ringLen = 3
	h := newHub(l)
	h.State("a", State{State: "running"}) // 1
	h.State("b", State{State: "running"}) // 2
	h.Progress("b", read{1})              // 3
	for range 5 {
		h.Rejects("a", []Reject{{Line: 1}}) // 4 to 8; 6 to 8 are kept
	}

	c := follow(t, h, "", h.ID(1))
	got := ready(t, c)
	if kinds(got) != "gap: state:b progress:b reject:a reject:a reject:a" {
		t.Fatalf("got %s", kinds(got))
	}
	if g := decode(t, got[0]); g.Seq != 1 || g.Before != 6 || got[0].ID != "" {
		t.Errorf("the gap is %s with ID %q, want 1 to 6 and none", got[0].Data, got[0].ID)
	}
	// The latest state of each job is no loss, so b has no gap.
	if got := kinds(ready(t, follow(t, h, "b", ""))); got != "state:b progress:b" {
		t.Errorf("b: %s", got)
	}
	// Cut off after any of them, the gap is told again only while it is ahead.
	for i, e := range got[1:] {
		again := kinds(ready(t, follow(t, h, "", e.ID)))
		want := kinds(got[i+2:])
		if e.Seq < 5 {
			want = "gap: " + want
		}
		if again != want {
			t.Errorf("after %s: %s, want %s", e.ID, again, want)
		}
	}
	// Whoever reads too slowly has a gap without having been away.
	for range 4 {
		h.Rejects("a", []Reject{{Line: 2}}) // 9 to 12
	}
	if got := kinds(ready(t, c)); got != "gap: reject:a reject:a reject:a" {
		t.Errorf("a slow subscriber: %s", got)
	}
	// A state that was replaced when it had left the ring is lost.
	h.State("b", State{State: "done", Ended: true})
	if got := kinds(ready(t, follow(t, h, "b", ""))); got != "gap:b progress:b state:b" {
		t.Errorf("b: %s", got)
	}
}

func TestRingIsBoundedInBytes(t *testing.T) {
	l := atOnce()
	l.ringBytes = 10_000
	h := newHub(l)
	for range 100 {
		h.Rejects("a", []Reject{{Message: strings.Repeat("x", 1000)}})
	}
	if n := h.ring.len(); h.ring.bytes > 10_000 || n < 5 || n > 10 {
		t.Errorf("the ring has %d events and %d bytes", n, h.ring.bytes)
	}
	h.Rejects("a", []Reject{{Message: strings.Repeat("x", 50_000)}})
	if h.ring.len() != 1 {
		t.Errorf("an event that is larger than the ring: %d are kept, want that one", h.ring.len())
	}
}

func TestStreamOfAJobEnds(t *testing.T) {
	h := newHub(atOnce())
	h.State("a", State{State: "running"})
	c := follow(t, h, "a", "")
	if got := kinds(ready(t, c)); got != "state:a" || c.AtEnd() {
		t.Fatalf("got %s, at end: %t", got, c.AtEnd())
	}
	h.State("a", State{State: "cancelled", Ended: true})
	h.State("b", State{State: "running"})
	if c.AtEnd() {
		t.Error("at its end before the last state was read")
	}
	if got, err := c.Next(t.Context()); err != nil || kinds(got) != "state:a" {
		t.Fatalf("got %s, %v", kinds(got), err)
	}
	if _, err := c.Next(t.Context()); !errors.Is(err, io.EOF) || !c.AtEnd() {
		t.Errorf("after the last state: %v, at end: %t", err, c.AtEnd())
	}
	// Taken up again, it goes on where it was.
	h.State("a", State{State: "running"})
	if got := kinds(ready(t, follow(t, h, "a", h.ID(2)))); got != "state:a" {
		t.Errorf("taken up again: %s", got)
	}
}

func TestFinishedJobsAreForgotten(t *testing.T) {
	l := atOnce()
	l.finished, l.ringLen = 2, 4
	h := newHub(l)
	h.State("live", State{State: "running"})
	h.Progress("live", read{1})
	for _, job := range []string{"a", "b", "c", "d", "e"} {
		h.State(job, State{State: "running"})
		h.Progress(job, read{1})
		h.State(job, State{State: "done", Ended: true})
	}
	if len(h.jobs) != 3 || len(h.finished) != 2 || len(h.moved) != 3 {
		t.Errorf("%d jobs, %d finished, %d with progress are kept, want 3, 2, 3", len(h.jobs), len(h.finished), len(h.moved))
	}
	if _, err := h.Follow("a", ""); !errors.Is(err, ErrNoJob) {
		t.Errorf("a job that was forgotten: %v", err)
	}
	if got := kinds(ready(t, follow(t, h, "", ""))); got != "state:live progress:live progress:d state:d progress:e state:e" {
		t.Errorf("from the latest of each job: %s", got)
	}
	if got := ready(t, follow(t, h, "", h.ID(2))); got[0].Kind != KindGap {
		t.Errorf("after what was forgotten: %s, want a gap first", kinds(got))
	}
	// A forgotten job that is taken up again does not claim to be complete.
	h.State("a", State{State: "running"})
	if got := kinds(ready(t, follow(t, h, "a", ""))); got != "state:a" {
		t.Errorf("taken up again: %s", got)
	}
	if got := kinds(ready(t, follow(t, h, "a", h.ID(3)))); got != "gap:a state:a" {
		t.Errorf("taken up again, after an old ID: %s", got)
	}
}

func TestEndedJobThatIsNotKnown(t *testing.T) {
	l := atOnce()
	l.finished = 1
	h := newHub(l)
	last := State{State: "done", Ended: true}
	if got := h.Ended("old", last, ""); kinds(got) != "gap:old state:old" || got[1].ID != h.ID(0) || decode(t, got[1]).State != "done" {
		t.Errorf("to a new subscriber: %s", kinds(got))
	}
	if got := h.Ended("old", last, "otherone-7"); kinds(got) != "gap:old state:old" {
		t.Errorf("to one of an earlier hub: %s", kinds(got))
	}
	if got := h.Ended("old", last, h.ID(0)); len(got) != 0 {
		t.Errorf("to one who was told: %s", kinds(got))
	}
	h.State("a", State{State: "running"})
	h.State("a", State{State: "done", Ended: true})
	h.State("b", State{State: "done", Ended: true}) // a is forgotten
	if got := h.Ended("a", last, h.ID(1)); kinds(got) != "gap:a state:a" {
		t.Errorf("to one who missed the end: %s", kinds(got))
	} else if got := h.Ended("a", last, got[1].ID); len(got) != 0 {
		t.Errorf("to one who was told after a gap: %s", kinds(got))
	}
}

func TestCloseGivesTheRestAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		h.State("a", State{State: "running"})
		h.Progress("a", read{1})
		h.Progress("a", read{2}) // held back
		all := follow(t, h, "", h.ID(0))
		done := make(chan []int)
		go func() {
			var reads []int
			for e := range all.Events(t.Context()) {
				if e.Kind == KindProgress {
					reads = append(reads, decode(t, e).Read)
				}
			}
			done <- reads
		}()
		synctest.Wait()
		h.Close()
		h.Close()
		h.State("a", State{State: "done"})
		h.Progress("a", read{3})
		if reads := <-done; !slices.Equal(reads, []int{1, 2}) {
			t.Errorf("the progress that was read is %d, want 1 and 2", reads)
		}
	})
}

func TestNextWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		c := follow(t, h, "", "")
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.Next(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 15*time.Second {
			t.Errorf("with nothing to tell: %v after %v", err, time.Since(start))
		}
		go func() {
			time.Sleep(time.Hour)
			h.State("a", State{State: "queued"})
		}()
		if got, err := c.Next(t.Context()); err != nil || kinds(got) != "state:a" {
			t.Errorf("got %s, %v", kinds(got), err)
		}
	})
}
