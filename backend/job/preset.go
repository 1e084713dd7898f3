package job

import (
	"slices"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A Preset is a ready-made table.
type Preset struct {
	Name    string        `json:"name"`  // as Request.Preset names it
	Title   string        `json:"title"` // for people
	Table   string        `json:"table"` // the table's usual name
	Columns []load.Column `json:"columns"`
}

// Presets returns the ready-made tables.
func Presets() []Preset {
	return []Preset{{
		Name:  "articles",
		Title: "Articles",
		Table: "articles",
		Columns: []load.Column{
			{Name: "sku", Type: load.Text, Length: 32, PrimaryKey: true},
			{Name: "title", Type: load.Text, Length: 200},
			{Name: "description", Type: load.Text, Length: 4000, Nullable: true},
			{Name: "category", Type: load.Text, Length: 60},
			{Name: "price", Type: load.Decimal, Precision: 10, Scale: 2, Check: "price >= 0"},
			{Name: "currency", Type: load.Text, Length: 3, Check: "length(currency) = 3"},
			{Name: "quantity", Type: load.Integer, Check: "quantity >= 0"},
			{Name: "published_at", Type: load.Timestamp, Nullable: true},
			{Name: "active", Type: load.Boolean},
		},
	}}
}

// findPreset returns the preset that a request names; or, for a new table whose
// plan says nothing about its columns, the preset of that name whose columns are
// the file's fields. It returns nil if there is none.
func findPreset(req Request, fields []string) (*Preset, error) {
	for _, p := range Presets() {
		if req.Preset == p.Name {
			return &p, nil
		}
		byName := req.Preset == "" && req.Plan.Create && len(req.Plan.Columns) == 0 && req.Plan.Types == "" && len(req.Plan.ColumnTypes) == 0 && len(req.Plan.Map) == 0
		if byName && req.Plan.Table == p.Table && slices.EqualFunc(fields, p.Columns, func(f string, c load.Column) bool { return f == c.Name }) {
			return &p, nil
		}
	}
	if req.Preset != "" {
		names := []string{}
		for _, p := range Presets() {
			names = append(names, p.Name)
		}
		return nil, message.NewError(nil, "unknown_preset", "presets_are", "preset", req.Preset, "presets", names)
	}
	return nil, nil
}

// foreignChecks finds the columns of a request with a check that no preset has.
// A check is SQL that becomes part of the statement that makes the table, so it is
// never taken from outside.
func foreignChecks(columns []load.Column) []load.Problem {
	var problems []load.Problem
	for _, c := range columns {
		known := c.Check == "" || slices.ContainsFunc(Presets(), func(p Preset) bool {
			return slices.ContainsFunc(p.Columns, func(of load.Column) bool { return of.Name == c.Name && of.Check == c.Check })
		})
		if !known {
			problems = append(problems, load.Problem{
				Column: c.Name, Note: message.New("check_not_allowed", "make_it_yourself", "column", c.Name),
			})
		}
	}
	return problems
}
