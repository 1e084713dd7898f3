package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/event"
	"linefeed/backend/job"
	"linefeed/backend/store"
	"linefeed/backend/target"
)

// These measure what it costs that nothing is lost: marks and prints, going on with an
// import, its rejects, and the jobs of a set.

var (
	gigabyte = file{
		name: "gigabyte", about: "the same", rows: 6_500_000,
		args: articles.args, write: writeArticles(0),
	}
	rejected = file{
		name: "rejected", about: "the same, all but the first ten bad", rows: rejects + 10,
		args: articles.args, write: writeArticles(1),
	}
)

const (
	rejects   = 1_000_000
	stopAt    = 97   // percent of the file of a gigabyte
	smallSet  = 1000 // files
	smallRows = 10   // records in each of them
)

// prepareJobs makes the files, an import that was stopped near its end, and one with many
// rejects, and returns the steps.
func (b *bench) prepareJobs(ctx context.Context, r *report) (all []step, err error) {
	for _, f := range []file{articles, gigabyte, rejected} {
		if err := b.size(ctx, r, f); err != nil {
			return nil, err
		}
	}
	half, err := b.stop(ctx, gigabyte)
	if err != nil {
		return nil, err
	}
	bad, err := b.reject(ctx, rejected)
	if err != nil {
		return nil, err
	}
	set, err := b.smallFiles()
	if err != nil {
		return nil, err
	}
	add := func(name string, do func(context.Context) (measured, error)) {
		all = append(all, step{name: name, do: do})
	}
	for range starts {
		for _, kept := range []string{"kept", "unkept"} {
			add(kept, func(ctx context.Context) (measured, error) {
				db, err := b.database()
				if err != nil {
					return measured{}, err
				}
				home := b.path("kept-home")
				if err := os.RemoveAll(home); err != nil {
					return measured{}, err
				}
				return b.role(ctx, kept, b.csv(articles), db, home)
			})
		}
		add("resume", half.resume)
		add("groups", func(ctx context.Context) (measured, error) { return b.role(ctx, "groups", bad.home, bad.job) })
		add("values", func(ctx context.Context) (measured, error) { return b.role(ctx, "values", bad.home, bad.job) })
	}
	add("set", func(ctx context.Context) (measured, error) {
		env, err := b.home(ctx)
		if err != nil {
			return measured{}, err
		}
		db, err := b.database()
		if err != nil {
			return measured{}, err
		}
		return process{args: []string{b.linefeed, "import", set, "--to", db, "--create", "--table", "t", "--quiet"}, env: env}.run(ctx)
	})
	return all, nil
}

// jobFigures returns the table of the goals.
func (r *report) jobFigures() *table {
	t := newFigures()
	t.add(goal{"marks, checkpoints and prints: an import with them takes times as long", r.series["kept"], r.series["unkept"], 0, 1.02, "%.3f"}.cells(cpu)...)
	atMost := func(what string, s series, want float64) {
		got := s.wall().Seconds()
		t.add(what, fmt.Sprintf("%.2f", got), fmt.Sprintf("≤ %.0f", want), verdict(got <= want), "")
	}
	size := float64(r.sizes[gigabyte.name]) / 1e9
	atMost(fmt.Sprintf("an import of %.2f GB, stopped at %d %%: seconds from the start of linefeed resume to the first rows", size, stopAt), r.series["resume"], 1)
	atMost(grouped(rejects)+" rejects by reason and column, seconds", r.series["groups"], 1)
	t.add("the same by value, too, seconds", fmt.Sprintf("%.2f", r.series["values"].wall().Seconds()), "", "", "")
	t.add(fmt.Sprintf("a set of %s files of %d records: milliseconds each", grouped(smallSet), smallRows), fmt.Sprintf("%.1f", 1000*r.series["set"].wall().Seconds()/smallSet), "", "", "")
	return t
}

// importKept is the role that imports articles, given the file, the database to make, and
// the folder of the program's own files.
func importKept(ctx context.Context, args []string) (measured, error) {
	return importBy(ctx, job.URLs{}, args)
}

// importUnkept does so without marks, checkpoints and prints.
func importUnkept(ctx context.Context, args []string) (measured, error) {
	csvfile.MakePrints = false
	return importBy(ctx, unmarked{}, args)
}

func importBy(ctx context.Context, targets job.Targets, args []string) (m measured, err error) {
	r, closeAll, err := runner(ctx, args[2], targets)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	stop := stopwatch()
	j, err := r.Start(ctx, articles.request(args[0], args[1]))
	if err != nil {
		return m, err
	}
	s, err := r.Wait(ctx, j.ID)
	m = stop()
	if err == nil && s.Inserted != articles.rows {
		err = fmt.Errorf("%d rows were inserted, want %d", s.Inserted, articles.rows)
	}
	return m, err
}

// runner returns a runner whose own files are in a folder, and what closes it.
func runner(ctx context.Context, home string, targets job.Targets) (*job.Runner, func() error, error) {
	st, err := store.Open(ctx, home, filepath.Join(home, "run"))
	if err != nil {
		return nil, nil, err
	}
	hub := event.New()
	r := job.NewRunner(st, hub, targets)
	return r, func() error {
		r.Close()
		hub.Close()
		return st.Close()
	}, nil
}

// unmarked opens targets that say that they have no place for marks.
type unmarked struct{ job.URLs }

func (u unmarked) Open(ctx context.Context, url string) (target.Target, error) {
	t, err := u.URLs.Open(ctx, url)
	return withoutMarks{t}, err
}

