package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"linefeed/backend/csvfile"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/localapi"
	"linefeed/backend/sample"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// App is what the window may call. It only passes on: to the runner, the
// store and the system's dialogs. Its methods are called concurrently.
type App struct {
	ctx     context.Context // Wails' own; set by startup
	home    string          // the program's own folder
	run     string          // and that of what lives only while it runs
	store   *store.Store
	hub     *event.Hub
	runner  *job.Runner
	api     *localapi.Server
	apiErr  error // why there is no local API; the window then lives on Wails' events
	failure error // why the program can't work; every call returns it
	lock    *flock.Flock

	mu          sync.Mutex
	quitting    bool
	stopLooking context.CancelFunc // ends the preview that was asked for last
	forward     sync.WaitGroup
}

// NewApp returns the App for wails.Run, which starts it.
func NewApp() *App { return &App{hub: event.New()} }

// startup runs when the window is there, before its page is loaded.
func (a *App) startup(ctx context.Context) {
	a.ctx = ctx
	if a.failure = a.open(ctx); a.failure != nil {
		fmt.Fprintln(os.Stderr, "linefeed-desktop:", a.failure)
		return
	}
	a.api, a.apiErr = localapi.Start(a.runner, a.hub, localapi.Options{
		Origins: strings.Fields(os.Getenv("LINEFEED_ORIGINS")), Spool: filepath.Join(a.home, "spool"), Announce: a.run,
	})
	a.forward.Go(a.forwardEvents)
	runtime.OnFileDrop(ctx, func(_, _ int, paths []string) {
		runtime.EventsEmit(ctx, "files-dropped", paths)
	})
}

func (a *App) open(ctx context.Context) (err error) {
	if a.home, err = store.Home(); err != nil {
		return err
	}
	if a.run, err = store.RunDir(); err != nil {
		return err
	}
	if a.store, err = store.Open(ctx, a.home, a.run); err != nil {
		return err
	}
	// Wails' own lock needs D-Bus on Linux, which is not always there.
	a.lock = flock.New(filepath.Join(a.run, "window.lock"))
	switch got, err := a.lock.TryLock(); {
	case err != nil:
		return fmt.Errorf("lock the program's folder: %w", err)
	case !got:
		return errors.New("Linefeed is open already: use that window, or close it first") //nolint:staticcheck // it is a name
	}
	a.runner = job.NewRunner(a.store, a.hub)
	return nil
}

// forwardEvents sends every event to the page, until the hub is closed.
func (a *App) forwardEvents() {
	cursor, err := a.hub.Follow("", "")
	if err != nil {
		return // only a job can be unknown
	}
	for e := range cursor.Events(context.WithoutCancel(a.ctx)) {
		runtime.EventsEmit(a.ctx, string(e.Kind), e.Data)
	}
}

// beforeClose keeps the window open while something is imported: the page
// asks, and calls Quit.
func (a *App) beforeClose(context.Context) (keepOpen bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.quitting || a.runner == nil || a.runner.Active() == 0 {
		return false
	}
	runtime.EventsEmit(a.ctx, "close-requested")
	return true
}

// shutdown ends what runs and waits for it.
func (a *App) shutdown(context.Context) {
	var errs []error
	if a.runner != nil {
		a.runner.Close()
	}
	a.hub.Close()
	if a.api != nil {
		errs = append(errs, a.api.Close())
	}
	a.forward.Wait()
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Unlock())
	}
	if err := errors.Join(errs...); err != nil {
		fmt.Fprintln(os.Stderr, "linefeed-desktop: end:", err)
	}
}

// secondInstance shows this window instead of a second one, and the files that
// the second one was given.
func (a *App) secondInstance(data options.SecondInstanceData) {
	runtime.WindowUnminimise(a.ctx)
	runtime.Show(a.ctx)
	var paths []string
	for _, arg := range data.Args {
		path := arg
		if !filepath.IsAbs(path) {
			path = filepath.Join(data.WorkingDirectory, path)
		}
		if !strings.HasPrefix(arg, "-") {
			paths = append(paths, path)
		}
	}
	if len(paths) > 0 {
		runtime.EventsEmit(a.ctx, "files-dropped", paths)
	}
}

