package event

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// received is an event with the time at which a subscriber got it.
type received struct {
	body
	kind Kind
	at   time.Duration
}

// listen follows all events of h from here on. The function that it returns
// closes the hub and returns what was told.
func listen(t *testing.T, h *Hub) func() []received {
	start := time.Now()
	c := follow(t, h, "", "")
	result := make(chan []received)
	go func() {
		var all []received
		for e := range c.Events(t.Context()) {
			all = append(all, received{decode(t, e), e.Kind, time.Since(start)})
		}
		result <- all
	}()
	return func() []received {
		h.Close()
		return <-result
	}
}

func TestProgressIsToldTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		stop := listen(t, h)
		for i := range 995 {
			h.Progress("a", read{i})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second) // the last one comes without anything following it
		synctest.Wait()
		h.Progress("a", read{1000})
		synctest.Wait()
		h.Progress("a", read{1001})
		h.State("a", State{State: "done", Ended: true})
		got := stop()

		if n := len(got); n != 14 {
			t.Fatalf("%d events, want 11, the two of the end, and the state", n)
		}
		for i, e := range got[:11] {
			at := time.Duration(i) * 100 * time.Millisecond
			if e.at != at {
				t.Errorf("event %d came after %v, want %v", i, e.at, at)
			}
			if want := min(i*100, 994); e.Read < want-1 || e.Read > want {
				t.Errorf("event %d says %d, want %d", i, e.Read, want)
			}
		}
		if got[11].Read != 1000 || got[12].Read != 1001 || got[13].State != "done" {
			t.Errorf("the end is %+v, want the first progress after the pause, the last one, the state", got[11:])
		}
	})
}

func TestJobsAreThrottledApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		stop := listen(t, h)
		for i := range 100 {
			h.Progress("a", read{i})
			h.Progress("b", read{i})
			time.Sleep(10 * time.Millisecond)
		}
		perJob := make(map[string]int)
		for _, e := range stop() {
			perJob[e.Job]++
		}
		if perJob["a"] != 11 || perJob["b"] != 11 {
			t.Errorf("events of each job: %v, want 10 and the last", perJob)
		}
	})
}

func TestRejectsAreBatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		stop := listen(t, h)
		line := int64(0)
		for range 600 { // one a millisecond
			line++
			h.Rejects("a", []Reject{{Line: line}})
			time.Sleep(time.Millisecond)
		}
		h.Rejects("a", nil)
		h.State("a", State{State: "done", Ended: true})
		got := stop()
		if len(got) < 6 || len(got) > 9 {
			t.Errorf("%d events for 600 rejects in 0.6 s", len(got))
		}
		line = 0
		for _, e := range got {
			for _, r := range e.Rejects {
				if line++; r.Line != line {
					t.Fatalf("line %d where %d is due", r.Line, line)
				}
			}
			if e.More != 0 {
				t.Errorf("%d more, want none", e.More)
			}
		}
		if line != 600 {
			t.Errorf("%d rejects were told, want 600", line)
		}
	})
}

func TestRejectsPastTheCapAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		stop := listen(t, h)
		const perCall, calls = 90, 4000
		start := time.Now()
		for range calls { // 9,000 a second, over 40 seconds
			h.Rejects("a", make([]Reject, perCall))
			h.Progress("a", read{1})
			time.Sleep(10 * time.Millisecond)
		}
		seconds := int(time.Since(start).Seconds())
		h.State("a", State{State: "done", Ended: true})

		listed, more, counting := 0, 0, 0
		for _, e := range stop() {
			listed += len(e.Rejects)
			more += e.More
			if most := h.limits.burst + int(e.at.Seconds()*float64(h.limits.rate)) + 1; listed > most {
				t.Fatalf("%d rejects were listed after %v, want at most %d", listed, e.at, most)
			}
			if e.kind == KindReject && len(e.Rejects) == 0 {
				counting++
			}
		}
		if listed != h.limits.listed || listed+more != perCall*calls {
			t.Errorf("%d listed and %d more, want %d and %d in all", listed, more, h.limits.listed, perCall*calls)
		}
		if counting < 2 || counting > seconds+1 {
			t.Errorf("%d events only count, in %d seconds", counting, seconds)
		}
	})
}

func TestFewRejectsAreAllListed(t *testing.T) {
	h := New()
	for range 5 {
		h.Rejects("a", make([]Reject, 100))
	}
	h.State("a", State{State: "done", Ended: true})
	listed := 0
	for _, e := range ready(t, follow(t, h, "a", "")) {
		listed += len(decode(t, e).Rejects)
	}
	if listed != 500 {
		t.Errorf("%d of 500 rejects are listed", listed)
	}
}

func TestRejectEventsAreBoundedInBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in no time, so that nothing is told before the end
		h := New()
		long := Reject{Message: strings.Repeat("x", 10_000)}
		h.Rejects("a", []Reject{{}}) // told at once; what follows is held back
		for range 300 {
			h.Rejects("a", []Reject{long, long})
		}
		h.State("a", State{State: "done", Ended: true})
		got := ready(t, follow(t, h, "a", ""))
		listed, more := 0, 0
		for i, e := range got[:len(got)-1] {
			b := decode(t, e)
			if len(e.Data) > h.limits.eventSize+11_000 {
				t.Errorf("an event has %d bytes", len(e.Data))
			}
			if b.More > 0 && i != len(got)-2 {
				t.Errorf("%d more before the last event", b.More)
			}
			listed += len(b.Rejects)
			more += b.More
		}
		if listed < 500 || listed+more != 601 {
			t.Errorf("%d listed and %d more, want 601 in all", listed, more)
		}
	})
}

// After a long silence no more rejects are listed at once than before it.
func TestRoomForRejectsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		stop := listen(t, h)
		h.Rejects("a", make([]Reject, 1))
		time.Sleep(time.Hour)
		h.Rejects("a", make([]Reject, 3*h.limits.burst))
		h.State("a", State{State: "done", Ended: true})
		listed, more := 0, 0
		for _, e := range stop() {
			listed, more = listed+len(e.Rejects), more+e.More
		}
		if listed != 1+h.limits.burst || more != 2*h.limits.burst {
			t.Errorf("%d rejects are listed and %d counted, want %d and %d", listed, more, 1+h.limits.burst, 2*h.limits.burst)
		}
	})
}

// What is due first is published first, whatever else is held back for longer.
func TestEachJobIsPublishedWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		stop := listen(t, h)
		for range 2 { // the second time they are only counted, which is due in a second
			h.Rejects("counted", make([]Reject, h.limits.burst+1))
		}
		h.Progress("moving", read{1})
		h.Progress("moving", read{2}) // due in a tenth of one
		time.Sleep(time.Minute)
		synctest.Wait()
		want := map[string]time.Duration{"counted": h.limits.counting, "moving": h.limits.interval}
		last := map[string]time.Duration{}
		for _, e := range stop() {
			last[e.Job] = e.at
		}
		for job, at := range want {
			if last[job] != at {
				t.Errorf("the last event of the job %q came after %v, want %v", job, last[job], at)
			}
		}
	})
}
