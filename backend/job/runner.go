package job

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"linefeed/backend/event"
	"linefeed/backend/load"
	"linefeed/backend/profile"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// A Runner runs jobs, some of them side by side (see queue.go). It is safe for
// concurrent use. Only Start and the methods that return stored jobs wait for the
// store, which another program may have locked.
type Runner struct {
	store   *store.Store
	hub     *event.Hub
	targets Targets

	// Profiles are those that requests may name. It is not changed once jobs are started.
	Profiles *profile.Book

	// Allow returns who does what ctx is the context of, for the history: "" for the system's
	// user. With work it is asked before anything is written into a target, or goes on to be;
	// an error that wraps [ErrNotAllowed] then refuses that. It may take a moment, by which
	// nothing else is held up. nil allows all. It is not changed once jobs are started.
	Allow func(ctx context.Context, work bool) (who string, err error)

	mu        sync.Mutex            // never held while the store is read or written
	jobs      map[string]*active    // those that have not ended
	sets      map[string]*activeSet // those with jobs that have not ended
	queue     []*active             // those of them that have not begun, in their order
	atOnce    int                   // the number of jobs that may run side by side
	attending bool                  // a goroutine looks for wishes
	recent    []*active             // the last that have ended, for Wait: the store keeps no errors
	unkept    map[string]Job        // those that have ended without the store knowing yet
	closing   time.Time             // when Close was called; zero before
	open      context.Context       // done when the runner is closed
	shut      context.CancelCauseFunc
	work      sync.WaitGroup
}

// An active job has not ended. Its fields are guarded by Runner.mu, except those
// that only its own goroutine uses while it runs.
type active struct {
	job      Job     // as it is stored and published: its request holds no password
	req      Request // as it was made
	takenUp  *TakeUp // it goes on; nil for a new one
	place    string  // the database that it loads into, to be compared by [target.Same]; "" for none
	cancel   context.CancelCauseFunc
	ctx      context.Context
	soon     context.Context // done soon after ctx, while it runs
	resumed  chan struct{}   // closed when the job is resumed; nil unless it is paused
	progress *load.Progress
	stored   *load.Progress // the one that other processes know
	table    string
	keeper   keeper

	set  *activeSet // that it is one of; nil for none
	size int64      // bytes of its file, for the set
	told State      // that the set knows
	fed  bool       // the set has put it into the queue

	checkpoint     string    // the last one
	checkpointKept bool      // it could be stored
	committing     bool      // what it is about may not be committed
	passed         [2]passed // as of the last two
	committed      bool      // one went through: its rows, the table that it made, and its marks are there

	publishedUpTo int64          // the last rejected record that was published
	published     []event.Reject // room for rejects that are published

	ended chan struct{} // closed when the job has ended, summary and err set
	err   error         // why it did not reach its end
}

// mostRecent is the number of ended jobs whose errors are remembered.
const mostRecent = 16

// errCancelled is the cause when a person cancels a job.
var errCancelled = errors.New("cancelled")

// ErrClosed says that the program is ending: no job is started any more, and it
// is why running ones stop.
var ErrClosed = errors.New("the program ends")

// ErrNoJob says that there is no job of that ID.
var ErrNoJob = store.ErrNoJob

// ErrNotActive says that a job can't be paused, resumed or cancelled because
// it has ended.
var ErrNotActive = errors.New("the job has ended")

// Targets opens targets, also those that have a name alone.
type Targets interface {
	// Open opens a target. An error shows no password.
	Open(ctx context.Context, url string) (target.Target, error)

	// Address returns the address that a target stands for, perhaps without its
	// password.
	Address(ctx context.Context, url string) (string, error)
}

// URLs opens targets by their URLs alone.
type URLs struct{}

// Open implements [Targets].
func (URLs) Open(ctx context.Context, url string) (target.Target, error) {
	return target.Open(ctx, url)
}

// Address implements [Targets].
func (URLs) Address(_ context.Context, url string) (string, error) { return url, nil }

