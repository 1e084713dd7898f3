package main

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"linefeed/backend/engine"
	"linefeed/backend/files"
	"linefeed/backend/job"
)

// What the window may call for several files, which are imported as one set. A set is
// paused, resumed, cancelled, left and forgotten by its ID, as a job is.

// ChooseFiles asks for the files to import; none if the dialog was dismissed.
func (a *App) ChooseFiles() ([]string, error) {
	return runtime.OpenMultipleFilesDialog(a.ctx, runtime.OpenDialogOptions{
		Title: "Choose CSV files",
		Filters: []runtime.FileFilter{
			{DisplayName: "CSV files", Pattern: "*.csv;*.tsv;*.txt;*.tab;*.psv;*.gz;*.zst;*.bz2;*.xz;*.zip"},
			{DisplayName: "All files", Pattern: "*"},
		},
	})
}

// ChooseFolder asks for a folder whose files are to be imported; "" if the dialog was
// dismissed.
func (a *App) ChooseFolder() (string, error) {
	return runtime.OpenDirectoryDialog(a.ctx, runtime.OpenDialogOptions{Title: "Choose a folder of CSV files"})
}

// FindFiles returns the files that paths, folders and patterns stand for; recursive takes
// those in the folders of folders, too.
func (a *App) FindFiles(names []string, recursive bool) (files.List, error) {
	return files.Find(names, recursive)
}

// LookAtSet returns what is known of the files of a set before it is started.
func (a *App) LookAtSet(req job.SetRequest) ([]job.SetFile, error) {
	return call(a, func(e *engine.Engine) ([]job.SetFile, error) { return e.Runner.LookAtSet(a.ctx, req) })
}

// SettleSet fits one of the files of a set to its table.
func (a *App) SettleSet(req job.SetRequest, file string) (job.Settled, error) {
	return call(a, func(e *engine.Engine) (job.Settled, error) { return e.Runner.SettleSet(a.ctx, req, file) })
}

// StartSet starts the imports of several files as one set.
func (a *App) StartSet(req job.SetRequest) (job.Set, error) {
	return call(a, func(e *engine.Engine) (job.Set, error) { return e.Runner.StartSet(a.ctx, req) })
}

// TakeUpSet goes on with a set that has not reached its end.
func (a *App) TakeUpSet(id string, how job.TakeUp) (job.Set, error) {
	return call(a, func(e *engine.Engine) (job.Set, error) { return e.Runner.TakeUpSet(a.ctx, id, how) })
}

// Sets lists the latest sets, newest first, without their jobs.
func (a *App) Sets() ([]job.Set, error) {
	return call(a, func(e *engine.Engine) ([]job.Set, error) { return e.Runner.Sets(a.ctx) })
}

// SetSnapshot returns a set with its jobs and its latest progress.
func (a *App) SetSnapshot(id string) (job.SetSnapshot, error) {
	return call(a, func(e *engine.Engine) (job.SetSnapshot, error) { return e.Runner.SetSnapshot(a.ctx, id) })
}
