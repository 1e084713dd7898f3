package cli

import (
	"context"
	"fmt"
	"io"

	"linefeed/backend/job"
)

// saveRejects saves the rejected records of a job as they stand in its file.
func saveRejects(ctx context.Context, r *job.Runner, id, path string) error {
	err := job.SaveAs(path, func(w io.Writer) error { return r.WriteRejects(ctx, id, w) })
	if err != nil {
		return fmt.Errorf("%w (they are kept: linefeed rejects %s > FILE)", err, id)
	}
	return nil
}

// saveReport saves the error report of a job.
func saveReport(ctx context.Context, r *job.Runner, id, path string) error {
	err := job.SaveAs(path, func(w io.Writer) error { return r.WriteReport(ctx, id, w) })
	if err != nil {
		return fmt.Errorf("%w (it is kept: linefeed rejects %s --format csv > FILE)", err, id)
	}
	return nil
}
