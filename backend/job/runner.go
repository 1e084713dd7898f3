package job

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/store"
)

// A Runner runs jobs, one after the other, in the order in which they were
// started. It may be used by any number of goroutines.
type Runner struct {
	store *store.Store
	hub   *event.Hub

	mu      sync.Mutex
	jobs    map[string]*active // those that have not ended
	queue   []*active          // those that wait for their turn
	working bool               // a goroutine is at the queue
	lately  []*active          // the last that have ended, for Wait: the store keeps no error
	closed  bool
	work    sync.WaitGroup
}

// An active job has not ended. Its fields are guarded by Runner.mu, but for
// those that its own goroutine alone uses while it runs.
type active struct {
	job      Job
	cancel   context.CancelCauseFunc
	ctx      context.Context
	goOn     chan struct{} // not nil while it is paused; closed to go on
	progress *load.Progress
	table    string

	ended chan struct{} // closed when the job has ended, summary and err set
	err   error         // why it did not reach its end
}

// mostLately is of how many ended jobs the error is remembered.
const mostLately = 16

// errCancelled is the cause of a context that a person cancelled, errClosed of
// one that ends with the program.
var (
	errCancelled = errors.New("cancelled")
	errClosed    = errors.New("the program ends")
)

// ErrNoJob says that there is no job of that name.
var ErrNoJob = store.ErrNoJob

// ErrNotActive says that a job can't be paused, resumed or cancelled because
// it has ended.
var ErrNotActive = errors.New("the job has ended")

// NewRunner returns a runner that keeps its jobs in st and tells hub of them.
func NewRunner(st *store.Store, hub *event.Hub) *Runner {
	return &Runner{store: st, hub: hub, jobs: map[string]*active{}}
}

// Close cancels the jobs that have not ended, and waits until they have. They
// are then interrupted ones.
func (r *Runner) Close() {
	r.mu.Lock()
	r.closed = true
	for _, a := range r.jobs {
		a.cancel(errClosed)
	}
	r.mu.Unlock()
	r.work.Wait()
}

// Start starts a job, or puts it behind those that run. It returns as soon as
// the job is kept; what is wrong with the file or the target is told by the
// job.
func (r *Runner) Start(ctx context.Context, req Request) (Job, error) {
	a := &active{ended: make(chan struct{}), table: req.Plan.Table}
	a.job = Job{ID: newID(), State: Queued, Request: req, Created: wireTime(time.Now())}
	a.ctx, a.cancel = context.WithCancelCause(context.WithoutCancel(ctx))

	kept, err := a.job.stored()
	if err != nil {
		return Job{}, err
	}
	if err := r.store.AddJob(ctx, kept); err != nil {
		return Job{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return Job{}, errClosed
	}
	r.jobs[a.job.ID] = a
	r.queue = append(r.queue, a)
	r.hub.State(a.job.ID, event.State{State: string(Queued)})
	if !r.working {
		r.working = true
		r.work.Go(r.runQueue)
	}
	return a.job, nil
}

// newID returns a name for a job: short, and good on a command line.
func newID() string { return strings.ToLower(rand.Text()[:8]) }

// runQueue runs the jobs of the queue until it is empty.
func (r *Runner) runQueue() {
	for {
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.working = false
			r.mu.Unlock()
			return
		}
		a := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		r.run(a)
	}
}

// run runs one job to its end.
func (r *Runner) run(a *active) {
	r.mu.Lock()
	err := r.setState(a, Running, nil)
	r.mu.Unlock()
	var summary Summary
	if err == nil {
		summary, err = r.load(a)
	}
	r.end(a, summary, err)
}

// end brings a job to its final state, told by why it ended.
func (r *Runner) end(a *active, summary Summary, err error) {
	cause := context.Cause(a.ctx)
	switch {
	case err == nil:
		summary.State = Done
	case errors.Is(cause, errClosed):
		summary.State, err = Interrupted, cause
	case cause != nil:
		summary.State, err = Cancelled, cause
	default:
		summary.State, summary.Error = Failed, err.Error()
	}
	summary.Job, summary.File, summary.Table = a.job.ID, a.job.Request.File, a.table
	summary.Check = a.job.Request.Check
	balance := summary.Counts
	balance.Rejected += summary.RolledBack
	summary.Balanced = balance.Balanced()

	r.mu.Lock()
	defer r.mu.Unlock()
	if keepErr := r.setState(a, summary.State, &summary); err == nil {
		err = keepErr
	}
	a.err = err
	a.cancel(nil)
	delete(r.jobs, a.job.ID)
	r.lately = append(r.lately[max(0, len(r.lately)+1-mostLately):], a)
	close(a.ended)
}

// setState keeps and tells a change of a job's state; summary is given when it
// has ended. Runner.mu is held, so that states are kept and told in the order
// in which they come.
func (r *Runner) setState(a *active, s State, summary *Summary) error {
	now := wireTime(time.Now())
	a.job.State = s
	switch {
	case summary != nil:
		a.job.Finished, a.job.Summary = now, summary
	case a.job.Started == "":
		a.job.Started = now
	}
	kept, err := a.job.stored()
	if err == nil {
		err = r.store.UpdateJob(context.WithoutCancel(a.ctx), kept)
	}
	told := event.State{State: string(s), Ended: summary != nil}
	if summary != nil {
		told.Summary = summary
	}
	r.hub.State(a.job.ID, told)
	return err
}

