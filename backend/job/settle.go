package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"linefeed/backend/csvfile"
	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/value"
)

// Settled is a request fitted to its file and its table, for looking at before
// it is started.
type Settled struct {
	// Create says that the table will be made, and Preset by which ready-made
	// table, "" for none.
	Create bool   `json:"create"`
	Preset string `json:"preset,omitempty"`

	Fields  []string       `json:"fields"`  // of the file
	Columns []load.Column  `json:"columns"` // of the table, all of them
	Guesses []value.Guess  `json:"guesses"` // what the file's values look like, one for each field
	Mapping []FieldMapping `json:"mapping"` // one for each field

	// Problems keep the request from being started; with none it can be.
	Problems []load.Problem `json:"problems"`

	// Warnings tell what the plan leaves out, or guesses and may be wrong; what
	// there is to know of the file alone is in its preview.
	Warnings []load.Warning `json:"warnings"`

	blank    bool   // the file holds nothing but blank lines
	table    string // the table's name
	contents string // the file's fingerprint, where the table is there already
	keyed    bool   // a column that is written tells rows apart
}

// A FieldMapping says which column a field goes to, "" for none.
type FieldMapping struct {
	Field  string `json:"field"`
	Column string `json:"column"`
}

// Settle fits a request to its file and table. It changes neither. With what
// was loaded before, the warnings are those that the job would have.
func (r *Runner) Settle(ctx context.Context, req Request) (Settled, error) {
	req, err := r.liken(ctx, req)
	if err != nil {
		return Settled{}, err
	}
	s, err := Settle(ctx, req)
	if err != nil {
		return s, err
	}
	before, err := r.loadedBefore(ctx, req, s)
	s.Warnings = append(s.Warnings, before...)
	return s, err
}

// Settle fits a request to its file and table. It changes neither.
func Settle(ctx context.Context, req Request) (Settled, error) {
	file, err := openFile(ctx, req)
	if err != nil {
		return Settled{}, err
	}
	defer file.Close()
	req = req.liked(file.Fields())
	dst, err := openTarget(ctx, req)
	if err != nil {
		return Settled{}, err
	}
	if dst != nil {
		defer dst.Close()
	}
	s, _, err := settle(ctx, req, file, dst, nil)
	return s, err
}

// options say how the request's records are read.
func (req Request) options() csvfile.Options {
	return csvfile.Options{
		Ragged:    req.Plan.Ragged,
		MaxRecord: req.Limits.MaxRecord, MaxUnpacked: req.Limits.MaxUnpacked, MaxRatio: req.Limits.MaxRatio,
		Starts: req.starts(),
	}
}

// starts returns the lines that are known to begin a record, nil for none.
func (req Request) starts() *csvfile.Starts {
	if req.like == nil {
		return nil
	}
	return req.like.starts
}

