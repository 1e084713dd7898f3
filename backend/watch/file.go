package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linefeed/backend/job"
	"linefeed/backend/lockfile"
	"linefeed/backend/message"
)

// errChanged says that a file was changed while it was looked at.
var errChanged = errors.New("the file is being changed")

// load loads a file that is complete, or goes on with it, and moves it. It reports whether
// the file is dealt with.
func (w *watcher) load(ctx context.Context, info fs.FileInfo) bool {
	path := filepath.Join(w.Folder, info.Name())
	hash, err := w.hash(ctx, path, info)
	switch {
	case ctx.Err() != nil, errors.Is(err, errChanged), errors.Is(err, fs.ErrNotExist):
		return false
	case err != nil:
		return w.end(ctx, Outcome{File: path, Err: err}, FailedFolder)
	}
	j, known, err := w.runner.WatchedJob(ctx, hash)
	if err != nil { // of the store, which may be locked
		return false
	}
	switch {
	case !known:
		j, err = w.runner.Start(ctx, job.Request{File: path, Profile: w.Profile, Watched: hash})
	case j.State == job.Done && j.Request.File == path && !w.moved(info.Name(), j.ID): // it ended before it could be moved
		return w.finish(ctx, path, j.ID)
	case j.State == job.Done:
		return w.end(ctx, Outcome{File: path, Job: j.ID, Err: message.NewError(nil, "watch_loaded", "watch_import", "job", j.ID, "file", j.Request.File)}, FailedFolder)
	case j.State.Active(): // in another process, which has it now
		return false
	case j.Request.File != path:
		return w.end(ctx, Outcome{File: path, Job: j.ID, Err: message.NewError(nil, "watch_begun", "watch_move_back", "job", j.ID, "file", j.Request.File)}, FailedFolder)
	default:
		j, err = w.runner.TakeUp(ctx, j.ID, job.TakeUp{})
	}
	if err != nil {
		if errors.Is(err, job.ErrClosed) || errors.Is(err, job.ErrNotAllowed) || ctx.Err() != nil {
			return false
		}
		return w.end(ctx, Outcome{File: path, Job: j.ID, Err: err}, FailedFolder)
	}
	if w.OnStart != nil {
		w.OnStart(path, j)
	}
	return w.finish(ctx, path, j.ID)
}

// finish waits for the end of a job, and moves its file. One that is interrupted stays, and
// goes on the next time.
func (w *watcher) finish(ctx context.Context, path, id string) bool {
	v, err := w.runner.Wait(ctx, id)
	if ctx.Err() != nil || v.State == job.Interrupted || v.State.Active() {
		return false
	}
	folder := DoneFolder
	if v.State != job.Done {
		folder = FailedFolder
	} else {
		err = nil // at most, that could not be stored
	}
	return w.end(ctx, Outcome{File: path, Job: id, Summary: &v, Err: err}, folder)
}

// end moves a file with its reports, and tells what became of it.
func (w *watcher) end(ctx context.Context, o Outcome, folder string) bool {
	dir := filepath.Join(w.Folder, folder)
	name := freeName(dir, filepath.Base(o.File))
	to := filepath.Join(dir, name)
	o.Time = time.Now().UTC().Format(job.TimeFormat)
	if o.Err != nil {
		o.Error = o.Err.Error()
	}
	err := w.report(ctx, o, to)
	if moveErr := lockfile.Replace(o.File, to); moveErr == nil {
		o.MovedTo = to
	} else {
		w.stuck[filepath.Base(o.File)] = true // or it would be tried for ever
		err = errors.Join(err, moveErr)
	}
	if err != nil {
		o.Err = errors.Join(o.Err, err)
		o.Error = o.Err.Error()
	}
	if w.OnEnd != nil {
		w.OnEnd(o)
	}
	return true
}

// The suffixes of the reports beside a file.
const (
	summarySuffix  = ".summary.json"
	rejectedSuffix = ".rejected.csv"
	reportSuffix   = ".report.csv"
)

// report writes what became of a file beside the place to which it is moved.
func (w *watcher) report(ctx context.Context, o Outcome, to string) error {
	o.MovedTo = to
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	err = job.SaveAs(to+summarySuffix, func(f io.Writer) error {
		_, err := f.Write(append(text, '\n'))
		return err
	})
	if v := o.Summary; v != nil && v.Rejected > 0 {
		err = errors.Join(err, w.runner.SaveRejects(ctx, o.Job, to+rejectedSuffix), w.runner.SaveReport(ctx, o.Job, to+reportSuffix, nil))
	}
	return err
}

// freeName returns a name that no file in dir has: the given one, or one with a number.
func freeName(dir, name string) string {
	for n := 1; ; n++ {
		free := numbered(name, n)
		if _, err := os.Lstat(filepath.Join(dir, free)); err != nil {
			return free
		}
	}
}

// numbered returns the n-th name for a file: a.csv, a-2.csv, a-3.csv.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	stem, ext := name, ""
	if i := strings.IndexByte(name, '.'); i > 0 {
		stem, ext = name[:i], name[i:]
	}
	return fmt.Sprintf("%s-%d%s", stem, n, ext)
}

// moved reports whether a file of that name that the job has loaded was moved: its report
// tells the job, and the file is beside it.
func (w *watcher) moved(name, id string) bool {
	dir := filepath.Join(w.Folder, DoneFolder)
	for n := 1; ; n++ {
		as := numbered(name, n)
		if _, err := os.Lstat(filepath.Join(dir, as)); err != nil {
			return false // the names are taken in this order
		}
		var o Outcome
		if text, err := os.ReadFile(filepath.Join(dir, as+summarySuffix)); err == nil && json.Unmarshal(text, &o) == nil && o.Job == id {
			return true
		}
	}
}

// hash returns what tells the file from all others that come into the folder: a hash of
// the folder and of all that is in the file.
func (w *watcher) hash(ctx context.Context, path string, info fs.FileInfo) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00", w.Folder)
	buffer := make([]byte, 1<<20)
	for ctx.Err() == nil {
		n, err := f.Read(buffer)
		sum.Write(buffer[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	now, err := f.Stat()
	if err == nil && (now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime())) {
		err = errChanged
	}
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, ctx.Err())
}
