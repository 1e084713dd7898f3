package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

// A WatchedFolder is a folder whose files are loaded while the window is open.
type WatchedFolder struct {
	Profile string         `json:"profile"`
	Folder  string         `json:"folder"`
	Problem string         `json:"problem,omitempty"` // why it is not watched
	Last    *watch.Outcome `json:"last,omitempty"`    // what became of the last file; nil before the first
}

// watches has the folders that profiles watch.
type watches struct {
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	folders map[string]*WatchedFolder // by profile, folder and order
}

// watchAgain is how often to look for profiles that watch another folder, and to try a
// folder again that can't be watched.
const watchAgain = 3 * time.Second

// watchFolders watches the folders of profiles until the engine is closed.
func (e *Engine) watchFolders() {
	ctx, cancel := context.WithCancel(context.Background())
	e.watches.cancel, e.watches.folders = cancel, map[string]*WatchedFolder{}
	e.watches.work.Go(func() {
		running := map[string]context.CancelFunc{}
		for ctx.Err() == nil {
			wanted := map[string]profile.Entry{}
			all, err := e.Profiles.List()
			for _, p := range all {
				if p.Watch != nil {
					wanted[strings.Join([]string{p.Name, p.Watch.Folder, p.Watch.Order}, "\x00")] = p
				}
			}
			for key, stop := range running {
				if _, still := wanted[key]; !still && err == nil {
					stop()
					delete(running, key)
				}
			}
			for key, p := range wanted {
				if running[key] == nil {
					folder, stop := context.WithCancel(ctx)
					running[key] = stop
					e.watches.work.Go(func() { e.watchFolder(folder, key, p) })
				}
			}
			pause(ctx)
		}
		for _, stop := range running {
			stop()
		}
	})
}

// watchFolder watches the folder of a profile until ctx is done.
func (e *Engine) watchFolder(ctx context.Context, key string, p profile.Entry) {
	w := &e.watches
	set := func(change func(*WatchedFolder)) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.folders[key] == nil {
			w.folders[key] = &WatchedFolder{Profile: p.Name, Folder: p.Watch.Folder}
		}
		change(w.folders[key])
	}
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.folders, key)
	}()
	opt := watch.Options{Folder: p.Watch.Folder, Profile: p.Name, Order: p.Watch.Order}
	opt.OnEnd = func(o watch.Outcome) { set(func(f *WatchedFolder) { f.Last = &o }) }
	for ctx.Err() == nil {
		set(func(*WatchedFolder) {})
		if err := watch.Run(ctx, e.Runner, opt); err != nil {
			set(func(f *WatchedFolder) { f.Problem = err.Error() })
		}
		pause(ctx)
		if ctx.Err() == nil {
			set(func(f *WatchedFolder) { f.Problem = "" })
		}
	}
}

func pause(ctx context.Context) {
	select {
	case <-time.After(watchAgain):
	case <-ctx.Done():
	}
}

// WatchedFolders returns the folders that are watched while the window is open, by their
// paths.
func (e *Engine) WatchedFolders() []WatchedFolder {
	e.watches.mu.Lock()
	defer e.watches.mu.Unlock()
	all := []WatchedFolder{}
	for f := range maps.Values(e.watches.folders) {
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b WatchedFolder) int { return strings.Compare(a.Folder+a.Profile, b.Folder+b.Profile) })
	return all
}

// close ends all watching, and waits for it.
func (w *watches) close() {
	if w.cancel != nil {
		w.cancel()
		w.work.Wait()
	}
}
