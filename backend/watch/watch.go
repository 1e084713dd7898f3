// Package watch loads the files that come into a folder, each once, by a profile.
package watch

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"linefeed/backend/job"
	"linefeed/backend/lockfile"
	"linefeed/backend/message"
)

// The folders, within the watched one, into which files are moved.
const (
	DoneFolder   = "done"
	FailedFolder = "failed"
)

// The orders in which files are loaded that are there at the same time.
const (
	ByName = "name"
	ByTime = "time" // of their last change, the oldest first
)

// What can keep a folder from being watched.
var (
	ErrWatched = errors.New("another program watches the folder")
	ErrFolder  = errors.New("the folder can't be watched")
)

// Options say what is watched, and how.
type Options struct {
	Folder  string
	Profile string // the name of a saved one, or the full path of the file of one
	Order   string // ByName (the default) or ByTime
	Once    bool   // load the files that are there, and end

	// A file is complete when its size and time have not changed for Steady, 3 s where it
	// is 0. The folder is looked at every Scan, 5 s, also where the system tells of
	// nothing, as on drives of a network.
	Steady, Scan time.Duration

	// OnStart is called when a file is begun or gone on with, OnEnd when it has been
	// moved; both by the goroutine of Run, and may be nil.
	OnStart func(file string, j job.Job)
	OnEnd   func(Outcome)
}

// An Outcome says what became of a file.
type Outcome struct {
	File    string       `json:"file"`              // its path in the folder
	MovedTo string       `json:"movedTo,omitempty"` // "" if it could not be moved
	Job     string       `json:"job,omitempty"`     // "" if none was started
	Summary *job.Summary `json:"summary,omitempty"` // nil if none was
	Error   string       `json:"error,omitempty"`   // why it was not loaded, moved, or reported

	Err error `json:"-"` // the same
}

// A watcher watches one folder.
type watcher struct {
	Options
	runner *job.Runner
	seen   map[string]sight // the files in the folder, by name
	stuck  map[string]bool  // those that could not be moved, and are left alone
}

// A sight is what was last seen of a file.
type sight struct {
	size   int64
	mtime  time.Time
	since  time.Time // when it was first seen so
	landed bool      // it came into the folder by a rename, whole
}

// Run watches a folder until ctx is done, or, with Once, until the files in it are loaded.
// It then returns nil; a job that is under way stops when the runner is closed, and goes on
// the next time. Run fails with an error that wraps ErrWatched or ErrFolder, or if there is no
// such profile.
func Run(ctx context.Context, runner *job.Runner, opt Options) error {
	folder, err := filepath.Abs(opt.Folder)
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder) // by whatever path, it is one folder
	}
	if err == nil {
		err = isFolder(folder)
	}
	if err != nil {
		return message.NewError(errors.Join(ErrFolder, err), "watch_no_folder", "watch_make_folder", "path", opt.Folder, "cause", err)
	}
	if _, err := runner.Profiles.Get(opt.Profile); err != nil {
		return err
	}
	opt.Folder = folder
	opt.Steady, opt.Scan = cmp.Or(opt.Steady, 3*time.Second), cmp.Or(opt.Scan, 5*time.Second)
	lock, err := lockfile.Hold(filepath.Join(folder, ".linefeed-watch"+lockfile.Suffix))
	switch {
	case errors.Is(err, lockfile.ErrHeld):
		return message.NewError(ErrWatched, "watch_watched", "watch_one_alone", "path", folder)
	case err != nil:
		return message.NewError(errors.Join(ErrFolder, err), "watch_no_lock", "watch_make_writable", "path", folder, "cause", err)
	}
	defer lock.Release() //nolint:errcheck // the next one takes it over
	for _, name := range []string{DoneFolder, FailedFolder} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return message.NewError(errors.Join(ErrFolder, err), "watch_no_lock", "watch_make_writable", "path", folder, "cause", err)
		}
	}
	w := &watcher{Options: opt, runner: runner, seen: map[string]sight{}, stuck: map[string]bool{}}
	return w.run(ctx)
}

func isFolder(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = fs.ErrInvalid
	}
	return err
}

// run looks at the folder when the system tells of a change, and again and again.
func (w *watcher) run(ctx context.Context) error {
	var changes <-chan fsnotify.Event
	var troubles <-chan error
	if notify, err := fsnotify.NewWatcher(); err == nil { // else it is only looked at
		defer notify.Close()
		if notify.Add(w.Folder) == nil {
			changes, troubles = notify.Events, notify.Errors
		}
	}
	for {
		next, err := w.look(ctx)
		if err != nil || ctx.Err() != nil || w.Once && len(w.seen) == 0 {
			return err
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case e := <-changes:
			w.told(e)
		case missed := <-troubles: // the next look finds what it has not told
			_ = missed
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// told notes that a file came into the folder, if it did so by a rename.
func (w *watcher) told(e fsnotify.Event) {
	name := filepath.Base(e.Name)
	if !e.Has(fsnotify.Create) || passedOver(name) {
		return
	}
	if info, err := os.Lstat(e.Name); err == nil && info.Mode().IsRegular() && info.Size() > 0 && renamed(info) {
		w.seen[name] = sight{size: info.Size(), mtime: info.ModTime(), since: time.Now(), landed: true}
	}
}

// look loads the files that are complete, and returns when to look again.
func (w *watcher) look(ctx context.Context) (time.Duration, error) {
	next := w.Scan
	entries, err := os.ReadDir(w.Folder)
	if err != nil && !w.Once {
		return next, nil // a drive may come back
	}
	if err != nil {
		return 0, message.NewError(errors.Join(ErrFolder, err), "watch_no_folder", "watch_make_folder", "path", w.Folder, "cause", err)
	}
	present := map[string]bool{}
	var ready []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || passedOver(e.Name()) || w.stuck[e.Name()] {
			continue
		}
		present[e.Name()] = true
		if left := w.wait(info); left > 0 {
			next = min(next, left)
		} else {
			ready = append(ready, info)
		}
	}
	for name := range w.seen {
		if !present[name] {
			delete(w.seen, name)
		}
	}
	slices.SortFunc(ready, func(a, b fs.FileInfo) int {
		if w.Order == ByTime {
			if c := a.ModTime().Compare(b.ModTime()); c != 0 {
				return c
			}
		}
		return strings.Compare(a.Name(), b.Name())
	})
	for i := 0; i < len(ready) && ctx.Err() == nil; i++ {
		if w.load(ctx, ready[i]) {
			delete(w.seen, ready[i].Name())
			next = 0 // others may have come meanwhile
		}
	}
	return max(next, time.Millisecond), nil
}

// wait returns how long to wait until a file is complete, as far as is known.
func (w *watcher) wait(info fs.FileInfo) time.Duration {
	s, known := w.seen[info.Name()]
	if !known || s.size != info.Size() || !s.mtime.Equal(info.ModTime()) {
		s = sight{size: info.Size(), mtime: info.ModTime(), since: time.Now()}
		w.seen[info.Name()] = s
	}
	if beingWritten(filepath.Join(w.Folder, info.Name())) {
		s.since, s.landed = time.Now(), false
		w.seen[info.Name()] = s
	}
	if s.landed {
		return 0
	}
	return w.Steady - time.Since(s.since)
}

// passedOver reports whether a file of that name is not loaded: it is hidden, or not whole
// yet by its name.
func passedOver(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") ||
		slices.Contains([]string{".part", ".tmp", ".partial", ".filepart", ".crdownload", ".download", lockfile.Suffix}, filepath.Ext(lower))
}
