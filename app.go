package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"linefeed/backend/connection"
	"linefeed/backend/csvfile"
	"linefeed/backend/engine"
	"linefeed/backend/job"
	"linefeed/backend/load"
)

// App is what the window may call. It only forwards calls to the engine and to the
// system's dialogs. Its methods are called concurrently.
type App struct {
	ctx     context.Context // Wails' own; set by startup
	engine  *engine.Engine
	failure error // why there is no engine; every call returns it
	apiErr  error // why there is no local API; the window then uses Wails' events

	forward  sync.WaitGroup
	quitting atomic.Bool

	filesMu sync.Mutex
	files   []string // that the page has yet to take
	taken   bool     // whether there is a page, which has taken the first ones
}

// NewApp returns the App for wails.Run, which starts it. Its page opens the given files.
func NewApp(files []string) *App { return &App{files: files} }

// startup runs once the window exists, before its page is loaded.
func (a *App) startup(ctx context.Context) {
	a.ctx = ctx
	if a.engine, a.failure = engine.OpenWindow(ctx); a.failure != nil {
		fmt.Fprintln(os.Stderr, "linefeed-desktop:", a.failure)
		return
	}
	a.apiErr = a.engine.Listen("", append(strings.Fields(os.Getenv("LINEFEED_ORIGINS")), developmentOrigins...))
	a.forward.Go(a.forwardEvents)
	a.forward.Go(a.forwardSignin)
	a.forward.Go(func() {
		for range a.engine.WatchChanges() {
			runtime.EventsEmit(ctx, "watches-changed")
		}
	})
	runtime.OnFileDrop(ctx, func(_, _ int, paths []string) {
		runtime.EventsEmit(ctx, "files-dropped", paths)
	})
}

// call calls the engine, or returns why there is none.
func call[T any](a *App, f func(*engine.Engine) (T, error)) (v T, err error) {
	defer recovered(&err)
	if a.failure != nil {
		return v, a.failure
	}
	return f(a.engine)
}

// do calls the engine for methods that return only an error.
func (a *App) do(f func(*engine.Engine) error) (err error) {
	defer recovered(&err)
	if a.failure != nil {
		return a.failure
	}
	return f(a.engine)
}

// recovered turns a panic into an error: from Wails the page would get no answer.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = engine.Panicked(p)
	}
}

// forwardEvents sends every event to the page until the hub is closed.
func (a *App) forwardEvents() {
	cursor, err := a.engine.Hub.Follow("", "")
	if err != nil {
		return // only a job can be unknown
	}
	for e := range cursor.Events(context.WithoutCancel(a.ctx)) {
		runtime.EventsEmit(a.ctx, string(e.Kind), e.Data)
	}
}

// beforeClose keeps the window open while jobs run: the page asks the user, and calls
// Quit.
func (a *App) beforeClose(context.Context) (keepOpen bool) {
	if a.quitting.Load() || a.engine == nil || a.engine.Runner.Active() == 0 {
		return false
	}
	runtime.EventsEmit(a.ctx, "close-requested")
	return true
}

// shutdown stops the running jobs and waits for them.
func (a *App) shutdown(context.Context) {
	if a.engine == nil {
		return
	}
	if err := a.engine.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "linefeed-desktop: end:", err)
	}
	a.forward.Wait()
}

// Live says where the window reads its events from.
type Live struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Live returns the address and token of the local API, or why there is none.
func (a *App) Live() (Live, error) {
	switch {
	case a.failure != nil:
		return Live{}, a.failure
	case a.apiErr != nil:
		return Live{}, a.apiErr
	}
	api := a.engine.API()
	return Live{URL: api.URL(), Token: api.Token()}, nil
}

// databases are the files that the database dialogs show.
var databases = []runtime.FileFilter{
	{DisplayName: "SQLite databases", Pattern: "*.db;*.sqlite;*.sqlite3;*.db3"},
	{DisplayName: "All files", Pattern: "*"},
}

