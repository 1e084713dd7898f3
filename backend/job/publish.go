package job

import (
	"context"
	"slices"
	"sync"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// publishWarnings publishes what should be known about the plan before the first
// record is loaded: the job's state once more, with the warnings.
func (r *Runner) publishWarnings(a *active, warnings []load.Warning) {
	if len(warnings) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hub.State(a.job.ID, event.State{State: string(a.job.State), Warnings: warnings})
}

// lookForWaiting is the interval of looking whether the target is waiting.
const lookForWaiting = 250 * time.Millisecond

// publishWaiting publishes a progress that says so while dst waits for the lock
// of another program, until the func it returns is called.
func (r *Runner) publishWaiting(a *active, dst target.Target) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(lookForWaiting)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			r.mu.Lock()
			if dst.Waiting() { // nothing else is published until r.mu is free
				p := load.Progress{BytesTotal: -1}
				if a.progress != nil {
					p = *a.progress
				}
				p.Phase, p.RecordsPerSecond, p.BytesPerSecond, p.EtaMs = load.PhaseWaiting, 0, 0, nil
				r.setProgress(a, p)
			}
			r.mu.Unlock()
		}
	})
	return func() { cancel(); watch.Wait() }
}

func (r *Runner) publishProgress(a *active, p load.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.setProgress(a, p)
}

// setProgress publishes a job's progress. Runner.mu is held.
func (r *Runner) setProgress(a *active, p load.Progress) {
	if last := a.progress; last != nil && last.Percent != nil && p.Percent != nil && *p.Percent < *last.Percent {
		p.Percent = last.Percent // a second reading takes longer than it seemed at first
	}
	a.progress = &p
	r.hub.Progress(a.job.ID, p)
	if a.set != nil {
		r.setSetProgress(a.set)
	}
}

// keepRejects stores and publishes rejects, also after a cancel.
func (r *Runner) keepRejects(a *active, log *store.RejectLog, rejects []load.Reject) error {
	if err := log.Add(context.WithoutCancel(a.ctx), rejects); err != nil {
		return err
	}
	// Rejects published before types gave way are stored again, but not published
	// again.
	first := slices.IndexFunc(rejects, func(v load.Reject) bool { return v.Record > a.publishedUpTo })
	if first < 0 {
		return nil
	}
	rejects = rejects[first:]
	a.publishedUpTo = rejects[len(rejects)-1].Record
	published := a.published[:0]
	var mended map[int64]int64
	if v := a.req.Retry; v != nil && v.File != "" {
		var err error
		if mended, err = r.store.MendedLines(context.WithoutCancel(a.ctx), a.job.ID, rejects[0].Record, a.publishedUpTo); err != nil {
			return err
		}
	}
	for i := range rejects {
		v := &rejects[i]
		published = append(published, event.Reject{
			MendedLine: mended[v.Record],
			Time:       event.Time{Time: v.Time}, Record: v.Record, Line: v.Line, EndLine: v.EndLine,
			Column: v.Column, Value: store.Value(v), Code: string(v.Code), Message: v.Message, Hint: v.Hint, Origin: v.Origin,
		})
	}
	r.hub.Rejects(a.job.ID, published)
	clear(published)
	a.published = published
	return nil
}
