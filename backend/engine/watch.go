package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"linefeed/backend/job"
	"linefeed/backend/message"
	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

// watches has the folders that profiles watch.
type watches struct {
	cancel  context.CancelFunc
	work    sync.WaitGroup
	look    chan struct{} // others may be to be watched; holds one
	changed chan struct{} // what WatchedFolders returns has changed; holds one

	mu      sync.Mutex
	asked   map[string]profile.Watch // by profile: those that are watched until the window is closed
	folders map[string]*watched      // by profile, folder and order
}

// A watched is a folder with what became of its files, the latest first.
type watched struct {
	watch.Watched
	past []watch.Outcome
}

// mostPast is the number of files of a folder that are remembered.
const mostPast = 100

// watchAgain is how often to look for profiles that watch another folder, and to try a
// folder again that can't be watched.
const watchAgain = 3 * time.Second

// watchFolders watches the folders of profiles until the engine is closed.
func (e *Engine) watchFolders() {
	w := &e.watches
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.look, w.changed = cancel, make(chan struct{}, 1), make(chan struct{}, 1)
	w.asked, w.folders = map[string]profile.Watch{}, map[string]*watched{}
	w.work.Go(func() {
		type run struct {
			folder        string
			enough, ended chan struct{}
			ending        bool
		}
		running := map[string]*run{}
		free := func(folder string) bool { // one at a time watches it
			for _, r := range running {
				if r.ending && r.folder == folder {
					return false
				}
			}
			return true
		}
		for ctx.Err() == nil {
			wanted, err := e.wantedFolders()
			for key, r := range running {
				select {
				case <-r.ended:
					delete(running, key)
					continue
				default:
				}
				if _, still := wanted[key]; !still && err == nil && !r.ending {
					r.ending = true
					w.set(key, func(f *watched) { f.Ending = true })
					close(r.enough)
				}
			}
			for key, f := range wanted {
				if running[key] != nil || !free(f.Folder) {
					w.setKept(key, f.Kept)
					continue
				}
				r := &run{folder: f.Folder, enough: make(chan struct{}), ended: make(chan struct{})}
				running[key] = r
				w.add(key, f)
				w.work.Go(func() {
					e.watchFolder(ctx, key, f, r.enough)
					close(r.ended)
					signal(w.look)
				})
			}
			select {
			case <-time.After(watchAgain):
			case <-w.look:
			case <-ctx.Done():
			}
		}
	})
}

// wantedFolders returns the folders that are to be watched.
func (e *Engine) wantedFolders() (map[string]watch.Watched, error) {
	all, err := e.Profiles.List()
	e.watches.mu.Lock()
	defer e.watches.mu.Unlock()
	wanted := map[string]watch.Watched{}
	for _, p := range all {
		f := watch.Watched{Profile: p.Name, Kept: p.Watch != nil}
		folder, ok := e.watches.asked[p.Name]
		if p.Watch != nil {
			folder, ok = *p.Watch, true
		}
		if !ok {
			continue
		}
		f.Folder, f.Order = folder.Folder, cmp.Or(folder.Order, watch.ByName)
		wanted[strings.Join([]string{f.Profile, f.Folder, f.Order}, "\x00")] = f
	}
	return wanted, err
}

// watchFolder watches a folder until ctx is done or it is enough.
func (e *Engine) watchFolder(ctx context.Context, key string, f watch.Watched, enough <-chan struct{}) {
	w := &e.watches
	defer w.remove(key)
	if past := watch.Past(f.Folder, mostPast); len(past) > 0 {
		w.set(key, func(f *watched) { f.past, f.Last = past, &past[0] })
	}
	problem := func(err error) { w.setProblem(key, err) }
	opt := watch.Options{Folder: f.Folder, Profile: f.Profile, Order: f.Order, Enough: enough, OnFolder: problem}
	opt.OnStart = func(_ string, j job.Job) { w.set(key, func(f *watched) { f.Loading = j.ID }) }
	opt.OnEnd = func(o watch.Outcome) {
		w.set(key, func(f *watched) {
			f.Loading, f.Last = "", &o
			f.past = slices.Insert(f.past, 0, o)
			f.past = f.past[:min(len(f.past), mostPast)]
		})
	}
	for {
		if err := watch.Run(ctx, e.Runner, opt); err != nil {
			problem(err)
		}
		select {
		case <-time.After(watchAgain):
		case <-enough:
			return
		case <-ctx.Done():
			return
		}
	}
}

