package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"linefeed/backend/job"
)

// canSave checks whether [job.SaveAs] will be able to create the file path, as far as
// that can be known: whether the disk has room can't.
func canSave(path string) error {
	if err := job.MaySave(path); err != nil {
		return err
	}
	switch old, err := os.Stat(path); {
	case err == nil && old.Mode()&os.ModeNamedPipe != 0:
		return nil // opening it would wait for a reader
	case err == nil && !old.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return f.Close()
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	// SaveAs writes to a file next to it first.
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// saveRejects saves the rejected records of a job as they are in its file.
func saveRejects(ctx context.Context, r *job.Runner, id, path string) error {
	if err := r.SaveSomeRejects(ctx, id, false, path, flag); err != nil {
		return fmt.Errorf("%w (they are kept: linefeed rejects %s > FILE)", err, id)
	}
	return nil
}

// saveReport saves the error report of a job.
func saveReport(ctx context.Context, r *job.Runner, id, path string) error {
	if err := r.SaveReport(ctx, id, path, flag); err != nil {
		return fmt.Errorf("%w (it is kept: linefeed rejects %s --format csv > FILE)", err, id)
	}
	return nil
}
