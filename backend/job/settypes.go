package job

import (
	"context"
	"maps"
	"os"
	"slices"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/value"
)

// joinMade makes a request that would make its table add to the one that another job of
// its set has made: all of its fields must have a column there.
func (r *Runner) joinMade(a *active, p *prepared) error {
	if a.set == nil || !p.req.makes() || !p.req.Plan.Create {
		return nil
	}
	r.mu.Lock()
	made := a.set.tableOf(a).made
	r.mu.Unlock()
	if made == "" || made == a.job.ID {
		return nil
	}
	k, _, err := r.kept(a.ctx, made)
	if err != nil {
		return err
	}
	p.made = &k
	plan := &p.req.Plan
	plan.Create, plan.Columns, plan.ColumnTypes, plan.Strict = false, nil, nil, true
	p.req.Infer = nil
	return nil
}

// readAlike has the columns of a table read texts as the job did that made it.
func (k *kept) readAlike(table []load.Column) {
	if k.Plan == nil {
		return
	}
	made := map[string]load.Column{}
	for _, c := range k.Plan.Columns { // also those of other files of its set
		made[c.Name] = c
	}
	for _, c := range k.layout().Columns {
		made[c.Name] = c
	}
	for i := range table {
		c := &table[i]
		if as, known := made[c.Name]; known {
			c.Format, c.NullSigns, c.Scales, c.Words, c.Fraction = as.Format, as.NullSigns, as.Scales, as.Words, as.Fraction
		}
	}
}

// lookAtSet finds the columns of a table that is to be made for several files of a set:
// a column for each field of any of them, of a type that fits the values of all. It reads
// all of the files, and returns how long that took. A check makes no table, by which the
// jobs of the other files would know them: what the first one finds is for all of them.
func (r *Runner) lookAtSet(a *active, p *prepared) (took time.Duration, err error) {
	if a.set == nil || p.blank {
		return 0, nil
	}
	if a.set.req.MixedHeaders {
		p.req.Plan.Map = mapOf(p.req.Plan.Map, p.fields)
	}
	plan := p.req.Plan
	paths := a.set.tableOf(a).files // never changed
	chosen := len(plan.Columns) > 0 && len(p.req.Infer) == 0 && !a.set.req.MixedHeaders
	if !plan.Create || p.made != nil || p.preset != nil || p.req.like != nil || chosen || len(paths) == 1 {
		return 0, nil
	}
	if !p.req.Check {
		fields, guesses, took, err := r.lookAtFiles(a, p, paths)
		if err == nil {
			p.choose(&fields, forNewTable(guesses, p.dst))
		}
		return took, err
	}
	t := a.set.tableOf(a)
	select {
	case t.looking <- struct{}{}:
		defer func() { <-t.looking }()
	case <-a.ctx.Done():
		return 0, context.Cause(a.ctx)
	}
	if t.guesses == nil {
		if t.fields, t.guesses, took, err = r.lookAtFiles(a, p, paths); err != nil {
			t.guesses = nil
			return took, err
		}
	}
	fields := union{t.fields.plan, slices.Clone(t.fields.cols)}
	guesses := forNewTable(t.guesses, p.dst)
	p.choose(&fields, guesses)
	for i, f := range fields.add(p.fields) {
		if f >= 0 && f < len(p.guesses) && i < len(guesses) { // as the summary tells them
			name := p.guesses[f].Field
			p.guesses[f] = guesses[i]
			p.guesses[f].Field = name
		}
	}
	p.ofAll = true
	return took, nil
}

// lookAtFiles returns the fields of all files of a table of a set, and what their values look
// like.
func (r *Runner) lookAtFiles(a *active, p *prepared, paths []string) (fields union, _ []value.Guess, took time.Duration, err error) {
	fields = union{plan: a.req.Plan} // with the map for all files
	fields.add(p.fields)
	if a.set.req.MixedHeaders {
		for _, path := range paths {
			more, err := fieldsOf(a.ctx, p.req.of(path))
			if err != nil {
				return fields, nil, 0, err
			}
			fields.add(more)
		}
	}
	guesses, took, err := r.inferSet(a, p, paths, &fields)
	return fields, guesses, took, err
}

