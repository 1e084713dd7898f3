package main

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// filesOf returns the absolute paths of the files that a command line names, which was
// given in a folder.
func filesOf(args []string, folder string) []string {
	paths := []string{} // null is no list for the page
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-"): // a flag of GTK's, or of the system's
		case filepath.IsAbs(arg):
			paths = append(paths, arg)
		default:
			paths = append(paths, filepath.Join(folder, arg))
		}
	}
	return paths
}

// TakeFiles returns the files that the program was started with, once: a page that is
// loaded again goes on with what it has.
func (a *App) TakeFiles() []string {
	a.filesMu.Lock()
	defer a.filesMu.Unlock()
	paths := a.files
	a.files, a.taken = []string{}, true
	return paths
}

// together is how long files are gathered that macOS hands over one by one.
const together = 200 * time.Millisecond

// openFile opens a file that macOS hands over, at the start as well as later. Those that
// come together are opened together.
func (a *App) openFile(path string) {
	if !a.keepFile(path) {
		return
	}
	time.AfterFunc(together, func() {
		if paths := a.TakeFiles(); len(paths) > 0 {
			runtime.WindowUnminimise(a.ctx)
			runtime.Show(a.ctx)
			runtime.EventsEmit(a.ctx, "files-dropped", paths)
		}
	})
}

// keepFile keeps a file for the page, and reports whether it is the first one that the page
// has to be sent: a page that is not there yet takes its files by itself.
func (a *App) keepFile(path string) (first bool) {
	a.filesMu.Lock()
	defer a.filesMu.Unlock()
	a.files = append(a.files, path)
	return a.taken && len(a.files) == 1
}

// secondInstance shows this window instead of a second one, with the files that the
// second one was given.
func (a *App) secondInstance(data options.SecondInstanceData) {
	runtime.WindowUnminimise(a.ctx)
	runtime.Show(a.ctx)
	if paths := filesOf(data.Args, data.WorkingDirectory); len(paths) > 0 {
		runtime.EventsEmit(a.ctx, "files-dropped", paths)
	}
}
