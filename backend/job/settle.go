package job

import (
	"context"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/profile"
	"linefeed/backend/value"
)

// Settled is a request fitted to its file and its table, to be reviewed before it
// is started.
type Settled struct {
	// Create says that the table will be made, and Preset by which ready-made
	// table, "" for none.
	Create bool   `json:"create"`
	Preset string `json:"preset,omitempty"`

	Fields  []string       `json:"fields"`  // of the file
	Columns []load.Column  `json:"columns"` // of the table, all of them
	Guesses []value.Guess  `json:"guesses"` // what the file's values look like, one for each field
	Mapping []FieldMapping `json:"mapping"` // one for each field

	// Profile says how the file's header differs from that of the request's profile; nil
	// for none.
	Profile *profile.Match `json:"profile,omitempty"`

	// Problems keep the request from being started; with none it can be.
	Problems []load.Problem `json:"problems"`

	// Warnings say what the plan leaves out, or guesses and may be wrong. Those
	// about the file alone are in its preview.
	Warnings []load.Warning `json:"warnings"`
}

// A FieldMapping says which column a field goes to, "" for none.
type FieldMapping struct {
	Field  string `json:"field"`
	Column string `json:"column"`
}

// Settle fits a request to its file and table, and changes neither. The warnings
// are those of the job, with those about what was loaded before.
func (r *Runner) Settle(ctx context.Context, req Request) (Settled, error) {
	req, err := r.complete(ctx, req)
	if err != nil {
		return Settled{}, err
	}
	p := &prepared{req: req, targets: r.targets}
	defer p.close()
	if err := p.open(ctx); err != nil {
		return Settled{}, err
	}
	if req.Added {
		if err := r.loadAdded(ctx, p); err != nil {
			return Settled{}, err
		}
	}
	s, layout, err := p.first(ctx)
	if err != nil {
		return s, err
	}
	before, err := r.loadedBefore(ctx, p, layout)
	s.Warnings = append(s.Warnings, before...)
	return s, err
}

// Settle fits a request to its file and table, and changes neither.
func Settle(ctx context.Context, req Request) (Settled, error) {
	p := &prepared{req: req, targets: URLs{}}
	defer p.close()
	if err := p.open(ctx); err != nil {
		return Settled{}, err
	}
	s, _, err := p.first(ctx)
	return s, err
}

// first looks, and settles by the first records.
func (p *prepared) first(ctx context.Context) (Settled, load.Layout, error) {
	if err := p.look(ctx); err != nil {
		return Settled{}, load.Layout{}, err
	}
	return p.settle(ctx, p.guesses, false)
}

// options say how the request's records are read.
func (req Request) options() csvfile.Options {
	return csvfile.Options{
		Ragged:    req.Plan.Ragged,
		MaxRecord: req.Limits.MaxRecord, MaxUnpacked: req.Limits.MaxUnpacked, MaxRatio: req.Limits.MaxRatio,
		Starts: req.starts(),
	}
}

// starts returns lines known to begin a record; nil for none.
func (req Request) starts() *csvfile.Starts {
	if req.like == nil {
		return nil
	}
	return req.like.starts
}

// settle fits the request to what look found and to the guesses, which all says
// are from all records. It reads nothing; only the target checks the layout.
func (p *prepared) settle(ctx context.Context, guesses []value.Guess, all bool) (Settled, load.Layout, error) {
	s := Settled{Fields: p.fields, Mapping: []FieldMapping{}, Problems: []load.Problem{}, Warnings: []load.Warning{}}
	if p.req.like != nil {
		s.Warnings = append(s.Warnings, p.req.like.warnings()...)
	}
	if len(p.unfit) > 0 { // nothing more was looked at
		s.Problems = p.unfit
		return s, load.Layout{}, nil
	}
	s.Guesses, s.Columns = guesses, p.columns
	plan := p.req.Plan
	plan.Table, plan.Schema = p.table, p.schema
	problems, told := settleMarks(&plan)
	s.Warnings = append(s.Warnings, told...)
	if p.blank {
		return s.leave(p.exists, plan), load.Layout{Plan: plan}, nil
	}
	given := len(plan.Columns) > 0
	switch {
	case p.exists: // if it is to be made, the target's Check refuses it
	case p.preset != nil:
		s.Columns, s.Preset = p.preset.Columns, p.preset.Name
		if len(plan.ColumnTypes) > 0 {
			s.Problems = append(s.Problems, load.Problem{Note: message.New("preset_has_types", "drop_types_or_preset", "preset", p.preset.Name)})
		}
	case given:
		s.Guesses = forNewTable(guesses, p.dst)
		s.Columns = givenColumns(plan)
	default:
		s.Guesses = forNewTable(guesses, p.dst)
		s.Columns, plan.Map = newColumns(plan, s)
	}
	plan.Create = plan.Create || !p.exists
	s.Create = plan.Create

	mapping, unmapped := load.Map(plan, s.Fields, s.Columns)
	problems = append(problems, unmapped...)
	table := s.Columns
	switch {
	case p.exists, p.preset != nil:
		table = withFormats(table, plan, mapping, guesses)
	case given:
		inferColumns(table, p.req.Infer, plan, mapping, s.Guesses, all)
		fallthrough
	default:
		setNullSigns(table, plan)
	}
	layout := mapping.Layout(table)
	problems = append(problems, value.Check(layout)...)
	problems = append(problems, foreignChecks(p.req.Plan.Columns)...)
	if by := p.req.by; by != nil {
		s.Profile, problems = &by.match, by.explain(problems)
		s.Warnings = append(s.Warnings, by.warnings(layout, problems)...)
	}
	s.Problems = append(s.Problems, problems...)
	s.Warnings = append(s.Warnings, unmappedFields(layout, problems)...)
	s.Warnings = append(s.Warnings, ambiguousNumbers(plan, layout, s.Guesses)...)
	s.Warnings = append(s.Warnings, unusedFormats(p.req.Plan.Formats, layout)...)
	s.Warnings = append(s.Warnings, unusedTypes(plan, s)...)
	// The database checks a layout that is sound otherwise.
	if p.dst != nil && len(problems) == 0 {
		refused, told, err := p.dst.Check(ctx, layout)
		if err != nil {
			return s, layout, err
		}
		s.Problems = append(s.Problems, refused...)
		s.Warnings = append(s.Warnings, told...)
		if place := p.dst.Place(); plan.Undo && !place.Undo {
			s.Problems = append(s.Problems, load.Problem{Note: message.New("undo_not_here", "leave_undo_out", "product", place.Product)})
		}
	}
	for _, field := range s.Fields {
		s.Mapping = append(s.Mapping, FieldMapping{Field: field})
	}
	for i, f := range layout.Index {
		s.Mapping[f].Column = layout.Columns[i].Name
	}
	return s, layout, nil
}
