package main

import (
	"path/filepath"
	"strings"

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
	a.files = []string{}
	return paths
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
