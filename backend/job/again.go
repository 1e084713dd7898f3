package job

import (
	"context"
	"errors"
	"path/filepath"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// Again returns a request that does what a job was asked for once more, for its file or,
// if it is not "", for another one. A table that the job was to make is only made where
// it is not there any more.
func (r *Runner) Again(ctx context.Context, id, file string) (Request, error) {
	j, err := r.Job(ctx, id)
	switch {
	case err != nil:
		return Request{}, err
	case j.Problem != "":
		return Request{}, errors.New(j.Problem)
	case j.Request.Retry != nil:
		return Request{}, message.NewError(nil, "again_retry", "retry_rest", "job", id, "of", j.Request.Retry.Job)
	}
	req := j.Request
	req.Watched = "" // that was the first one
	switch {
	case file == "-":
		req.File = file
	case file != "":
		if req.File, err = filepath.Abs(file); err != nil {
			return Request{}, err
		}
	}
	if !req.Plan.Create || req.Target == "" {
		return req, nil
	}
	dst, err := openTarget(ctx, r.targets, req)
	if err != nil {
		return Request{}, err
	}
	p := &prepared{dst: dst, table: req.Plan.Table, schema: req.Plan.Schema}
	err = p.lookAtTable(ctx) // as the import does
	if closing := dst.Close(); err == nil {
		err = closing
	}
	switch {
	case errors.Is(err, load.ErrNoTable):
		return req, nil
	case err != nil:
		return Request{}, err
	}
	req.Plan.Create, req.Plan.ColumnTypes, req.Plan.Types, req.Plan.Columns, req.Infer = false, nil, "", nil, nil
	return req, nil
}
