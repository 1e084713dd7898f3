package cli

import (
	"context"
	"encoding/json"
	"sync"

	"linefeed/backend/event"
	"linefeed/backend/job"
)

// A setFollower reports on the jobs of a set as they come, and concludes each once it has
// ended.
type setFollower struct {
	*loader
	set   string
	files map[string]*setFile // by job
	order []*setFile
	live  *setPrinter // nil when quiet
}

// A setFile is a file of a set that has not ended.
type setFile struct {
	job       job.Job
	name      string
	called    renaming
	begun     bool
	concluded bool

	ended   chan struct{} // closed once the next two are set
	summary job.Summary
	err     error
}

func newSetFollower(l *loader, set job.Set, named map[string]namedFile) *setFollower {
	f := &setFollower{loader: l, set: set.ID, files: map[string]*setFile{}}
	for _, j := range set.Jobs {
		if j.State == job.Done {
			continue // in an earlier run
		}
		file := &setFile{job: j, name: short(j.Request.File), ended: make(chan struct{})}
		if n, known := named[j.Request.File]; known {
			file.name, file.called = n.name, n.called
		}
		f.files[j.ID], f.order = file, append(f.order, file)
	}
	if !l.output.quiet {
		f.live = &setPrinter{newLivePrinter(l.err, "")}
	}
	return f
}

// wait has the outcome of each job noted, as the runner remembers the errors of the last
// ones alone. The func it returns waits for that to end.
func (f *setFollower) wait(ctx context.Context) func() {
	var work sync.WaitGroup
	for _, file := range f.order {
		work.Go(func() {
			defer close(file.ended)
			file.summary, file.err = f.engine.Runner.Wait(ctx, file.job.ID)
		})
	}
	return work.Wait
}

// event reports an event, and reports whether it was the set's last.
func (f *setFollower) event(ctx context.Context, e *event.Event) (last bool) {
	file := f.files[e.Job]
	if file == nil && e.Job != f.set {
		return false
	}
	var told struct {
		State job.State `json:"state"`
	}
	if e.Kind == event.KindState {
		_ = json.Unmarshal(e.Data, &told) // the hub's own JSON
	}
	name := ""
	if file != nil {
		e, name = file.called.event(e), file.name
		file.begun = file.begun || told.State == job.Running
	}
	if f.output.events {
		eventLines{f.out}.print(e)
	}
	if f.live != nil {
		f.live.printOf(e, name)
	}
	ended := told.State != "" && !told.State.Active()
	if ended && file != nil {
		f.conclude(ctx, file)
	}
	return ended && file == nil
}

// conclude prints the outcome of a file, unless it was never begun.
func (f *setFollower) conclude(ctx context.Context, file *setFile) {
	if file.concluded {
		return
	}
	file.concluded = true
	<-file.ended
	if f.live != nil {
		f.live.end()
	}
	if !file.begun && file.summary.State != job.Failed && file.summary.State != job.Done {
		f.status = worse(f.status, exitStopped)
		return
	}
	_, status := f.concludeAs(ctx, file.summary, file.err, file.name, file.called)
	f.status = worse(f.status, status)
}

// rest concludes the files whose last event was missed.
func (f *setFollower) rest(ctx context.Context) {
	for _, file := range f.order {
		f.conclude(ctx, file)
	}
}

// A setPrinter shows people the course of a set: one bar for all of it, and the rejects
// and warnings of each file under its name.
type setPrinter struct {
	*livePrinter
}

// printOf prints an event of the set, or of its file of that name.
func (p *setPrinter) printOf(e *event.Event, name string) {
	if name == "" {
		var v job.SetProgress
		if e.Kind == event.KindProgress && json.Unmarshal(e.Data, &v) == nil {
			ended := v.Files.Done + v.Files.Failed + v.Files.Cancelled + v.Files.Interrupted
			p.of = count(int64(ended)) + " of " + filesOf(v.Files.Total)
			p.progress(v.Progress)
		}
		return
	}
	if e.Kind == event.KindProgress {
		return
	}
	if p.job != e.Job {
		p.end()
		p.job = e.Job
	}
	p.name = name
	p.print(e)
}
