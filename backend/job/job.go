// Package job runs imports: it opens the file and the target, looks at both,
// settles the plan, runs the load, stores its rejects, publishes its events, and
// pauses or cancels it on request.
package job

import (
	"encoding/json"
	"fmt"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/value"
)

// A Request says what to import where. Its JSON is the body of POST /v1/imports;
// the window and the command line make one of a person's choices.
type Request struct {
	File   string `json:"file"`   // the file's path
	Target string `json:"target"` // the database: a path or a URL

	// Preset names a ready-made table (see [Presets]), which is made if it does not
	// exist.
	Preset string `json:"preset,omitempty"`

	Dialect csvfile.Dialect `json:"dialect"` // what is left empty is detected
	Plan    load.Plan       `json:"plan"`
	Limits  csvfile.Limits  `json:"limits,omitzero"`

	// Check does everything but write. It infers the types of a new table from all
	// records, not just the first ones.
	Check bool `json:"check,omitempty"`

	// Infer names the columns in Plan.Columns whose type and format nobody has
	// chosen: a check infers them from all records, and in an import they give way
	// to values that don't fit (see load.Column.Guessed).
	Infer []string `json:"infer,omitempty"`

	// Like is the ID of an earlier job whose rejects the file holds. Unless the
	// request says otherwise, the file is read with that job's dialect, map,
	// formats, texts for NULL and types, and loaded into the same table. It has no
	// footer, and lines that began a record do so again.
	Like string `json:"like,omitempty"`

	// Retry says which rejects of an earlier job to load: from the store, and not from
	// a file. The file, the target and the table are those of that job, and all else
	// is as it was there.
	Retry *Retry `json:"retry,omitempty"`

	// Added loads only what was added to the file since it was last loaded into the table,
	// read as it was then: from the record after the last one of then on. It is an error
	// if the table was not loaded from the file's beginning.
	Added bool `json:"added,omitempty"`

	// Profile is the name of a saved profile, or the path of the file of one, which
	// completes what the request leaves empty. A profile that makes its table makes it
	// only if it is not there.
	Profile string `json:"profile,omitempty"`

	// Watched tells the file from all others that came into a watched folder: the hash of
	// the folder and its content, see [Runner.WatchedJob].
	Watched string `json:"watched,omitempty"`

	like *likeness  // what the job of Like remembers, once it is looked up
	by   *byProfile // the profile, once it is looked up
}

// A State is the state of a job.
type State string

// The states of a job. Queued, running and paused ones are active; the others
// are final.
const (
	Queued      State = "queued"
	Running     State = "running"
	Paused      State = "paused"
	Done        State = "done"        // to the end, with or without rejects
	Failed      State = "failed"      // stopped by an error, which is in the summary
	Cancelled   State = "cancelled"   // stopped by a person
	Interrupted State = "interrupted" // the program ended while it ran
)

// FindStates are the states that a [Query] can ask for.
var FindStates = []string{
	string(Queued), string(Running), string(Paused), string(Done), string(Failed), string(Cancelled), string(Interrupted), store.StateUndone,
}

// Active reports whether the job has not ended.
func (s State) Active() bool { return s == Queued || s == Running || s == Paused }

// A Job is one import, as it is stored.
type Job struct {
	ID      string  `json:"id"`
	State   State   `json:"state"`
	Request Request `json:"request"`

	// Set is the ID of the set that it is one of; "" for none.
	Set string `json:"set,omitempty"`

	Created  string `json:"created"`            // RFC 3339, milliseconds
	Started  string `json:"started,omitempty"`  // "" until it runs
	Finished string `json:"finished,omitempty"` // "" until it ended

	Who         string `json:"who,omitempty"`         // the user who started it, see [Runner.Allow]; "" for older versions
	Fingerprint string `json:"fingerprint,omitempty"` // of the file; "" if the job did not get that far

	// Summary is what the job did; nil until it ended.
	Summary *Summary `json:"summary,omitempty"`

	// Resumable says that the job has not reached its end and can be taken up (see
	// Runner.TakeUp).
	Resumable bool `json:"resumable,omitempty"`

	// Undoable says that what is needed to undo it is kept in the target (see
	// Runner.Undo), and Undone what undoing it did; nil if it was not undone.
	Undoable bool    `json:"undoable,omitempty"`
	Undone   *Undone `json:"undone,omitempty"`

	keepsUndo bool // something of that is in the target

	// OpenRejects is the number of its rejects that were neither loaded by a retry nor
	// dismissed. It is nil for a job without rejects, a check, a retry, and one that has
	// not ended.
	OpenRejects *int64 `json:"openRejects,omitempty"`

	// Problem says what of the job can't be read because the store is damaged; ""
	// if nothing.
	Problem string `json:"problem,omitempty"`

	// RejectsForgotten says when the job's rejects were removed, if they are no longer
	// kept; RFC 3339.
	RejectsForgotten string `json:"rejectsForgotten,omitempty"`
}

