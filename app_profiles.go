package main

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/profile"
	"linefeed/backend/watch"
)

// Profiles lists the saved profiles, by name.
func (a *App) Profiles() ([]profile.Entry, error) {
	return call(a, func(e *engine.Engine) ([]profile.Entry, error) { return e.Profiles.List() })
}

// Profile returns a saved profile.
func (a *App) Profile(name string) (profile.Profile, error) {
	return call(a, func(e *engine.Engine) (profile.Profile, error) { return e.Profiles.Get(name) })
}

// RenameProfile gives a saved profile another name.
func (a *App) RenameProfile(name, to string) error {
	return a.do(func(e *engine.Engine) error { return e.RenameProfile(a.ctx, name, to) })
}

// RemoveProfile removes a saved profile.
func (a *App) RemoveProfile(name string) error {
	return a.do(func(e *engine.Engine) error { return e.RemoveProfile(name) })
}

// profileFiles are the files that the dialogs for profiles show.
var profileFiles = []runtime.FileFilter{
	{DisplayName: "Profiles", Pattern: "*.json"},
	{DisplayName: "All files", Pattern: "*"},
}

// SaveProfileFile asks for a path, and saves a profile there, to be passed on. It returns
// the path, "" if the dialog was dismissed.
func (a *App) SaveProfileFile(name string) (string, error) {
	return call(a, func(e *engine.Engine) (string, error) {
		path, err := runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{
			Title: "Save profile", DefaultFilename: name + profile.Suffix, Filters: profileFiles, CanCreateDirectories: true,
		})
		if err != nil || path == "" {
			return "", err
		}
		return path, e.ExportProfile(name, path)
	})
}

// ChooseProfileFile asks for the file of a profile; "" if the dialog was dismissed.
func (a *App) ChooseProfileFile() (string, error) {
	return runtime.OpenFileDialog(a.ctx, runtime.OpenDialogOptions{Title: "Choose the file of a profile", Filters: profileFiles})
}

// TakeProfileFile saves the profile of a file under a name, that of the file for "", and
// returns the name. One that is taken is an error, unless replace is set.
func (a *App) TakeProfileFile(path, name string, replace bool) (string, error) {
	return call(a, func(e *engine.Engine) (string, error) { return e.ImportProfile(a.ctx, path, name, replace) })
}

// WatchedFolders returns the folders whose files are loaded while the window is open.
func (a *App) WatchedFolders() ([]watch.Watched, error) {
	return call(a, func(e *engine.Engine) ([]watch.Watched, error) { return e.WatchedFolders(), nil })
}

// WatchedFiles returns what became of the files of the folder that a profile watches, the
// latest first.
func (a *App) WatchedFiles(name string) ([]watch.Outcome, error) {
	return call(a, func(e *engine.Engine) ([]watch.Outcome, error) { return e.WatchedFiles(name), nil })
}

// ChooseWatchFolder asks for the folder to watch; "" if the dialog was dismissed.
func (a *App) ChooseWatchFolder() (string, error) {
	return runtime.OpenDirectoryDialog(a.ctx, runtime.OpenDialogOptions{Title: "Choose the folder to watch", CanCreateDirectories: true})
}

// WatchFolder watches a folder by a profile: with keep also when the window is opened
// again.
func (a *App) WatchFolder(name string, folder profile.Watch, keep bool) error {
	return a.do(func(e *engine.Engine) error { return e.WatchFolder(a.ctx, name, folder, keep) })
}

// StopWatching watches no folder by a profile any more, once the file is loaded that is
// loaded now.
func (a *App) StopWatching(name string) error {
	return a.do(func(e *engine.Engine) error { return e.StopWatching(a.ctx, name) })
}

// FitProfile returns what a saved profile makes of a file with these fields.
func (a *App) FitProfile(name string, fields []string) (job.Fit, error) {
	return call(a, func(e *engine.Engine) (job.Fit, error) { return e.Runner.FitProfile(name, fields) })
}

// SaveProfileOf saves what was settled for a job as a profile. A name that is taken is an
// error, unless replace is set.
func (a *App) SaveProfileOf(id, name string, replace bool) error {
	return a.do(func(e *engine.Engine) error {
		p, err := e.Runner.ProfileOf(a.ctx, id)
		if err != nil {
			return err
		}
		return e.Profiles.Save(a.ctx, name, p, replace)
	})
}

// SaveProfileFor saves what is settled for a request as SaveProfileOf does.
func (a *App) SaveProfileFor(req job.Request, name string, replace bool) error {
	return a.do(func(e *engine.Engine) error {
		p, err := e.Runner.ProfileFor(a.ctx, req)
		if err != nil {
			return err
		}
		return e.Profiles.Save(a.ctx, name, p, replace)
	})
}