// Live is where the window reads its events from.
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
	return Live{URL: a.api.URL(), Token: a.api.Token()}, nil
}

// ChooseFile asks for the file to import; "" when it was dismissed.
func (a *App) ChooseFile() (string, error) {
	return runtime.OpenFileDialog(a.ctx, runtime.OpenDialogOptions{
		Title: "Choose a CSV file",
		Filters: []runtime.FileFilter{
			{DisplayName: "CSV files", Pattern: "*.csv;*.tsv;*.txt;*.tab;*.psv;*.gz;*.zst;*.bz2;*.xz;*.zip"},
			{DisplayName: "All files", Pattern: "*"},
		},
	})
}

// databases are the files that the dialogs for databases offer.
var databases = []runtime.FileFilter{
	{DisplayName: "SQLite databases", Pattern: "*.db;*.sqlite;*.sqlite3;*.db3"},
	{DisplayName: "All files", Pattern: "*"},
}

// ChooseDatabase asks for an SQLite file that is there; "" when it was dismissed.
func (a *App) ChooseDatabase() (string, error) {
	return runtime.OpenFileDialog(a.ctx, runtime.OpenDialogOptions{Title: "Choose a database", Filters: databases})
}

// CreateDatabase asks for a new SQLite file; "" when it was dismissed.
func (a *App) CreateDatabase(suggestion string) (string, error) {
	return runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{
		Title: "Create a database", DefaultFilename: filepath.Base(suggestion), Filters: databases,
		CanCreateDirectories: true,
	})
}

// SampleFile returns the path of the sample, a file of articles with some bad
// lines. It is written when it is not there yet.
func (a *App) SampleFile() (string, error) {
	if a.failure != nil {
		return "", a.failure
	}
	path := filepath.Join(a.home, "articles.csv")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, job.SaveAs(path, func(w io.Writer) error { return sample.Write(w, sample.Options{Rows: 20_000, Seed: 1, Bad: 0.01}, nil) })
}

// Folders are where files are kept.
type Folders struct {
	Own       string `json:"own"`       // the program's, where nobody looks for a database
	Documents string `json:"documents"` // the user's
}

// Folders returns where the program keeps its own files, and where its user
// keeps documents.
func (a *App) Folders() (Folders, error) {
	documents, err := documentsFolder()
	return Folders{Own: a.home, Documents: documents}, err
}

// recentFiles is how many recent files are offered.
const recentFiles = 10

// Recent returns the files that were imported lately and are still there, the
// newest first.
func (a *App) Recent() ([]string, error) {
	if a.failure != nil {
		return nil, a.failure
	}
	files, err := a.store.RecentFiles(a.ctx, 2*recentFiles)
	if err != nil {
		return nil, err
	}
	there := []string{}
	for _, f := range files {
		if _, err := os.Stat(f); err == nil && len(there) < recentFiles {
			there = append(there, f)
		}
	}
	return there, nil
}

// Preview looks at a file; what is empty in d is found out, or, with like, is as
// in the file whose rejects it holds. Only the latest question is answered: an
// earlier one that is under way ends with an error.
func (a *App) Preview(file string, d csvfile.Dialect, ragged, like string) (job.Preview, error) {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	a.mu.Lock()
	before := a.stopLooking
	a.stopLooking = cancel
	a.mu.Unlock()
	if before != nil {
		before()
	}
	return a.runner.Look(ctx, job.Request{File: file, Dialect: d, Plan: load.Plan{Ragged: load.Ragged(ragged)}, Like: like})
}

// Tables lists the tables of a database; none for a file that is not there yet.
func (a *App) Tables(url string) ([]load.Table, error) {
	db, err := target.Open(a.ctx, url)
	if err != nil {
		return nil, err
	}
	tables, err := db.Tables(a.ctx)
	return tables, errors.Join(err, db.Close())
}