// settle fits a request to an open file and its target, which is nil for a
// check without one. What the file's values look like is guessed from the
// first of them, where it is not given as guesses.
func settle(ctx context.Context, req Request, file *csvfile.File, dst target.Target, guesses []value.Guess) (Settled, load.Layout, error) {
	s := Settled{Fields: file.Fields(), Mapping: []FieldMapping{}, Problems: []load.Problem{}, Warnings: []load.Warning{}}
	plan := req.Plan
	if req.like != nil {
		s.Warnings = append(s.Warnings, req.like.warnings()...)
	}
	preset, err := findPreset(req, s.Fields)
	if err != nil {
		return s, load.Layout{}, err
	}
	if plan.Table == "" && preset != nil {
		plan.Table = preset.Table
	}
	if plan.Table == "" && dst == nil { // nothing is written: any name will do
		plan.Table = "records"
	}
	table, exists, err := columns(ctx, dst, plan.Table)
	var unfit load.Problem
	if errors.As(err, &unfit) { // no table that can be loaded into: nothing more can be said of it
		s.Problems = append(s.Problems, unfit)
		return s, load.Layout{}, nil
	}
	if err != nil && (!errors.Is(err, load.ErrNoTable) || !plan.Create && req.Preset == "" && dst != nil) {
		return s, load.Layout{}, err
	}
	look := guessRecords
	if exists || preset != nil || len(plan.Columns) > 0 { // only the formats are asked for
		look = guessFormats
	}
	if s.Guesses = guesses; s.Guesses == nil {
		if s.Guesses, err = guess(ctx, file, req.Plan, look); err != nil {
			return s, load.Layout{}, err
		}
		// More records may settle what a few leave open.
		if look < guessRecords && slices.ContainsFunc(s.Guesses, func(g value.Guess) bool { return len(g.Doubts()) > 0 }) {
			if s.Guesses, err = guess(ctx, file, req.Plan, guessRecords); err != nil {
				return s, load.Layout{}, err
			}
		}
	}
	if blank, err := nothingIn(ctx, file, s.Guesses); err != nil || blank {
		return s.leave(table, exists, plan), load.Layout{Plan: plan}, err
	}
	switch {
	case exists: // the target's Check says so where it is to be made
		if req.like != nil {
			table = req.like.guessed(table)
		}
		plan.Formats = withFormats(plan, table, s)
	default:
		plan.Create = true
		switch {
		case preset != nil:
			plan.Columns, s.Preset = preset.Columns, preset.Name
			if len(plan.ColumnTypes) > 0 {
				s.Problems = append(s.Problems, load.Problem{
					Message: fmt.Sprintf("types of columns are given, but the table is made by the preset %q, which has its own", preset.Name),
					Hint:    "leave out the types, or the preset",
				})
			}
			plan.Formats = withFormats(plan, plan.Columns, s)
		case len(plan.Columns) == 0:
			s.Guesses = forNewTable(s.Guesses)
			plan.Columns, plan.Map = newColumns(plan, s)
		default:
			s.Guesses = forNewTable(s.Guesses)
			plan.Columns = inferredColumns(req.Infer, plan, s, guesses != nil)
		}
		if preset == nil {
			for i := range plan.Columns {
				plan.Columns[i].NullSigns = len(plan.Null) == 0 && plan.Columns[i].Type != load.Text
			}
		}
		table = plan.Columns
	}
	s.Create, s.Columns, s.table = plan.Create, table, plan.Table
	if exists {
		s.contents = fingerprint(ctx, file)
	}

	layout, problems := load.Settle(plan, s.Fields, table)
	problems = append(problems, value.Check(layout)...)
	problems = append(problems, foreignChecks(req.Plan.Columns)...)
	s.Problems = append(s.Problems, problems...)
	s.Warnings = append(s.Warnings, unmappedFields(layout, problems)...)
	s.Warnings = append(s.Warnings, ambiguousNumbers(plan, layout, s.Guesses)...)
	s.Warnings = append(s.Warnings, unusedFormats(req.Plan.Formats, layout)...)
	s.Warnings = append(s.Warnings, unusedTypes(req.Plan, s)...)
	// What only the database knows, it says of a layout that is sound.
	if dst != nil && len(problems) == 0 {
		refused, err := dst.Check(ctx, layout)
		if err != nil {
			return s, layout, err
		}
		s.Problems = append(s.Problems, refused...)
	}
	for _, field := range s.Fields {
		s.Mapping = append(s.Mapping, FieldMapping{Field: field})
	}
	for i, f := range layout.Index {
		s.Mapping[f].Column = layout.Columns[i].Name
	}
	s.keyed = slices.ContainsFunc(layout.Columns, func(c load.Column) bool { return c.PrimaryKey || c.Unique })
	return s, layout, nil
}

// columns returns the columns of an existing table.
func columns(ctx context.Context, dst target.Target, table string) ([]load.Column, bool, error) {
	if dst == nil || table == "" {
		return nil, false, nil
	}
	cols, err := dst.Columns(ctx, table)
	return cols, err == nil, err
}