type withoutMarks struct{ target.Target }

func (t withoutMarks) Place() target.Place {
	p := t.Target.Place()
	p.Marks = false
	return p
}

// groupRejects is the role that groups the rejects of a job by reason and column, given
// the folder of the program's own files and the job.
func groupRejects(ctx context.Context, args []string) (measured, error) {
	return groupBy(ctx, args, job.GroupQuery{Job: args[1], Open: true})
}

// groupValues groups them by value, too.
func groupValues(ctx context.Context, args []string) (measured, error) {
	return groupBy(ctx, args, job.GroupQuery{Job: args[1], Open: true, Values: true})
}

func groupBy(ctx context.Context, args []string, q job.GroupQuery) (m measured, err error) {
	r, closeAll, err := runner(ctx, args[0], job.URLs{})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	stop := stopwatch()
	page, err := r.RejectGroups(ctx, q)
	m = stop()
	if err == nil && page.Rejects != rejects {
		err = fmt.Errorf("%d rejects are in the groups, want %d", page.Rejects, rejects)
	}
	return m, err
}

// A kept is an import that ended, and the folder of the program's own files.
type kept struct {
	bench         *bench
	home, db, job string
	read          int64 // records, before it was stopped
}

// An eventLine is an event as the command line prints it.
type eventLine struct {
	Event, Job, Phase string
	Percent           float64
	Read              int64
}

// follow runs linefeed and hands its events to see until that returns false.
func (k *kept) follow(ctx context.Context, see func(cmd *exec.Cmd, e eventLine) bool, args ...string) (err error) {
	var complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, k.bench.linefeed, append(args, "--events", "--quiet")...)
	cmd.Env = append(os.Environ(), "LINEFEED_HOME="+k.home)
	cmd.Stderr = &head{&complaints}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	for going := true; going; {
		var e eventLine
		line, err := lines.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &e)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("%v: %w: %s", args, err, complaints.Bytes()), cmd.Wait())
		}
		going = see(cmd, e)
	}
	_, _ = io.Copy(io.Discard, out) // it ends as it was told
	_ = cmd.Wait()
	return nil
}

// stop imports f and stops that as Ctrl-C does.
func (b *bench) stop(ctx context.Context, f file) (*kept, error) {
	k := &kept{bench: b, home: b.path("half-home"), db: b.path("half.db")}
	if err := errors.Join(os.RemoveAll(k.home), os.RemoveAll(k.db)); err != nil {
		return nil, err
	}
	b.say("import %s.csv, and stop at %d %%", f.name, stopAt)
	args := append([]string{"import", b.csv(f), "--to", k.db}, f.args...)
	err := k.follow(ctx, func(cmd *exec.Cmd, e eventLine) bool {
		k.job = e.Job
		if e.Percent < stopAt {
			return true
		}
		_ = cmd.Process.Signal(os.Interrupt)
		return false
	}, append(args, f.name)...)
	if err != nil {
		return nil, err
	}
	rows, err := b.query(ctx, k.db, "SELECT count(*) FROM "+f.name)
	if err == nil {
		k.read, err = strconv.ParseInt(rows, 10, 64)
	}
	if err == nil && k.read == f.rows {
		err = fmt.Errorf("the import of %s.csv was not stopped", f.name)
	}
	return k, err
}

// resume goes on with an import, and measures until the first rows are written. Then it is
// killed: nothing is committed.
func (k *kept) resume(ctx context.Context) (m measured, err error) {
	start := time.Now()
	err = k.follow(ctx, func(cmd *exec.Cmd, e eventLine) bool {
		if e.Read <= k.read {
			return true
		}
		m.Wall = time.Since(start)
		_ = cmd.Process.Kill()
		return false
	}, "resume", k.job)
	if err == nil {
		_, err = k.bench.query(ctx, k.db, "PRAGMA schema_version") // which rolls back what was written
	}
	return m, err
}

// reject imports f, of which all records are bad.
func (b *bench) reject(ctx context.Context, f file) (*kept, error) {
	k := &kept{bench: b, home: b.path("rejected-home"), db: b.path("rejected.db")}
	if err := errors.Join(os.RemoveAll(k.home), os.RemoveAll(k.db)); err != nil {
		return nil, err
	}
	b.say("import %s.csv", f.name)
	var out bytes.Buffer
	args := append([]string{b.linefeed, "import", b.csv(f), "--to", k.db, "--quiet", "--json"}, f.args...)
	_, err := process{args: append(args, f.name), env: []string{"LINEFEED_HOME=" + k.home}, status: 1, stdout: &out}.run(ctx)
	if err != nil {
		return nil, err
	}
	var summary struct {
		Job      string
		Rejected int64
	}
	err = json.Unmarshal(out.Bytes(), &summary)
	if k.job = summary.Job; err == nil && summary.Rejected != rejects {
		err = fmt.Errorf("%d records of %s.csv were rejected, want %d", summary.Rejected, f.name, rejects)
	}
	return k, err
}

// smallFiles returns a folder with many small files.
func (b *bench) smallFiles() (string, error) {
	dir := b.path("small")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for i := range smallSet {
		var text bytes.Buffer
		text.WriteString("id,name,amount\n")
		for n := range smallRows {
			fmt.Fprintf(&text, "%d,%s,%d.50\n", i*smallRows+n, words[n], i)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.csv", i)), text.Bytes(), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}
