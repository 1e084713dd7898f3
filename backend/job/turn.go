package job

import (
	"context"
	"path/filepath"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// lookForTurn is the interval of looking whether a job has its turn.
const lookForTurn = 250 * time.Millisecond

// endTurnFor is how long it may take to store the end of a turn: that of the job ends
// it, too.
const endTurnFor = time.Second

// perform runs a job once nobody else loads into its SQLite file.
func (r *Runner) perform(a *active) (Summary, error) {
	path := target.Path(a.place)
	if path == "" || a.req.Check || target.Redact(path) != path { // a check writes nothing, and what may be a password is not stored
		return r.load(a)
	}
	if err := r.store.QueueUp(a.ctx, a.job.ID, path); err != nil {
		return Summary{}, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), endTurnFor)
		defer cancel()
		_ = r.store.EndTurn(ctx, a.job.ID)
	}()
	if err := r.awaitTurn(a, path); err != nil {
		return Summary{}, err
	}
	return r.load(a)
}

// awaitTurn returns when it is a job's turn to load into the file at path, or the job
// is to stop. Meanwhile it tells what is waited for.
func (r *Runner) awaitTurn(a *active, path string) error {
	type answer struct {
		first *store.Job
		err   error
	}
	id := a.job.ID // for what is abandoned
	tick := time.NewTicker(lookForTurn)
	defer tick.Stop()
	for waited := false; ; waited = true {
		got, _ := await(a.ctx, func() answer {
			first, err := r.store.TurnAfter(a.ctx, id)
			return answer{first, err}
		})
		switch {
		case a.ctx.Err() != nil:
			return context.Cause(a.ctx)
		case got.err != nil:
			return got.err
		case got.first == nil:
			if waited {
				r.publishProgress(a, load.Progress{Phase: load.PhaseOpening, BytesTotal: -1})
			}
			return nil
		}
		r.publishProgress(a, waitsFor(got.first, path))
		select {
		case <-tick.C:
		case <-a.ctx.Done():
		}
	}
}

// waitsFor returns the progress of a job that waits for another one.
func waitsFor(first *store.Job, path string) load.Progress {
	file := filepath.Base(first.File)
	note := message.New("turn_after", "", "path", path, "job", first.ID, "file", file)
	if State(first.State) == Paused {
		note = message.New("turn_after_paused", "", "path", path, "job", first.ID, "file", file)
	}
	return load.Progress{Phase: load.PhaseWaiting, BytesTotal: -1, Waiting: &load.Waiting{Job: first.ID, Note: note}}
}