// Encodings lists the character encodings that a file can be in, the usual
// ones first.
func (a *App) Encodings() []csvfile.Encoding { return csvfile.Encodings() }

// Presets lists the ready-made tables.
func (a *App) Presets() []job.Preset { return job.Presets() }

// Settle fits a request to its file and table.
func (a *App) Settle(req job.Request) (s job.Settled, err error) {
	err = a.do(func() error { s, err = a.runner.Settle(a.ctx, req); return err })
	return s, err
}

// Start starts an import.
func (a *App) Start(req job.Request) (job.Job, error) {
	if a.failure != nil {
		return job.Job{}, a.failure
	}
	return a.runner.Start(a.ctx, req)
}

// Pause lets a job stand still.
func (a *App) Pause(id string) error { return a.do(func() error { return a.runner.Pause(id) }) }

// Resume lets a paused job go on.
func (a *App) Resume(id string) error { return a.do(func() error { return a.runner.Resume(id) }) }

// Cancel ends a job.
func (a *App) Cancel(id string) error { return a.do(func() error { return a.runner.Cancel(id) }) }

func (a *App) do(f func() error) error {
	if a.failure != nil {
		return a.failure
	}
	return f()
}

// Jobs lists the latest jobs, the newest first.
func (a *App) Jobs() (jobs []job.Job, err error) {
	err = a.do(func() error { jobs, err = a.runner.Jobs(a.ctx); return err })
	return jobs, err
}

// Snapshot returns a job with its latest progress.
func (a *App) Snapshot(id string) (s job.Snapshot, err error) {
	err = a.do(func() error { s, err = a.runner.Snapshot(a.ctx, id); return err })
	return s, err
}

// Rejects returns a page of a job's rejects.
func (a *App) Rejects(q job.RejectQuery) (p job.RejectPage, err error) {
	err = a.do(func() error { p, err = a.runner.Rejects(a.ctx, q); return err })
	return p, err
}

// RejectCounts returns how many of a job's rejects have which reason.
func (a *App) RejectCounts(id string) (c []job.RejectCount, err error) {
	err = a.do(func() error { c, err = a.runner.RejectCounts(a.ctx, id); return err })
	return c, err
}

// RejectBytes returns a rejected record for looking at.
func (a *App) RejectBytes(id string, reject int64) (b job.RejectBytes, err error) {
	err = a.do(func() error { b, err = a.runner.RejectBytes(a.ctx, id, reject); return err })
	return b, err
}

// SaveRejects asks where to, and saves a job's rejected records as they stood
// in the file. It returns the path, "" when the question was dismissed.
func (a *App) SaveRejects(id string) (string, error) {
	return a.save(id, "Save rejected lines", "rejected", a.runner.WriteRejects)
}

// SaveReport asks where to, and saves a job's error report.
func (a *App) SaveReport(id string) (string, error) {
	return a.save(id, "Save report", "report", a.runner.WriteReport)
}

func (a *App) save(id, title, what string, write func(context.Context, string, io.Writer) error) (string, error) {
	j, err := a.runner.Job(a.ctx, id)
	if err != nil {
		return "", err
	}
	name := filepath.Base(j.Request.File)
	path, err := runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{
		Title:                title,
		DefaultDirectory:     filepath.Dir(j.Request.File),
		DefaultFilename:      strings.TrimSuffix(name, filepath.Ext(name)) + "." + what + ".csv",
		CanCreateDirectories: true,
	})
	if err != nil || path == "" {
		return "", err
	}
	return path, job.SaveAs(path, func(w io.Writer) error { return write(a.ctx, id, w) })
}

// Quit ends the program, and the imports that run.
func (a *App) Quit() {
	a.mu.Lock()
	a.quitting = true
	a.mu.Unlock()
	runtime.Quit(a.ctx)
}