// ChooseDatabase asks for an existing SQLite file; "" if the dialog was dismissed.
func (a *App) ChooseDatabase() (string, error) {
	return runtime.OpenFileDialog(a.ctx, runtime.OpenDialogOptions{Title: "Choose a database", Filters: databases})
}

// CreateDatabase asks for a new SQLite file; "" if the dialog was dismissed.
func (a *App) CreateDatabase(suggestion string) (string, error) {
	return runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{
		Title: "Create a database", DefaultFilename: filepath.Base(suggestion), Filters: databases,
		CanCreateDirectories: true,
	})
}

// SampleFile returns the path of the sample, a file of articles with some bad lines.
func (a *App) SampleFile() (string, error) {
	return call(a, func(e *engine.Engine) (string, error) { return e.SampleFile() })
}

// Folders are the folders of the program and its user.
type Folders struct {
	Own       string `json:"own"`       // the program's, where databases don't belong
	Documents string `json:"documents"` // the user's
}

// Folders returns the program's own folder and the user's documents.
func (a *App) Folders() (Folders, error) {
	return call(a, func(e *engine.Engine) (Folders, error) {
		documents, err := documentsFolder()
		return Folders{Own: e.Home(), Documents: documents}, err
	})
}

// Recent returns the files imported most recently that still exist, newest first.
func (a *App) Recent() ([]string, error) {
	return call(a, func(e *engine.Engine) ([]string, error) { return e.RecentFiles(a.ctx) })
}

// Preview inspects a file. Settings left empty in d are detected, or, with like, taken from
// the job whose rejects this file holds. Only the latest call gets an answer: an earlier
// one still running ends with an error.
func (a *App) Preview(file string, d csvfile.Dialect, ragged, like string) (job.Preview, error) {
	return call(a, func(e *engine.Engine) (job.Preview, error) {
		return e.Look(a.ctx, job.Request{File: file, Dialect: d, Plan: load.Plan{Ragged: load.Ragged(ragged)}, Like: like})
	})
}

// Database returns what there is to choose from in a target, or why it can't be used.
func (a *App) Database(url string) (connection.Database, error) {
	return call(a, func(e *engine.Engine) (connection.Database, error) { return e.Connections.Look(a.ctx, url), nil })
}

// Head returns the first rows of a table, at most n; schema may be empty.
func (a *App) Head(url, schema, table string, n int) (connection.Head, error) {
	return call(a, func(e *engine.Engine) (connection.Head, error) {
		return e.Connections.Head(a.ctx, url, load.TableName{Schema: schema, Name: table}, n)
	})
}

// Connections lists the saved connections, by name.
func (a *App) Connections() ([]connection.Connection, error) {
	return call(a, func(e *engine.Engine) ([]connection.Connection, error) { return e.Connections.List(a.ctx) })
}

// SaveConnection saves a connection, and returns it as it is saved.
func (a *App) SaveConnection(d connection.Draft) (connection.Connection, error) {
	return call(a, func(e *engine.Engine) (connection.Connection, error) { return e.Connections.Save(a.ctx, d) })
}

// RemoveConnection removes a saved connection, and its password.
func (a *App) RemoveConnection(name string) error {
	return a.do(func(e *engine.Engine) error { return e.Connections.Remove(a.ctx, name) })
}

// TestConnection tells step by step what is right with a connection, which need not be
// saved, and with a table of it; schema and table may be empty.
func (a *App) TestConnection(d connection.Draft, schema, table string) (connection.Report, error) {
	return call(a, func(e *engine.Engine) (connection.Report, error) {
		return e.Connections.Test(a.ctx, d, load.TableName{Schema: schema, Name: table}), nil
	})
}

// GivePassword keeps a password for a target in memory, until the program ends.
func (a *App) GivePassword(url, password string) error {
	return a.do(func(e *engine.Engine) error { return e.Connections.Give(a.ctx, url, password) })
}