// mapOf returns what a map says about the fields of one file, where it is for several.
func mapOf(given map[string]string, fields []string) map[string]string {
	of := map[string]string{}
	for field, column := range given {
		found, _ := load.Map(load.Plan{}, fields, []load.Column{{Name: field}})
		if found.Field(0) >= 0 {
			of[field] = column
		}
	}
	return of
}

// of returns the request for another file.
func (req Request) of(file string) Request {
	req.File = file
	return req
}

// inferSet infers the types of the fields from all records of files. One that can't be
// read is left out: its own job tells why.
func (r *Runner) inferSet(a *active, p *prepared, paths []string, fields *union) (_ []value.Guess, took time.Duration, err error) {
	plan := p.req.Plan
	plan.Map = nil // the fields have the names that it gives them
	inference, err := value.NewInference(fields.names(), plan)
	if err != nil || plan.Types == "text" && len(plan.ColumnTypes) == 0 {
		return inference.Guesses(), 0, err
	}
	looked := r.beginLook(a, paths)
	for _, path := range paths {
		file, err := openFile(a.ctx, p.req.of(path), csvfile.Print{})
		if err != nil {
			if a.ctx.Err() != nil {
				return nil, took, err
			}
			continue
		}
		known := len(fields.cols)
		from := fields.add(file.Fields())
		fields.cols = fields.cols[:known]
		if err = file.Rewind(0); err == nil {
			var of time.Duration
			of, err = load.Scan(a.ctx, file, inference.AddBlockOf(from), load.Options{
				OnProgress: func(now load.Progress) { r.publishLook(a, now, looked) },
				Paused:     func() <-chan struct{} { return r.paused(a) },
			})
			took += of
		}
		size := file.Raw().Size()
		_ = file.Close() // it was only read
		if err != nil {
			return nil, took, err
		}
		looked += size
		r.setLooked(a, looked)
	}
	return inference.Guesses(), took, nil
}

// choose has the request's table made with columns for the fields of its set, by guesses
// from all of their values.
func (p *prepared) choose(fields *union, guesses []value.Guess) {
	plan := &p.req.Plan
	names, own := fields.names(), fields.add(p.fields)
	unmapped := *plan
	unmapped.Map = nil // the fields have the names that it gives them
	columns, _ := newColumns(unmapped, Settled{Fields: names, Guesses: guesses})
	if len(plan.Columns) > 0 {
		all := columns
		columns = givenColumns(*plan)
		mapping, _ := load.Map(unmapped, names, columns)
		inferColumns(columns, p.req.Infer, *plan, mapping, guesses, true)
		given := map[int]bool{}
		for i := range columns {
			given[mapping.Field(i)] = true
		}
		for i, c := range all {
			if own[i] < 0 && !given[i] { // of another file
				columns = append(columns, c)
			}
		}
	} else {
		to := maps.Clone(plan.Map)
		if to == nil {
			to = map[string]string{}
		}
		for i, f := range own {
			if f >= 0 {
				to[p.fields[f]] = columns[i].Name
			}
		}
		plan.Map = to
	}
	for i := range columns {
		columns[i].Guessed = false
	}
	plan.Columns, p.req.Infer = columns, nil
}

// beginLook notes that files of a set are read for their types, before they are loaded,
// and returns how much has been read of others for that.
func (r *Runner) beginLook(a *active, paths []string) (looked int64) {
	var size int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a.set.toLook += size
	return a.set.looked
}

// setLooked notes how much of the files of a set has been read for their types.
func (r *Runner) setLooked(a *active, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.set.looked = bytes
}

// publishLook publishes the progress of the reading of one file of a set for its types,
// which began when that much had been read of others. The job's own load is yet to begin.
func (r *Runner) publishLook(a *active, now load.Progress, looked int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.set.looked = looked + now.BytesRead
	begins := 0.0
	now.Percent, now.BytesRead, now.EtaMs = &begins, 0, nil
	r.setProgress(a, now)
}
