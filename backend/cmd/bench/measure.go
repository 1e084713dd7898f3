package main

import (
	"context"
	"errors"
	"os"
)

// starts is the number of times that a round imports a single record and opens a file: a
// single time would be too short to mean anything.
const starts = 5

// A choice is what is measured.
type choice struct {
	files          bool // imports into SQLite, and reading
	listeners      bool // what those cost who follow an import
	jobs           bool // what it costs that nothing is lost
	start          bool // what a start costs, and memory at rest
	cold           bool // starts with nothing of the programs in memory
	servers        []product
	large, writers bool
}

// measure runs all steps, round by round.
func (b *bench) measure(ctx context.Context, c choice) (r *report, err error) {
	r = &report{rounds: b.rounds, before: loadAverage(), series: map[string]series{}, sizes: map[string]int64{}}
	if err := r.describe(ctx, b); err != nil {
		return nil, err
	}
	var steps []step
	if c.files {
		if steps, err = b.prepareFiles(ctx, r, c.large); err != nil {
			return nil, err
		}
	}
	if r.listeners = c.listeners; c.listeners {
		if err := b.size(ctx, r, dirty); err != nil {
			return nil, err
		}
		for _, a := range []struct {
			name string
			n    int
		}{{"silent", 0}, {"heard by some", someListeners}, {"heard by most", mostListeners}} {
			steps = append(steps, step{name: a.name, do: func(ctx context.Context) (measured, error) { return b.importFollowed(ctx, dirty, a.n) }})
		}
	}
	if r.jobs = c.jobs; c.jobs {
		more, err := b.prepareJobs(ctx, r)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	if c.start {
		more, err := b.prepareStart(ctx, r, c.cold)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	if len(c.servers) > 0 {
		var missing []string
		r.servers, missing, err = b.startServers(ctx, c.servers)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, endServers(r.servers)) }()
		r.missing = append(r.missing, missing...)
		more, err := b.prepareServers(ctx, r, c.writers)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	for n := range b.rounds {
		b.say("round %d of %d", n+1, b.rounds)
		for _, step := range steps {
			if step.once && n > 0 {
				continue
			}
			m, err := step.do(ctx)
			if err != nil {
				return nil, err
			}
			if !step.quiet {
				b.say("%s: %.2f s", step.name, m.Wall.Seconds())
			}
			r.series[step.name] = append(r.series[step.name], m)
		}
	}
	if c.start {
		if err := b.finishStart(ctx, r); err != nil {
			return nil, err
		}
	}
	if _, err := b.database(); err != nil { // the last one is no longer needed
		return nil, err
	}
	r.after = loadAverage()
	return r, nil
}

// prepareFiles makes the files of the imports into SQLite, imports each once, and returns the steps.
func (b *bench) prepareFiles(ctx context.Context, r *report, large bool) ([]step, error) {
	r.files = files
	if large {
		r.files = append(r.files[:len(r.files):len(r.files)], largePart, largeFile)
	}
	schemas := map[string]string{}
	for _, f := range append(r.files[:len(r.files):len(r.files)], oneRow) {
		if err := b.size(ctx, r, f); err != nil {
			return nil, err
		}
		// A run without measuring: for the table's schema, and to get the file into the page cache.
		if _, err := b.importByLinefeed(ctx, f); err != nil {
			return nil, err
		}
		var err error
		if schemas[f.name], err = b.schema(ctx, f); err != nil {
			return nil, err
		}
	}
	return b.steps(r.files, schemas), nil
}

// size provides a file and notes its size.
func (b *bench) size(ctx context.Context, r *report, f file) error {
	if err := b.provide(ctx, f); err != nil {
		return err
	}
	info, err := os.Stat(b.csv(f))
	if err != nil {
		return err
	}
	r.sizes[f.name] = info.Size()
	return nil
}

// A step is one measurement of every round. Steps that are compared run one after the
// other.
type step struct {
	name  string // of its series
	do    func(context.Context) (measured, error)
	once  bool // in the first round alone
	quiet bool // it is done so often that it is not told
}

func (b *bench) steps(imports []file, schemas map[string]string) (all []step) {
	add := func(name string, do func(context.Context) (measured, error)) {
		all = append(all, step{name: name, do: do})
	}
	role := func(name string, args ...string) {
		add(name, func(ctx context.Context) (measured, error) { return b.role(ctx, args...) })
	}
	for _, f := range imports {
		add(f.name+" linefeed", func(ctx context.Context) (measured, error) { return b.importByLinefeed(ctx, f) })
		add(f.name+" sqlite3", func(ctx context.Context) (measured, error) { return b.importBySQLite(ctx, f, schemas[f.name]) })
		add(f.name+" floor", func(ctx context.Context) (measured, error) { return b.insertFloor(ctx, f) })
	}
	add("check", func(ctx context.Context) (measured, error) {
		env, err := b.home(ctx)
		if err != nil {
			return measured{}, err
		}
		return process{args: []string{b.linefeed, "check", b.csv(articles), "--preset", "articles", "--quiet"}, env: env}.run(ctx)
	})
	role("encoding/csv", "csv", b.csv(articles))
	role("csvfile", "read", b.csv(articles))
	for range starts {
		add("start linefeed", func(ctx context.Context) (measured, error) { return b.importByLinefeed(ctx, oneRow) })
		add("start sqlite3", func(ctx context.Context) (measured, error) {
			return b.importBySQLite(ctx, oneRow, schemas[oneRow.name])
		})
		add("open", func(ctx context.Context) (measured, error) {
			huge, err := b.hugeFile()
			if err != nil {
				return measured{}, err
			}
			defer os.Remove(huge)
			return b.role(ctx, "open", huge)
		})
	}
	return all
}