// Wait waits until a job of this runner has ended, and returns its summary and
// why it did not reach its end, if it did not. When ctx is done first, it
// returns ctx's error.
func (r *Runner) Wait(ctx context.Context, id string) (Summary, error) {
	r.mu.Lock()
	a := r.jobs[id]
	if i := slices.IndexFunc(r.lately, func(a *active) bool { return a.job.ID == id }); i >= 0 {
		a = r.lately[i]
	}
	r.mu.Unlock()
	if a == nil {
		return r.ended(ctx, id)
	}
	select {
	case <-a.ended:
		return *a.job.Summary, a.err
	case <-ctx.Done():
		return Summary{}, ctx.Err()
	}
}

// ended returns what Wait returns for a job that has ended already.
func (r *Runner) ended(ctx context.Context, id string) (Summary, error) {
	j, err := r.Job(ctx, id)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Job: id, File: j.Request.File, Table: j.Request.Plan.Table, State: j.State}
	if j.Summary != nil { // one whose process was killed has none
		s = *j.Summary
	}
	switch s.State {
	case Cancelled:
		err = errCancelled
	case Failed:
		err = errors.New(s.Error)
	case Interrupted:
		err = errClosed
	}
	return s, err
}

// Pause lets a running job stand still after the batch at hand.
func (r *Runner) Pause(id string) error {
	return r.change(id, func(a *active) (State, error) {
		if a.job.State != Running {
			return "", fmt.Errorf("job %s is %s: only a running one can be paused", id, a.job.State)
		}
		a.goOn = make(chan struct{})
		return Paused, nil
	})
}

// Resume lets a paused job go on.
func (r *Runner) Resume(id string) error {
	return r.change(id, func(a *active) (State, error) {
		if a.job.State != Paused {
			return "", fmt.Errorf("job %s is %s: only a paused one can be resumed", id, a.job.State)
		}
		close(a.goOn)
		a.goOn = nil
		return Running, nil
	})
}

// Cancel ends a job. What it has written is kept, unless its plan is atomic.
// It does not wait: the job's last state tells when it has ended.
func (r *Runner) Cancel(id string) error {
	r.mu.Lock()
	a := r.jobs[id]
	if a == nil {
		r.mu.Unlock()
		return r.notActive(id)
	}
	a.cancel(errCancelled)
	i := slices.Index(r.queue, a)
	if i >= 0 {
		r.queue = slices.Delete(r.queue, i, i+1)
	}
	r.mu.Unlock()
	if i >= 0 { // it never ran
		r.end(a, Summary{}, errCancelled)
	}
	return nil
}

// change lets f change an active job and keeps and tells its new state.
func (r *Runner) change(id string, f func(*active) (State, error)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.jobs[id]
	if a == nil {
		return r.notActive(id)
	}
	state, err := f(a)
	if err != nil {
		return err
	}
	return r.setState(a, state, nil)
}

// notActive tells why there is no active job of that name.
func (r *Runner) notActive(id string) error {
	j, err := r.Job(context.Background(), id)
	if err != nil {
		return err
	}
	return fmt.Errorf("job %s is %s: %w", id, j.State, ErrNotActive)
}

// Job returns a job, or an error that wraps [ErrNoJob].
func (r *Runner) Job(ctx context.Context, id string) (Job, error) {
	kept, err := r.store.Job(ctx, id)
	if err != nil {
		return Job{}, err
	}
	return fromStore(kept)
}

// Snapshot returns a job with its latest progress.
func (r *Runner) Snapshot(ctx context.Context, id string) (Snapshot, error) {
	s := Snapshot{Seq: r.hub.Seq()} // before the rest, which may be newer
	r.mu.Lock()
	if a := r.jobs[id]; a != nil {
		s.Job, s.Progress = a.job, a.progress
	}
	r.mu.Unlock()
	if s.Job.ID != "" {
		return s, nil
	}
	var err error
	s.Job, err = r.Job(ctx, id)
	return s, err
}

// mostJobs is how many jobs are listed.
const mostJobs = 1000

// Jobs returns the latest jobs, the newest first, without what they inferred.
func (r *Runner) Jobs(ctx context.Context) ([]Job, error) {
	kept, err := r.store.Jobs(ctx, mostJobs)
	if err != nil {
		return nil, err
	}
	return listed(kept)
}

// JobsBefore returns a page of the jobs as Jobs does: those that are older than
// the one named before, or all where it is "", limit of them at most, and fewer
// where they take so many bytes. It reports whether there are older ones.
func (r *Runner) JobsBefore(ctx context.Context, before string, limit, bytes int) (jobs []Job, more bool, err error) {
	kept, more, err := r.store.JobsBefore(ctx, before, limit, bytes)
	if err != nil {
		return nil, false, err
	}
	jobs, err = listed(kept)
	return jobs, more, err
}

// listed returns jobs as a list shows them.
func listed(kept []store.Job) ([]Job, error) {
	jobs := make([]Job, 0, len(kept))
	for _, k := range kept {
		j, err := fromStore(k)
		if err != nil {
			return nil, err
		}
		if j.Summary != nil {
			j.Summary.Guesses = nil
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// Active returns how many jobs have not ended.
func (r *Runner) Active() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.jobs)
}

// Rejects returns a page of a job's rejects.
func (r *Runner) Rejects(ctx context.Context, q RejectQuery) (RejectPage, error) {
	return r.store.Rejects(ctx, q)
}

// RejectCounts returns how many of a job's rejects have which reason.
func (r *Runner) RejectCounts(ctx context.Context, id string) ([]RejectCount, error) {
	return r.store.RejectCounts(ctx, id)
}
