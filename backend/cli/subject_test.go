package cli

import (
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// A set stands still when none of its files runs, also between two of them.
func TestStands(t *testing.T) {
	for _, tt := range []struct {
		files job.SetFiles
		state job.State
		want  job.State // "" where it does not stand
	}{
		{job.SetFiles{Total: 3, Done: 1, Running: 1, Queued: 1}, job.Running, ""},
		{job.SetFiles{Total: 3, Done: 1, Paused: 1, Queued: 1}, job.Paused, job.Paused},
		{job.SetFiles{Total: 3, Done: 2, Queued: 1}, job.Running, job.Paused},
		{job.SetFiles{Total: 3, Done: 3}, job.Done, job.Done},
	} {
		v := subject{state: tt.state, set: &job.Set{State: tt.state, Summary: job.SetSummary{Files: tt.files}}}
		if stands := v.stands(); stands != (tt.want != "") || stands && (v.state != tt.want || v.set.State != tt.want) {
			t.Errorf("%+v: %v, %s", tt, stands, v.state)
		}
	}
}

// A job that can't go on, as one of standard input, is not said to.
func TestOutcomeOfAStoppedJob(t *testing.T) {
	v := job.Summary{Job: "j", State: job.Cancelled, Counts: load.Counts{Read: 5, Inserted: 5}}
	for _, resumable := range []bool{true, false} {
		if got := outcome(&screen{}, v, resumable); strings.Contains(got, "linefeed resume j") != resumable {
			t.Errorf("%v: %s", resumable, got)
		}
	}
}