// ConnectionForm returns the address of a server as the fields of a form.
func (a *App) ConnectionForm(url string) (connection.Form, error) { return connection.FormOf(url) }

// ConnectionURL returns the address that the fields of a form make.
func (a *App) ConnectionURL(f connection.Form) (string, error) { return f.URL() }

// Encodings lists the character encodings that a file can have, the usual ones first.
func (a *App) Encodings() []csvfile.Encoding { return csvfile.Encodings() }

// Presets lists the ready-made tables.
func (a *App) Presets() []job.Preset { return job.Presets() }

// Settle fits a request to its file and table.
func (a *App) Settle(req job.Request) (job.Settled, error) {
	return call(a, func(e *engine.Engine) (job.Settled, error) { return e.Runner.Settle(a.ctx, req) })
}

// Start starts an import.
func (a *App) Start(req job.Request) (job.Job, error) {
	return call(a, func(e *engine.Engine) (job.Job, error) { return e.Runner.Start(a.ctx, req) })
}

// Pause pauses a job.
func (a *App) Pause(id string) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.Pause(a.ctx, id) })
}

// Resume resumes a paused job.
func (a *App) Resume(id string) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.Resume(a.ctx, id) })
}

// TakeUp goes on with a job that has not reached its end.
func (a *App) TakeUp(id string, how job.TakeUp) (job.Job, error) {
	return call(a, func(e *engine.Engine) (job.Job, error) { return e.Runner.TakeUp(a.ctx, id, how) })
}

// Leave makes an interrupted job a cancelled one, which is not offered to be taken up.
func (a *App) Leave(id string) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.Leave(a.ctx, id) })
}

// Cancel cancels a job, and keeps the rows that it has committed, or takes them back.
func (a *App) Cancel(id string, rows job.Rows) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.Cancel(a.ctx, id, rows) })
}

// TakingBack says whether the rows that a job has committed can be taken back.
func (a *App) TakingBack(id string) (job.TakingBack, error) {
	return call(a, func(e *engine.Engine) (job.TakingBack, error) { return e.Runner.TakingBack(a.ctx, id) })
}

// First moves a queued job to the front of the queue.
func (a *App) First(id string) error {
	return a.do(func(e *engine.Engine) error { return e.Runner.First(a.ctx, id) })
}

// Forget removes a job with all that is kept of it. It returns what could not be removed
// from its database, "" if there is nothing.
func (a *App) Forget(id string) (left string, err error) {
	return call(a, func(e *engine.Engine) (string, error) {
		err := e.Runner.Forget(a.ctx, id)
		if errors.Is(err, job.ErrMarksLeft) {
			return err.Error(), nil
		}
		return "", err
	})
}

// Jobs lists the latest jobs that are of no set, newest first: those of sets are lines of
// [App.Sets].
func (a *App) Jobs() ([]job.Job, error) {
	return a.FindJobs(job.Query{Alone: true})
}

// FindJobs returns the jobs that a query asks for, newest first.
func (a *App) FindJobs(q job.Query) ([]job.Job, error) {
	return call(a, func(e *engine.Engine) ([]job.Job, error) {
		jobs, _, err := e.Runner.FindJobs(a.ctx, q)
		return jobs, err
	})
}

// Again returns a request that does what a job was asked for once more.
func (a *App) Again(id string) (job.Request, error) {
	return call(a, func(e *engine.Engine) (job.Request, error) { return e.Runner.Again(a.ctx, id, "") })
}

// Undo undoes what a job has loaded, or with try says what that would do.
func (a *App) Undo(id string, try bool) (load.Undoing, error) {
	return call(a, func(e *engine.Engine) (load.Undoing, error) { return e.Runner.Undo(a.ctx, id, try) })
}

