package job

import (
	"context"
	"errors"
	"slices"
	"strings"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/value"
)

// A prepared request holds its open file and target, and what was found in them.
// Every request goes one way: open, look, settle, and for an import, run (see
// types). Types inferred from all records are settled without looking again.
type prepared struct {
	req     Request // completed by its profile, or the job that it is like
	targets Targets
	file    *csvfile.File
	dst     target.Target // nil for a check without one

	fields []string // of the file

	// What look found.
	table   string         // its name
	schema  string         // that it is in; "" for the connection's
	preset  *Preset        // that makes the table; nil for none
	columns []load.Column  // of the table, if it exists
	exists  bool           // the table exists
	unfit   []load.Problem // why the table can't be loaded into, and nothing more was looked at
	guesses []value.Guess  // what the file's values look like, by the first of them
	ofAll   bool           // these are from all records of the files of its set
	blank   bool           // the file holds nothing but blank lines
	print   string         // the file's fingerprint; see contents

	made    *kept       // what the job of its set keeps that has made its table; nil for none
	earlier *earlier    // what the job goes on with; nil for one that begins
	marks   []load.Mark // of earlier, where the target keeps none
	after   *ending     // after which the file is loaded; nil for all of it
	seam    *ending     // that has to be where a record ends in the file, which was added to since; nil if it was not
}

// open opens the file and the target. p must be closed even after an error.
func (p *prepared) open(ctx context.Context) (err error) {
	if p.file, err = openFile(ctx, p.req, csvfile.Print{}); err != nil {
		return err
	}
	p.fields = p.file.Fields()
	p.req = p.req.liked(p.fields).profiled(p.fields, p.file.Dialect())
	if p.dst == nil {
		p.dst, err = openTarget(ctx, p.targets, p.req)
	}
	return err
}

// close closes what is open.
func (p *prepared) close() (err error) {
	if p.dst != nil {
		err = p.dst.Close()
	}
	if p.file != nil {
		_ = p.file.Close() // it was only read
	}
	return err
}

// inStore reports whether the store keeps the marks of the job, and not its target.
func (p *prepared) inStore() bool {
	if p.earlier != nil {
		return p.earlier.Plan.Marks == load.MarksInStore
	}
	return p.req.Plan.Marks == load.MarksInStore
}

// look looks at the table, and at the file's first records.
func (p *prepared) look(ctx context.Context) (err error) {
	if err = p.findTable(ctx); err != nil || len(p.unfit) > 0 {
		return err
	}
	if p.guesses, err = p.guess(ctx); err != nil {
		return err
	}
	p.blank, err = nothingIn(ctx, p.file, p.guesses)
	return err
}

// findTable looks at the table, if it is there.
func (p *prepared) findTable(ctx context.Context) (err error) {
	plan := p.req.Plan
	if p.preset, err = findPreset(p.req, p.fields); err != nil {
		return err
	}
	p.table, p.schema = plan.Table, plan.Schema
	switch {
	case p.table != "":
	case p.preset != nil:
		p.table = p.preset.Table
	case p.dst == nil: // nothing is written, so any name will do
		p.table = "records"
	}
	err = p.lookAtTable(ctx)
	var unfit load.Problem
	if errors.As(err, &unfit) {
		p.unfit = []load.Problem{unfit}
		return nil
	}
	if err != nil && (!errors.Is(err, load.ErrNoTable) || !plan.Create && p.req.Preset == "" && p.dst != nil) {
		return err
	}
	return nil
}

// lookAtTable looks up the columns of the table.
func (p *prepared) lookAtTable(ctx context.Context) (err error) {
	if p.dst == nil || p.table == "" {
		return nil
	}
	p.columns, err = p.dst.Columns(ctx, load.TableName{Schema: p.schema, Name: p.table})
	if schema, name, both := strings.Cut(p.table, "."); both && p.schema == "" && errors.Is(err, load.ErrNoTable) && p.dst.Place().Schemas {
		p.schema, p.table = schema, name // as it is written in SQL
		p.columns, err = p.dst.Columns(ctx, load.TableName{Schema: p.schema, Name: p.table})
	}
	p.exists = err == nil
	switch {
	case !p.exists:
	case p.req.like != nil:
		p.columns = p.req.like.guessed(p.columns)
	case p.req.by != nil:
		p.columns = p.req.by.guessed(p.columns)
		p.req.Plan.Create = p.req.Plan.Create && !p.req.by.makes
	}
	if p.exists && p.made != nil {
		p.made.readAlike(p.columns)
	}
	return err
}

// guess infers types and formats from the file's first records.
func (p *prepared) guess(ctx context.Context) ([]value.Guess, error) {
	if p.exists || p.preset != nil || len(p.req.Plan.Columns) > 0 { // only formats are needed
		guesses, err := guess(ctx, p.file, p.req.Plan, guessFormats)
		if err != nil || !slices.ContainsFunc(guesses, func(g value.Guess) bool { return len(g.Doubts()) > 0 }) {
			return guesses, err
		}
		// More records may settle what a few leave open.
	}
	return guess(ctx, p.file, p.req.Plan, guessRecords)
}

// Inference reads at most this many records and bytes: many for the types of
// columns, fewer for the formats of columns whose types are known.
const (
	guessRecords = 20_000
	guessFormats = 1_000
	guessBytes   = 4 << 20
)

// guess infers the types of the file's fields from its first records.
func guess(ctx context.Context, file *csvfile.File, p load.Plan, records int) ([]value.Guess, error) {
	if err := file.Rewind(guessBytes); err != nil {
		return nil, err
	}
	inference, err := value.NewInference(file.Fields(), p)
	if err != nil {
		return nil, err
	}
	n := 0
	for rec, err := range file.Records() {
		if rec == nil {
			return nil, err
		}
		if err == nil {
			inference.Add(rec)
		}
		if n++; n >= records || ctx.Err() != nil {
			break
		}
	}
	return inference.Guesses(), ctx.Err()
}

// contents returns the file's fingerprint.
func (p *prepared) contents(ctx context.Context) string {
	if p.print == "" {
		p.print = fingerprint(ctx, p.file)
	}
	return p.print
}
