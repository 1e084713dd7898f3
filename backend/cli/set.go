package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linefeed/backend/files"
	"linefeed/backend/job"
	"linefeed/backend/target"
)

// setFlags say which files are meant, and how several of them are loaded.
type setFlags struct {
	recursive, perFile, mixed bool
	atOnce                    int
	group                     flagGroup
}

// tablePerFile gives each file a table of its own.
const tablePerFile = "{name}"

func newSetFlags() *setFlags {
	f := &setFlags{group: newGroup("Several files")}
	set := f.group.flags
	set.BoolVar(&f.perFile, "table-per-file", false, "load each file into a table of its name: the same as --table '{name}'")
	set.BoolVar(&f.mixed, "mixed-headers", false, "take files with other fields: a new table has a column for each field of any file")
	set.IntVar(&f.atOnce, "at-once", 1, "how many files are loaded side by side, into a server or into several databases (`N`)")
	set.BoolVar(&f.recursive, "recursive", false, "take the files in the folders of a folder, too")
	return f
}

// request returns the request for several files.
func (f *setFlags) request(paths []string, each job.Request) job.SetRequest {
	return job.SetRequest{Files: paths, Import: each, AtOnce: f.atOnce, MixedHeaders: f.mixed}
}

// tellLeftOut tells which files are not loaded, or not twice.
func (l *loader) tellLeftOut(list files.List) {
	if l.output.quiet {
		return
	}
	for _, twice := range list.Twice {
		if twice.Path == twice.Same {
			l.err.printf("%s is named twice, and loaded once\n", visible(twice.Path))
			continue
		}
		l.err.printf("%s is the same file as %s, and is loaded once\n", visible(twice.Path), visible(twice.Same))
	}
	if n := len(list.Passed); n > 0 {
		const most = 5
		names := make([]string, 0, most)
		for _, path := range list.Passed[:min(n, most)] {
			names = append(names, visible(path))
		}
		if n > most {
			names = append(names, "…")
		}
		l.err.printf("passed over in folders, by their names: %s (name them to have them loaded)\n", strings.Join(names, ", "))
	}
}

// A named file is one of a set, as the user knows it.
type namedFile struct {
	name   string
	called renaming
}

// runSet runs a set to its end.
func (l *loader) runSet(ctx context.Context, req job.SetRequest) (err error) {
	if req.Import.Target, err = target.Abs(req.Import.Target); err != nil {
		return err
	}
	named := map[string]namedFile{} // by path
	req.Files = slices.Clone(req.Files)
	for i, name := range req.Files {
		path, called, remove, err := l.readable(ctx, name, req.Import.Check)
		if err != nil {
			return err
		}
		defer remove()
		req.Files[i], named[path] = path, namedFile{name, called}
	}
	return l.followSet(ctx, named, func() (job.Set, error) { return l.engine.Runner.StartSet(ctx, req) })
}

// resumeSet goes on with a set.
func (l *loader) resumeSet(ctx context.Context, id string, how job.TakeUp) error {
	set, err := l.engine.Runner.Set(ctx, id)
	if err != nil {
		return err
	}
	var files []string
	for _, j := range set.Jobs {
		files = append(files, j.Request.File)
	}
	if err := l.output.check(files, set.Request.Import.Target); err != nil {
		return err
	}
	if err := l.unlock(ctx, set.Request.Import); err != nil {
		return err
	}
	return l.followSet(ctx, nil, func() (job.Set, error) { return l.engine.Runner.TakeUpSet(ctx, id, how) })
}

// followSet reports on a set that start starts, to its end.
func (l *loader) followSet(ctx context.Context, named map[string]namedFile, start func() (job.Set, error)) error {
	cursor, err := l.engine.Hub.Follow("", "") // before the first event
	if err != nil {
		return err
	}
	began := time.Now()
	set, err := start()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = l.engine.Runner.Cancel(context.WithoutCancel(ctx), set.ID, job.KeepRows) })() // it may have ended
	l.several = true
	f := newSetFollower(l, set, named)
	whole := context.WithoutCancel(ctx) // a cancelled set is reported to its end
	defer f.wait(whole)()
	for e := range cursor.Events(whole) {
		if f.event(whole, e) {
			break
		}
	}
	f.rest(whole)
	if set, err = l.engine.Runner.Set(whole, set.ID); err != nil {
		return err
	}
	if !l.output.quiet {
		l.human().printf("%s\n", setOutcome(l.human(), set, time.Since(began)))
	}
	if l.output.setJSON {
		_ = l.out.printJSON(set.Summary) // Main reports the error
	}
	return nil
}

// setOutcome says in one line what became of the files of a set.
func setOutcome(s *screen, set job.Set, took time.Duration) string {
	sum, n := set.Summary, set.Summary.Files
	loaded := sum.Inserted + sum.Updated
	what := "loaded"
	if set.Request.Import.Check {
		what = "that can be loaded"
	}
	head := fmt.Sprintf("%s of %s done: %s of %s %s in %s",
		count(int64(n.Done)), filesOf(n.Total), count(loaded), records(sum.Read), what, seconds(took.Seconds()))
	parts := []string{s.bold(head)}
	add := func(n int64, what string) {
		if n > 0 {
			parts = append(parts, count(n)+" "+what)
		}
	}
	add(sum.Updated, "of them updated")
	add(sum.Skipped, "skipped")
	if sum.Rejected > 0 {
		parts = append(parts, s.red(count(sum.Rejected)+" rejected"))
	}
	if n.Failed > 0 {
		parts = append(parts, s.red(filesOf(n.Failed)+" failed"))
	}
	if stopped := n.Cancelled + n.Interrupted; stopped > 0 {
		parts = append(parts, filesOf(stopped)+" stopped or not begun")
	}
	if set.Resumable {
		parts = append(parts, "`linefeed resume "+set.ID+"` goes on")
	}
	return strings.Join(parts, "; ")
}

func filesOf(n int) string {
	if n == 1 {
		return "1 file"
	}
	return count(int64(n)) + " files"
}

// short returns the name of a file for people: below the working folder without it.
func short(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