// Snapshot returns a job with its latest progress.
func (a *App) Snapshot(id string) (job.Snapshot, error) {
	return call(a, func(e *engine.Engine) (job.Snapshot, error) { return e.Runner.Snapshot(a.ctx, id) })
}

// Elsewhere returns the jobs that other processes run, or ran until a moment ago.
func (a *App) Elsewhere() ([]job.Snapshot, error) {
	return call(a, func(e *engine.Engine) ([]job.Snapshot, error) { return e.Runner.Elsewhere(a.ctx) })
}

// Rejects returns a page of a job's rejects.
func (a *App) Rejects(q job.RejectQuery) (job.RejectPage, error) {
	return call(a, func(e *engine.Engine) (job.RejectPage, error) { return e.Runner.Rejects(a.ctx, q) })
}

// RejectCounts returns the number of a job's rejects for each reason.
func (a *App) RejectCounts(id string) ([]job.RejectCount, error) {
	return call(a, func(e *engine.Engine) ([]job.RejectCount, error) { return e.Runner.RejectCounts(a.ctx, id) })
}

// RejectGroups returns a page of the groups of a job's rejects.
func (a *App) RejectGroups(q job.GroupQuery) (job.GroupPage, error) {
	return call(a, func(e *engine.Engine) (job.GroupPage, error) { return e.Runner.RejectGroups(a.ctx, q) })
}

// Reject returns a reject with its record and its history.
func (a *App) Reject(id string, reject int64) (job.RejectView, error) {
	return call(a, func(e *engine.Engine) (job.RejectView, error) { return e.Runner.Reject(a.ctx, id, reject) })
}

// RejectFields returns the fields of an open reject, to be edited.
func (a *App) RejectFields(id string, reject int64) (job.RejectFields, error) {
	return call(a, func(e *engine.Engine) (job.RejectFields, error) { return e.Runner.RejectFields(a.ctx, id, reject) })
}

// TryRetry tries out a retry of rejects, and writes nothing. Only the latest call gets an
// answer, as with Preview.
func (a *App) TryRetry(v job.Retry) (job.Trial, error) {
	return call(a, func(e *engine.Engine) (job.Trial, error) { return e.TryRetry(a.ctx, v) })
}

// Dismiss closes open rejects without loading them, or with reopen opens dismissed ones
// again, and returns their number.
func (a *App) Dismiss(id string, v job.Selection, note string, reopen bool) (int64, error) {
	return call(a, func(e *engine.Engine) (int64, error) { return e.Runner.Dismiss(a.ctx, id, v, note, reopen) })
}

// SaveRejects asks for a path, and saves a job's rejected records there as they are in the
// file. It returns the path, "" if the dialog was dismissed.
func (a *App) SaveRejects(id string) (string, error) {
	return call(a, func(e *engine.Engine) (string, error) {
		return a.save(id, "Save rejected lines", "rejected", e.Runner.SaveRejects)
	})
}

// SaveReport asks where to, and saves a job's error report.
func (a *App) SaveReport(id string) (string, error) {
	return call(a, func(e *engine.Engine) (string, error) {
		return a.save(id, "Save report", "report", func(ctx context.Context, id, path string) error {
			return e.Runner.SaveReport(ctx, id, path, nil)
		})
	})
}

func (a *App) save(id, title, what string, save func(ctx context.Context, id, path string) error) (string, error) {
	suggested, err := a.engine.SavePath(a.ctx, id, what)
	if err != nil {
		return "", err
	}
	path, err := runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{
		Title:                title,
		DefaultDirectory:     filepath.Dir(suggested),
		DefaultFilename:      filepath.Base(suggested),
		CanCreateDirectories: true,
	})
	if err != nil || path == "" {
		return "", err
	}
	return path, save(a.ctx, id, path)
}

// Quit ends the program and stops the running jobs.
func (a *App) Quit() {
	a.quitting.Store(true)
	runtime.Quit(a.ctx)
}