// NewRunner returns a runner that stores its jobs in st and publishes them to hub.
func NewRunner(st *store.Store, hub *event.Hub, targets Targets) *Runner {
	r := &Runner{store: st, hub: hub, targets: targets, Profiles: profile.New(""), jobs: map[string]*active{}, sets: map[string]*activeSet{}, atOnce: 1, unkept: map[string]Job{}}
	r.open, r.shut = context.WithCancelCause(context.Background())
	return r
}

// Close stops the jobs that have not ended, which become interrupted ones, and
// waits for them.
func (r *Runner) Close() {
	r.mu.Lock()
	if r.closing.IsZero() {
		r.closing = time.Now()
	}
	for _, a := range r.jobs {
		a.cancel(ErrClosed)
		r.drop(a, ErrClosed)
	}
	r.mu.Unlock()
	r.shut(ErrClosed)
	r.work.Wait()
	r.keepUnkept()
}

// Start queues a job, and returns as soon as it is stored. What is wrong with
// its file or target becomes the job's error; that it names no profile, or one that
// can't be used, is Start's, and so is that it is not allowed ([Runner.Allow]). A closed
// runner returns [ErrClosed].
func (r *Runner) Start(ctx context.Context, req Request) (Job, error) {
	return r.StartKeyed(ctx, req, Key{})
}

// StartKeyed is [Runner.Start] with a key. The error wraps [ErrKeyUsed], also if the job
// that was started with the key is the same.
func (r *Runner) StartKeyed(ctx context.Context, req Request, key Key) (Job, error) {
	req, err := Profiled(r.Profiles, req)
	if err != nil {
		return Job{}, err
	}
	r.takeTarget(ctx, &req)
	who, err := r.whoStarts(ctx, req)
	if err != nil {
		return Job{}, err
	}
	if req.Retry != nil {
		if req, err = r.retryOf(ctx, req); err != nil {
			return Job{}, err
		}
	}
	a := newActive(req, who)
	a.job.ID, a.job.Created = newID(), wireTime(time.Now())
	return r.enqueue(ctx, a, func(ctx context.Context) error { return r.keepNew(ctx, a, key) })
}

// newActive returns a job of a request that is yet to be queued.
func newActive(req Request, who string) *active {
	return &active{
		ended: make(chan struct{}), table: req.Plan.Table, req: req,
		job: Job{State: Queued, Request: req.redacted(), Who: who},
	}
}

// keepNew stores a new job. Once the runner is closed it does not wait for the
// store, and leaves no job in it that never began.
func (r *Runner) keepNew(ctx context.Context, a *active, key Key) error {
	kept, err := a.job.stored()
	if err != nil {
		return err
	}
	kept.Key, kept.KeyFor = key.name, key.what
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.open, cancel)()
	err = r.store.AddJob(ctx, kept)
	if err == nil || ctx.Err() == nil {
		return err
	}
	if r.open.Err() != nil {
		err = ErrClosed
	}
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), r.patience())
	defer cancel()
	return errors.Join(err, r.store.RemoveJob(ctx, a.job.ID)) // it may be there
}

// newID returns an ID for a job that is short and easy to type.
func newID() string { return strings.ToLower(rand.Text()[:8]) }

// Wait waits until a job has ended, and returns its summary, and an error if it
// failed or was stopped. When ctx is done first, it returns ctx's error.
func (r *Runner) Wait(ctx context.Context, id string) (Summary, error) {
	r.mu.Lock()
	a := r.jobs[id]
	if a == nil {
		for _, ended := range r.recent { // the last time counts
			if ended.job.ID == id {
				a = ended
			}
		}
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

// ended returns what Wait returns for a job that ended earlier.
func (r *Runner) ended(ctx context.Context, id string) (Summary, error) {
	j, err := r.Job(ctx, id)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Job: id, File: j.Request.File, Table: j.Request.Plan.Table, State: j.State}
	if j.Summary != nil { // a job whose process was killed has none
		s = *j.Summary
	}
	switch s.State {
	case Cancelled:
		err = errCancelled
	case Failed:
		err = errors.New(s.Error)
	case Interrupted:
		err = ErrClosed
	}
	return s, err
}
