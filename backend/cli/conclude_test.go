package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/job"
	"linefeed/backend/load"
)

// TestStatusOfAJob looks at the exit status that the end of a job calls for.
func TestStatusOfAJob(t *testing.T) {
	full := fmt.Errorf("%w: the disk is full", job.ErrNotKept)
	rejected := load.Counts{Read: 2, Inserted: 1, Rejected: 1}
	for _, test := range []struct {
		summary job.Summary
		err     error
		status  int
		says    string
	}{
		{job.Summary{State: job.Done}, nil, exitDone, ""},
		{job.Summary{State: job.Done, Counts: rejected}, nil, exitRejects, ""},
		{job.Summary{State: job.Done}, full, exitUntold, "the disk is full"},
		{job.Summary{State: job.Done, Counts: rejected}, full, exitUntold, "the disk is full"},
		{job.Summary{State: job.Failed, Error: "bad"}, errors.New("bad"), exitFailed, "bad"},
		{job.Summary{State: job.Failed, Error: "bad"}, load.Problem{Message: "bad"}, exitUsage, "bad"},
		{job.Summary{State: job.Cancelled}, context.Canceled, exitStopped, ""},
		{job.Summary{State: job.Interrupted}, job.ErrClosed, exitStopped, ""},
	} {
		var stderr bytes.Buffer
		l := &loader{program: &program{err: &screen{w: &stderr}, out: &screen{w: &stderr}}, tell: &outputFlags{quiet: true}, engine: &engine{}}
		if status := l.conclude(t.Context(), test.summary, test.err); status != test.status {
			t.Errorf("%+v with %v: status %d, want %d", test.summary, test.err, status, test.status)
		}
		if got := stderr.String(); test.says == "" && got != "" || !strings.Contains(got, test.says) {
			t.Errorf("%+v with %v: it says %q", test.summary, test.err, got)
		}
	}
}
