package job

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/store"
)

// A SetRequest says which files to import as one set.
type SetRequest struct {
	// Files are the paths of the files, in the order in which they are imported.
	Files []string `json:"files,omitempty"`

	// Import says how each of them is imported; its File is empty. In the name of its
	// table, {name} stands for the name of the file (see [TableOf]).
	Import Request `json:"import"`

	// AtOnce is how many files are imported side by side: 0 and 1 are one after the
	// other. Files of one SQLite file take turns all the same.
	AtOnce int `json:"atOnce,omitempty"`

	// MixedHeaders takes files whose fields are others than those of the first: a new
	// table has a column for each field of any of them. Without it they are refused.
	MixedHeaders bool `json:"mixedHeaders,omitempty"`
}

// A Set is files that are imported together, each by a job of its own.
type Set struct {
	ID      string     `json:"id"`
	State   State      `json:"state"`
	Created string     `json:"created"` // RFC 3339, milliseconds
	Request SetRequest `json:"request"` // its files are those of the jobs
	Summary SetSummary `json:"summary"` // what the jobs have done so far

	// Resumable says that the set has ended short of its end, and can be taken up (see
	// [Runner.TakeUpSet]).
	Resumable bool `json:"resumable,omitempty"`

	// First is the file of the first of its jobs.
	First string `json:"first,omitempty"`

	// OpenRejects is the number of rejects of its jobs that are open (see Job.OpenRejects);
	// nil where none of them has any.
	OpenRejects *int64 `json:"openRejects,omitempty"`

	// Jobs are the imports of the files, in their order; lists of sets leave them out.
	Jobs []Job `json:"jobs,omitempty"`

	// Problem says what can't be read of the set because the store is damaged; "" if nothing.
	Problem string `json:"problem,omitempty"`
}

// A SetSummary is what the jobs of a set have done, as the command line's --set-json
// prints it.
type SetSummary struct {
	Set   string   `json:"set"`
	State State    `json:"state"`
	Files SetFiles `json:"files"`
	load.Counts
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"` // the sum of those of the jobs
	Balanced bool    `json:"balanced"`
}

// SetFiles is how many files of a set are in which state.
type SetFiles struct {
	Total       int `json:"total"`
	Queued      int `json:"queued"`
	Running     int `json:"running"`
	Paused      int `json:"paused"`
	Done        int `json:"done"`
	Failed      int `json:"failed"`
	Cancelled   int `json:"cancelled"`
	Interrupted int `json:"interrupted"`
}

// of returns the count of a state; nil for none.
func (f *SetFiles) of(s State) *int {
	switch s {
	case Queued:
		return &f.Queued
	case Running:
		return &f.Running
	case Paused:
		return &f.Paused
	case Done:
		return &f.Done
	case Failed:
		return &f.Failed
	case Cancelled:
		return &f.Cancelled
	case Interrupted:
		return &f.Interrupted
	}
	return nil
}

// move counts a file in another state; "" is none.
func (f *SetFiles) move(from, to State) {
	if n := f.of(from); n != nil {
		*n--
	}
	if n := f.of(to); n != nil {
		*n++
	}
}

// state returns the state of a set with these files.
func (f *SetFiles) state() State {
	switch {
	case f.Queued == f.Total:
		return Queued
	case f.Running > 0, f.Queued > 0 && f.Paused == 0:
		return Running
	case f.Paused > 0:
		return Paused
	case f.Cancelled > 0:
		return Cancelled
	case f.Interrupted > 0:
		return Interrupted
	case f.Failed > 0:
		return Failed
	}
	return Done
}

// ErrNoSet says that there is no set of that ID.
var ErrNoSet = store.ErrNoSet

// setPrefix begins the ID of a set, to tell it from that of a job.
const setPrefix = "set-"

// IsSet reports whether an ID is that of a set, and not of a job.
func IsSet(id string) bool { return strings.HasPrefix(id, setPrefix) }

func newSetID() string { return setPrefix + newID() }

