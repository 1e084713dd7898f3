package engine

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"linefeed/backend/job"
	"linefeed/backend/sample"
	"linefeed/backend/spool"
)

// Look looks at a file as [job.Look] does. It answers only the latest question:
// an earlier one that is still under way ends with an error.
func (e *Engine) Look(ctx context.Context, req job.Request) (job.Preview, error) {
	ctx, cancel := e.instead(ctx, &e.stopLook)
	defer cancel()
	return e.Runner.Look(ctx, req)
}

// TryRetry tries out a retry as [job.Runner.TryRetry] does. It answers only the latest
// question, as Look does.
func (e *Engine) TryRetry(ctx context.Context, v job.Retry) (job.Trial, error) {
	ctx, cancel := e.instead(ctx, &e.stopTry)
	defer cancel()
	return e.Runner.TryRetry(ctx, v)
}

// instead returns a context for the latest question of a kind, and ends that of the
// one before.
func (e *Engine) instead(ctx context.Context, latest *context.CancelFunc) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	e.mu.Lock()
	stopEarlier := *latest
	*latest = cancel
	e.mu.Unlock()
	if stopEarlier != nil {
		stopEarlier()
	}
	return ctx, cancel
}

// SampleFile returns the path of the sample, a file of articles with some bad
// lines. It is written when it does not exist yet.
func (e *Engine) SampleFile() (string, error) {
	path := filepath.Join(e.home, "articles.csv")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, job.SaveAs(path, func(w io.Writer) error {
		return sample.Write(w, sample.Options{Rows: 20_000, Seed: 1, Bad: 0.01}, nil)
	})
}

// recentFiles is the number of recent files that are offered.
const recentFiles = 10

// RecentFiles returns the files that were imported last and still exist, the
// newest first.
func (e *Engine) RecentFiles(ctx context.Context) ([]string, error) {
	files, err := e.Store.RecentFiles(ctx, 2*recentFiles)
	if err != nil {
		return nil, err
	}
	existing := []string{}
	for _, f := range files {
		if received, _ := spool.Holds(e.spoolFolder(), f); received {
			continue
		}
		if _, err := os.Stat(f); err == nil && len(existing) < recentFiles {
			existing = append(existing, f)
		}
	}
	return existing, nil
}

// SavePath returns where to save a file of a job unless its user says
// otherwise: beside the job's own file, such as articles.report.csv.
func (e *Engine) SavePath(ctx context.Context, id, what string) (string, error) {
	j, err := e.Runner.Job(ctx, id)
	if err != nil {
		return "", err
	}
	file := j.Request.File
	return strings.TrimSuffix(file, filepath.Ext(file)) + "." + what + ".csv", nil
}