// WatchFolder watches a folder by a saved profile from now on, and no other one by it:
// also when the window is opened again, or until it is closed. Only the engine of the
// window does that: for another one it is only kept, and [watch.ErrNoWindow] without keep.
func (e *Engine) WatchFolder(ctx context.Context, name string, folder profile.Watch, keep bool) error {
	if err := folder.Check(name); err != nil {
		return err
	}
	if !keep && !e.Watching() {
		return message.NewError(watch.ErrNoWindow, "no_window_to_watch", "open_window_or_keep")
	}
	if keep {
		return e.changeWatch(ctx, name, &folder, nil)
	}
	return e.changeWatch(ctx, name, nil, &folder)
}

// StopWatching watches no folder by a profile any more, once the file is loaded that is
// loaded now.
func (e *Engine) StopWatching(ctx context.Context, name string) error {
	return e.changeWatch(ctx, name, nil, nil)
}

// changeWatch changes the folder that a profile watches, and the one that is asked for
// beside it. A folder that is in both is watched throughout.
func (e *Engine) changeWatch(ctx context.Context, name string, kept, asked *profile.Watch) error {
	p, err := e.Profiles.Get(name)
	if err != nil {
		return err
	}
	if asked != nil {
		e.ask(name, asked)
	}
	if p.Watch != nil || kept != nil {
		if err := e.Profiles.SetWatch(ctx, name, kept); err != nil {
			return err
		}
	}
	e.ask(name, asked)
	return nil
}

// ask has a folder watched by a profile until the window is closed; nil for none.
func (e *Engine) ask(name string, folder *profile.Watch) {
	w := &e.watches
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.asked, name)
	if folder != nil {
		w.asked[name] = *folder
	}
	signal(w.look)
}

// Watching reports whether this engine, being that of the window, watches folders.
func (e *Engine) Watching() bool { return e.watches.look != nil }

// WatchedFolders returns the folders that are watched while the window is open, by their
// paths.
func (e *Engine) WatchedFolders() []watch.Watched {
	e.watches.mu.Lock()
	defer e.watches.mu.Unlock()
	all := []watch.Watched{}
	for _, f := range e.watches.folders {
		all = append(all, f.Watched)
	}
	slices.SortFunc(all, func(a, b watch.Watched) int { return strings.Compare(a.Folder+a.Profile, b.Folder+b.Profile) })
	return all
}

// WatchedFiles returns what became of the files of a folder that is watched by a profile,
// the latest first.
func (e *Engine) WatchedFiles(name string) []watch.Outcome {
	e.watches.mu.Lock()
	defer e.watches.mu.Unlock()
	for _, f := range e.watches.folders {
		if f.Profile == name && !f.Ending {
			return slices.Clone(f.past)
		}
	}
	return nil
}

// WatchChanges returns a channel that is told when what WatchedFolders or WatchedFiles
// return has changed, once for several changes. It has one reader, and is closed with the
// engine.
func (e *Engine) WatchChanges() <-chan struct{} { return e.watches.changed }

func (w *watches) add(key string, f watch.Watched) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.folders[key] = &watched{Watched: f}
	signal(w.changed)
}

// set changes what is known about a folder that is watched.
func (w *watches) set(key string, change func(*watched)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.folders[key]; f != nil { // it may have ended
		change(f)
		signal(w.changed)
	}
}

func (w *watches) setKept(key string, kept bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.folders[key]; f != nil && f.Kept != kept {
		f.Kept = kept
		signal(w.changed)
	}
}

// setProblem sets why a folder is not watched; nil where it is.
func (w *watches) setProblem(key string, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.folders[key]; f != nil && f.Problem != text {
		f.Problem = text
		signal(w.changed)
	}
}

func (w *watches) remove(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.folders, key)
	signal(w.changed)
}

// signal leaves a token in a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // there is one already
	}
}

// close ends all watching, and waits for it.
func (w *watches) close() {
	if w.cancel != nil {
		w.cancel()
		w.work.Wait()
		close(w.changed)
		w.cancel = nil
	}
}
