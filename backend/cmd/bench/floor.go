package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/job"
	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/value"
)

// insertPrepared is the role of the floor, given a file's name and path, and the database
// to create. It reads and converts the whole file first, then measures only writing and
// committing the batches.
func insertPrepared(ctx context.Context, args []string) (measured, error) {
	f, err := findFile(args[0])
	if err != nil {
		return measured{}, err
	}
	p := &prepared{}
	if err := p.read(ctx, f.request(args[1], args[2])); err != nil {
		return measured{}, err
	}
	stop := stopwatch()
	if err := p.insert(ctx, args[2]); err != nil {
		return measured{}, err
	}
	return stop(), nil
}

// request is the import that f's args describe.
func (f file) request(path, db string) job.Request {
	r := job.Request{File: path, Target: db, Plan: load.Plan{Table: f.name}}
	if f.args[0] == "--preset" {
		r.Preset = f.args[1]
	} else {
		r.Plan.Create = true
	}
	return r
}

// prepared keeps the batches of a load in memory. It is a load.Target, its load.Load
// and load.Writer.
type prepared struct {
	layout  load.Layout
	batches []*load.Batch
}

func (p *prepared) read(ctx context.Context, req job.Request) error {
	settled, err := job.Settle(ctx, req)
	if err != nil {
		return err
	}
	req.Plan.Create, req.Plan.Columns = true, settled.Columns
	mapping, problems := load.Map(req.Plan, settled.Fields, settled.Columns)
	if err := load.JoinProblems(problems); err != nil {
		return err
	}
	src, err := csvfile.Open(req.File, req.Dialect, csvfile.Options{})
	if err != nil {
		return err
	}
	defer src.Close()
	layout := mapping.Layout(settled.Columns)
	conv, err := value.NewConverter(layout)
	if err != nil {
		return err
	}
	_, err = load.Run(ctx, src, conv, p, layout, load.Options{})
	return err
}

func (p *prepared) insert(ctx context.Context, db string) (err error) {
	dst, err := target.Open(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	into, err := dst.Prepare(ctx, "", p.layout)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, into.Close()) }()
	w, err := into.Writer(ctx, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for _, b := range p.batches {
		if _, err := w.Write(ctx, b); err != nil {
			return err
		}
	}
	return w.Commit(ctx, load.Mark{})
}

// Columns implements load.Target.
func (p *prepared) Columns(_ context.Context, table load.TableName) ([]load.Column, error) {
	return nil, fmt.Errorf("%w: %s", load.ErrNoTable, table)
}

// Prepare implements load.Target.
func (p *prepared) Prepare(_ context.Context, _ string, l load.Layout) (load.Load, error) {
	p.layout = l
	return p, nil
}

// Marks implements load.Load.
func (p *prepared) Marks() (marks []load.Mark, kept bool) { return nil, false }

// Pace implements load.Load.
func (p *prepared) Pace() load.Pace { return load.Pace{} }

// Writer implements load.Load.
func (p *prepared) Writer(context.Context, int) (load.Writer, error) { return p, nil }

// Write implements load.Writer.
func (p *prepared) Write(_ context.Context, b *load.Batch) (load.Result, error) {
	p.batches = append(p.batches, &load.Batch{
		Rows: slices.Clone(b.Rows), Cells: slices.Clone(b.Cells), Cols: b.Cols, Arena: slices.Clone(b.Arena),
	})
	return load.Result{Inserted: int64(len(b.Rows))}, nil
}

// Commit implements load.Writer.
func (p *prepared) Commit(context.Context, load.Mark) error { return nil }

// Close implements load.Writer, load.Load and load.Target.
func (p *prepared) Close() error { return nil }
