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

	// Enough, once it is closed, has Run end after the file that it loads now; nil for
	// never.
	Enough <-chan struct{}

	// OnFolder is called with nil when the folder begins to be watched, and with why when
	// it is no longer there, or nobody may import what is in it: then its files stay where
	// they are until somebody may, which nil tells. OnStart when a file is begun or gone on with, and OnEnd when
	// it has been moved. The goroutine of Run calls them; they may be nil.
	OnFolder func(error)
	OnStart  func(file string, j job.Job)
	OnEnd    func(Outcome)
}

// An Outcome says what became of a file.
type Outcome struct {
	Time    string       `json:"time,omitempty"`    // of its end; RFC 3339, milliseconds
	File    string       `json:"file"`              // its path in the folder
	MovedTo string       `json:"movedTo,omitempty"` // "" if it could not be moved
	Job     string       `json:"job,omitempty"`     // "" if none was started
	Summary *job.Summary `json:"summary,omitempty"` // nil if none was
	Error   string       `json:"error,omitempty"`   // why it was not loaded, moved, or reported

	Err error `json:"-"` // the same
}

// A Watched is a folder whose files are loaded while the window is open. Its JSON is part
// of the program's contract.
type Watched struct {
	Profile string   `json:"profile"`
	Folder  string   `json:"folder"`
	Order   string   `json:"order"`             // "name" or "time"
	Kept    bool     `json:"kept"`              // the window watches it at its next start too
	Ending  bool     `json:"ending,omitempty"`  // it is no longer watched, once the file is loaded that is loaded now
	Loading string   `json:"loading,omitempty"` // the job that loads a file now; "" for none
	Problem string   `json:"problem,omitempty"` // why it is not watched, or its files are not loaded
	Last    *Outcome `json:"last,omitempty"`    // what became of the last file; nil before the first
}

// ErrNoWindow says that a folder can't be watched until the window is closed, because no
// window is open here.
var ErrNoWindow = errors.New("no window is open here")

// A watcher watches one folder.
type watcher struct {
	Options
	runner *job.Runner
	seen   map[string]sight // the files in the folder, by name
	stuck  map[string]bool  // those that could not be moved, and are left alone
	refuse string           // why nobody may import them; "" where somebody may
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
// the next time. A folder that goes away is waited for, but with Once. Run fails with an
// error that wraps ErrWatched or ErrFolder, or if there is no such profile.
func Run(ctx context.Context, runner *job.Runner, opt Options) error {
	folder, err := filepath.Abs(opt.Folder)
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder) // by whatever path, it is one folder
	}
	if err == nil {
		err = isFolder(folder)
	}
	if err != nil {
		return notThere(opt.Folder, err)
	}
	if _, err := runner.Profiles.Get(opt.Profile); err != nil {
		return err
	}
	opt.Folder = folder
	opt.Steady, opt.Scan = cmp.Or(opt.Steady, 3*time.Second), cmp.Or(opt.Scan, 5*time.Second)
	w := &watcher{Options: opt, runner: runner, seen: map[string]sight{}, stuck: map[string]bool{}}
	for {
		err := w.watch(ctx)
		if opt.Once || !errors.Is(err, errGone) {
			return err
		}
		w.tellFolder(err)
		if !w.comesBack(ctx) {
			return nil
		}
	}
}

// errGone is wrapped by the error that a folder is no longer there.
var errGone = errors.New("the folder is gone")

// notThere returns the error that a folder can't be looked at.
func notThere(folder string, err error, also ...error) error {
	cause := errors.Join(append(also, ErrFolder, err)...)
	if errors.Is(err, fs.ErrNotExist) {
		return message.NewError(cause, "watch_gone", "watch_bring_back", "path", folder)
	}
	return message.NewError(cause, "watch_no_folder", "watch_make_folder", "path", folder, "cause", err)
}

func isFolder(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	return err
}

// watch watches the folder alone until ctx is done, or it is gone.
func (w *watcher) watch(ctx context.Context) error {
	lock, err := lockfile.Hold(filepath.Join(w.Folder, ".linefeed-watch"+lockfile.Suffix))
	switch {
	case errors.Is(err, lockfile.ErrHeld):
		return message.NewError(ErrWatched, "watch_watched", "watch_one_alone", "path", w.Folder)
	case err != nil:
		return message.NewError(errors.Join(ErrFolder, err), "watch_no_lock", "watch_make_writable", "path", w.Folder, "cause", err)
	}
	defer lock.Release() //nolint:errcheck // the next one takes it over
	for _, name := range []string{DoneFolder, FailedFolder} {
		if err := os.Mkdir(filepath.Join(w.Folder, name), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return message.NewError(errors.Join(ErrFolder, err), "watch_no_lock", "watch_make_writable", "path", w.Folder, "cause", err)
		}
	}
	w.tellFolder(nil)
	return w.run(ctx)
}

func (w *watcher) tellFolder(err error) {
	if w.OnFolder != nil {
		w.OnFolder(err)
	}
}

// comesBack waits until the folder is there again, as a drive may come back. It reports
// false if that is not awaited any more.
func (w *watcher) comesBack(ctx context.Context) bool {
	tick := time.NewTicker(w.Scan)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if isFolder(w.Folder) == nil {
				return true
			}
		case <-w.Enough:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// enough reports whether no further file is to be begun.
func (w *watcher) enough(ctx context.Context) bool {
	select {
	case <-w.Enough:
		return true
	default:
		return ctx.Err() != nil
	}
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
		if err != nil || w.enough(ctx) || w.Once && len(w.seen) == 0 {
			return err
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case e := <-changes:
			w.told(e)
		case missed := <-troubles: // the next look finds what it has not told
			_ = missed
		case <-w.Enough:
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
	if err != nil {
		return 0, notThere(w.Folder, err, errGone)
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
	if len(ready) > 0 && !w.enough(ctx) {
		if err := w.allowed(ctx); err != nil {
			if w.Once {
				return 0, err
			}
			return w.Scan, nil
		}
	}
	for i := 0; i < len(ready) && !w.enough(ctx); i++ {
		if w.load(ctx, ready[i]) {
			delete(w.seen, ready[i].Name())
			next = 0 // others may have come meanwhile
		}
	}
	return max(next, time.Millisecond), nil
}

// allowed returns why nobody may import the files now, and tells of it when that changes.
// It is asked before they are read.
func (w *watcher) allowed(ctx context.Context) error {
	err := w.runner.Allowed(ctx)
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != w.refuse && ctx.Err() == nil {
		w.refuse = text
		w.tellFolder(err)
	}
	return err
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
