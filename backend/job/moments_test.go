package job

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// Jobs that are paused, resumed, cancelled and taken up at any moments, by several at once,
// come to their ends with every record loaded or told once, and leave no goroutine behind.
func TestOrdersAtAnyMoment(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // once all is closed
	b := newBench(t)
	if _, err := b.runner.store.SetSetting(t.Context(), store.ImportsAtOnce, "3"); err != nil {
		t.Fatal(err)
	}
	const jobs, records = 5, 60_000 // two of them wait for their turn, and share a database
	file := b.file("in.csv", rows(records, 100))
	var work sync.WaitGroup
	var done [jobs]Summary
	for i := range jobs {
		j := b.start(Request{File: file, Target: b.path(fmt.Sprint(i%4, ".db")), Plan: load.Plan{Table: fmt.Sprint("t", i), Create: true, Columns: idAndName()}})
		left := &atomic.Int32{}
		left.Store(20)
		for who := range 2 {
			work.Go(func() {
				if s := b.meddle(j.ID, left, rand.New(rand.NewPCG(uint64(i), uint64(who)))); who == 0 {
					done[i] = s
				}
			})
		}
	}
	work.Wait()
	for i, s := range done {
		n := b.count(b.path(fmt.Sprint(i%4, ".db")), fmt.Sprint("t", i))
		if s.State != Done || !s.Balanced || s.Read != records || s.Rejected != records/100 || int64(n) != s.Inserted || b.stored(s.Job) != s.Rejected {
			t.Errorf("job %d has %d rows and %d rejects: %+v", i, n, b.stored(s.Job), s)
		}
	}
}

// meddle gives a job orders, as long as there are some left, and takes it up until it is
// done.
func (b *bench) meddle(id string, left *atomic.Int32, r *rand.Rand) Summary {
	order := func(what string, err error) {
		if err != nil && !tooLate(err) {
			b.Errorf("%s: %v", what, err)
		}
	}
	ctx := b.Context()
	for {
		cursor, err := b.hub.Follow(id, "")
		if err != nil {
			b.Errorf("follow: %v", err)
			return Summary{}
		}
		for e := range cursor.Events(ctx) {
			paused := e.Kind == event.KindState && bytes.Contains(e.Data, []byte(`"state":"paused"`))
			switch n := r.IntN(9); {
			case paused && n > 0:
				order("resume", b.runner.Resume(ctx, id))
			case paused:
				order("cancel", b.runner.Cancel(ctx, id, KeepRows))
			case n > 5 || left.Add(-1) < 0:
			case n == 0:
				order("cancel", b.runner.Cancel(ctx, id, KeepRows))
			case n == 1:
				order("move to the front", b.runner.First(ctx, id))
			default:
				order("pause", b.runner.Pause(ctx, id))
			}
		}
		if s, err := b.runner.Wait(ctx, id); err == nil {
			return s
		} else if !errors.Is(err, errCancelled) {
			b.Errorf("%+v, %v", s, err)
			return s
		}
		_, err = b.runner.TakeUp(ctx, id, TakeUp{})
		order("take up", err)
	}
}

// tooLate reports whether an order came when the job was no longer, or not yet, in the
// state for it.
func tooLate(err error) bool {
	return errors.Is(err, ErrNotActive) || slices.ContainsFunc(message.Notes(err), func(n message.Note) bool {
		return slices.Contains([]message.ID{"not_running", "not_paused", "not_queued", "job_ending", "not_ended"}, n.MessageID)
	})
}
