package job

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// WriteSetRejects writes a zip archive of the files of rejects that [Runner.SaveSetRejects]
// saves, without their reasons. The error may wrap [ErrNoSet].
func (r *Runner) WriteSetRejects(ctx context.Context, id string, open bool, w io.Writer) error {
	jobs, err := r.setParts(ctx, id)
	if err != nil {
		return err
	}
	archive, taken := zip.NewWriter(w), map[string]bool{}
	for _, j := range jobs {
		some, err := r.hasRejects(ctx, j.ID, open)
		if err != nil {
			return err
		}
		if !some {
			continue
		}
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: rejectsName(j, taken), Method: zip.Deflate, Modified: time.Now()})
		if err != nil {
			return fmt.Errorf("write the archive: %w", err)
		}
		if err := r.WriteRejects(ctx, j.ID, open, entry); err != nil {
			return err
		}
	}
	return archive.Close()
}

// rejectsName returns the name of the file of a job's rejects among those of a set: with the
// job's ID where the name is taken by a file of another folder.
func rejectsName(j Job, taken map[string]bool) string {
	name := strings.TrimSuffix(filepath.Base(j.Request.File), filepath.Ext(j.Request.File))
	if key := strings.ToLower(name); taken[key] {
		name += "-" + j.ID
	} else {
		taken[key] = true
	}
	return name + ".rejected.csv"
}
