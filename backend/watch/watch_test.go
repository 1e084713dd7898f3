package watch

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/profile"
	"linefeed/backend/store"
)

// A bench is a folder, a runner, and a profile that loads files with the fields id and n
// into a table of them.
type bench struct {
	*testing.T
	dir, folder, db string
	runner          *job.Runner
	outcomes        chan Outcome
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	st, err := store.Open(t.Context(), filepath.Join(dir, "home"), filepath.Join(dir, "home", "run"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, dir: dir, folder: filepath.Join(dir, "in"), db: filepath.Join(dir, "out.db"), outcomes: make(chan Outcome, 100)}
	if err := os.Mkdir(b.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	hub := event.New()
	b.runner = job.NewRunner(st, hub, job.URLs{})
	b.runner.Profiles = profile.New(filepath.Join(dir, "home", "profiles"))
	t.Cleanup(func() {
		b.runner.Close()
		hub.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	b.profile(b.db)
	return b
}

// profile saves the profile, with a target.
func (b *bench) profile(target string) {
	b.Helper()
	p := profile.Profile{Fields: []string{"id", "n"}, Target: target, Plan: load.Plan{
		Table: "t", Create: true, Map: map[string]string{"id": "id", "n": "n"},
		Columns: []load.Column{{Name: "id", Type: load.Text}, {Name: "n", Type: load.Integer}},
	}}
	if err := b.runner.Profiles.Save(b.Context(), "p", p, true); err != nil {
		b.Fatal(err)
	}
}

// put writes a file into the folder.
func (b *bench) put(name, text string) string {
	b.Helper()
	path := filepath.Join(b.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func (b *bench) options() Options {
	return Options{
		Folder: b.folder, Profile: "p", Steady: 20 * time.Millisecond, Scan: 20 * time.Millisecond,
		OnEnd: func(o Outcome) { b.outcomes <- o },
	}
}

// once loads what is in the folder, and returns what became of it, by the names of the files.
func (b *bench) once(change ...func(*Options)) (names []string, last Outcome) {
	b.Helper()
	opt := b.options()
	opt.Once = true
	for _, f := range change {
		f(&opt)
	}
	if err := Run(b.Context(), b.runner, opt); err != nil {
		b.Fatal(err)
	}
	for len(b.outcomes) > 0 {
		last = <-b.outcomes
		moved, err := filepath.Rel(b.folder, last.MovedTo)
		if err != nil {
			b.Fatal(err)
		}
		names = append(names, filepath.Base(last.File)+">"+filepath.ToSlash(moved))
	}
	return names, last
}

// start watches the folder until the test ends.
func (b *bench) start(opt Options) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, b.runner, opt) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
}

// ids returns what is in the table.
func (b *bench) ids() string {
	b.Helper()
	d, err := sql.Open("sqlite3", b.db)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	var ids string
	if err := d.QueryRow("SELECT group_concat(id, ' ') FROM (SELECT id FROM t ORDER BY rowid)").Scan(&ids); err != nil {
		b.Fatal(err)
	}
	return ids
}

func (b *bench) there(name string) bool {
	_, err := os.Lstat(filepath.Join(b.folder, name))
	return err == nil
}

func (b *bench) want(got any, want any) {
	b.Helper()
	if !slices.Equal(strings.Fields(toText(got)), strings.Fields(toText(want))) {
		b.Errorf("got  %v\nwant %v", got, want)
	}
}

func toText(v any) string {
	if list, ok := v.([]string); ok {
		return strings.Join(list, " ")
	}
	return v.(string)
}

// Files are loaded in their order, each moved with its reports; what is not whole by its
// name stays.
func TestOnce(t *testing.T) {
	b := newBench(t)
	b.put("b.csv", "id,n\nb1,1\nb2,x\n")
	b.put("a.csv.gz", "no gzip, though its name says so\n")
	b.put("c.csv", "id,n\nc1,1\n")
	for _, name := range []string{".hidden.csv", "d.csv.part", "e.tmp", "f.csv~"} {
		b.put(name, "id,n\nnone,1\n")
	}
	if err := os.Mkdir(filepath.Join(b.folder, "sub.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	names, _ := b.once()
	b.want(names, "a.csv.gz>failed/a.csv.gz b.csv>done/b.csv c.csv>done/c.csv")
	b.want(b.ids(), "b1 c1")
	for _, name := range []string{
		"done/b.csv.summary.json", "done/b.csv.rejected.csv", "done/b.csv.report.csv", "done/c.csv.summary.json", "failed/a.csv.gz.summary.json",
		".hidden.csv", "d.csv.part", "e.tmp", "f.csv~", "sub.csv",
	} {
		if !b.there(name) {
			t.Errorf("%s is not there", name)
		}
	}
	if b.there("done/c.csv.rejected.csv") || b.there(".linefeed-watch.lock") {
		t.Error("there is what need not be")
	}
	rejected, err := os.ReadFile(filepath.Join(b.folder, "done/b.csv.rejected.csv"))
	if err != nil || string(rejected) != "id,n\nb2,x\n" {
		t.Errorf("rejected is %q, %v", rejected, err)
	}
}

func TestOrderOfTime(t *testing.T) {
	b := newBench(t)
	now := time.Now()
	for i, name := range []string{"c.csv", "a.csv", "b.csv"} {
		when := now.Add(time.Duration(i-10) * time.Second)
		if err := os.Chtimes(b.put(name, "id,n\n"+name+",1\n"), when, when); err != nil {
			t.Fatal(err)
		}
	}
	b.once(func(o *Options) { o.Order = ByTime })
	b.want(b.ids(), "c.csv a.csv b.csv")
}

// A name that is there in done gets a number; content that was loaded is not loaded again,
// whatever its name.
func TestAgain(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ name, text, moved string }{
		{"a.csv", "id,n\n1,1\n", "a.csv>done/a.csv"},
		{"a.csv", "id,n\n2,1\n", "a.csv>done/a-2.csv"},
		{"a.csv", "id,n\n3,1\n", "a.csv>done/a-3.csv"},
		{"a.csv", "id,n\n2,1\n", "a.csv>failed/a.csv"},
		{"b.csv", "id,n\n1,1\n", "b.csv>failed/b.csv"},
	} {
		b.put(c.name, c.text)
		names, last := b.once()
		b.want(names, c.moved)
		if failed := strings.Contains(c.moved, "failed"); failed != strings.Contains(last.Error, "was loaded already") {
			t.Errorf("%s: %q", c.moved, last.Error)
		}
	}
	b.want(b.ids(), "1 2 3")
}

// A file whose job has ended, but which the program had no time to move, is moved.
func TestEndedBeforeItWasMoved(t *testing.T) {
	b := newBench(t)
	path := b.put("a.csv", "id,n\n1,1\n")
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	w := watcher{Options: Options{Folder: b.folder}}
	hash, err := w.hash(t.Context(), path, info)
	if err != nil {
		t.Fatal(err)
	}
	j, err := b.runner.Start(t.Context(), job.Request{File: path, Profile: "p", Watched: hash})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.runner.Wait(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	names, last := b.once()
	b.want(names, "a.csv>done/a.csv")
	b.want(b.ids(), "1")
	if last.Job != j.ID || last.Summary == nil || last.Summary.Inserted != 1 {
		t.Errorf("told is %+v", last)
	}
}

// A file that failed is tried again, as the same job, when it is put into the folder again.
func TestPutBack(t *testing.T) {
	b := newBench(t)
	b.profile(filepath.Join(b.dir, "not", "there.db"))
	path := b.put("a.csv", "id,n\n1,1\n")
	names, failed := b.once()
	b.want(names, "a.csv>failed/a.csv")
	if err := os.Rename(failed.MovedTo, path); err != nil {
		t.Fatal(err)
	}
	b.db = filepath.Join(b.dir, "not", "there.db")
	if err := os.Mkdir(filepath.Dir(b.db), 0o700); err != nil {
		t.Fatal(err)
	}
	names, done := b.once()
	b.want(names, "a.csv>done/a.csv")
	b.want(b.ids(), "1")
	if done.Job != failed.Job || done.Job == "" {
		t.Errorf("the jobs are %s and %s", failed.Job, done.Job)
	}
}

// One alone watches a folder, by whatever path it is named.
func TestTwoWatchers(t *testing.T) {
	b := newBench(t)
	b.start(b.options())
	b.put("a.csv", "id,n\n1,1\n")
	<-b.outcomes // it runs
	link := filepath.Join(b.dir, "link")
	if err := os.Symlink(b.folder, link); err != nil {
		link = b.folder // not every system has links
	}
	opt := b.options()
	opt.Folder = link
	if err := Run(t.Context(), b.runner, opt); !errors.Is(err, ErrWatched) || !strings.Contains(err.Error(), "is watched already") {
		t.Errorf("the second one: %v", err)
	}
}

func TestNotWatched(t *testing.T) {
	b := newBench(t)
	file := b.put("a.csv", "")
	for _, folder := range []string{filepath.Join(b.dir, "none"), file} {
		opt := b.options()
		opt.Folder = folder
		if err := Run(t.Context(), b.runner, opt); !errors.Is(err, ErrFolder) {
			t.Errorf("%s: %v", folder, err)
		}
	}
	opt := b.options()
	opt.Profile = "none"
	if err := Run(t.Context(), b.runner, opt); !errors.Is(err, profile.ErrNone) {
		t.Errorf("without a profile: %v", err)
	}
}

// A folder that goes away is told, and what comes into it is loaded once it is there again.
func TestGone(t *testing.T) {
	b := newBench(t)
	told := make(chan error, 10)
	opt := b.options()
	opt.OnFolder = func(err error) { told <- err }
	b.start(opt)
	if err := <-told; err != nil {
		t.Errorf("told at first is %v", err)
	}
	b.put("a.csv", "id,n\n1,1\n")
	<-b.outcomes
	away := filepath.Join(b.dir, "away")
	if err := os.Rename(b.folder, away); err != nil {
		t.Fatal(err)
	}
	if err := <-told; !errors.Is(err, ErrFolder) || !strings.Contains(err.Error(), "is not there") {
		t.Errorf("told is %v", err)
	}
	if err := os.Mkdir(b.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err != nil {
		t.Errorf("told of the folder that is there again is %v", err)
	}
	b.put("b.csv", "id,n\n2,1\n")
	if o := <-b.outcomes; o.Error != "" || o.Summary == nil || o.Summary.Inserted != 1 {
		t.Errorf("%+v", o)
	}
	b.want(b.ids(), "1 2")
}

// Once it is enough, the file that is being loaded is loaded to its end and moved, and no
// other one begun.
func TestEnough(t *testing.T) {
	b := newBench(t)
	b.put("a.csv", "id,n\n1,1\n")
	b.put("b.csv", "id,n\n2,1\n")
	enough := make(chan struct{})
	opt := b.options()
	opt.Enough = enough
	opt.OnStart = func(string, job.Job) { close(enough) }
	if err := Run(t.Context(), b.runner, opt); err != nil {
		t.Fatal(err)
	}
	b.want(b.ids(), "1")
	if !b.there("done/a.csv") || !b.there("b.csv") {
		t.Error("the first file is not moved, or the second one is")
	}
}

func TestPast(t *testing.T) {
	b := newBench(t)
	if past := Past(b.folder, 10); len(past) != 0 {
		t.Errorf("of an empty folder: %+v", past)
	}
	b.put("a.csv", "id,n\n1,1\n2,x\n")
	b.once()
	b.put("b.csv", "id,n\n1,1\n2,x\n") // the same
	b.once()
	b.put("done/c.csv.summary.json", "{")
	for i, name := range []string{"done/a.csv", "failed/b.csv"} { // the clock may not tell them apart
		when := time.Now().Add(time.Duration(i-10) * time.Second)
		if err := os.Chtimes(filepath.Join(b.folder, name+summarySuffix), when, when); err != nil {
			t.Fatal(err)
		}
	}
	past := Past(b.folder, 10)
	if len(past) != 2 {
		t.Fatalf("%+v", past)
	}
	failed, done := past[0], past[1]
	if filepath.Base(failed.MovedTo) != "b.csv" || !strings.Contains(failed.Error, "loaded already") || failed.Time == "" {
		t.Errorf("the latest: %+v", failed)
	}
	if filepath.Base(done.MovedTo) != "a.csv" || done.Summary == nil || done.Summary.Rejected != 1 || done.Job == "" {
		t.Errorf("the one before: %+v", done)
	}
	if latest := Past(b.folder, 1); len(latest) != 1 {
		t.Errorf("of one: %+v", latest)
	}
}