// findPreset returns the preset that a request names; or, for a table that is
// to be made and whose plan says nothing of its columns, the preset of that
// name whose columns are just the file's fields. It returns nil for none.
func findPreset(req Request, fields []string) (*Preset, error) {
	for _, p := range Presets() {
		if req.Preset == p.Name {
			return &p, nil
		}
		unsaid := req.Preset == "" && req.Plan.Create && len(req.Plan.Columns) == 0 && req.Plan.Types == "" && len(req.Plan.ColumnTypes) == 0 && len(req.Plan.Map) == 0
		if unsaid && req.Plan.Table == p.Table && slices.EqualFunc(fields, p.Columns, func(f string, c load.Column) bool { return f == c.Name }) {
			return &p, nil
		}
	}
	if req.Preset != "" {
		names := []string{}
		for _, p := range Presets() {
			names = append(names, p.Name)
		}
		return nil, fmt.Errorf("there is no preset %q: there is %v", req.Preset, names)
	}
	return nil, nil
}

// forNewTable returns the guesses for the columns of a table that is to be made.
func forNewTable(guesses []value.Guess) []value.Guess {
	all := slices.Clone(guesses)
	for i, g := range all {
		all[i] = g.ForNewTable()
	}
	return all
}

// inferredColumns returns the plan's columns, those that infer names marked as
// guessed; where all records were looked at, with the types and formats found.
func inferredColumns(infer []string, p load.Plan, s Settled, all bool) []load.Column {
	layout, _ := load.Settle(p, s.Fields, p.Columns)
	cols := slices.Clone(p.Columns)
	for i := range cols {
		if typ, said := p.ColumnTypes[cols[i].Name]; said && cols[i].Type != typ {
			cols[i].Type, cols[i].Declared, cols[i].Format = typ, "", ""
		}
	}
	for i, c := range layout.Columns {
		if _, said := p.ColumnTypes[c.Name]; said || !slices.Contains(infer, c.Name) {
			continue
		}
		at := slices.IndexFunc(cols, func(other load.Column) bool { return other.Name == c.Name })
		if guess := s.Guesses[layout.Index[i]].Column; all {
			cols[at].Type, cols[at].Format = guess.Type, guess.Format
			cols[at] = withoutNull(cols[at], s.Guesses[layout.Index[i]])
		}
		cols[at].Guessed = true
	}
	return cols
}

// withoutNull returns a column of a guessed type, and makes it text where it
// takes no NULL but holds signs for no value, which would be NULL otherwise.
func withoutNull(c load.Column, g value.Guess) load.Column {
	if !c.Nullable && len(g.Nulls) > 0 {
		c.Type, c.Format = load.Text, ""
	}
	return c
}

// newColumns returns the columns of a table to be made for the file's fields,
// and which field goes to which of them.
func newColumns(p load.Plan, s Settled) ([]load.Column, map[string]string) {
	var cols []load.Column
	fields := maps.Clone(p.Map)
	if fields == nil {
		fields = map[string]string{}
	}
	for i, g := range s.Guesses {
		c := g.Column
		name := c.Name
		switch to, mapped := p.Map[s.Fields[i]]; {
		case mapped && to == "":
			continue
		case mapped:
			name = to
		}
		_, said := p.ColumnTypes[name]
		if p.Types == "text" && !said {
			c = load.Column{Type: load.Text}
		}
		c.Name = name
		c.Guessed = p.Formats[c.Name] == "" && !said
		c.Nullable = true // what the rest of the file holds is not known
		for _, k := range p.Key {
			if c.Name == k || s.Fields[i] == k {
				c.PrimaryKey, c.Nullable = true, false
			}
		}
		if c.Guessed {
			c = withoutNull(c, g)
		}
		cols = append(cols, c)
		fields[s.Fields[i]] = c.Name
	}
	return cols, fields
}

// withFormats returns the plan's formats for a table whose columns are known,
// completed by how the file's values turned out to be written.
func withFormats(p load.Plan, table []load.Column, s Settled) map[string]string {
	layout, _ := load.Settle(p, s.Fields, table)
	formats := maps.Clone(p.Formats)
	if formats == nil {
		formats = map[string]string{}
	}
	for i, c := range layout.Columns {
		_, said := p.Formats[c.Name]
		if format := s.Guesses[layout.Index[i]].FormatFor(c.Type); !said && c.Format == "" && format != "" {
			formats[c.Name] = format
		}
	}
	return formats
}