// A Summary is what a job did, as the command line's --json prints it.
type Summary struct {
	Job   string `json:"job"`
	File  string `json:"file"`
	Table string `json:"table"`
	State State  `json:"state"`
	load.Counts
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	Balanced bool    `json:"balanced"`

	// BytesTotal is the size of the file, where not all of its Bytes were read; 0 where it
	// is not known.
	BytesTotal int64 `json:"bytesTotal,omitempty"`
	// RolledBack counts rows that were written and undone because the import did
	// not reach its end. They are part of the balance.
	RolledBack int64 `json:"rolledBack,omitempty"`
	// Padded counts the records whose number of fields was adjusted.
	Padded int64 `json:"padded,omitempty"`
	// Passed counts the lines of comments and of the footer, which are no records
	// and in none of the counts.
	Passed int64 `json:"passed,omitempty"`
	// PassedOver says which lines of the file hold no records, by kind: those
	// above the header, comments, blank lines, the footer.
	PassedOver []csvfile.PassedOver `json:"passedOver,omitempty"`
	// Nulls counts the texts that became NULL because they stand for no value, such
	// as N/A, in a column that is not text.
	Nulls []load.SignCount `json:"nulls,omitempty"`
	// Warnings say what was guessed and may be wrong, or left out.
	Warnings []load.Warning `json:"warnings,omitempty"`
	// Created is set if the table was made.
	Created bool `json:"created,omitempty"`
	// Check is set if nothing was to be written: inserted then counts the records
	// that would have been.
	Check bool `json:"check,omitempty"`
	// Guesses are, for each field, what a check inferred from all records; nil if
	// it inferred nothing or did not reach its end. Lists of jobs leave them out.
	Guesses []value.Guess `json:"guesses,omitempty"`
	// Of is the job whose rejects were retried, and Open the number of those that are
	// still open.
	Of   string `json:"of,omitempty"`
	Open *int64 `json:"open,omitempty"`
	// Error says why the job failed, and what to do.
	Error string `json:"error,omitempty"`
	// Reasons are what Error consists of, as far as it is the program's own.
	Reasons []message.Note `json:"reasons,omitempty"`
}

// A Snapshot is a job with its latest progress, for a listener that joins late:
// it includes the events up to Seq.
type Snapshot struct {
	Job      Job            `json:"job"`
	Progress *load.Progress `json:"progress,omitempty"`
	Seq      uint64         `json:"seq"`

	// Elsewhere says that another process runs the job. Its events are not published
	// here, and its progress is the latest that it has stored, a second old or so.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

type (
	// A Reject is a rejected record, as it is stored.
	Reject = store.Reject
	// A Query asks for jobs.
	Query = store.JobQuery
	// A RejectQuery asks for a page of rejects.
	RejectQuery = store.RejectQuery
	// A RejectPage is the answer to a RejectQuery.
	RejectPage = store.RejectPage
	// A RejectCount is the number of rejects of one reason.
	RejectCount = store.RejectCount
	// A GroupQuery asks for a page of groups of rejects.
	GroupQuery = store.GroupQuery
	// A GroupPage is the answer to a GroupQuery.
	GroupPage = store.GroupPage
	// A Selection says which rejects of a job are meant.
	Selection = store.Selection
	// A Problem is why a request can't be run as it is.
	Problem = load.Problem
	// A Deed is something that was done about a reject.
	Deed = store.Deed
)

// setResumable notes whether the job can be taken up. lost says that what it would go on
// with is not there: its file, or, of a retry, the rejects that it is of.
func (j *Job) setResumable(lost bool) {
	j.Resumable = !lost && !j.Request.Check && j.Problem == "" && j.RejectsForgotten == "" && j.Undone == nil && (j.State == Failed || j.State == Cancelled || j.State == Interrupted)
}

// TimeFormat is the format of stored and sent times, in UTC: RFC 3339 with milliseconds.
const TimeFormat = store.TimeFormat

// wireTime formats t as it is stored and sent.
func wireTime(t time.Time) string { return t.UTC().Format(TimeFormat) }

// stored returns j as it is stored.
func (j *Job) stored() (store.Job, error) {
	request, err := json.Marshal(j.Request)
	if err != nil {
		return store.Job{}, fmt.Errorf("encode the request: %w", err)
	}
	s := store.Job{
		ID: j.ID, State: string(j.State), File: j.Request.File, Request: string(request), Who: j.Who,
		Created: j.Created, Started: j.Started, Finished: j.Finished,
	}
	if j.Summary != nil {
		summary, err := json.Marshal(j.Summary)
		if err != nil {
			return store.Job{}, fmt.Errorf("encode the summary: %w", err)
		}
		s.Summary = string(summary)
	}
	return s, nil
}

// fromStore returns the job that is stored as s. What can't be read is left out
// and reported as its Problem.
func fromStore(s store.Job) Job {
	j := Job{ID: s.ID, State: State(s.State), Set: s.Set, Created: s.Created, Started: s.Started, Finished: s.Finished, RejectsForgotten: s.Forgot,
		Who: s.Who, Fingerprint: s.Print, Undoable: s.Undoable && s.Undone == "", keepsUndo: s.Undoable}
	if err := json.Unmarshal([]byte(s.Request), &j.Request); err != nil {
		j.Request, j.Problem = Request{File: s.File}, fmt.Sprintf("the request of job %s can't be read: %v", s.ID, err)
	}
	j.Request = j.Request.redacted() // older versions stored it unredacted
	if s.Summary != "" {
		if err := json.Unmarshal([]byte(s.Summary), &j.Summary); err != nil {
			j.Summary, j.Problem = nil, fmt.Sprintf("the summary of job %s can't be read: %v", s.ID, err)
		}
	}
	if s.Undone != "" {
		if err := json.Unmarshal([]byte(s.Undone), &j.Undone); err != nil {
			j.Undone, j.Problem = &Undone{}, fmt.Sprintf("what undoing job %s did can't be read: %v", s.ID, err)
		}
	}
	if (j.State == Interrupted || j.State == Cancelled) && j.Summary == nil && j.Problem == "" {
		j.Summary = soFar(j, s.Checkpoints)
	}
	if j.Request.Retry == nil {
		j.setResumable(s.FileLost)
	} else {
		j.setResumable(s.Settled)
	}
	if v := j.Summary; v != nil && v.Rejected > 0 && !j.Request.Check && j.Request.Retry == nil && !j.State.Active() {
		open := v.Rejected - s.Closed
		j.OpenRejects = &open
	}
	return j
}
