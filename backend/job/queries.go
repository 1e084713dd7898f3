package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"time"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
)

// Job returns a job, or an error that wraps [ErrNoJob].
func (r *Runner) Job(ctx context.Context, id string) (Job, error) {
	if j, ok := r.known(id); ok {
		return j, nil
	}
	kept, err := r.store.Job(ctx, id)
	if err != nil {
		return Job{}, err
	}
	return fromStore(kept), nil
}

// known returns a job about which the runner knows more than the store.
func (r *Runner) known(id string) (Job, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.jobs[id]; a != nil {
		return a.job, true
	}
	j, ok := r.unkept[id]
	return j, ok
}

// WatchedJob returns the latest job of a watched file, and whether there is one, as long as
// it is in the history.
func (r *Runner) WatchedJob(ctx context.Context, watched string) (Job, bool, error) {
	id, err := r.store.WatchedJob(ctx, watched)
	if err != nil || id == "" {
		return Job{}, false, err
	}
	j, err := r.Job(ctx, id)
	return j, err == nil, err
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
	if j, ok := r.known(id); ok {
		s.Job = j
		return s, nil
	}
	kept, err := r.store.Job(ctx, id)
	if err != nil {
		return s, err
	}
	s.takeStored(kept)
	return s, nil
}

// takeStored sets the job, as it is stored. One that has not ended is another process's.
func (s *Snapshot) takeStored(kept store.Job) {
	s.Job = fromStore(kept)
	var p load.Progress
	if s.Elsewhere = s.Job.State.Active(); s.Elsewhere && json.Unmarshal([]byte(kept.Progress), &p) == nil {
		s.Progress = &p
	}
}

// endedLately is how long Elsewhere returns a job after its end.
const endedLately = 10 * time.Second

// Elsewhere returns the jobs of other processes that have not ended, or ended a few
// seconds ago, newest first. It costs little where there are none.
func (r *Runner) Elsewhere(ctx context.Context) ([]Snapshot, error) {
	seq := r.hub.Seq()
	kept, err := r.store.Elsewhere(ctx, time.Now().Add(-endedLately))
	if err != nil {
		return nil, err
	}
	snapshots := make([]Snapshot, len(kept))
	for i := range kept {
		snapshots[i].Seq = seq
		snapshots[i].takeStored(kept[i])
	}
	return snapshots, nil
}

// mostJobs is the number of jobs that Jobs lists.
const mostJobs = 1000

// Jobs returns the latest jobs, the newest first, without their guesses. One that
// can't be read whole has a Problem.
func (r *Runner) Jobs(ctx context.Context) ([]Job, error) {
	kept, err := r.store.Jobs(ctx, mostJobs)
	if err != nil {
		return nil, err
	}
	return r.listed(kept), nil
}

// FindJobs returns the jobs that a query asks for, or a page of them, as Jobs does, and
// reports whether there are more. Without a limit it is that of Jobs.
func (r *Runner) FindJobs(ctx context.Context, q Query) (jobs []Job, more bool, err error) {
	q.Limit, q.Bytes = cmp.Or(q.Limit, mostJobs), cmp.Or(q.Bytes, math.MaxInt)
	kept, more, err := r.store.FindJobs(ctx, q)
	if err != nil {
		return nil, false, err
	}
	return r.listed(kept), more, nil
}

// listed returns stored jobs as a list shows them.
func (r *Runner) listed(kept []store.Job) []Job {
	jobs := make([]Job, 0, len(kept))
	for _, k := range kept {
		j, ok := r.known(k.ID)
		if !ok {
			j = fromStore(k)
		}
		if j.Summary != nil && j.Summary.Guesses != nil {
			s := *j.Summary // which others may hold
			s.Guesses = nil
			j.Summary = &s
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// Active returns the number of jobs that have not ended.
func (r *Runner) Active() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.jobs)
}

// Rejects returns a page of a job's rejects.
func (r *Runner) Rejects(ctx context.Context, q RejectQuery) (RejectPage, error) {
	return r.store.Rejects(ctx, q)
}

// ErrIncomplete is wrapped by errors for rejects of which some can't be read.
var ErrIncomplete = store.ErrIncomplete

// RejectsComplete returns an error that wraps [ErrIncomplete] if some of a job's rejects can't
// be read.
func (r *Runner) RejectsComplete(ctx context.Context, id string) error {
	return unlessForgotten(r.store.Complete(ctx, id))
}

// RejectGroups returns a page of the groups of a job's rejects; of a set, by code and column
// alone.
func (r *Runner) RejectGroups(ctx context.Context, q GroupQuery) (GroupPage, error) {
	if IsSet(q.Job) {
		q.Values = false
		return r.setRejectGroups(ctx, q)
	}
	return r.store.RejectGroups(ctx, q)
}

// EachReject yields the rejects of a job, or with open those alone that are open.
func (r *Runner) EachReject(ctx context.Context, id string, open bool) iter.Seq2[Reject, error] {
	return func(yield func(Reject, error) bool) {
		for v, err := range r.store.SomeRejects(ctx, id, open) {
			if !yield(v.Reject, err) {
				return
			}
		}
	}
}

// A RejectView is a reject with its record and its history.
type RejectView struct {
	Reject  Reject      `json:"reject"`
	Record  RejectBytes `json:"record"`
	History []Deed      `json:"history"`
}

// Reject returns a reject of a job, or an error that wraps [ErrNoReject].
func (r *Runner) Reject(ctx context.Context, id string, reject int64) (v RejectView, err error) {
	page, err := r.store.Rejects(ctx, RejectQuery{Job: id, After: reject - 1, Limit: 1})
	if err != nil {
		return v, err
	}
	if reject < 1 || len(page.Rejects) == 0 || page.Rejects[0].ID != reject {
		return v, message.NewError(ErrNoReject, "no_such_reject", "", "job", id, "id", reject)
	}
	v.Reject = page.Rejects[0]
	if v.Record, err = r.RejectBytes(ctx, id, reject); err != nil {
		return v, err
	}
	v.History, err = r.store.History(ctx, id, reject)
	return v, err
}

// ErrNoReject says that a job has no reject of that ID.
var ErrNoReject = errors.New("no such reject")

// RejectCounts returns the number of a job's rejects by reason.
func (r *Runner) RejectCounts(ctx context.Context, id string) ([]RejectCount, error) {
	return r.store.RejectCounts(ctx, id)
}