// setFromStore returns a set as it is stored, with its jobs.
func setFromStore(s store.Set, jobs []Job) Set {
	set := Set{ID: s.ID, Created: s.Created, Jobs: jobs}
	if err := json.Unmarshal([]byte(s.Request), &set.Request); err != nil {
		set.Problem = fmt.Sprintf("the request of set %s can't be read: %v", s.ID, err)
	}
	sum := SetSummary{Set: s.ID, Balanced: true, Files: SetFiles{Total: len(jobs)}}
	for _, j := range jobs {
		sum.Files.move("", j.State)
		if v := j.Summary; v != nil {
			sum.add(v)
			sum.Balanced = sum.Balanced && v.Balanced
		}
		if n := j.OpenRejects; n != nil {
			open := *n
			if set.OpenRejects != nil {
				open += *set.OpenRejects
			}
			set.OpenRejects = &open
		}
	}
	if len(jobs) > 0 {
		set.First = jobs[0].Request.File
	}
	sum.State = sum.Files.state()
	set.State, set.Summary = sum.State, sum
	set.Resumable = !set.State.Active() && slices.ContainsFunc(jobs, func(j Job) bool { return j.Resumable })
	return set
}

// add adds what a job did.
func (s *SetSummary) add(v *Summary) {
	s.Counts = sum(s.Counts, v.Counts)
	s.Bytes += v.Bytes
	s.Seconds += v.Seconds
}

func sum(a, b load.Counts) load.Counts {
	return load.Counts{
		Read: a.Read + b.Read, Inserted: a.Inserted + b.Inserted, Updated: a.Updated + b.Updated,
		Skipped: a.Skipped + b.Skipped, Rejected: a.Rejected + b.Rejected,
	}
}

// Set returns a set with its jobs, or an error that wraps [ErrNoSet].
func (r *Runner) Set(ctx context.Context, id string) (Set, error) {
	kept, err := r.store.Set(ctx, id)
	if err != nil {
		return Set{}, err
	}
	jobs, err := r.store.SetJobs(ctx, id)
	set := setFromStore(kept, r.listed(jobs))
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sets[id]; s != nil { // it knows better whether it is paused between two jobs
		set.State, set.Summary.State, set.Resumable = s.state, s.state, false
	}
	return set, err
}

// mostSets is the number of sets that Sets lists.
const mostSets = 100

// Sets returns the latest sets without their jobs, the newest first.
func (r *Runner) Sets(ctx context.Context) ([]Set, error) {
	kept, err := r.store.Sets(ctx, mostSets)
	if err != nil {
		return nil, err
	}
	sets := make([]Set, 0, len(kept))
	for _, k := range kept {
		jobs, err := r.store.SetJobs(ctx, k.ID)
		if err != nil {
			return nil, err
		}
		set := setFromStore(k, r.listed(jobs))
		set.Jobs = nil
		sets = append(sets, set)
	}
	return sets, nil
}

// A SetSnapshot is a set with its latest progress: it includes the events up to Seq.
type SetSnapshot struct {
	Set      Set          `json:"set"`
	Progress *SetProgress `json:"progress,omitempty"`
	Seq      uint64       `json:"seq"`
}

// SetSnapshot returns a set with its latest progress.
func (r *Runner) SetSnapshot(ctx context.Context, id string) (SetSnapshot, error) {
	shot := SetSnapshot{Seq: r.hub.Seq()} // before the rest, which may be newer
	r.mu.Lock()
	if s := r.sets[id]; s != nil {
		shot.Progress = s.progress
	}
	r.mu.Unlock()
	set, err := r.Set(ctx, id)
	shot.Set = set
	return shot, err
}

// stored returns the set as it is stored.
func (req SetRequest) stored(id, created string) (store.Set, error) {
	req.Files, req.Import = nil, req.Import.redacted()
	text, err := json.Marshal(req)
	if err != nil {
		return store.Set{}, fmt.Errorf("encode the request: %w", err)
	}
	return store.Set{ID: id, Request: string(text), Created: created}, nil
}

// atOnce returns how many files are imported side by side.
func (req SetRequest) atOnce() int { return cmp.Or(max(req.AtOnce, 0), 1) }
