// Package job gives one import its life: it looks at the file and the table,
// settles the plan, runs the load, keeps its rejects in the store, publishes
// its events, and pauses or cancels it when asked to.
package job

import (
	"encoding/json"
	"fmt"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/store"
	"linefeed/backend/value"
)

// A Request says what to import where. Its JSON is the body of
// POST /v1/imports and what the window and the command line make of a person's
// choices.
type Request struct {
	File   string `json:"file"`   // the file's path
	Target string `json:"target"` // the database: a path or a URL

	// Preset names a ready-made table (see [Presets]): it is made when it is
	// not there yet.
	Preset string `json:"preset,omitempty"`

	Dialect csvfile.Dialect `json:"dialect"` // what is left empty is detected
	Plan    load.Plan       `json:"plan"`
	Limits  Limits          `json:"limits,omitzero"`

	// Check does everything but the writing. The types of a table that is to
	// be made it infers from all records, and not from the first ones only.
	Check bool `json:"check,omitempty"`

	// Infer names those of Plan.Columns of which nobody has chosen type and
	// format: a check infers them from all records, and in an import they give
	// way to values that don't fit (see load.Column.Guessed).
	Infer []string `json:"infer,omitempty"`

	// Like names an earlier job, whose rejects the file holds: the file is read
	// by the dialect, and its values by the map, formats, texts for NULL and
	// types that were settled then, and into the same table, where the request
	// says nothing else. It has no footer, and records that were apart are kept
	// apart.
	Like string `json:"like,omitempty"`

	like *likeness // what that job keeps, once it was looked up
}

// Limits guard against files that are not what they seem. 0 is the default of
// csvfile.Options, where each is described.
type Limits struct {
	MaxRecord   int   `json:"maxRecord,omitempty"`   // bytes of a record
	MaxUnpacked int64 `json:"maxUnpacked,omitempty"` // bytes that a compressed file may unpack to
	MaxRatio    int64 `json:"maxRatio,omitempty"`    // how many times its size a compressed file may unpack to
}

// A State says where a job is in its life.
type State string

// The states of a job. Queued, running and paused ones are active; the others
// are final.
const (
	Queued      State = "queued"
	Running     State = "running"
	Paused      State = "paused"
	Done        State = "done"        // to the end, with or without rejects
	Failed      State = "failed"      // stopped by an error, which the summary tells
	Cancelled   State = "cancelled"   // stopped by a person
	Interrupted State = "interrupted" // the program ended while it ran
)

// Active reports whether the job has not ended.
func (s State) Active() bool { return s == Queued || s == Running || s == Paused }

// A Job is one import as the store keeps it.
type Job struct {
	ID      string  `json:"id"`
	State   State   `json:"state"`
	Request Request `json:"request"`

	Created  string `json:"created"`            // RFC 3339, milliseconds
	Started  string `json:"started,omitempty"`  // "" until it runs
	Finished string `json:"finished,omitempty"` // "" until it ended

	// Summary tells what the job did; nil until it ended.
	Summary *Summary `json:"summary,omitempty"`

	// Problem tells what of the job can't be read, because the store was
	// damaged; "" where it is whole.
	Problem string `json:"problem,omitempty"`
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

	// RolledBack counts rows that were written and undone again because the
	// import did not reach its end. They are part of the balance.
	RolledBack int64 `json:"rolledBack,omitempty"`
	// Padded counts the records whose number of fields was mended.
	Padded int64 `json:"padded,omitempty"`
	// Passed counts the lines of comments and of the footer, which hold no
	// records and are in none of the counts.
	Passed int64 `json:"passed,omitempty"`
	// PassedOver says which lines of the file hold no records, by kind: those
	// above the header, comments, blank lines, the footer.
	PassedOver []csvfile.PassedOver `json:"passedOver,omitempty"`
	// Nulls counts the texts that were taken for NULL because they stand for no
	// value in a column of another type than text, such as N/A.
	Nulls []load.SignCount `json:"nulls,omitempty"`
	// Warnings tell what was guessed and may be wrong, or left out.
	Warnings []load.Warning `json:"warnings,omitempty"`
	// Created says that the table was made.
	Created bool `json:"created,omitempty"`
	// Check is set when nothing was to be written: inserted then counts the
	// records that would have been.
	Check bool `json:"check,omitempty"`
	// Guesses say, for each field, what a check inferred from all records; nil
	// where it inferred nothing, or did not reach its end. A list of jobs
	// leaves them out.
	Guesses []value.Guess `json:"guesses,omitempty"`
	// Error tells why the job failed, and what to do.
	Error string `json:"error,omitempty"`
}

// A Snapshot is a job with its latest progress, for a listener that joins
// late: it contains the events up to Seq.
type Snapshot struct {
	Job      Job            `json:"job"`
	Progress *load.Progress `json:"progress,omitempty"`
	Seq      uint64         `json:"seq"`
}

type (
	// A Reject is a rejected record, shown as the store keeps it.
	Reject = store.Reject
	// A RejectQuery asks for a page of rejects.
	RejectQuery = store.RejectQuery
	// A RejectPage is the answer to a RejectQuery.
	RejectPage = store.RejectPage
	// A RejectCount says how many rejects have one reason.
	RejectCount = store.RejectCount
)

// wireTime returns t as it is kept and sent.
func wireTime(t time.Time) string { return t.UTC().Format(store.TimeFormat) }

// stored returns j as the store keeps it.
func (j *Job) stored() (store.Job, error) {
	request, err := json.Marshal(j.Request)
	if err != nil {
		return store.Job{}, fmt.Errorf("encode the request: %w", err)
	}
	s := store.Job{
		ID: j.ID, State: string(j.State), File: j.Request.File, Request: string(request),
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

// fromStore returns the job that the store keeps as s. What of it can't be read
// is left out, and told as its problem.
func fromStore(s store.Job) Job {
	j := Job{ID: s.ID, State: State(s.State), Created: s.Created, Started: s.Started, Finished: s.Finished}
	if err := json.Unmarshal([]byte(s.Request), &j.Request); err != nil {
		j.Request, j.Problem = Request{File: s.File}, fmt.Sprintf("the request of job %s can't be read: %v", s.ID, err)
	}
	j.Request = j.Request.redacted() // older versions kept it as it was
	if s.Summary != "" {
		if err := json.Unmarshal([]byte(s.Summary), &j.Summary); err != nil {
			j.Summary, j.Problem = nil, fmt.Sprintf("the summary of job %s can't be read: %v", s.ID, err)
		}
	}
	return j
}
