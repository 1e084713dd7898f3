package event

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// BenchmarkProgress is what a publisher pays for calling as often as it likes,
// with 100 subscribers of which half never read.
func BenchmarkProgress(b *testing.B) {
	for _, n := range []int{0, 100} {
		b.Run(fmt.Sprint(n, " subscribers"), func(b *testing.B) {
			benchmark(b, defaults, n, func(h *Hub) { h.Progress("j", read{1}) })
		})
	}
}

// BenchmarkEvent is what an event costs the publisher that is told at once, of
// which there are at most some tens a second.
func BenchmarkEvent(b *testing.B) {
	for _, n := range []int{0, 100} {
		b.Run(fmt.Sprint(n, " subscribers"), func(b *testing.B) {
			benchmark(b, defaults, n, func(h *Hub) { h.State("j", State{State: "running"}) })
		})
	}
}

// BenchmarkRejects is what 100 rejects cost their publisher, beyond the cap.
func BenchmarkRejects(b *testing.B) {
	rs := make([]Reject, 100)
	for i := range rs {
		rs[i] = Reject{Time: Time{time.Now()}, Line: int64(i), Column: "price", Value: "12,5O", Code: "not_a_number",
			Message: "this is not a number", Hint: "write the number with digits and a decimal point"}
	}
	benchmark(b, defaults, 100, func(h *Hub) { h.Rejects("j", rs) })
}

func benchmark(b *testing.B, l limits, subscribers int, publish func(*Hub)) {
	h := newHub(l)
	ctx, cancel := context.WithCancel(b.Context())
	var readers sync.WaitGroup
	for i := range subscribers {
		c, err := h.Follow("", "")
		if err != nil {
			b.Fatal(err)
		}
		if i%2 == 0 {
			continue // stalled: it has subscribed and does not read
		}
		readers.Go(func() {
			for range c.Events(ctx) {
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		publish(h)
	}
	b.StopTimer()
	cancel()
	readers.Wait()
}
