package job

import (
	"context"
	"errors"
	"slices"
	"time"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/store"
	"linefeed/backend/value"
)

// Up to this size on disk, in bytes, a file is loaded with the types inferred from
// its first records. When a later value does not fit, everything is undone and
// loaded again with types that fit all values, so nothing is committed before the
// end. A larger file is read twice: all of it is inferred from first, so that rows
// can be committed as they come. A compressed file holds several times its size.
var ( // tests lower them
	heldBytes       int64 = 512 << 20
	heldPackedBytes int64 = 64 << 20
)

// types are the guessed types of the columns of one import. They give way where
// a value does not fit.
type types struct {
	*prepared
	opt load.Options

	settled Settled
	first   []load.Column // as guessed from the first records
	layout  load.Layout
	all     bool          // they are inferred from all records
	took    time.Duration // the readings that loaded nothing
	changed []load.Warning
	more    []load.Warning // about other things
}

func newTypes(p *prepared, opt load.Options, s Settled, l load.Layout) *types {
	return &types{prepared: p, opt: opt, settled: s, first: l.Columns, layout: l}
}

// guessed reports whether there are columns whose type may give way.
func (t *types) guessed() bool {
	return t.layout.Plan.Create && slices.ContainsFunc(t.layout.Columns, func(c load.Column) bool { return c.Guessed && c.Type != load.Text })
}

// warnings returns the warnings about the plan and about types that gave way.
func (t *types) warnings() []load.Warning {
	return slices.Concat(t.settled.Warnings, t.more, t.changed)
}

// readAhead infers the types from all records before anything is loaded, if the
// job is to do that or if the file is large.
func (t *types) readAhead(ctx context.Context) error {
	held := heldBytes
	if t.file.Dialect().Compression != csvfile.None {
		held = heldPackedBytes
	}
	switch {
	case t.infers():
	case t.req.Check || t.earlier != nil || !t.guessed():
		return nil
	case t.file.Size() >= 0 && t.file.Size() <= held:
		t.opt.GiveWay = true
		return nil
	}
	return t.inferAll(ctx)
}

// infers reports whether the job is to infer types from all records: a check for
// a new table whose columns nobody has chosen.
func (t *types) infers() bool {
	return t.req.Check && t.settled.Create && t.settled.Preset == "" && t.req.Plan.Types != "text" &&
		(len(t.req.Plan.Columns) == 0 || len(t.req.Infer) > 0)
}

// inferAll settles the types by all records of the file.
func (t *types) inferAll(ctx context.Context) error {
	if err := t.file.Rewind(0); err != nil {
		return err
	}
	inference, err := value.NewInference(t.fields, t.req.Plan)
	if err != nil {
		return err
	}
	took, err := load.Scan(ctx, t.file, inference.AddBlock, t.opt)
	t.took += took
	t.settled.Guesses = inference.Guesses()
	if err != nil {
		return err
	}
	t.all = true
	t.opt.Before += max(0, t.file.Size())
	return t.again(ctx)
}

// again settles the request by the guesses of all records.
func (t *types) again(ctx context.Context) (err error) {
	if t.settled, t.layout, err = t.settle(ctx, t.settled.Guesses, true); err != nil {
		return err
	}
	t.changed = nil // one warning for a type that gives way twice
	for i, c := range t.layout.Columns {
		if i < len(t.first) && t.first[i].Guessed && t.first[i].Type != load.Text && t.first[i].Type != c.Type {
			t.changed = append(t.changed, typeChanged(t.first[i], c, t.settled.Guesses[t.layout.Index[i]]))
		}
	}
	return load.JoinProblems(t.settled.Problems)
}

// WarnTypeChanged is the code of a warning that a type that was guessed from a
// part of the file gave way.
const WarnTypeChanged = "type_changed"

func typeChanged(from, to load.Column, g value.Guess) load.Warning {
	w := load.Warning{
		Code: WarnTypeChanged, Field: g.Field, Column: to.Name,
		Note: message.New("type_changed", "keep_type", "column", to.Name, "type", to.Type, "guess", from.Type),
	}
	if line, value := g.Misfit(from); line > 0 {
		w.Line = line
		w.Note = message.New("type_changed_by", "keep_type", "column", to.Name, "type", to.Type, "guess", from.Type, "value", value)
	}
	return w
}

// run loads the records of the file, and again after types gave way, calling
// gaveWay first.
func (t *types) run(ctx context.Context, log *store.RejectLog, gaveWay func() error) (load.Summary, error) {
	for {
		if err := t.file.Rewind(0); err != nil {
			return load.Summary{}, err
		}
		conv, err := value.NewConverter(t.layout)
		if err != nil {
			return load.Summary{}, err
		}
		if !t.req.Check && t.dst.Place().File == "" { // the connection to a file is never lost
			t.opt.Rewind = func() error { return t.file.Rewind(0) }
		}
		did, err := load.Run(ctx, t.source(), conv, t.dst, t.layout, t.opt)
		var unfit *load.UnfitError
		if !errors.As(err, &unfit) || ctx.Err() != nil {
			return did, err
		}
		t.took += did.Elapsed
		t.opt.Before += did.Bytes
		if err := t.giveWay(ctx, unfit.Column); err != nil {
			return load.Summary{}, err
		}
		if err := gaveWay(); err != nil {
			return load.Summary{}, err
		}
		// Records are rejected anew, perhaps other ones.
		if err := log.Clear(context.WithoutCancel(ctx)); err != nil {
			return load.Summary{}, err
		}
	}
}

// giveWay finds types that fit all values, by reading all of them. If the column
// then still has the type that refused a value, it becomes text.
func (t *types) giveWay(ctx context.Context, column string) error {
	index := func() int {
		return slices.IndexFunc(t.layout.Columns, func(c load.Column) bool { return c.Name == column })
	}
	was := t.layout.Columns[index()]
	if !t.all {
		if err := t.inferAll(ctx); err != nil {
			return err
		}
	}
	i := index()
	if now := t.layout.Columns[i]; now.Type != was.Type || now.Format != was.Format {
		return nil
	}
	g := &t.settled.Guesses[t.layout.Index[i]]
	g.Column.Type, g.Column.Format = load.Text, ""
	return t.again(ctx)
}
